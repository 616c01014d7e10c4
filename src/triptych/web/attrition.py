"""Who left and what was held in its window, arm by arm: for those alone who may know the arms (CRL-05)."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from triptych.course import Listed
from triptych.ledger.view import View

NONE = ""
"""The arm of whoever has none yet."""


class ArmLine(Struct, frozen=True, kw_only=True):
    """One arm: how many people, how many of them left in each way, and the share of visits held in their window."""

    title: str
    people: int
    left: tuple[int, ...]
    share: str


def by_arm(
    view: View,
    listed: Sequence[Listed],
    ways: Iterable[tuple[str, str]],
    share: Callable[[Sequence[Listed]], str],
) -> list[ArmLine]:
    """A line for each arm of the document and one for people without; none for a viewer who may not know an arm.

    `ways` are axis and value of a standing by which somebody left.
    """
    arms = {arm.id: arm.title for arm in view.study.document.arms}
    path, ways = view.study.document.arm_item, tuple(ways)
    if len(arms) < 2 or not view.sight.sees_path(path):
        return []
    view.gather(line.participant for line in listed)
    arm_of = {line.participant: view.arm(line.participant) or NONE for line in listed}
    count, lines = Counter(arm_of.values()), []
    for arm, title in {**arms, NONE: "No arm yet"}.items():
        theirs = [line for line in listed if arm_of[line.participant] == arm]
        if arm or theirs:
            left = tuple(sum(line.standing.get(axis) == value for line in theirs) for axis, value in ways)
            lines.append(ArmLine(title=title, people=count[arm], left=left, share=share(theirs)))
    return lines
