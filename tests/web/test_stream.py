"""The stream of a session's events: what is pushed is what may be seen, and every stream ends."""

import asyncio

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import SESSION, VITALS, Log

from triptych.ledger import Filed


def test_the_stream_resumes_after_the_record_that_a_reader_names(live: Hands, log_in: Log) -> None:
    client = log_in("physician")
    first = client.get(f"{SESSION}events/").content.decode()
    position = first.split("id: ")[1].split("\n")[0]
    assert first.count("event: record") == first.count("event: board") == 1
    assert client.get(f"{SESSION}events/?after={position}").content.decode().count("event: record") == 0
    live.file("therapist", "vitals", VITALS | {"systolic": 141}, visit="dosing", cycle=1)
    live.file("therapist", "observation", {"text": "Going inward"})
    resumed = client.get(f"{SESSION}events/", headers={"Last-Event-ID": position}).content.decode()
    assert resumed.count("event: record") == 2
    assert "SYS 141" in resumed
    assert "Going inward" in resumed


@pytest.mark.requirement("P11-03")
def test_nobody_is_pushed_anything_once_their_role_has_ended(live: Hands, log_in: Log) -> None:
    from triptych.ledger import Actor
    from triptych.web.live.stream import Reader

    reader = Reader(Actor(person="physician-1", role="physician", site="site-1"), "P-1", None, lambda: True)
    assert reader.look()
    assert reader.look() == ""
    grant = next(one for one in live.trial.grants_of("physician-1"))
    assert isinstance(live.administer("grant_removal", {"about": grant.id, "why": "Left"}), Filed)
    assert reader.look() is None
    assert Reader(Actor(person="therapist-1", role="therapist"), "P-1", None, lambda: False).look() is None


def test_the_stream_of_an_open_page_ends_when_the_server_stops(live: Hands) -> None:
    from triptych.ledger import Actor
    from triptych.web.house import house
    from triptych.web.live.stream import Reader, events

    async def watched() -> list[str]:
        actor = Actor(person="physician-1", role="physician", site="site-1")
        stream = events(Reader(actor, "P-1", None, lambda: True))
        told = [await anext(stream), await anext(stream)]
        house().hub.end()
        async with asyncio.timeout(30):
            return [*told, *[one async for one in stream]]

    begun, shown = asyncio.run(watched())
    assert begun.startswith("retry: ")
    assert "event: board" in shown


@pytest.mark.usefixtures("live")
def test_a_stream_whose_trial_is_gone_ends_with_the_fault_and_does_not_wait_for_ever() -> None:
    from triptych.ledger import Actor
    from triptych.web.house import house, use_house
    from triptych.web.live.stream import Reader, events

    async def watched() -> None:
        actor, served = Actor(person="physician-1", role="physician", site="site-1"), house()
        stream = events(Reader(actor, "P-1", None, lambda: True))
        await anext(stream)
        use_house(None)
        try:
            async with asyncio.timeout(30):
                await anext(stream)
        finally:
            use_house(served)

    with pytest.raises(RuntimeError, match="No trial is open"):
        asyncio.run(watched())
