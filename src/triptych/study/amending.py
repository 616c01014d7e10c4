"""Whether one version of a document may follow another: nothing that was recorded may come to mean something else."""

from collections.abc import Iterator

from triptych.study.consent import ConsentRules
from triptych.study.errors import Problem
from triptych.study.loading import Study, plain_of
from triptych.study.model import Form, Item
from triptych.study.writing import write_yaml

FILE = "amendment"


def amendment_problems(before: Study, after: Study) -> tuple[Problem, ...]:
    """Everything that keeps `after` from being released as an amendment of `before`; none if it may be."""
    return tuple(_problems(before, after))


def next_version(study: Study) -> str:
    """The document in force as the beginning of an amendment of it, as YAML with its unconfirmed marks."""
    data, marks = plain_of(study)
    version = study.document.version
    said = {"of": version, "summary": "What changes, and why"}
    named = {"id": data["id"], "title": data["title"], "version": f"{version}-next", "amendment": said}
    kept = {key: value for key, value in data.items() if key not in (*named, "version_date")}
    return write_yaml({**named, **kept}, marks)


def _problems(before: Study, after: Study) -> Iterator[Problem]:
    amendment = after.document.amendment
    if amendment is None:
        hint = f'Write amendment: {{of: "{before.document.version}", summary: …}}.'
        yield _problem("amendment", "no_amendment", "The document does not say what it amends.", hint)
    elif amendment.of != before.document.version:
        message = f"It amends version {amendment.of!r}, and version {before.document.version!r} is in force."
        yield _problem("amendment.of", "amends_another", message, "Begin with the version that is in force.")
    if after.document.id != before.document.id:
        message = f"This is another study: {after.document.id!r} and not {before.document.id!r}."
        yield _problem("id", "another_study", message, "An amendment keeps the id of the study.")
    if after.document.version == before.document.version:
        yield _problem("version", "same_version", "The version is the same.", "Give the amendment its own.")
    for form in after.document.forms:
        if form.id in before.own_forms:
            yield from _form(before.forms[form.id], form)
    yield from _consent(before.document.consent, after.document.consent)
    lost = {axis.id: set(axis.values) for axis in before.document.axes}
    for axis in after.document.axes:
        if lost.pop(axis.id, set()) - set(axis.values):
            message = f"Participants may stand at a value of {axis.id!r} that is no longer there."
            yield _problem(f"axes.{axis.id}", "axis_lost", message, "Keep the values that the axis had.")
    for name in sorted(lost):
        message = f"Participants have a standing on {name!r}, which is no longer there."
        yield _problem(f"axes.{name}", "axis_lost", message, "Keep the axis.")


def _consent(was: ConsentRules | None, now: ConsentRules | None) -> Iterator[Problem]:
    if was and now and was.version == now.version and (was.base, was.words) != (now.base, now.words):
        message = f"Version {now.version!r} of the consent would say something else than what was signed."
        hint = "Give the consent another version; texts: names those of the library."
        yield _problem("consent", "consent_changed", message, hint)


def _form(was: Form, now: Form) -> Iterator[Problem]:
    path = f"forms.{now.id}"
    if (was.about, was.kind) != (now.about, now.kind):
        yield _problem(path, "form_changed", "The form is of another kind.", "Give the new form its own id.")
    before = {item.id: item for item in was.items}
    for item in now.items:
        if item.id in before:
            yield from _item(before[item.id], item, f"{path}.items.{item.id}")


def _item(was: Item, now: Item, path: str) -> Iterator[Problem]:
    hint = "Give the new item its own id, and keep or leave out the old one."
    if (was.type, was.unit) != (now.type, now.unit):
        message = f"It was {was.type} {was.unit or ''} and would be {now.type} {now.unit or ''}.".replace(" .", ".")
        yield _problem(path, "item_changed", message, hint)
    labels = {choice.code: choice.label for choice in now.choices}
    for choice in was.choices:
        if labels.get(choice.code, choice.label) != choice.label:
            message = f"The code {choice.code!r} meant {choice.label!r} and would mean {labels[choice.code]!r}."
            yield _problem(path, "code_changed", message, "Give the new meaning its own code.")
    if was.secret is not None and now.secret != was.secret:
        yield _problem(path, "secret_lost", "What was secret would be shown.", "Keep `secret`.")


def _problem(path: str, code: str, message: str, hint: str) -> Problem:
    return Problem(FILE, 0, path, code, message, hint)
