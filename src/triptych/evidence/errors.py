"""Errors of the evidence room. Where a number does not exist with the data there are, one of these says why.

EvidenceError
├── ImpossibleFigures   a figure cannot be what it is said to be: a negative variance, more events than people
├── TooFewStudies       fewer studies than the method can work with
├── NotEstimable        the figures are possible, and yet what was asked for does not exist with them
└── NotConverged        an iteration did not settle
"""

from typing import ClassVar


class EvidenceError(Exception):
    """A synthesis cannot be made of these figures."""

    code: ClassVar[str] = "evidence"


class ImpossibleFigures(EvidenceError):
    """A figure cannot be what it is said to be, such as a negative variance or more events than people."""

    code: ClassVar[str] = "impossible_figures"


class TooFewStudies(EvidenceError):
    """There are fewer studies than the method can work with."""

    code: ClassVar[str] = "too_few_studies"


class NotEstimable(EvidenceError):
    """The figures are possible, and yet what was asked for does not exist with them."""

    code: ClassVar[str] = "not_estimable"


class NotConverged(EvidenceError):
    """An iteration did not settle on a value."""

    code: ClassVar[str] = "not_converged"
