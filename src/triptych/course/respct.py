"""The thirty items of ReSPCT 2025 for one medicine session: what the records answer, and what nothing answers yet.

Source: doi 10.1038/s41591-025-03685-9 (REP-01). Names are shortened to our own words. Items 26 to 30 are rated by the
participant alone; here it is only said whether they were asked for, and that only to whoever may see them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct

from triptych.study import Study

__all__ = ["Reported", "Said", "respct"]

NAMES = (
    "Location", "Ambience", "Nature", "Objects", "Lighting", "Sensory reduction", "Bathroom access and privacy",
    "People present and their roles", "Positions", "Focus and activities", "Music", "Words and touch",
    "What the participant controls", "Doses", "Medical procedures", "Arrival and release", "Disturbances",
    "Approach and manual", "Framing given", "Number of sessions", "Preparation", "Integration", "Later support",
    "Qualifications of personnel", "Cultural safety",
    "Alliance", "Trust", "Physical comfort", "Physical safety", "Psychological and cultural safety",
)  # fmt: skip
PROFILE = {
    1: "location",
    2: "ambience",
    3: "nature",
    4: "objects",
    5: "lighting",
    6: "sensory",
    7: "bathroom",
    25: "culture",
}
SETTING = {9: "positions", 10: "focus", 13: "control", 17: "disturbance", 19: "framing"}
MUSIC = ("music_on", "music_off", "music_changed")
RATED = range(26, 31)
DOSE, THERAPY = "dose_administration", "therapy_session"
PROCEDURES = ("vitals", "ecg", "laboratory", "drug_screen", "pregnancy_test", "rescue_medicine")
RELEASES = ("session_arrival", "discharge", "discharge_override", "session_exit")


class Said(Struct, frozen=True, kw_only=True):
    """One record that may answer an item: its form, what it says, its day, and its visit and cycle if it has one."""

    form: str
    values: Mapping[str, object]
    day: date
    visit: str | None = None
    cycle: int | None = None


class Reported(Struct, frozen=True, kw_only=True):
    """One item: its number and name, what answers it in words (none if nothing does), and where it is recorded."""

    number: int
    name: str
    answer: str | None
    place: str


def respct(study: Study, site: Sequence[Said], own: Sequence[Said], day: date, *, sees_ratings: bool) -> list[Reported]:
    """The thirty items for the session that a participant had on a day, from the site's records and their own."""
    setting = _last(one for one in own if one.form == "session_setting" and one.day == day)
    profile = _profile(site, setting, day)
    found = {number: _text(profile, key) for number, key in PROFILE.items()}
    found |= {number: _text(setting, key) for number, key in SETTING.items()}
    if setting is not None and setting.values.get("disturbed") is False:
        found[17] = "Nothing disturbed it"
    found |= _of_the_day([one for one in own if one.day == day], study)
    found |= _of_the_course(study, site, own, day)
    rated = "Rated by the participant" if any(one.form == "experience" and one.day >= day for one in own) else None
    found |= dict.fromkeys(RATED, rated if sees_ratings else "Rated by the participant alone, and not shown here")
    return [
        Reported(number=number, name=name, answer=found.get(number), place=_place(number))
        for number, name in enumerate(NAMES, start=1)
    ]


def _place(number: int) -> str:
    if number in PROFILE:
        return "Profile of the room"
    if number in SETTING:
        return "Setting of the session"
    if number in RATED:
        return "Asked of the participant"
    return "Timeline of the session" if number < 18 else "Study document and visits"


def _last(found: Iterable[Said]) -> Said | None:
    return max(found, key=lambda one: one.day, default=None)


def _profile(site: Sequence[Said], setting: Said | None, day: date) -> Said | None:
    """The profile of the room that the session names, as it stood on its day; without a name the only room there is."""
    known = [one for one in site if one.form == "room_profile" and one.day <= day]
    rooms = {str(one.values.get("room")) for one in known}
    named = str(setting.values.get("room")) if setting else None
    if named is None and len(rooms) != 1:
        return None
    return _last(one for one in known if named is None or one.values.get("room") == named)


def _text(said: Said | None, key: str) -> str | None:
    value = said.values.get(key) if said else None
    if isinstance(value, Mapping):
        return str(value.get("missing", "")).replace("-", " ").capitalize()
    return str(value) if value else None


def _of_the_day(today: Sequence[Said], study: Study) -> dict[int, str | None]:
    moments = [str(one.values.get("what")) for one in today if one.form == "session_moment"]
    touched = moments.count("touch") + sum(one.form == "session_touch" for one in today)
    talked = moments.count("talking")
    doses = [one for one in today if one.form == DOSE and one.values.get("outcome") != "not_taken"]
    return {
        8: ", ".join(_team(today)) or None,
        11: _music(today, moments),
        12: f"{talked} entries on talking, {touched} on touch" if talked or touched else None,
        14: "; ".join(map(_dose, doses)) or None,
        15: _titles(study, today, PROCEDURES),
        16: _titles(study, today, RELEASES),
    }


def _music(today: Iterable[Said], moments: Iterable[str]) -> str | None:
    """How many pieces were played, of which phases and playlists, and what was tapped about music."""
    played = [one.values for one in today if one.form == "session_music"]
    tapped = sum(moment in MUSIC for moment in moments)
    phases = dict.fromkeys(str(one["phase"]) for one in played if isinstance(one.get("phase"), str))
    lists = dict.fromkeys(str(one["playlist"]) for one in played if one.get("playlist"))
    told = ", ".join(filter(None, (" and ".join(lists), f"phases {', '.join(phases)}" if phases else "")))
    pieces = f"{len(played)} pieces played" + (f" ({told})" if told else "") if played else ""
    return "; ".join(filter(None, (pieces, f"{tapped} entries on music" if tapped else ""))) or None


def _team(today: Iterable[Said]) -> list[str]:
    """Everybody who was named for the session or came into the room."""
    keys = {"session_team": ("first", "second"), "session_presence": ("person",)}
    named = {one.values.get(key) for one in today for key in keys.get(one.form, ())}
    return sorted(person for person in named if isinstance(person, str))


def _titles(study: Study, today: Iterable[Said], forms: Iterable[str]) -> str | None:
    filed = {one.form for one in today}
    return ", ".join(study.forms[form].title for form in forms if form in filed and form in study.forms) or None


def _dose(one: Said) -> str:
    """The part and the time alone: what was in it may be hidden from whoever reads this."""
    at = str(one.values.get("taken_at") or one.day.isoformat())[:16].replace("T", " ")
    return f"{one.values.get('part')} dose at {at}"


def _of_the_course(study: Study, site: Sequence[Said], own: Sequence[Said], day: date) -> dict[int, str | None]:
    document = study.document
    phases = {phase.id: phase.panel for phase in document.phases}
    panels = {visit.id: visit.panel or phases[visit.phase] for visit in document.visits}
    turns = {cycle.id: len(cycle.numbers) for cycle in document.cycles}
    sessions = sum(turns.get(visit.cycle or "", 1) for visit in document.visits if visit.held_by == DOSE)
    held = [panels.get(visit) for visit, _ in {(one.visit or "", one.cycle) for one in own if one.form == THERAPY}]
    later = [visit.title for visit in document.visits if panels[visit.id] == "integration" and visit.cycle is None]
    team = _team(one for one in own if one.day == day)
    skills = [one.values for one in site if one.form == "staff_credential" and one.values.get("person") in team]
    return {
        18: "; ".join(" – ".join(filter(None, (one.title, one.sessions))) for one in document.therapies) or None,
        20: f"{sessions} medicine sessions" if sessions else None,
        21: _count(held.count("preparation")),
        22: _count(held.count("integration")),
        23: ", ".join(later) or None,
        24: ", ".join(sorted({f"{one['person']} ({one['kind']})" for one in skills})) or None,
    }


def _count(sessions: int) -> str | None:
    return f"{sessions} session{'s' if sessions > 1 else ''} with therapists" if sessions else None
