"""Papers of the screening: the participant's plan in plain words, and the physician's page for the file.

Each begins with what nobody does on their own, and whom to call; without a number nothing is made.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from triptych.course import Month, PlannedMedicine, Screened, Taper
from triptych.course.calendar import Mark
from triptych.course.screening import Read
from triptych.exchange import Paper, Part
from triptych.safety import Contact
from triptych.study import Listing, Table, Text
from triptych.web.templating import day

Call = tuple[str, str]
"""Who is reached, and the number."""
STOPS = (
    "Your mood gets worse, or you feel more afraid or on edge.",
    "You think about killing or hurting yourself.",
    "You feel ill from stopping: you are dizzy, you shake, you feel sick, you cannot sleep.",
)
RIGHTS = (
    "You can go back to your medicine. The study doctor talks that over with you and with your prescriber.",
    "You can leave the study at any time. Your care goes on as before.",
)
MARKED = {
    "today": "today",
    "session": "session",
    "last_dose": "last dose",
    "satisfied": "waiting time over",
    "stop_by": "last possible dose",
    "restart": "start again at the earliest",
}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def first_words(call: Call) -> str:
    """What every paper and page of a wash-out begins with."""
    who, number = call
    return f"Do not stop or change any medicine on your own. Call {number} ({who})."


def told(one: PlannedMedicine) -> list[str]:
    """What a participant is told of one medicine, in short sentences."""
    return [*_standing(one), *_again(one)]


def _standing(one: PlannedMedicine) -> Iterator[str]:
    who = one.prescriber or "your prescriber"
    match one.waiting:
        case "never_stop":
            yield "Keep taking it as always. It is never stopped for a study."
        case "free":
            yield "You can keep taking it. It needs no waiting time."
        case "not_timed":
            yield "Keep taking it. Waiting does not help here. The study doctor will talk with you about it."
        case "hold":
            yield f"Take it as you do now. There have to be {one.days} days without it before the session."
            if one.stop_by is not None:
                yield f"For this day, the last time is {day(one.stop_by)}. Leave it out only as your plan below says."
        case "taken":
            yield f"You are taking it. Keep taking it until {who} tells you how to come off it."
            yield f"After your last dose, {one.days} days have to pass. There is no day yet."
        case "waiting" | "over":
            yield f"Your last dose was on {day(one.last_dose)}. {one.days} days have to pass."
            yield f"The waiting time {'ended' if one.waiting == 'over' else 'ends'} on {day(one.over_on)}."


def _again(one: PlannedMedicine) -> Iterator[str]:
    if one.waiting in ("never_stop", "free", "not_timed"):
        return
    who = one.prescriber or "your prescriber"
    if one.restart_from is not None:
        yield f"Do not start it again before {day(one.restart_from)}, and only when {who} and the study doctor agree."
    else:
        yield f"Do not start it again before {who} and the study doctor tell you."


def plan_paper(taper: Taper, months: Sequence[Month], call: Call, crisis: Iterable[Contact], foot: str) -> Paper:
    """The participant's plan as a paper. Raises `ValueError` for a plan that is not in force."""
    if not taper.in_force:
        raise ValueError("The plan is not signed by all, or has fallen. Nothing was made.")
    medicines = [Part(one.name, tuple(Text(text) for text in told(one))) for one in taper.medicines]
    helped = (f"{one.service}: {one.call or one.text}" for one in crisis)
    return Paper(
        title="Your medicines before the session",
        first=first_words(call),
        sections=(
            Part(
                "The day", (Text(f"The session is planned for {day(taper.planned)}. Your team tells you if it moves."),)
            ),
            *medicines,
            Part("How you come off", (Text(str(taper.values["how"])),)),
            Part("How we look after you meanwhile", (Text(str(taper.values["watch"])),)),
            Part("Call at once if", (Listing((*STOPS, f"Call {taper.values['contact']}. At any hour: {call[1]}.")),)),
            Part("What you can always do", (Listing(RIGHTS),)),
            Part("In danger", (Listing(tuple(helped) or ("Call the emergency number of your country.",)),)),
            *(_month(one) for one in months),
        ),
        foot=foot,
        large=True,
    )


def _month(one: Month) -> Part:
    rows = tuple(tuple(_cell(cell.on, cell.marks) for cell in week) for week in one.weeks)
    return Part(f"{one.first:%B %Y}", (Table(DAYS, rows),))


def _cell(on: date | None, marks: Iterable[Mark]) -> str:
    if on is None:
        return ""
    said = (f"{mark.of}: {MARKED[mark.kind]}" if mark.of else MARKED[mark.kind] for mark in marks)
    return "\n".join((str(on.day), *said))


def screening_paper(screened: Screened, months: Sequence[Month], call: Call, participant: str, foot: str) -> Paper:
    """The physician's page as a paper for the file."""
    answer = screened.answer
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
        first=first_words(call),
        sections=(
            Part("Answer", (Text(f"{decided.capitalize()}.{earliest} Profile {answer.profile}."),)),
            Part("Missing", (Listing(answer.missing_items or ("Nothing",)),)),
            Part("To do", (Listing(answer.other_actions or ("Nothing",)),)),
            Part("Wash-outs", (Table(("Medicine", "Interval", "Stands", "Tapered by"), washouts),)),
            *(_month(one) for one in months),
            Part("Criteria of the study", (Table(("Criterion", "Answer", "Facts", "Source"), own),)),
            Part("Findings and limits", (Table(("Criterion", "Answer", "Why", "Source"), found),)),
        ),
        foot=foot,
    )


def _facts(facts: Iterable[Read]) -> str:
    return "; ".join(f"{one.value}, {day(one.on)}" for one in facts)
