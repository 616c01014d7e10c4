"""What a protocol says of the treatment itself: arms, doses, therapies, the adverse-event definition, amendments."""

import hashlib
from typing import Literal

import msgspec
from msgspec import Struct

JUDGED = ("adverse_event", "effect_assessment")
"""The forms by which somebody says whether something is an adverse event: all show the one definition (CRL-02)."""


class Part(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A piece of a study document; `source` says where its facts come from."""

    source: str = ""


class Reference(Part, frozen=True, kw_only=True):
    """A published text the document rests on."""

    id: str
    citation: str
    address: str = ""


class Therapy(Part, frozen=True, kw_only=True):
    """The therapy that goes with the drug: its kind, the manual it follows, and what it consists of.

    `inner_directed` is the supportive, largely non-directive kind that treatment manuals for MDMA describe.
    """

    id: str
    title: str
    kind: Literal["inner_directed", "cognitive_behavioral", "supportive", "none"]
    manual: str = ""
    sessions: str = ""


class Dose(Part, frozen=True, kw_only=True):
    """The dose of one cycle in milligrams; `maximum` is the initial dose at most."""

    cycle: int
    initial: float
    maximum: float | None = None
    supplemental: float | None = None


class Arm(Part, frozen=True, kw_only=True):
    """A treatment arm: its drug, its doses per cycle, and the id of its therapy; both vary freely (CRL-15)."""

    id: str
    title: str
    drug: str = ""
    doses: tuple[Dose, ...] = ()
    therapy: str = ""


class AdverseEventDefinition(Part, frozen=True, kw_only=True):
    """What counts as an adverse event: the one definition behind forms, help, training and export (CRL-02)."""

    text: str
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    severity: str = ""

    @property
    def code(self) -> str:
        """What names this wording: the first 12 digits of its SHA-256. Another wording has another code."""
        said = (self.text, self.includes, self.excludes, self.severity)
        return hashlib.sha256(msgspec.json.encode(said)).hexdigest()[:12]


class Amendment(Part, frozen=True, kw_only=True):
    """What this version changes in the one before it, and who moves over to it once it is in force at their site.

    With `reconsent` a participant moves over by agreeing again; `participants: new` leaves everybody who has agreed
    already where they are.
    """

    of: str
    summary: str
    reconsent: bool = False
    participants: Literal["all", "new"] = "all"
