"""Whether a participant's consent is in force, part by part, and why not (CON-05, CON-07, EMA-05, P11-05).

What is missing, set aside or held makes it unknown, and unknown opens nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct

from triptych.course.agreement import Answers, Given, answers_to, is_after, unsettled
from triptych.course.consent_words import Texts
from triptych.course.entries import Entries, local_day
from triptych.course.obligations import is_resolved
from triptych.course.reconsenting import Asked
from triptych.course.record import Record
from triptych.course.setting import Setting
from triptych.rules import Missing
from triptych.study.consent import MAJORITY, OPTIONAL, REQUIRED, ConsentRules

SIGNATURE, ELEMENT, WITHDRAWAL = "consent", "consent_element", "withdrawal"
CAPACITY, DOUBT, PERMISSION = "capacity", "capacity_doubt", "permission"
FORMS = (SIGNATURE, ELEMENT, WITHDRAWAL, CAPACITY, DOUBT)
"""What consent in force rests on, beside age and standing; of somebody under age on `PERMISSION` as well."""
CLINICIANS = ("physician", "principal_investigator")
"""Who assesses the capacity to consent."""
ENDING = ("treatment", "contact", "data")
"""What nobody can withdraw from and still be given a dose: no dose without visits, and none that nobody may record."""
AXES = {"treatment": "Study treatment", "follow_up": "Visits and follow-up", "data": "Collection of further data"}
_STOPPED = "stopped:"
STOPPED = f"{_STOPPED}treatment"
"""The reason that a decision to begin treatment again takes away."""
State = Literal[
    "agreed",
    "not_asked",
    "declined",
    "withdrawn",
    "in_doubt",
    "other_version",
    "text_changed",
    "text_unknown",
    "placeholder",
    "not_understood",
    "representative",
]
UNKNOWN: frozenset[State] = frozenset({"not_asked", "in_doubt", "text_unknown"})
"""States in which nobody can say whether it is agreed to."""


class ElementState(Struct, frozen=True, kw_only=True):
    """How one part of the consent stands, since when, and by which record; `place` is where the yes began."""

    element: str
    state: State
    required: bool
    since: datetime | None = None
    record: str | None = None
    place: int | None = None


class Lack(Struct, frozen=True, kw_only=True):
    """One reason for which consent is not in force. If it is `unknown`, `missing` is what would tell."""

    code: str
    text: str
    unknown: bool = False
    missing: str = ""


class Consented(Struct, frozen=True, kw_only=True):
    """A participant's consent as it stands: each part, and every reason for which it is not in force.

    `version` is what is signed now; empty under a document that asks for no parts. With `begun` the whole was signed at
    some time: taking back a part on which taking part rests then ends treatment, and before that nothing.
    """

    version: str
    elements: tuple[ElementState, ...]
    lacks: tuple[Lack, ...]
    begun: bool = False

    @property
    def in_force(self) -> bool | Missing:
        """Whether it is in force; unknown if nothing stands against it and something is not known."""
        return _none_of(self.lacks)

    @property
    def given(self) -> bool | Missing:
        """Whether it is in force but for treatment that was stopped: what a decision to begin again rests on."""
        return _none_of([lack for lack in self.lacks if lack.code != STOPPED])


def _none_of(lacks: Sequence[Lack]) -> bool | Missing:
    if any(not lack.unknown for lack in lacks):
        return False
    return Missing(lack.missing for lack in lacks) if lacks else True


class Basis(Struct, frozen=True, kw_only=True):
    """What consent is judged on.

    `ages` are those in completed years now and at the newest signature, none where not known; `texts` are known;
    `ended` are the answers by which treatment was ended, each asking for the capacity to be assessed anew.
    """

    entries: Entries
    rules: ConsentRules | None
    asked: Asked
    ages: tuple[int | None, int | None]
    standing: Mapping[str, str]
    setting: Setting
    texts: Texts
    ended: tuple[Record, ...] = ()


def consented(basis: Basis) -> Consented:
    """Judge a participant's consent; under a document without rules of consent, as before its parts were asked."""
    if basis.rules is None:
        return Consented(version="", elements=(), lacks=tuple(_as_before(basis)))
    elements = tuple(element_state(basis, element) for element in (*REQUIRED, *OPTIONAL))
    signed = signatures_of(basis.entries)
    lacks = [*_parts(elements), *_signed(basis, signed, elements), *_of_age(basis, basis.rules, signed)]
    lacks += [*_assented(basis, signed), *_able(basis, signed), *_standing(basis, signed), *_held(basis)]
    begun = signed_before(basis.entries, None)
    return Consented(version=basis.asked.version, elements=elements, lacks=tuple(lacks), begun=begun)


def signatures_of(entries: Entries) -> Answers:
    """The signatures of the consent as a whole."""
    return answers_to(entries, SIGNATURE, lambda _: True, _agrees)


def signed_before(entries: Entries, position: int | None) -> bool:
    """Whether the whole was signed before a place in the stream, or at all; a signature that was set aside is none."""
    said = (entry for entry in entries.of(SIGNATURE) if entry.current.values.get("agreed") is True)
    return any(position is None or entry.root.position < position for entry in said)


def _agrees(values: Mapping[str, Any]) -> bool:
    return values.get("agreed") is True


def element_state(basis: Basis, element: str) -> ElementState:
    """How one part of the consent stands."""
    answers = answers_to(basis.entries, ELEMENT, lambda values: values.get("element") == element, _agrees)
    required = element in REQUIRED
    judged = [(_text_state(basis, one, element), one) for one in answers.standing]
    good = next((one for state, one in judged if state == "agreed"), None)
    if good is not None:
        return _state(element, "agreed", required, good)
    if judged:
        return _state(element, judged[-1][0], required, judged[-1][1])
    if answers.doubtful:
        return ElementState(element=element, state="in_doubt", required=required)
    if answers.refused:
        return ElementState(element=element, state="withdrawn" if answers.given else "declined", required=required)
    return ElementState(element=element, state="not_asked", required=required)


def _state(element: str, state: State, required: bool, given: Given) -> ElementState:
    return ElementState(
        element=element, state=state, required=required, since=given.at, record=given.entry.id, place=given.place
    )


def _text_state(basis: Basis, given: Given, element: str) -> State:
    """Whether a yes is to the text that is asked for, and to exactly that (EMA-05)."""
    values = given.entry.current.values
    if values.get("route") == "representative":
        return "representative"
    version = str(values.get("version"))
    if version not in basis.asked.counting:
        return "other_version"
    known = basis.texts.get((version, str(values.get("language")), element))
    if known is None:
        return "text_unknown"
    if known.digest != values.get("text"):
        return "text_changed"
    if known.is_placeholder and basis.setting.activated:
        return "placeholder"
    is_understood = values.get("understood") is True or (not known.asks and values.get("understood") is None)
    return "agreed" if is_understood else "not_understood"


_TOLD: Mapping[State, str] = {
    "not_asked": "has not been asked",
    "declined": "was declined",
    "withdrawn": "was withdrawn",
    "in_doubt": "is in doubt, since an answer was corrected or set aside: ask again",
    "other_version": "was agreed to in another version of the text",
    "text_changed": "was agreed to in words that are not those of the text",
    "text_unknown": "was agreed to in a text that is not at hand",
    "placeholder": "was agreed to while it held the place of what only the study can write",
    "not_understood": "was not yet understood",
    "representative": "was agreed to by a representative, which never opens a dose",
}


def _parts(elements: tuple[ElementState, ...]) -> Iterator[Lack]:
    for one in elements:
        if one.required and one.state != "agreed":
            text = f"The part “{one.element.replace('_', ' ')}” {_TOLD[one.state]}."
            unknown, missing = one.state in UNKNOWN, f"{ELEMENT}.agreed ({one.element})"
            yield Lack(code=f"{one.state}:{one.element}", text=text, unknown=unknown, missing=missing)


def _signed(basis: Basis, signed: Answers, elements: tuple[ElementState, ...]) -> Iterator[Lack]:
    """The signature of the whole: of the version that is asked, one's own, and last of all."""
    missing = f"{SIGNATURE}.agreed"
    if not signed.standing:
        if signed.refused and not signed.doubtful:
            yield Lack(code="refused", text="The consent as a whole was declined.")
        else:
            yield Lack(code="not_signed", text="The consent has not been signed.", unknown=True, missing=missing)
        return
    newest = signed.standing[-1]
    values = newest.entry.current.values
    if values.get("route") == "representative":
        yield Lack(code="representative", text="A representative signed, which never opens a dose.")
    since = basis.asked.since
    is_early = since is not None and local_day(newest.at, basis.setting.zone) < since
    if values.get("version") not in basis.asked.counting or is_early:
        yield Lack(code="other_version", text=f"Version {basis.asked.version} of the consent has not been signed.")
    places = [one.place for one in elements if one.required and one.place is not None]
    if any(place > newest.place for place in places):
        text = "A part was agreed to after the signature: the consent is signed again."
        yield Lack(code="signed_before", text=text, unknown=True, missing=missing)


def may_take_part(rules: ConsentRules | None, age: int | None) -> bool | None:
    """Whether somebody of this age may agree and take part; none where the age is not known."""
    if age is None:
        return None
    pediatric = rules.pediatric if rules else None
    least = rules.majority if rules else MAJORITY
    return age >= (min(pediatric.minimum_age, least) if pediatric else least)


def _of_age(basis: Basis, rules: ConsentRules, signed: Answers) -> Iterator[Lack]:
    now, then = basis.ages
    if now is None:
        yield Lack(code="age", text="The date of birth is not known.", unknown=True, missing="age")
    elif not may_take_part(rules, now):
        yield Lack(code="under_age", text=f"Younger than {rules.majority} years.")
    elif now < rules.majority:
        yield from _permitted(basis, signed)
    elif signed.standing and then is not None and then < rules.majority:
        yield Lack(code="signed_under_age", text="It was signed before the age of majority: sign again as an adult.")


def _permitted(basis: Basis, signed: Answers) -> Iterator[Lack]:
    """Permission for the version that is asked, and last of all: by a form of its own, or named with the signature.

    Once there was a no, only the form gives it again.
    """

    def is_asked(values: Mapping[str, Any]) -> bool:
        counts = not _agrees(values) or values.get("version") in basis.asked.counting
        return values.get("what") == "permission" and counts

    said = answers_to(basis.entries, PERMISSION, is_asked, _agrees)
    values = signed.standing[-1].entry.current.values if signed.standing else {}
    missing = f"{PERMISSION}.agreed"
    if said.refused:
        yield Lack(code="permission_withdrawn", text="A parent or guardian gives no permission, or took it back.")
    elif said.doubtful:
        text = "The permission is in doubt, since an answer was corrected or set aside: ask again."
        yield Lack(code="permission_in_doubt", text=text, unknown=True, missing=missing)
    elif not said.standing and not str(values.get("permission") or "").strip():
        yield Lack(code="permission", text="No parent or guardian gave permission.", unknown=True, missing=missing)


def _assented(basis: Basis, signed: Answers) -> Iterator[Lack]:
    """No assent taken back since the newest signature; one that was set aside leaves it in doubt."""
    newest = signed.standing[-1] if signed.standing else None

    def is_open(no: Record) -> bool:
        return newest is None or not is_after(newest, no)

    def is_assent(values: Mapping[str, Any]) -> bool:
        return values.get("what") == "assent"

    missing = f"{SIGNATURE}.agreed"
    if any(is_assent(one.current.values) and is_open(one.current) for one in basis.entries.of(PERMISSION)):
        yield Lack(code="assent_withdrawn", text="The participant took back their assent, and has not signed since.")
    elif newest and any(map(is_open, unsettled(basis.entries, PERMISSION, is_assent))):
        text = "Assent that was taken back was corrected or set aside after the signature: the participant signs again."
        yield Lack(code="assent_in_doubt", text=text, unknown=True, missing=missing)


def _able(basis: Basis, signed: Answers) -> Iterator[Lack]:
    """Capacity: assessed by a clinician on the day of the newest signature or later, and doubted by nobody since."""
    missing = f"{CAPACITY}.finding"
    is_no = any(e.current.values.get("finding") == "no" for e in basis.entries.of(CAPACITY)[-1:])
    found = answers_to(basis.entries, CAPACITY, lambda _: True, lambda values: values.get("finding") == "yes")
    able = [one for one in found.standing if one.entry.current.role in CLINICIANS]
    if not able and is_no:
        yield Lack(code="incapable", text="A clinician found that the participant cannot consent.")
    elif not able:
        yield Lack(code="capacity", text="The capacity to consent is not established.", unknown=True, missing=missing)
    elif signed.standing and _day(basis, able[-1].at) < _day(basis, signed.standing[-1].at):
        text = "The capacity to consent was not assessed at the newest signature."
        yield Lack(code="capacity_before", text=text, unknown=True, missing=missing)
    if any(not any(one.place > end.position and one.at >= end.occurred_at for one in able) for end in basis.ended):
        text = "A part was taken back, and the capacity to consent has not been assessed since."
        yield Lack(code="capacity_since", text=text, unknown=True, missing=missing)
    doubts = [version for entry in basis.entries.ever.get(DOUBT, ()) for version in entry.versions[:1]]
    if any(not any(one.place > doubt.position and one.at >= doubt.occurred_at for one in able) for doubt in doubts):
        text = "Somebody doubts the capacity to consent, and no clinician has answered that."
        yield Lack(code="doubted", text=text, unknown=True, missing=missing)


def _day(basis: Basis, at: datetime) -> date:
    return local_day(at, basis.setting.zone)


def _standing(basis: Basis, signed: Answers) -> Iterator[Lack]:
    """No withdrawal that ends treatment; one that was set aside after the signature leaves it in doubt."""
    for axis, title in AXES.items():
        if basis.standing.get(axis, "active") != "active":
            yield Lack(code=f"{_STOPPED}{axis}", text=f"{title}: stopped.")
    gone = unsettled(basis.entries, WITHDRAWAL, lambda values: not set(ENDING).isdisjoint(values.get("what") or ()))
    newest = signed.standing[-1] if signed.standing else None
    if newest and any(one.position > newest.place or one.occurred_at > newest.at for one in gone):
        text = "A withdrawal was corrected or set aside after the signature: the participant signs again."
        yield Lack(code="withdrawal_in_doubt", text=text, unknown=True, missing=f"{SIGNATURE}.agreed")


def _held(basis: Basis) -> Iterator[Lack]:
    waiting = (
        one for one in basis.entries.held if one.form in (*FORMS, PERMISSION) and not is_resolved(basis.entries, one)
    )
    for record in waiting:
        text = "A record of the consent is held: file it again or dismiss it."
        yield Lack(code="held", text=text, unknown=True, missing=f"{record.form} (held)")


def _as_before(basis: Basis) -> Iterator[Lack]:
    """What a document without rules of consent has always asked: a signature, and treatment not stopped."""
    newest = basis.entries.latest(SIGNATURE)
    if newest is None:
        yield Lack(code="not_signed", text="Not signed.", unknown=True, missing=f"{SIGNATURE}.agreed")
    elif newest.current.values.get("agreed") is not True:
        yield Lack(code="refused", text="The consent was declined.")
    if basis.standing.get("treatment", "active") != "active":
        yield Lack(code=STOPPED, text=f"{AXES['treatment']}: stopped.")
