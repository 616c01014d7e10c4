"""Papers of the screening: the participant's plan in plain words, and the physician's page for the file.

Each begins with what nobody does on their own, and whom to call; without a number nothing is made.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from triptych.course import Month, PlannedMedicine, Screened, Taper
from triptych.course.calendar import Mark
from triptych.course.screening import Read
from triptych.exchange import Paper, Part
from triptych.safety import Contact
from triptych.study import Listing, Table, Text
from triptych.web.templating import day, day_in
from triptych.web.tongues import bare
from triptych.web.words import FIRST, Words, all_words, term

Call = tuple[str, str]
"""Who is reached, and the number."""
Say = Mapping[str, str]
"""What a paper says in one language, by key: `library/participant/plan.toml`."""


def first_words(call: Call, say: Say) -> str:
    """What every paper and page of a wash-out begins with."""
    who, number = call
    return say["plan_never"].format(number=number, who=who)


def stops(say: Say) -> list[str]:
    """When to call at once."""
    return [say[f"plan_stop_{one}"] for one in ("mood", "suicidal", "ill")]


def rights(say: Say) -> list[str]:
    """What a participant can always do."""
    return [say[f"plan_right_{one}"] for one in ("back", "leave")]


def month_name(on: date, say: Say) -> str:
    """The name of a month, with its year."""
    return f"{say['plan_months'].split()[on.month - 1]} {on.year}"


def told(one: PlannedMedicine, say: Say) -> list[str]:
    """What a participant is told of one medicine, in short sentences."""
    return [*_standing(one, say), *_again(one, say)]


def _standing(one: PlannedMedicine, say: Say) -> Iterator[str]:
    who = one.prescriber or say["plan_prescriber"]
    match one.waiting:
        case "never_stop" | "free" | "not_timed":
            yield say[f"plan_{one.waiting}"]
        case "hold":
            yield say["plan_hold"].format(days=one.days)
            if one.stop_by is not None:
                yield say["plan_hold_by"].format(day=day_in(say, one.stop_by))
        case "taken":
            yield say["plan_taken"].format(who=who)
            yield say["plan_taken_days"].format(days=one.days)
        case "waiting" | "over":
            yield say["plan_last"].format(day=_day(one.last_dose, say), days=one.days)
            yield say["plan_ended" if one.waiting == "over" else "plan_ends"].format(day=_day(one.over_on, say))


def _day(on: date | None, say: Say) -> str:
    return day_in(say, on) if on else ""


def _again(one: PlannedMedicine, say: Say) -> Iterator[str]:
    if one.waiting in ("never_stop", "free", "not_timed"):
        return
    who = one.prescriber or say["plan_prescriber"]
    if one.restart_from is not None:
        yield say["plan_again_from"].format(day=day_in(say, one.restart_from), who=who)
    else:
        yield say["plan_again"].format(who=who)


def plan_paper(
    taper: Taper, months: Sequence[Month], call: Call, crisis: Iterable[Contact], foot: str, words: Words
) -> Paper:
    """The participant's plan as a paper in a language. Raises `ValueError` for a plan that is not in force."""
    if not taper.in_force:
        raise ValueError("The plan is not signed by all, or has fallen. Nothing was made.")
    say = words.plain
    medicines = [Part(one.name, tuple(Text(text) for text in told(one, say))) for one in taper.medicines]
    helped = (f"{bare(term(one.service, words.language))}: {one.call or one.text}" for one in crisis)
    contact = f"{say['plan_call'].format(contact=taper.values['contact'])} {call[1]}."
    planned = say["plan_planned"].format(day=day_in(say, taper.planned))
    return Paper(
        title=say["medicines_before"],
        first=first_words(call, say),
        sections=(
            Part(say["plan_day"], (Text(planned),)),
            *medicines,
            Part(say["plan_how"], (Text(str(taper.values["how"])),)),
            Part(say["plan_watch"], (Text(str(taper.values["watch"])),)),
            Part(say["plan_call_if"], (Listing((*stops(say), contact)),)),
            Part(say["plan_always"], (Listing(tuple(rights(say))),)),
            Part(say["plan_danger"], (Listing(tuple(helped) or (say["plan_emergency"],)),)),
            *(_month(one, say) for one in months),
        ),
        foot=foot,
        language=words.language,
        large=True,
    )


def _month(one: Month, say: Say) -> Part:
    rows = tuple(tuple(_cell(cell.on, cell.marks, say) for cell in week) for week in one.weeks)
    return Part(month_name(one.first, say), (Table(tuple(say["plan_weekdays"].split()), rows),))


def _cell(on: date | None, marks: Iterable[Mark], say: Say) -> str:
    if on is None:
        return ""
    told = ((mark.of, say[f"plan_mark_{mark.kind}"]) for mark in marks)
    return "\n".join((str(on.day), *(f"{of}: {kind}" if of else kind for of, kind in told)))


def screening_paper(screened: Screened, months: Sequence[Month], call: Call, participant: str, foot: str) -> Paper:
    """The physician's page as a paper for the file."""
    answer, say = screened.answer, all_words()[FIRST].say
    decided = screened.decision.replace("_", " ")
    earliest = f" Earliest day: {day(answer.earliest_date)}." if answer.earliest_date else ""
    washouts = tuple(
        (one.label, "none" if one.required_days is None else f"{one.required_days} d", one.statement, one.tapered_by)
        for one in answer.washouts
    )
    own = tuple((one.title, one.answer.replace("_", " "), _facts(one.facts), one.source) for one in screened.criteria)
    found = tuple(
        (one.title, one.answer.replace("_", " "), "; ".join(each.reason for each in one.findings), one.source)
        for one in answer.criteria
    )
    return Paper(
        title=f"Screening of {participant} for {day(screened.planned)}",
        first=first_words(call, say),
        sections=(
            Part("Answer", (Text(f"{decided.capitalize()}.{earliest} Profile {answer.profile}."),)),
            Part("Missing", (Listing(answer.missing_items or ("Nothing",)),)),
            Part("To do", (Listing(answer.other_actions or ("Nothing",)),)),
            Part("Wash-outs", (Table(("Medicine", "Interval", "Stands", "Tapered by"), washouts),)),
            *(_month(one, say) for one in months),
            Part("Criteria of the study", (Table(("Criterion", "Answer", "Facts", "Source"), own),)),
            Part("Findings and limits", (Table(("Criterion", "Answer", "Why", "Source"), found),)),
        ),
        foot=foot,
    )


def _facts(facts: Iterable[Read]) -> str:
    return "; ".join(f"{one.value}, {day(one.on)}" for one in facts)
