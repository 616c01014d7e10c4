"""Permission of a parent and assent of somebody under age: given, taken back, and what that does to a consent."""

import uuid
from typing import Any

import pytest
from tests.spec.test_consent import BEGIN, DAY, START, Said, folded, in_force, variant, whole

from triptych.study.consent_effects import UNDER_AGE, consequence

YOUNG = "consent: {pediatric: {approval: EC-7, minimum_age: 15}}"


def young(what: str, *, agreed: bool, **more: Any) -> Said:
    """Permission, or assent, as it is given or taken back."""
    given = {"version": "2", "route": "paper", "holder": "Site", "who": "mother"} if agreed else {"route": "spoken"}
    return "permission", {"what": what, "agreed": agreed, **given, **more.pop("values", {})}, more


@pytest.mark.requirement("CON-05")
@pytest.mark.requirement("CON-07")
@pytest.mark.parametrize("what", UNDER_AGE)
def test_taking_back_permission_or_assent_does_what_taking_back_a_part_does_and_is_said_so(what):
    study = variant(YOUNG)
    said = [*whole("2010-01-01"), young("permission", agreed=True)]
    assert in_force(said, study=study) is True
    back = [*said, young(what, agreed=False)]
    assert in_force(back, study=study) is False
    before, after = folded(said, study), folded(back, study)
    told = consequence(what)
    assert dict(after.standing.axes) == {**before.standing.axes, **dict(told.sets)}
    assert dict(told.sets) == dict(consequence("risks").sets)
    known = {task.id for task in before.course().alerts}
    new = [task for task in after.course().alerts if task.id not in known]
    assert [(task.id, task.title, task.roles) for task in new] == [(told.task, told.title, (told.role,))]
    # Each is given anew by whose it is, the whole is signed, the capacity assessed, and a physician decides.
    anew = [young("permission", agreed=True), *whole()[-2:]]
    assert in_force([*back, *anew], study=study) is False
    assert in_force([*back, *anew, BEGIN], study=study) is True
    if what == "permission":
        assert in_force([*back, *anew[1:], BEGIN], study=study) is False
    else:
        assert in_force([*back, anew[0], anew[2], BEGIN], study=study) is False


@pytest.mark.requirement("CON-07")
def test_permission_is_for_one_version_and_what_was_set_aside_is_in_doubt():
    study = variant(YOUNG)
    child = whole("2010-01-01")
    assert in_force(child, study=study) is None
    assert in_force([*child, young("permission", agreed=True, values={"version": "1"})], study=study) is None
    assert in_force([*child, young("permission", agreed=False)], study=study) is False
    given = [*child, young("permission", agreed=True)]
    for what in UNDER_AGE:
        no = [*given, young(what, agreed=False)]
        aside = ("entered_in_error", {"about": str(uuid.UUID(int=len(no))), "why": "x"}, {})
        assert in_force([*no, aside], study=study) is None
        assert in_force([*given, young(what, agreed=False, status="held")], study=study) is None
    # Of age, and signed as an adult since, nobody else's permission is asked.
    grown = [*whole("2008-03-10"), young("permission", agreed=True)]
    adult = [(form, values, {**more, "at": START + 20 * DAY}) for form, values, more in whole()[1:]]
    assert in_force([*grown, *adult], study=study, now=START + 30 * DAY) is True
