"""The planned contacts of a study document: when each is due, how often, and which forms are expected."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from msgspec.structs import force_setattr

from triptych.study.treatment import Part

Panel = Literal["preparation", "medicine", "integration"]
Mode = Literal["site", "phone", "video", "home"]


class Cycle(Part, frozen=True, kw_only=True):
    """A block of visits that repeats. Its turns are numbered from `first`, so that a later block can count on."""

    id: str
    title: str
    repeats: int
    first: int = 1

    @property
    def numbers(self) -> range:
        """The numbers of its turns."""
        return range(self.first, self.first + self.repeats)


class Timing(Part, frozen=True, kw_only=True):
    """When a visit is due, counted in site-local days from the actual date of the `anchor` visit.

    Either `target` with a `window` around it ("4 weeks", ["-7 days", "+7 days"]) or `between` two offsets.
    In a cycle, `cycle: first` or `cycle: later` restricts the entry; `previous: true` anchors on the cycle before.
    `or_last` names further visits: it then counts from whichever of these and the anchor was held last.
    """

    anchor: str
    target: str | None = None
    window: tuple[str, str] = ("0 days", "0 days")
    between: tuple[str, str] | None = None
    cycle: Literal["first", "later"] | None = None
    previous: bool = False
    or_last: tuple[str, ...] = ()


class Series(Part, frozen=True, kw_only=True):
    """A visit that stands `count` times, each `every` after the one before; numbered from 1 in the visit id."""

    count: int
    every: str


class Placement(Part, frozen=True, kw_only=True):
    """A form expected at a visit."""

    form: str
    required: bool = True


class Visit(Part, frozen=True, kw_only=True):
    """A planned contact: when, how, and which forms are expected.

    `requires` names standing that must hold for the visit to stay planned ({"treatment": "active"}); what has not
    come about yet ({"stage": "open_label"}) is waited for. `depends_on` is a visit without which this one is not held
    either. `turns` are the turns of the cycle in which it stands, all if none is named. `labels` are the protocol's
    own visit numbers, one per turn. A visit was held on the day of its first record; with `held_by` only a record of
    that form counts, and with `held_when` only one whose answers fulfill the rule.
    """

    id: str
    title: str
    phase: str
    labels: tuple[str, ...] = ()
    panel: Panel | None = None
    cycle: str | None = None
    turns: tuple[int, ...] = ()
    series: Series | None = None
    timing: tuple[Timing, ...] = ()
    mode: Mode = "site"
    forms: tuple[Placement, ...] = ()
    requires: Mapping[str, str] = {}
    depends_on: str | None = None
    optional: bool = False
    held_by: str | None = None
    held_when: str | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "requires", MappingProxyType(dict(self.requires)))
