"""What a course depends on beyond its own stream: the state of the study and of the participant's site."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from triptych.course.entries import Entries
from triptych.course.grants import Grants
from triptych.course.record import Record
from triptych.course.remembering import Remembered
from triptych.study import Study

entries_of = Remembered(Entries)
"""The entries of a study's or a site's records, worked out once for each state of the stream."""
grants_of = Remembered(Grants)
"""The grants of a study's records, with the roles that stand apart."""


class Setting:
    """The study and one site as their records show them; built once and shared by every course at that site."""

    def __init__(
        self, study: Study, study_records: Sequence[Record], site_records: Sequence[Record], site: str | None
    ) -> None:
        defaults = study.document.site_defaults
        self.site = site
        apart = tuple(role.id for role in study.document.roles if role.apart)
        self.study_entries = entries_of(study_records)
        self.grants = grants_of(study_records, apart)
        self.site_entries = entries_of(site_records)
        opening = self.site_entries.latest("site_opening")
        self.site_active = opening is not None
        self.site_activated = bool(self.site_entries.of("site_activation"))
        own_country = opening.current.values.get("country") if opening else None
        self.country: str = own_country if isinstance(own_country, str) else defaults.country if defaults else ""
        self.zone = ZoneInfo(opening.current.values["zone"] if opening else defaults.zone if defaults else "UTC")
        self.site_paused = _paused(self.site_entries, "site_pause", "site_resume")
        self.study_paused = _paused(self.study_entries, "pause", "resume")
        self.activated = bool(self.study_entries.of("activation"))
        self.allocated = _enrolled(study, self.study_entries)
        self.training = not self.activated and bool(self.study_entries.of("training_start"))

    def holds_role(self, person: str, role: str, at: datetime) -> bool:
        """Whether a person holds a role at this site at an instant."""
        return self.grants.held(person, role, self.site, at) is not None


def _setting(
    study_records: Sequence[Record], site_records: Sequence[Record], study: Study, site: str | None
) -> Setting:
    return Setting(study, study_records, site_records, site)


setting_of = Remembered(_setting, streams=2)
"""The setting by the study's records and the site's, the document in force and the site."""


def _enrolled(study: Study, entries: Entries) -> int:
    """The places taken by forms that enroll somebody; those of a stratum or of another stock are not among them."""
    enrolling = {
        form.id
        for form in study.document.forms
        if any((effect.axis, effect.to) == ("enrollment", "enrolled") for effect in form.sets)
    }
    return sum(entry.current.values["form"] in enrolling for entry in entries.of("allocation"))


def _paused(entries: Entries, pause: str, resume: str) -> bool:
    """Whether the last of pauses and resumptions, in order of filing, is a pause."""
    last = max((*entries.of(pause), *entries.of(resume)), key=lambda e: e.root.position, default=None)
    return last is not None and last.current.form == pause
