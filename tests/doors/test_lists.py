"""Lists across participants: what is kept equals what would be derived, for every audience, whatever happens."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.doors.hands import Hands

from triptych.course import Listed, listed
from triptych.ledger import Actor, Filed, Held, Trial, View
from triptych.ledger.library import find_study, knowledge, product_files, read_folder, shelf, study_folder
from triptych.ledger.store import Row, Store
from triptych.study import load_study

SMALL = Path(__file__).parent.parent / "studies" / "small"


PLACES = [("mdma-mdd-norway", "memory"), *((str(SMALL), kind) for kind in ("memory", "sqlite", "postgres"))]


@pytest.fixture(params=PLACES, ids=[f"{Path(study).name}-{kind}" for study, kind in PLACES])
def hands(request: pytest.FixtureRequest, make_store: Callable[[str], Store]) -> Hands:
    """A trial with three participants at two sites, and everybody whom a role may have."""
    study, kind = request.param
    made = Hands(make_store(kind), find_study(study))
    made.administer("site_opening", {"title": "Site 2", "zone": "America/New_York"}, site="site-2")
    for role in made.study.document.roles:
        for blinding in ("blinded", "unblinded"):
            made.administer("grant", {"person": f"{role.id}-{blinding}", "role": role.id, "blinding": blinding})
        made.administer("grant", {"person": f"{role.id}-far", "role": role.id, "site": "site-2", "blinding": "blinded"})
    for participant in ("P-1", "P-2"):
        made.contact(participant)
    made.file("coordinator", "first_contact", {"channel": "self"}, "P-3", site="site-2")
    return made


def viewers(hands: Hands) -> Iterator[View]:
    """The window of everybody who holds a role, and the system's."""
    yield hands.trial.system_view()
    for role in hands.study.document.roles:
        for name in ("1", "blinded", "unblinded", "far"):
            site = "site-2" if name == "far" else None
            yield hands.trial.view(Actor(person=f"{role.id}-{name}", role=role.id, site=site))
    yield hands.trial.view(Actor(person="stranger", role="coordinator"))


def folded(view: View) -> tuple[Listed, ...]:
    """The list as it is derived from the records alone."""
    return tuple(listed(course) for name in view.participants() if (course := view.course(name)) is not None)


def agree(hands: Hands) -> None:
    """Twice: once where rows may have to be derived, and once where all are kept."""
    for _ in range(2):
        for view in viewers(hands):
            assert view.listing() == folded(view), (view.audience, view.viewer)


def kept(hands: Hands, audience: str) -> dict[str, str]:
    with hands.store.reading() as reading:
        marks = [mark.participant for mark in reading.row_marks(audience)]
        return dict(reading.rows(audience, marks))


def test_a_list_equals_the_fold_after_filings_and_as_time_passes(hands: Hands) -> None:
    agree(hands)
    hands.file("coordinator", "consent", {"version": "1", "agreed": True})
    agree(hands)
    assert isinstance(hands.administer("site_pause", {"why": "x"}, site="site-1"), Filed)
    agree(hands)
    for days in (1, 9, 40, 400):
        hands.later(days=days, hours=7)
        agree(hands)


def test_a_list_equals_the_fold_at_every_instant_of_change_and_just_before(hands: Hands) -> None:
    hands.file("coordinator", "consent", {"version": "1", "agreed": True})
    agree(hands)
    for _ in range(4):
        changes = [line.next_change for line in hands.trial.system_view().listing() if line.next_change]
        if not changes:
            break
        hands.player.clock.now = min(changes) - timedelta(microseconds=1)
        agree(hands)
        hands.player.clock.now = min(changes)
        agree(hands)


def test_a_clock_that_is_set_back_uses_no_row_of_the_future(hands: Hands) -> None:
    hands.later(days=60)
    agree(hands)
    hands.later(days=-59)
    agree(hands)


def test_a_pause_of_the_study_changes_every_list_with_no_filing_about_a_participant(hands: Hands) -> None:
    agree(hands)
    assert isinstance(hands.administer("pause", {"why": "Under review"}), Filed)
    agree(hands)


def test_an_amendment_changes_every_list_with_no_filing_about_a_participant(hands: Hands) -> None:
    agree(hands)
    before = hands.trial.system_view().listing()
    folder = study_folder("mdma-mdd-norway" if "norway" in hands.study.document.id else str(SMALL))
    texts = {
        name: text.replace("title: Screening", "title: First screening") for name, text in read_folder(folder).items()
    }
    study = load_study(texts, product_files(), shelf())
    assert study.digest != hands.study.digest
    with hands.store.transaction(append=[]) as transaction:
        transaction.put_document(study.digest, study.canonical)
    version = {"digest": study.digest, "version": study.document.version}
    assert isinstance(hands.administer("study_version", version), Filed)
    agree(hands)
    assert hands.trial.system_view().listing() != before


def test_a_row_that_is_kept_is_used_and_one_that_is_not_whole_is_not_kept(hands: Hands) -> None:
    asker = Actor(person="coordinator-1", role="coordinator")
    first = hands.trial.view(asker).listing()
    audience = hands.trial.view(asker).audience
    bodies = kept(hands, audience)
    assert set(bodies) == {"P-1", "P-2", "P-3"}
    marked = {name: body.replace('"phase":"', '"phase":"kept ') for name, body in bodies.items()}
    with hands.store.transaction(append=[]) as transaction:
        rows = [Row(mark, marked[mark.participant]) for mark in transaction.row_marks(audience)]
        transaction.keep_rows(audience, rows)
    assert {line.phase[:5] for line in hands.trial.view(asker).listing()} == {"kept "}
    with hands.store.transaction(append=[]) as transaction:
        transaction.drop_rows()
    assert kept(hands, audience) == {}
    assert hands.trial.view(asker).listing() == first
    assert kept(hands, audience) == bodies
    early = hands.trial.view(asker)
    early.course("P-1")
    hands.file("coordinator", "consent", {"version": "1", "agreed": True})
    early.listing()
    agree(hands)


def test_what_somebody_sent_themselves_is_in_their_list_and_in_no_row_of_their_audience(hands: Hands) -> None:
    agree(hands)
    sent = hands.file("coordinator", "nothing_of_the_kind", {"x": 1}, "P-1", person="coordinator-blinded")
    assert isinstance(sent, Held)
    agree(hands)
    view = hands.trial.view(Actor(person="coordinator-1", role="coordinator"))
    mine = hands.trial.view(Actor(person="coordinator-blinded", role="coordinator"))
    assert {seen.id for seen in mine.records("P-1")} - {seen.id for seen in view.records("P-1")} == {sent.record.id}


def test_only_the_lines_asked_for_are_derived(hands: Hands) -> None:
    view = hands.trial.view(Actor(person="coordinator-1", role="coordinator"))
    assert [line.participant for line in view.listing(["P-2", "P-99", "P-3"])] == ["P-2", "P-3"]
    assert set(kept(hands, view.audience)) == {"P-2", "P-3"}
    assert hands.trial.view(Actor(person="stranger", role="coordinator")).listing(["P-2"]) == ()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_random_filings_and_waits_leave_list_and_fold_equal(data: st.DataObject) -> None:
    from triptych.ledger.memory import MemoryStore

    hands = Hands(MemoryStore(), find_study(str(SMALL)))
    hands.contact()
    for _ in range(data.draw(st.integers(1, 6))):
        match data.draw(st.sampled_from(["contact", "wait", "consent", "ready", "dose", "pause"])):
            case "contact":
                hands.contact(f"P-{data.draw(st.integers(1, 3))}")
            case "wait":
                hands.later(hours=data.draw(st.integers(1, 2000)))
            case "consent":
                hands.file("coordinator", "consent", {"version": "1", "agreed": data.draw(st.booleans())})
            case "ready":
                hands.ready_for_dose()
            case "dose":
                hands.authorize()
            case "pause":
                hands.administer("pause", {"why": "x"})
        for view in (*viewers(hands),):
            assert view.listing() == folded(view)
    assert Trial(hands.store, knowledge(), hands.player.clock).system_view().listing() == folded(
        hands.trial.system_view()
    )
