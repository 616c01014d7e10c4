"""Who can rate fidelity: people who hold a role that rates, and to whom a recording under its code would be shown."""

from triptych.course import may_file
from triptych.course.fidelity import ASSIGNMENT, RATING
from triptych.ledger.drafts import Actor
from triptych.ledger.trial import Trial


def raters_of(trial: Trial) -> tuple[str, ...]:
    """The people who can rate now, by name. Whoever holds another role beside it can not."""
    view = trial.system_view()
    form = view.study.forms.get(RATING)
    roles = {role.id for role in view.study.document.roles if form is not None and may_file(role, form)}
    held = sorted({(one.person, one.role) for one in view.grants() if one.role in roles and one.in_force(view.now)})
    shown = (trial.view(Actor(person=person, role=role)).sight.sees_form(ASSIGNMENT) for person, role in held)
    return tuple(person for (person, _), sees in zip(held, shown, strict=True) if sees)
