"""What a form of a dose or an override begins with: what is known already, as far as whoever fills it in may see it.

Nothing is taken for granted by it: it stands in the fields like something typed, and the gate judges what is filed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from triptych.course.doses import GIVEN
from triptych.ledger import Seen
from triptych.study import Study
from triptych.web.entry import Posted
from triptych.web.people import Asker

CHECK, AUTHORIZATION, DOSE = "dose_check", "dose_authorization", "dose_administration"
OVERRIDE, DISCHARGE = "discharge_override", "discharge"
RESTS_ON = {AUTHORIZATION: CHECK, DOSE: AUTHORIZATION}
"""The form whose answers a form of a dose repeats."""
ITEMS = ("part", "amount", "kit")


def propose(asker: Asker, posted: Posted, participant: str, cycle: int | None) -> None:
    """Fill part, amount and kit of a dose's empty form, so that nobody copies them by hand (CRL-15); or what is unmet.

    The kit comes from the check, for whom somebody read it off its label. The amount is that of the check, else that
    of the study document where every arm has the same, so that it tells nothing of the arm.
    """
    if posted.form.id == OVERRIDE:
        _propose_unmet(asker, posted, participant, cycle)
    if posted.form.id not in (CHECK, AUTHORIZATION, DOSE):
        return
    mine = [one for one in asker.view.records(participant) if one.current and one.status == "filed"]
    mine = [one for one in mine if one.cycle == cycle]
    given = any(one.form == DOSE and one.values.get("outcome") in GIVEN for one in mine)
    found = {"part": "supplemental" if given else "initial"}
    found |= dict(_of_document(asker.view.study_of(participant), cycle, found["part"]))
    if found["part"] == "supplemental" and "amount" in found:
        found["amount"] = _at_most_half(mine, found["amount"])
    found |= dict(_of_record(mine, RESTS_ON.get(posted.form.id, ""), found["part"]))
    for item in posted.form.items:
        if item.id in found and item.id in ITEMS and asker.view.sight.sees_item(item):
            posted.typed.setdefault(item.id, [found[item.id]])


def _propose_unmet(asker: Asker, posted: Posted, participant: str, cycle: int | None) -> None:
    """Each criterion of a discharge that is not met now, so that none is left out by whoever overrides it (CRL-11)."""
    shown = asker.view.session(participant, cycle, (DISCHARGE,))
    gate = shown.gate(DISCHARGE) if shown else None
    lacking = [one for one in gate.conditions if one.state not in ("met", "at filing")] if gate else []
    words = {"unknown": "cannot decide", "withheld": "held by the study"}
    lines = [f"{one.text} ({words.get(one.state, one.state)})" for one in lacking]
    if lines:
        posted.typed.setdefault("unmet", ["\n".join(lines)])


def _of_document(study: Study, cycle: int | None, part: str) -> Iterator[tuple[str, str]]:
    """The amount of the protocol, where it is the same in every arm."""
    doses = [next((dose for dose in arm.doses if dose.cycle == cycle), None) for arm in study.document.arms]
    amounts = {getattr(dose, part) if dose else None for dose in doses}
    amount = amounts.pop() if len(amounts) == 1 else None
    if amount is not None:
        yield "amount", f"{amount:g}"


def _at_most_half(mine: list[Seen], amount: str) -> str:
    """The amount of the protocol, at most half of the initial dose given; nothing where it is not known."""
    initial = (one.values for one in mine if one.form == DOSE and one.values.get("part") == "initial")
    given = [one.get("amount") for one in initial if one.get("outcome") in GIVEN]
    known = [one for one in given if isinstance(one, int | float)]
    return f"{min([float(amount), *(one / 2 for one in known)]):g}" if len(known) == len(given) else ""


def _of_record(mine: list[Seen], form: str, part: str) -> Iterator[tuple[str, str]]:
    """What the newest record of a form says of this part of the dose."""
    said = [one.values for one in mine if one.form == form and one.values.get("part") == part]
    newest: Mapping[str, Any] = said[-1] if said else {}
    for item in ITEMS:
        value = newest.get(item)
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield item, f"{value:g}"
        elif isinstance(value, str):
            yield item, value
