"""The hand of whoever authorizes, discharges or hands over: their PIN at a shared tablet, else their password again.

Facts that are entered by one tap need none. A wrong hand files nothing and keeps what was typed.
"""

from collections.abc import Mapping

from django.contrib.auth import authenticate
from django.http import HttpRequest
from msgspec import Struct
from msgspec.structs import replace

from triptych.course import may_file
from triptych.study import Form
from triptych.web.entry import Posted
from triptych.web.house import house
from triptych.web.live import crew
from triptych.web.people import Asker, grants_of

DECIDED = frozenset({"dose_authorization", "supplement_decision", "discharge", "discharge_override"})
HANDED_OVER = frozenset({"escort_briefing", "overnight_stay", "morning_handover", "alarm_test_seen"})
"""Facts that nobody hands in for somebody else, or later."""
HANDED = DECIDED | HANDED_OVER | {"supplement_withheld", "session_alarm"}
"""Forms of a medicine session that are filed by somebody's own hand."""
ONLY = {"escort_briefing": ("moment", ("handover",)), "session_alarm": ("answer", ("acknowledged", "closed"))}
"""Forms among them that ask for a hand with some answers alone: the item, and those answers."""
WHEN = {"escort_briefing": "at hand-over, not before the day", "session_alarm": "to acknowledge or to close"}
WRONG = "This is not your PIN or password. Nothing was filed. After five wrong PINs, join the tablet again."


class Hand(Struct, frozen=True, kw_only=True):
    """Whose hand is asked for: the people at this tablet who may file the form, and which of them have a PIN."""

    people: Mapping[str, bool]
    person: str
    when: str


def hand_for(request: HttpRequest, asker: Asker, form: Form) -> Hand | None:
    """The hand that a form asks for at this tablet; none where it asks for none."""
    if form.id not in HANDED:
        return None
    known = asker.study.roles
    people = {
        name: crew.has_pin(request, name)
        for name, actor in crew.crew_of(request, asker).items()
        if actor.role in known and may_file(known[actor.role], form)
    }
    person = request.POST.get("person") or next(iter(people), "")
    return Hand(people=people, person=person, when=WHEN.get(form.id, ""))


def is_answer_by_hand(form: str, values: Mapping[str, object]) -> bool:
    """Whether a record acknowledges or closes an alarm, or acknowledges a test page: no program does that."""
    item, answers = ONLY.get(form, ("", ()))
    return form == "alarm_test_seen" or (form == "session_alarm" and values.get(item) in answers)


def given_by(request: HttpRequest, asker: Asker, posted: Posted, hand: Hand | None) -> Asker | None:
    """Whoever gave their hand, to file as; nobody where it was wrong."""
    item, answers = ONLY.get(posted.form.id, ("", ()))
    if hand is None or (item and posted.answers().get(item) not in answers):
        return asker
    actor = crew.crew_of(request, asker).get(hand.person)
    if actor is None or hand.person not in hand.people or not _is_hand(request, asker, hand):
        posted.problems.append(("password", WRONG))
        return None
    if actor.person == asker.actor.person:
        return asker
    held = grants_of(actor.person, participant_site=False)
    grant = next((one for one in held if (one.role, one.site) == (actor.role, actor.site)), None)
    if grant is None:
        posted.problems.append(("password", WRONG))
        return None
    return replace(asker, view=house().trial.view(actor), actor=actor, grant=grant, grants=(grant,))


def _is_hand(request: HttpRequest, asker: Asker, hand: Hand) -> bool:
    if hand.people[hand.person]:
        return crew.is_pin(request, hand.person, request.POST.get("password", ""))
    return hand.person == asker.actor.person and is_right(request)


def confirmed(request: HttpRequest, asker: Asker, person: str, given: str, *, alone: bool = False) -> bool:
    """Whether an answer is by somebody's own hand: the PIN that they set at this device, else their password.

    `given` is the PIN, or the password where there is no PIN; a field `password` stands instead of either. Only whoever
    is logged in here has a password here. A tap is nobody's hand, whoever holds the device; with `alone` it stands for
    whoever logged in at a device that they share with nobody.
    """
    people = crew.crew_of(request, asker)
    if person not in people:
        return False
    is_own, password = person == asker.actor.person, request.POST.get("password")
    if crew.has_pin(request, person) and not (is_own and password):
        return crew.is_pin(request, person, given)
    return is_own and ((alone and len(people) == 1) or is_right(request, password or given))


def is_right(request: HttpRequest, given: str | None = None) -> bool:
    """Whether the password given again is the signer's own. Wrong ones count towards the limit of the log-in."""
    person, password = request.user.get_username(), request.POST.get("password", "") if given is None else given
    signer = authenticate(request, username=person, password=password) if password else None
    request.axes_locked_out = False  # type: ignore[attr-defined]  # a mark that axes reads
    return signer is not None and signer.pk == request.user.pk
