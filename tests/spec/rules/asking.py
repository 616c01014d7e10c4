"""A small set of named facts, and how the specification of the rule language asks about them."""

from datetime import timedelta, timezone

from triptych.rules import (
    BOOL,
    DATE,
    INT,
    NUMBER,
    TEXT,
    TIME,
    Answer,
    Code,
    Context,
    ListOf,
    RecordOf,
    RuleProblem,
    RuleProblems,
    Type,
    compile_rule,
    evaluate,
)

VITALS = RecordOf("vitals", {"systolic": INT, "temperature": NUMBER, "day": DATE, "taken_at": TIME})
MEDICINE = RecordOf(
    "medicine", {"name": TEXT, "class": Code(("ssri", "maoi", "other")), "dose": NUMBER, "stopped": BOOL}
)
NAMES: dict[str, Type] = {
    "ready": BOOL,
    "calm": BOOL,
    "systolic": INT,
    "cycle": INT,
    "temperature": NUMBER,
    "note": TEXT,
    "arm": Code(("active", "control")),
    "today": DATE,
    "birth_date": DATE,
    "dosed_at": TIME,
    "demographics": RecordOf("demographics", {"birth_date": DATE, "home": RecordOf("home", {"minutes": INT})}),
    "vitals": ListOf(VITALS),
    "medicines": ListOf(MEDICINE, affirmable=True),
    "readings": ListOf(NUMBER),
    "scores": ListOf(INT, affirmable=True),
    "days": ListOf(DATE, affirmable=True),
    "signs": ListOf(Code(("tremor", "fever")), affirmable=True),
}
OSLO_WINTER = Context(timezone(timedelta(hours=1)))


def problems_of(
    text: str, *, gate: bool = False, expects: Type | None = None, roles: tuple[str, ...] | None = None
) -> tuple[RuleProblem, ...]:
    """Everything that is wrong with a rule over these facts."""
    try:
        compile_rule(text, NAMES, gate=gate, expects=expects, roles=roles)
    except RuleProblems as wrong:
        return wrong.problems
    return ()


def answer_to(text: str, context: Context = OSLO_WINTER, **facts: object) -> Answer:
    """The answer of a rule over these facts; those that are not given are missing."""
    return evaluate(compile_rule(text, NAMES), facts, context)
