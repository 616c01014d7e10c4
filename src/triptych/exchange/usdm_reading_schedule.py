"""The schedule of a USDM file as phases, visits and windows of a document."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from triptych.exchange.usdm_parts import Ids, Taken, Thing, slug
from triptych.exchange.usdm_places import key_of, parsed_key
from triptych.exchange.usdm_schedule import EPOCHS, SCREENING
from triptych.exchange.usdm_timing import FIXED, understood
from triptych.study.durations import days_text, parse_days
from triptych.study.errors import NotADuration

Part = dict[str, Any]
PANELS = {term.code: panel for panel, term in EPOCHS.items()} | {SCREENING.code: "preparation"}
PANELS |= {"C202577": "integration", "C125938": "preparation", "C42872": "preparation", "C199844": "preparation"}
CONTACTS = {"C171537": "phone", "C171525": "video", "C171524": "phone"}


class Met(NamedTuple):
    """A scheduled instance with its encounter, and which visit of the document it is."""

    visit: str
    turn: int | None
    number: int | None
    instance: Thing
    encounter: Thing
    timing: Thing

    @property
    def key(self) -> str:
        """The name under which its objects are written."""
        return key_of(self.visit, self.turn, self.number)


def put(part: Part, name: str, value: object, default: object = None) -> None:
    """Set what a USDM class says: where the document has the key, and where it is not what is meant anyway."""
    if value is None:
        if part.get(name, ...) is None:
            del part[name]
    elif name in part or value not in (default, "", []):
        part[name] = value


def in_order(rest: Iterable[Part], found: Mapping[str, Part], said: Iterable[str]) -> list[Part]:
    """Parts in the document's order; one that it does not have yet stands behind the one before it in the file."""
    gone = set(said) - set(found)
    made = [part["id"] for part in rest if part["id"] not in gone]
    after: str | None = None
    for name in found:
        if name not in made:
            made.insert(made.index(after) + 1 if after in made else len(made), name)
        after = name
    kept = {part["id"]: part for part in rest}
    return [found.get(name) or kept[name] for name in made]


class Schedule:
    """The main timeline of a design, read beside what the document says that USDM cannot."""

    def __init__(self, taken: Taken, design: Thing, rest: Part, ids: Ids, product: Collection[str]) -> None:
        self.taken, self.design, self.rest, self.ids = taken, design, rest, ids
        self.product = product
        self.old: dict[str, Part] = {visit["id"]: visit for visit in rest.get("visits", [])}
        self.epochs: dict[str, str] = {}
        self.activities: dict[str, str] = {}
        self.phases, self.forms = self._phases(), self._forms()
        self.met = self._met()
        self.by_instance = {str(one.instance.get("id")): one for one in self.met}
        self.turns = self._turns()
        self.visits = self._visits()

    def _phases(self) -> list[Part]:
        old = {phase["id"]: phase for phase in self.rest.get("phases", [])}
        found: dict[str, Part] = {}
        for epoch in self.taken.all(self.design, "epochs"):
            name = self.taken.text(epoch, "name")
            ident = name if name in old else slug(name or "phase", found)
            self.epochs[self.taken.text(epoch, "id")] = ident
            self.ids.note("StudyEpoch", ident, epoch)
            panel = PANELS.get(self.taken.code(epoch, "type"), "medicine")
            found[ident] = old.get(ident) or {"id": ident, "panel": panel}
            put(found[ident], "title", self.taken.text(epoch, "label") or name)
        said = [name for name, phase in old.items() if phase.get("title", ...) is None]
        return in_order(self.rest.get("phases", []), found, said)

    def _forms(self) -> list[Part]:
        old = {form["id"]: form for form in self.rest.get("forms", [])}
        known = {**old, **{form: {} for visit in self.old.values() for form in visit.get("forms") or {}}}
        own = bool(self.rest)
        found: dict[str, Part] = {}
        for activity in self.taken.all(self.design, "activities"):
            name = self.taken.text(activity, "name")
            ident = name if name in known or (own and slug(name, {}) == name) else slug(name or "form", found)
            self.activities[self.taken.text(activity, "id")] = ident
            self.ids.note("Activity", ident, activity)
            for surrogate in self.taken.names(activity, "bcSurrogateIds")[:1]:
                self.ids.note("BiomedicalConceptSurrogate", ident, {"id": surrogate})
            if ident in old or not (own or ident in self.product):
                found[ident] = old.get(ident) or {"id": ident}
                put(found[ident], "title", self.taken.text(activity, "label") or name)
        return in_order(self.rest.get("forms", []), found, ())

    def _met(self) -> list[Met]:
        timelines = self.taken.all(self.design, "scheduleTimelines")
        main = next((one for one in timelines if one.get("mainTimeline") is True), {})
        self.ids.note("ScheduleTimeline", "main", main)
        for leaves in self.taken.all(main, "exits")[:1]:
            self.ids.note("ScheduleTimelineExit", "main", leaves)
        if others := len(timelines) - bool(main):
            self.taken.notes.append(f"{others} timelines beside the main one stay in the file.")
        encounters = self.taken.by_id(self.design, "encounters")
        timings = self.taken.by_id(main, "timings", "relativeFromScheduledInstanceId")
        found: list[Met] = []
        new: dict[str, str] = {}
        for instance in self._chain(main):
            encounter = encounters.pop(self.taken.text(instance, "encounterId"), None)
            if encounter is None:
                self.taken.notes.append(f"{_name(instance)!r} has no encounter of its own and is not a visit.")
                continue
            name = self.taken.text(encounter, "name")
            key = parsed_key(name, self.old) or (slug(name or "visit", new), None, None)
            new[key[0]] = name
            met = Met(*key, instance, encounter, timings.get(str(instance.get("id")), {}))
            for kind, one in (
                ("Encounter", encounter),
                ("ScheduledActivityInstance", instance),
                ("Timing", met.timing),
            ):
                self.ids.note(kind, met.key, one)
            found.append(met)
        if encounters:
            self.taken.notes.append(f"{len(encounters)} encounters are on no instance of the main timeline.")
        return found

    def _chain(self, main: Thing) -> list[Thing]:
        """The instances by their default way, then those beside it."""
        all_of = self.taken.by_id(main, "instances")
        chain: list[Thing] = []
        at = all_of.pop(self.taken.text(main, "entryId"), None)
        while at is not None:
            chain.append(at)
            at = all_of.pop(self.taken.text(at, "defaultConditionId"), None)
        return [*chain, *all_of.values()]

    def _turns(self) -> dict[str, list[int]]:
        turns: dict[str, set[int]] = {}
        for one in self.met:
            turns.setdefault(one.visit, set()).update([one.turn] if one.turn is not None else [])
        return {visit: sorted(found) for visit, found in turns.items()}

    def cycles(self) -> list[Part]:
        """The cycles, each with as many turns as some visit of it has encounters."""
        for cycle in self.rest.get("cycles", []):
            if cycle.get("repeats", ...) is None:
                last = max(
                    (turns[-1] for name, turns in self.turns.items() if turns and self._in(name, cycle)), default=0
                )
                cycle["repeats"] = max(1, last - cycle.get("first", 1) + 1)
        return list(self.rest.get("cycles", []))

    def _in(self, visit: str, cycle: Part) -> bool:
        return bool(self.old.get(visit, {}).get("cycle") == cycle["id"])

    def _visits(self) -> list[Part]:
        groups: dict[str, list[Met]] = {}
        for one in self.met:
            groups.setdefault(one.visit, []).append(one)
        found = {name: self._visit(name, group) for name, group in groups.items()}
        return in_order(self.rest.get("visits", []), found, self.old)

    def _visit(self, name: str, group: list[Met]) -> Part:
        leader, visit = group[0], self.old.get(name) or {"id": name}
        fields = self._fields(leader)
        for name_, value in fields.items():
            put(visit, name_, value, "site" if name_ == "mode" else None)
        for other in group[1:]:
            if differing := [one for one, value in self._fields(other).items() if value != fields[one]]:
                self._disagree(leader, other, differing)
        self._labels(visit, group)
        if visit.get("turns", ...) is None:
            visit["turns"] = self.turns[name]
        extras = visit.get("forms") or {}
        placed = [self.activities.get(one, "") for one in self.taken.names(leader.instance, "activityIds")]
        forms = [{"form": form, **extras.get(form, {})} for form in placed if form]
        if forms or "forms" in visit:
            visit["forms"] = forms
        self._times(visit, group)
        return visit

    def _fields(self, met: Met) -> dict[str, object]:
        phase = self.epochs.get(self.taken.text(met.instance, "epochId"))
        title = self.taken.text(met.encounter, "label") or _name(met.encounter)
        codes = [self.taken.text(one, "code") for one in self.taken.all(met.encounter, "contactModes")]
        places = [self.taken.text(one, "code") for one in self.taken.all(met.encounter, "environmentalSettings")]
        mode = CONTACTS.get(codes[0], "site") if codes else "site"
        return {"title": title, "phase": phase, "mode": "home" if "C18002" in places and mode == "site" else mode}

    def _disagree(self, leader: Met, other: Met, names: list[str]) -> None:
        self.taken.notes.append(
            f"The encounters {leader.key!r} and {other.key!r} are one visit and differ in {', '.join(names)}: "
            f"the document has what {leader.key!r} says."
        )

    def _labels(self, visit: Part, group: list[Met]) -> None:
        if visit.get("labels", ...) is None or "labels" not in visit:
            labels = [self.taken.text(one.instance, "label") for one in group if one.number in (None, 1)]
            put(visit, "labels", labels if any(labels) else None)

    def _times(self, visit: Part, group: list[Met]) -> None:
        """Fill in what the timings say, for the first turn and for the later ones."""
        ones = [one for one in group if one.number in (None, 1)]
        first = next((one for one in ones if self._is_first(visit, one)), None)
        later = next((one for one in ones if not self._is_first(visit, one)), None)
        read = {"first": self._time(first) if first else None, "later": self._time(later) if later else None}
        entries = visit.get("timing", [])
        for entry in [one for one in entries if one.get("anchor", ...) is None]:
            found = read[entry.get("cycle") or ("first" if read["first"] else "later")]
            if found is None:
                entries.remove(entry)
                continue
            for name in ("anchor", "previous", "target", "window", "between"):
                put(entry, name, found.get(name))
            if not entry.get("cycle") and read["later"] not in (None, found):
                kept = {key: value for key, value in entry.items() if key in ("source", "or_last")}
                entry["cycle"] = "first"
                entries.append({"cycle": "later", **kept, **(read["later"] or {})})
        if not entries and visit["id"] not in self.old and read["first"]:
            visit["timing"] = [read["first"]]
        for other in ones:
            if other not in (first, later) and self._time(other) != read["later"]:
                self._disagree(later or other, other, ["timing"])
        self._series(visit, group)

    def _is_first(self, visit: Part, met: Met) -> bool:
        cycles = {cycle["id"]: cycle for cycle in self.rest.get("cycles", [])}
        return met.turn is None or met.turn == cycles.get(visit.get("cycle") or "", {}).get("first", 1)

    def _time(self, met: Met) -> Part | None:
        """The document's timing for an instance; none where it counts from nothing."""
        timing = met.timing
        kind = self.taken.code(timing, "type") if timing else ""
        anchor = self.by_instance.get(self.taken.text(timing, "relativeToScheduledInstanceId"))
        ends = self.taken.text(timing, "windowLower"), self.taken.text(timing, "windowUpper")
        labels = self.taken.text(timing, "valueLabel"), self.taken.text(timing, "windowLabel")
        value = self.taken.text(timing, "value")
        if kind in ("", FIXED.code) or anchor is None:
            return None
        entry = understood(kind, value, labels, *ends)
        if entry is None:
            self.taken.notes.append(
                f"The timing {_name(timing)!r} is not in whole days ({value}) and stays in the file."
            )
            return None
        back = met.turn is not None and anchor.turn == met.turn - 1 and self._together(met.visit, anchor.visit)
        named = anchor.visit if anchor.number is None else f"{anchor.visit}_{anchor.number}"
        return {"anchor": named, **({"previous": True} if back else {}), **entry}

    def _together(self, one: str, other: str) -> bool:
        return self._cycle(one) == self._cycle(other)

    def _cycle(self, visit: str) -> object:
        return self.old.get(visit, {}).get("cycle")

    def _series(self, visit: Part, group: list[Met]) -> None:
        series = visit.get("series")
        if not series:
            return
        turn = group[0].turn
        numbers = [one for one in group if one.turn == turn and one.number is not None]
        put(series, "count", len(numbers))
        if series.get("every", ...) is None and len(numbers) > 1:
            starts = [self._start(one) for one in numbers[:2]]
            step = (starts[1] or 0) - (starts[0] or 0)
            spelled = self.taken.text(numbers[1].timing, "description").removesuffix(" after the one before")
            try:
                series["every"] = spelled if parse_days(spelled) == step else days_text(step)
            except NotADuration:
                series["every"] = days_text(step)

    def _start(self, met: Met) -> int | None:
        entry = self._time(met) or {}
        text = entry["between"][0] if entry.get("between") else entry.get("target")
        return parse_days(text) if text else None


def _name(thing: Mapping[str, object]) -> str:
    return str(thing.get("label") or thing.get("name") or thing.get("id") or "")
