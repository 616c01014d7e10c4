"""Which version of the study document is in force: in the study, at a site, for a participant.

A version is released by a `study_version` record. One that comes into force by site waits there for an
`amendment_in_force` record and the day that it names. Participants move over then, unless the version's own
amendment keeps them: until they agree again, or for good.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from triptych.course import Entries, Record, Setting, local_day
from triptych.course.reconsenting import version_of
from triptych.course.setting import entries_of
from triptych.study import Study

ENDED = ("completion", "screen_failure", "death")
"""Whoever has one of these records stays with the version that they ended under."""


class Versions:
    """The released versions of one ledger's study document, oldest first; `studies` has them by digest."""

    def __init__(self, study_records: Sequence[Record], studies: Mapping[str, Study]) -> None:
        self.records, self.studies = study_records, studies
        released = entries_of(study_records).of("study_version")
        self._released = [(one.current.values["digest"], one.current.values.get("by_site") is True) for one in released]

    @property
    def newest(self) -> Study:
        """The newest version that is in force everywhere: what the study as a whole goes by."""
        return self.studies[[digest for digest, by_site in self._released if not by_site][-1]]

    @property
    def differ(self) -> bool:
        """Whether a version that is newer than `newest` waits for its day at some site."""
        return bool(self._released and self._released[-1][1])

    def at(self, setting: Setting, today: date, records: Sequence[Record] = ()) -> Study:
        """The version in force on a day at a site, for the participant with these records if there are any."""
        found = self.newest
        entries = entries_of(records)
        for digest, since in self._at_site(setting):
            study = self.studies[digest]
            if since <= today and _moves(study, entries, setting, since):
                found = study
        return found

    def _at_site(self, setting: Setting) -> Iterator[tuple[str, date]]:
        """The versions released after the newest that is in force everywhere, with their days at this site."""
        last = max(place for place, (_, by_site) in enumerate(self._released) if not by_site)
        days = {
            entry.current.values["digest"]: date.fromisoformat(entry.current.values["in_force_on"])
            for entry in setting.site_entries.of("amendment_in_force")
        }
        for digest, _ in self._released[last + 1 :]:
            if digest in days:
                yield digest, days[digest]


class Supposed(Versions):
    """As if one version were in force for everybody; the released ones still tell what was recorded under them."""

    def __init__(self, versions: Versions, study: Study) -> None:
        """Suppose a version beside those of a ledger."""
        super().__init__(versions.records, versions.studies)
        self._supposed = dataclasses.replace(study, known={**versions.studies, study.digest: study})

    @property
    def newest(self) -> Study:
        """The version that is supposed."""
        return self._supposed

    def at(self, setting: Setting, today: date, records: Sequence[Record] = ()) -> Study:  # noqa: ARG002 -- whoever asks, it is the same
        """The same version, at every site and for everybody."""
        return self._supposed


def _moves(study: Study, entries: Entries, setting: Setting, since: date) -> bool:
    """Whether a participant moves over to a version that came into force at their site on a day."""
    amendment = study.document.amendment
    signed = [entry.current for entry in entries.of("consent") if entry.current.values.get("agreed") is True]
    agreed = [local_day(one.occurred_at, setting.zone) for one in signed]
    ended = any(local_day(e.current.occurred_at, setting.zone) < since for form in ENDED for e in entries.of(form))
    if ended or amendment is None or not agreed:
        return not ended
    if amendment.participants == "new" and min(agreed) < since:
        return False
    if not amendment.reconsent:
        return True
    wanted = version_of(study)  # a document of before its texts had versions takes any
    return any(day >= since for day, one in zip(agreed, signed, strict=True) if wanted in ("", one.values["version"]))
