"""What another version of the document would make of the trial: under both, nothing secret seen."""

from collections.abc import Iterator

from triptych.course import Course, Sight
from triptych.ledger.view import View
from triptych.study import Role, Study


class Unsecret(View):
    """A window on the whole ledger in which no secret is seen, so that what is counted in it tells nobody an arm."""

    def _sight(self, study: Study) -> Sight:
        groups = dict.fromkeys(form.group for form in study.document.forms)
        return Sight(study, Role(id="unsecret", title="Nothing secret", sees=tuple(groups)))


def compared(now: View, then: View) -> Iterator[tuple[Course, Course]]:
    """Each participant's course in one window and in another."""
    for name in now.participants():
        before, after = now.course(name), then.course(name)
        if before is not None and after is not None:
            yield before, after
