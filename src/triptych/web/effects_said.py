"""What filing a withdrawal does, said on the page before it is filed: made from what carries it out (CON-05, PRV-01).

The parts of the consent, permission and assent have it from `triptych.study.consent_effects`; of a withdrawal it is
what the form of the document does to the standing, found by asking the form itself.
"""

from collections.abc import Iterator

from msgspec import Struct

from triptych.course.consenting import ELEMENT, PERMISSION, WITHDRAWAL
from triptych.ledger.library import consent_asked
from triptych.rules import Context, evaluate
from triptych.study import Form, Study
from triptych.study.consent import OPTIONAL, REQUIRED
from triptych.study.consent_effects import said_effect
from triptych.web.people import Asker
from triptych.web.words import FIRST, all_words


class Effect(Struct, frozen=True, kw_only=True):
    """What taking something back does, in a language."""

    title: str
    text: str
    language: str = FIRST


def effects_said(asker: Asker, form: Form, participant: str) -> tuple[Effect, ...]:
    """What a form does when something is taken back on it; nothing where it takes nothing back."""
    if form.id == WITHDRAWAL:
        context = Context(zone=asker.view.zone(participant), holds_role=lambda *_: False)
        return tuple(_withdrawn(asker.study, form, context))
    consented = asker.view.consented(participant) if form.id in (ELEMENT, PERMISSION) else None
    if consented is None or not consented.version:
        return ()
    return tuple(_under_age() if form.id == PERMISSION else _parts(asker.study, form, consented.version))


def _under_age() -> Iterator[Effect]:
    """Permission and assent, of which both do the same, in every language: it is read out to the two of them."""
    for language, words in all_words().items():
        yield Effect(title=words.plain["name"], text=said_effect(PERMISSION, "", words.plain), language=language)


def _parts(study: Study, form: Form, version: str) -> Iterator[Effect]:
    texts = consent_asked(study, version)[FIRST]
    names = {choice.code: choice.label for item in form.items for choice in item.choices}
    parts = {one.id: one.effect for one in texts.passages}
    needed = {parts[name] for name in REQUIRED if name in parts}
    for text in sorted(needed):  # one text in all of them, since each does the same
        yield Effect(title="Each of the parts that are needed", text=text)
    yield from (Effect(title=names[name], text=parts[name]) for name in OPTIONAL if name in parts)


def _withdrawn(study: Study, form: Form, context: Context) -> Iterator[Effect]:
    """Each thing that can be withdrawn from, with every axis of the standing that the form then sets."""
    (item,) = (item for item in form.items if item.id == "what")
    titles = {axis.id: axis.title for axis in study.document.axes}
    for choice in item.choices:
        facts = {"what": [choice.code]}
        ends = (
            f"{titles[effect.axis]}: {effect.to}"
            for number, effect in enumerate(form.sets)
            if evaluate(study.rule(f"forms.{form.id}.sets.{number}.when"), facts, context) is True
        )
        yield Effect(title=choice.label, text=". ".join(ends) + ". What was recorded before stays.")
