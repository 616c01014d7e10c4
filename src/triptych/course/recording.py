"""For which purposes a participant agrees to recordings now (PRV-07). What is in doubt or not known is no yes."""

from collections.abc import Mapping

from triptych.course.agreement import answers_to
from triptych.course.consenting import ELEMENT, UNKNOWN, Basis, element_state
from triptych.rules import Missing

PURPOSES = ("fidelity", "recall", "training")


def agreed_recordings(basis: Basis) -> Mapping[str, bool | Missing]:
    """Whether each purpose is agreed to: in the text that is asked for, where the document asks for texts."""
    return {purpose: _agreed(basis, f"recording_{purpose}") for purpose in PURPOSES}


def _agreed(basis: Basis, element: str) -> bool | Missing:
    if basis.rules is not None:
        state = element_state(basis, element).state
        return state == "agreed" or (Missing((f"{ELEMENT}.agreed",)) if state in UNKNOWN else False)
    answers = answers_to(
        basis.entries, ELEMENT, lambda values: values.get("element") == element, lambda values: values["agreed"] is True
    )
    if answers.standing:
        return True
    return False if answers.refused else Missing((f"{ELEMENT}.agreed",))
