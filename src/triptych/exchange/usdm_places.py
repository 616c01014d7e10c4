"""The visits of a document one by one, in the order of the course: each turn and each number is one encounter."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from triptych.study.durations import days_text, parse_days

Part = dict[str, Any]


class Place(NamedTuple):
    """A visit in one turn of its cycle and with one number of its series."""

    visit: Part
    turn: int | None
    number: int | None

    @property
    def key(self) -> str:
        """The name of its encounter, such as `dosing.2` or `call.1.7`."""
        return key_of(self.visit["id"], self.turn, self.number)


def key_of(visit: str, turn: int | None, number: int | None) -> str:
    """The name of the encounter of a visit in a turn and with a number."""
    if number is not None:
        return f"{visit}.{turn or ''}.{number}"
    return visit if turn is None else f"{visit}.{turn}"


def parsed_key(name: str, known: Mapping[str, object]) -> tuple[str, int | None, int | None] | None:
    """The visit, turn and number behind the name of an encounter; none if it names no known visit."""
    visit, _, rest = name.partition(".")
    turn, _, number = rest.partition(".")
    if visit not in known or any(part and not part.isdigit() for part in (turn, number)) or len(rest) > 12:
        return None
    return visit, int(turn) if turn else None, int(number) if number else None


class Course:
    """The visits of a document with its cycles."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.visits: dict[str, Part] = {visit["id"]: visit for visit in data.get("visits", [])}
        self.cycles: dict[str, Part] = {cycle["id"]: cycle for cycle in data.get("cycles", [])}
        self.phases: list[str] = [phase["id"] for phase in data.get("phases", [])]
        self.places = list(self._ordered())
        self.keys = {place.key for place in self.places}

    def turns(self, visit: Mapping[str, Any]) -> list[int]:
        """The numbers of the turns in which a visit stands; empty where it stands once."""
        cycle = self.cycles.get(visit.get("cycle") or "")
        if cycle is None:
            return []
        numbers = range(cycle.get("first", 1), cycle.get("first", 1) + cycle["repeats"])
        return [number for number in numbers if number in (visit.get("turns") or numbers)]

    def _ordered(self) -> Iterator[Place]:
        rank = {name: number for number, name in enumerate(self.phases)}
        visits = sorted(self.visits.values(), key=lambda visit: rank.get(visit.get("phase", ""), len(rank)))
        for _, block in groupby(visits, key=lambda visit: (visit.get("phase"), visit.get("cycle"))):
            together = list(block)
            turns: list[int | None] = [*sorted({turn for visit in together for turn in self.turns(visit)})]
            for turn in turns or [None]:
                yield from self._of_turn(together, turn)

    def _of_turn(self, together: list[Part], turn: int | None) -> Iterator[Place]:
        for visit in together:
            if turn is None or turn in self.turns(visit):
                yield from self._numbered(visit, turn)

    def _numbered(self, visit: Part, turn: int | None) -> Iterator[Place]:
        count = (visit.get("series") or {}).get("count")
        yield from (Place(visit, turn, number) for number in (range(1, count + 1) if count else (None,)))

    def which(self, place: Place) -> str:
        """`first` or `later`: which timings of its visit fit the turn of a place."""
        turns = self.turns(place.visit)
        cycle = self.cycles.get(place.visit.get("cycle") or "", {})
        return "first" if not turns or place.turn == cycle.get("first", 1) else "later"

    def timing(self, place: Place) -> Part | None:
        """The timing of a place, counted on where it is a later one of a series; none where it has none."""
        which = self.which(place)
        found = next((one for one in place.visit.get("timing", []) if one.get("cycle") in (None, which)), None)
        if found is None or place.number in (None, 1):
            return found
        days = parse_days(place.visit["series"]["every"]) * ((place.number or 1) - 1)
        if found.get("between"):
            return {**found, "between": [days_text(parse_days(end) + days) for end in found["between"]]}
        return {**found, "target": days_text(parse_days(found["target"]) + days)}

    def anchor(self, place: Place, timing: Part) -> str | None:
        """The name of the encounter that a timing counts from: in the same turn, one before, or the last one."""
        name, number = timing["anchor"], None
        if name not in self.visits and name.rpartition("_")[2].isdigit():
            name, _, digits = name.rpartition("_")
            number = int(digits)
        visit = self.visits.get(name)
        if visit is None:
            return None
        turns = self.turns(visit)
        turn = turns[-1] if turns else None
        if turns and visit.get("cycle") == place.visit.get("cycle") and place.turn is not None:
            turn = place.turn - bool(timing.get("previous"))
        key = key_of(name, turn, number)
        return key if key in self.keys else None
