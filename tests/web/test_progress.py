"""Progress: a participant reads their way and their own words, a therapist their people, a coordinator who is quiet."""

from datetime import timedelta

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import text_of
from tests.web.routes import client_of
from tests.web.test_diary import staffed
from tests.web.test_own import dosed
from tests.web.test_pages import fields

from triptych.cli.cohort import OWN

__all__ = ["dosed"]
HOST = {"host": "participant.localhost"}
WORDS = "I slept by the sea"


def keep_a_diary(hands: Hands, suicidal: str = "none") -> None:
    """The participant's own diary, with a number that no page of progress shows them."""
    staffed(hands)
    client = client_of("participant-1")
    form = fields(text_of(client.get("/diary/", headers=HOST)))
    sent = {**form, "v-suicidal": suicidal, "v-mood": "7", "v-words": WORDS}
    assert client.post("/diary/", sent, headers=HOST).status_code == 302


def test_a_participant_reads_what_is_next_and_their_own_words_and_no_score(dosed: Hands) -> None:
    keep_a_diary(dosed)
    client = client_of("participant-1")
    page = text_of(client.get("/way/", headers=HOST))
    for said in (WORDS, "What comes next", "How long it goes on", "you are here", "Preparation"):
        assert said in page
    main = page.partition("<main")[2].partition("</main>")[0]
    assert "Mood" not in main
    assert ">7<" not in main
    assert "arm" not in main.lower().split()
    assert "Su camino hasta hoy" in text_of(client.get("/way/?language=es", headers=HOST))
    assert 'href="/way/"' in text_of(client.get("/", headers=HOST))


def test_the_words_of_every_language_have_the_same_keys(site: None) -> None:
    from triptych.web.words import all_words

    assert len({frozenset(words.say) for words in all_words().values()}) == 1


def test_a_therapist_sees_those_whom_they_treat_with_diary_and_alerts(dosed: Hands) -> None:
    keep_a_diary(dosed, "thoughts")
    page = text_of(client_of("therapist-1").get("/caseload/"))
    assert f"/participants/{OWN}/" in page
    assert "mood 7" in page
    assert "/danger/" in page  # an alert leads to where it is seen to
    assert "not yours" in page  # those who are not in therapy yet
    grant = {"person": "new-therapist", "role": "therapist", "blinding": "blinded", "site": "site-1"}
    dosed.administer("grant", grant)
    assert "No record names you yet" in text_of(client_of("new-therapist").get("/caseload/"))
    assert client_of("coordinator-1").get("/caseload/").status_code == 404


@pytest.mark.requirement("CRL-05")
def test_a_coordinator_sees_who_has_gone_quiet_and_not_what_was_answered(dosed: Hands) -> None:
    keep_a_diary(dosed)
    dosed.player.clock.now += timedelta(days=20)
    page = text_of(client_of("coordinator-1").get("/follow-up/"))
    section = page.partition("Who has gone quiet</h2>")[2].partition("</section>")[0]
    row = section.partition(f">{OWN}</a>")[2].partition("</tr>")[0]
    assert ("<b>quiet</b>" in row, ">20<" in row) == (True, True)
    assert "more than 14 days" in section
    assert WORDS not in page
    assert "not asked" in row
    pat = {"person": next(g.person for g in dosed.trial.system_view().grants() if g.participant == OWN)}
    traced = {"letter": True, "person": True, "register": False}
    dosed.file("participant", "tracing_consent", traced, OWN, **pat)
    dosed.file("participant", "follow_up_wish", {"wish": "leave", "records": False}, OWN, **pat)
    page = text_of(client_of("coordinator-1").get("/follow-up/"))
    left = page.partition("what may still be collected</h2>")[2].partition("</section>")[0]
    row = left.partition(f">{OWN}</a>")[2].partition("</tr>")[0]
    assert ("Leave: no more" in row, "<td>no</td>" in row, "a letter, the person named" in row) == (True, True, True)
