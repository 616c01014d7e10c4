"""The pages of fidelity: the lead draws by a form, raters rate by codes, and the figures stand on the lead's page."""

from collections.abc import Callable

import pytest
from tests.doors.hands import Hands
from tests.doors.test_fidelity import LEAD, draw, lived, rate
from tests.web.conftest import text_of
from tests.web.routes import client_of
from tests.web.test_pages import fields

from triptych.ledger import Filed

__all__ = ["lived"]
RATERS = ("fidelity_rater-1", "fidelity_rater-2")


@pytest.mark.requirement("CRL-15")
def test_the_lead_draws_two_rate_by_codes_and_the_agreement_is_shown(norway: Hands) -> None:
    grant = {"person": RATERS[1], "role": "fidelity_rater", "blinding": "blinded"}
    assert isinstance(norway.administer("grant", grant), Filed)
    norway.contact()
    for number in (1, 2, 3):
        values = {"minutes": 90, "first": "therapist-1", "recorded": True, "done": ["goals"]}
        norway.file("therapist", "therapy_session", values, visit=f"preparation_{number}")
        norway.later(days=7)
    lead = client_of("fidelity_lead-1")
    page = text_of(lead.get("/fidelity/"))
    assert "3 sessions say that they were recorded" in page
    sent = {
        **fields(page),
        "v-seed": "thrown",
        "v-how": "random",
        "v-count": "3",
        "v-first": RATERS[0],
        "v-second": RATERS[0],
    }
    assert "Two different people rate" in text_of(lead.post("/fidelity/", sent))
    assert "Sessions" in text_of(lead.post("/fidelity/", {**sent, "v-count": "many"}))
    for nobody in ("nobody", "therapist-1"):  # what was given to them would never be rated
        assert "is no rater of fidelity" in text_of(lead.post("/fidelity/", {**sent, "v-second": nobody}))
    assert "Nothing has been drawn yet" in text_of(lead.get("/fidelity/"))
    whole = {**sent, "v-second": RATERS[1]}
    for _ in range(2):  # sent twice, drawn once
        assert lead.post("/fidelity/", whole).status_code == 302
    for number, person in enumerate(RATERS):
        rater = client_of(person)
        own = text_of(rater.get("/fidelity/"))
        assert "P-1" not in own
        links = sorted({part.partition('"')[0] for part in own.split('href="/fidelity/')[1:]} - {""})
        assert len(links) == 3
        for place, link in enumerate(links):
            form = rater.get(f"/fidelity/{link}")
            answers = {f"v-{item}": str(place + number) for item in ("adherence", "competence", "avoidance")}
            answers |= {"v-usable": "yes", "v-boundaries": "doubt" if place else "kept", "v-knew": "nothing"}
            assert rater.post(f"/fidelity/{link}", {**fields(text_of(form)), **answers}).status_code == 302
        assert "A correction gives its reason" in text_of(rater.get(f"/fidelity/{links[0]}"))
    assert client_of(RATERS[0]).get(f"/fidelity/{links[0]}").status_code == 404  # the other's
    after = text_of(lead.get("/fidelity/"))
    assert "Drawn again from the seed: the same." in after
    assert "in doubt" in after
    assert "2 of 2" in after
    assert "By arm" not in after  # one arm: nothing to compare
    for person in ("therapist-1", "coordinator-1"):
        assert client_of(person).get("/fidelity/").status_code == 404


@pytest.mark.requirement("CRL-15")
def test_means_by_arm_stand_on_the_page_of_a_lead_who_is_unblinded_and_on_no_other(
    lived: Hands, served: Callable[[Hands], None]
) -> None:
    draw(lived)
    rate(lived, RATERS[0], [1, 2, 3, 4, 5, 6, 2, 3])
    grant = {"person": "lead-after", "role": "fidelity_lead", "blinding": "unblinded"}
    lived.administer("grant", grant)
    served(lived)
    blinded = text_of(client_of(LEAD.person).get("/fidelity/"))
    assert f"{RATERS[1]} has still to rate it" in blinded
    assert not [word for word in ("By arm", "mdma", "placebo") if word in blinded.partition("<main")[2]]
    of_arms = text_of(client_of("lead-after").get("/fidelity/")).partition("By arm</h2>")[2]
    assert "Nobody who is blinded may see this part" in of_arms
    assert (of_arms.count("<td>mdma</td>"), of_arms.count("<td>placebo</td>")) == (3, 3)
