"""What may be authorized, by the protocol's own conditions as plain Python over the list of what was accepted.

It shares no code with the rules, the fold or the gate.
"""

from datetime import UTC, date, datetime, timedelta

from triptych.ledger import Draft
from triptych.ledger.library import find_study
from triptych.study.consent import REQUIRED

NORWAY = find_study("mdma-mdd-norway")
BOTH = ("participant", "therapist")
READY = [item.id for form in ("readiness", "intake_review") for item in NORWAY.forms[form].items]
RESTS_ON = {form.id for form in NORWAY.document.forms if any(item.fact for item in form.items)}
RESTS_ON |= {"medicine", "medicine_review", "eligibility", "consent", "eligibility_confirmation"}


def local(at: datetime) -> date:
    """The day in Oslo, whose clocks go forward on 29 March 2026."""
    return (at + timedelta(hours=1 if at < datetime(2026, 3, 29, 1, tzinfo=UTC) else 2)).date()


def lacking(accepted: list[tuple[Draft, datetime]], doses: list[str], now: datetime, amount: float) -> list[str]:
    """Why a dose may not be authorized, by the protocol's own conditions over what was accepted; empty if it may.

    `doses` are the outcomes of every administration that was sent, those that are held included.
    """
    today = local(now)
    last: dict[str, tuple[Draft, datetime]] = {}
    for draft, at in accepted:
        last[draft.form] = (draft, at)

    def value(form: str, item: str, *, on_day: bool = False) -> object:
        if form not in last:
            return None
        draft, _ = last[form]
        if on_day and local(draft.occurred_at) != today:
            return None
        return draft.values.get(item)

    no: list[str] = []
    no += consent_lacks(accepted)
    no += [] if "eligibility_confirmation" in last and "enrollment" in last else ["eligible"]
    no += [] if value("baseline_confirmation", "still_eligible") is True else ["baseline"]
    no += ["stopped"] if "treatment_stop" in last else []
    pair = {value("session_team", "first", on_day=True), value("session_team", "second", on_day=True)}
    no += [] if pair == {"therapist-1", "co_therapist-1"} else ["team"]
    no += [] if value("touch_agreement", "care_agreed") is True else ["touch"]
    limits = {"systolic": 140, "diastolic": 90, "heart_rate": 100, "temperature": 37.5}
    for item, limit in limits.items():
        found = value("vitals", item, on_day=True)
        no += [] if isinstance(found, int | float) and found <= limit else [item]
    potential = value("demographics", "childbearing_potential")
    tested = value("pregnancy_test", "result", on_day=True)
    no += [] if potential is False or tested == "negative" else ["pregnancy"]
    ideation, behavior = value("cssrs", "ideation", on_day=True), value("cssrs", "behavior", on_day=True)
    no += [] if isinstance(ideation, int) and ideation < 4 and behavior is False else ["suicidality"]
    medicines = [(draft, at) for draft, at in accepted if draft.form == "medicine"]
    reviewed = last.get("medicine_review")
    clear = reviewed is not None and reviewed[0].values["complete"] is True
    clear = clear and all(at <= reviewed[1] for _, at in medicines)
    for draft, _ in medicines:
        clear = clear and draft.values["name"] != "wombat root"
        clear = clear and not (draft.values["name"] == "sertraline" and draft.values["ongoing"])
    no += [] if clear else ["medicines"]
    no += [item for item in READY if value(_form_of(item), item, on_day=True) is not True]
    no += [] if value("physician_cover", "where", on_day=True) else ["cover"]
    no += [] if value("alarm_test_seen", "about", on_day=True) else ["test page"]
    no += [] if value("drug_screen", "result", on_day=True) == "negative" else ["drug screen"]
    old = "laboratory" not in last or (today - local(last["laboratory"][0].occurred_at)).days > 42
    no += ["results"] if old or value("result_review", "finding") != "normal" else []
    pauses = [draft.form for draft, _ in accepted if draft.form in ("site_pause", "site_resume")]
    said = {draft.values["words"]: draft.values["ready"] for draft, _ in accepted if draft.form == "session_ready"}
    no += [f"{role} ready" for role in BOTH if said.get(role) is not True]
    no += ["paused"] if pauses and pauses[-1] == "site_pause" else []
    no += ["dose"] if amount > 80 else []
    no += ["given"] if set(doses) - {"not_taken"} else []
    return no


def parts(accepted: list[tuple[Draft, datetime]]) -> dict[str, bool]:
    """The last answer to each part of the consent."""
    return {d.values["element"]: d.values["agreed"] for d, _ in accepted if d.form == "consent_element"}


def consent_lacks(accepted: list[tuple[Draft, datetime]]) -> list[str]:
    """Why the consent does not count: parts, the signature after them, the capacity, a doubt, the age."""
    last = {draft.form: number for number, (draft, _) in enumerate(accepted)}
    said, signed = parts(accepted), last.get("consent", -1)
    no = [f"part {element}" for element in REQUIRED if said.get(element) is not True]
    no += [] if signed >= 0 and accepted[signed][0].values["agreed"] is True else ["signature"]
    answered = [number for number, (draft, _) in enumerate(accepted) if draft.form == "consent_element"]
    agreed = {e: n for n in answered if (e := accepted[n][0].values["element"]) in REQUIRED and said[e] is True}
    backs = [n for n in answered if accepted[n][0].values["agreed"] is False]
    since = [
        min(n for n in answered if accepted[n][0].values["element"] == e and n > max([-1, *_of(accepted, backs, e)]))
        for e in agreed
    ]
    no += ["signed before"] if any(number > signed for number in since) else []
    first = min((n for n, (d, _) in enumerate(accepted) if d.form == "consent" and d.values["agreed"]), default=None)
    once = [n for n in backs if _before(accepted, answered, n) is not False]
    taken = [n for n in once if accepted[n][0].values["element"] in REQUIRED and first is not None and n > first]
    no += ["taken back"] if taken else []
    able = last.get("capacity", -1)
    able_on = local(accepted[able][1]) if able >= 0 and accepted[able][0].values["finding"] == "yes" else None
    no += [] if able_on is not None and signed >= 0 and able_on >= local(accepted[signed][1]) else ["capacity"]
    no += ["doubt"] if last.get("capacity_doubt", -1) > able else []
    return no + ([] if "demographics" in last else ["age"])


def _before(accepted: list[tuple[Draft, datetime]], answered: list[int], number: int) -> bool | None:
    """What was answered to the same part before."""
    same = [n for n in _of(accepted, answered, accepted[number][0].values["element"]) if n < number]
    return accepted[same[-1]][0].values["agreed"] if same else None


def _of(accepted: list[tuple[Draft, datetime]], numbers: list[int], element: str) -> list[int]:
    return [number for number in numbers if accepted[number][0].values["element"] == element]


def confirmation(accepted: list[tuple[Draft, datetime]], now: datetime) -> tuple[bool, bool]:
    """Whether the newest confirmation is for today, and whether anything that it may rest on was accepted after it."""
    places = [number for number, (draft, _) in enumerate(accepted) if draft.form == "screening_confirmation"]
    if not places or accepted[places[-1]][0].values["planned_on"] != local(now).isoformat():
        return False, False
    return True, any(draft.form in RESTS_ON for draft, _ in accepted[places[-1] + 1 :])


def _form_of(item: str) -> str:
    return next(form for form in ("readiness", "intake_review") if any(i.id == item for i in NORWAY.forms[form].items))
