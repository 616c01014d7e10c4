"""Which version of the consent is asked of a participant: that of the document in force, or of an amendment that waits.

An amendment with `reconsent` moves nobody over who has not agreed again (`triptych.ledger.versions`). Until they have,
the consent that they gave before is not in force.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from triptych.course.agreement import answers_to
from triptych.course.entries import Entries, local_day
from triptych.course.setting import Setting
from triptych.study import Study


class Asked(NamedTuple):
    """The version that is signed now, every version whose signature counts, and the first day on which one does."""

    version: str
    counting: frozenset[str]
    since: date | None


def asked(study: Study, setting: Setting, entries: Entries, today: date) -> Asked:
    """What is asked of the participant with these records, under the version of the document in force for them."""
    waiting = tuple(_waiting(study, setting, entries, today))
    if waiting:
        amended, since = waiting[-1]
        return Asked(version_of(amended), frozenset({version_of(amended)}), since)
    counting = {version_of(study)}
    current = study
    while (before := _before(current)) is not None:
        current = before
        counting.add(version_of(current))
    return Asked(version_of(study), frozenset(counting), _in_force_on(current, setting))


def version_of(study: Study) -> str:
    """The version of the consent that a version of the document asks for; empty where it says nothing."""
    return study.document.consent.version if study.document.consent else ""


def _before(study: Study) -> Study | None:
    """The version whose consents go on counting: the one that this amends without asking for consent anew."""
    amendment = study.document.amendment
    if amendment is None or amendment.reconsent:
        return None
    known = (one for one in study.known.values() if one.document.version == amendment.of)
    return next((one for one in known if one.digest != study.digest), None)


def _waiting(study: Study, setting: Setting, entries: Entries, today: date) -> Iterator[tuple[Study, date]]:
    """Versions newer than the participant's, in force at their site, that ask them to agree again."""
    order = [str(one.current.values["digest"]) for one in setting.study_entries.of("study_version")]
    place = order.index(study.digest) if study.digest in order else len(order)
    agreed = answers_to(entries, "consent", lambda _: True, lambda values: values.get("agreed") is True).standing
    for digest in order[place + 1 :]:
        amended, since = study.known.get(digest), _site_day(digest, setting)
        amendment = amended.document.amendment if amended else None
        if amended is None or amendment is None or not amendment.reconsent or since is None or since > today:
            continue
        stays = amendment.participants == "new" and any(local_day(one.at, setting.zone) < since for one in agreed)
        if not stays:
            yield amended, since


def _site_day(digest: str, setting: Setting) -> date | None:
    """The day from which a version is in force at the site by the record of its approval there."""
    found = (e for e in setting.site_entries.of("amendment_in_force") if e.current.values["digest"] == digest)
    return max((date.fromisoformat(str(e.current.values["in_force_on"])) for e in found), default=None)


def _in_force_on(study: Study, setting: Setting) -> date | None:
    """The first day on which a signature counts: that of an amendment which asks for consent anew, else any day."""
    amendment = study.document.amendment
    if amendment is None or not amendment.reconsent:
        return None
    released = (e for e in setting.study_entries.of("study_version") if e.current.values["digest"] == study.digest)
    days = [local_day(entry.root.recorded_at, setting.zone) for entry in released]
    return _site_day(study.digest, setting) or min(days, default=None)
