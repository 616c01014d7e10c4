"""The way to help: on every page of the participants' site, for the country where somebody is, in neutral words."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import text_of
from tests.web.routes import client_of, routes, table
from tests.web.test_routes import populate

from triptych.ledger.library import contacts, find_study
from triptych.safety import countries_of
from triptych.study import Study

HOST = {"host": "participant.localhost"}
TELLING = re.compile(r"mdma|ecstasy|triptych|depress|ptsd|trauma|psychedel|moss", re.IGNORECASE)
AMERICAN = ("988", "741741", "662-4357")


@pytest.fixture
def world(norway: Hands) -> Hands:
    """A trial in which a participant has an access of their own, being served."""
    populate(norway)
    return norway


def helped(client: Any, country: str = "") -> str:
    return text_of(client.get(f"/help/{country and f'?country={country}'}", headers=HOST))


def test_no_page_of_the_participants_site_is_without_the_way_to_help_and_the_way_out(world: Hands) -> None:
    from django.test import Client

    own = routes("triptych.web.urls_participant")
    files = ("manifest.webmanifest", "worker.js")
    paths = {path for route in own if route.name not in ("manifest", "worker") for path in route.paths(table(world))}
    seen = 0
    for client in (client_of("pat"), client_of("stranger"), Client()):
        answers = [client.get(path, headers=HOST) for path in {*paths, "/nowhere/", "/account/inactive/"} - {*files}]
        for answer in (*answers, Client(enforce_csrf_checks=True).post("/", headers=HOST)):
            if answer.status_code not in (301, 302, 405):  # what a page sends by itself is no page
                page = text_of(answer)
                assert 'href="/help/"' in page, answer.request["PATH_INFO"]
                assert "data-exit" in page, answer.request["PATH_INFO"]
                (title,) = re.findall(r"<title>(.*?)</title>", page)
                assert not TELLING.search(title), title
                assert "og:" not in page
                seen += 1
    assert seen > 20


def test_help_begins_with_the_emergency_number_then_the_sites_clinician_then_the_line_of_the_country(
    world: Hands,
) -> None:
    who = {"who": "The doctor on duty", "phone": "22 11 11 11", "any_hour": True, "tried_on": "2026-02-01"}
    world.administer("site_help", who, site="site-1")
    world.administer("site_help", {**who, "phone": "99 99 99 99"}, site="site-2")
    page = helped(client_of("pat"))
    order = [page.index(part) for part in ('href="tel:113"', 'href="tel:22111111"', 'href="tel:116123"')]
    assert order == sorted(order)
    assert "99999999" not in page
    assert "22111111" not in helped(client_of("stranger"))


def test_help_is_for_the_country_of_the_participants_own_site_until_they_choose_another(world: Hands) -> None:
    opening = {"title": "A clinic abroad", "zone": "Europe/Madrid", "country": "ES"}
    world.administer("site_opening", opening, site="site-1")
    assert 'href="tel:024"' in helped(client_of("pat"))
    assert 'href="tel:024"' not in helped(client_of("stranger"))


def test_american_numbers_stand_on_no_page_of_another_country(world: Hands) -> None:
    client = client_of("pat")
    for country in countries_of(contacts()):
        page = helped(client, country)
        assert 'aria-current="true"' in page
        shown = [number for number in AMERICAN if number in page]
        # Canada has a line of its own under the same number.
        assert shown == (list(AMERICAN) if country == "US" else ["988"] if country == "CA" else [])
    assert "treatment referral" in helped(client, "US")
    assert "Text HOME to 741741" in helped(client, "US")
    assert 'href="tel:113"' in helped(client, "NO&kept=1")  # what a phone keeps for itself chooses nothing
    # What was chosen last is kept, so that help is one tap away where the person is.
    assert "Where are you now?" in helped(client)
    assert 'href="tel:911"' in helped(client)


def test_what_was_not_checked_is_said_so_and_only_there(world: Hands) -> None:
    assert "Not checked at the service" in helped(client_of("pat"), "IL")
    assert "Not checked at the service" not in helped(client_of("pat"), "NO")
    for country in countries_of(contacts()):
        assert ("Not checked at the service" in helped(client_of("pat"), country)) is (country not in checked())


@pytest.mark.parametrize("country", ["IL", "DE"])
def test_what_a_site_checked_itself_stands_first_with_its_day_for_its_own_participants(
    world: Hands, country: str
) -> None:
    world.administer("site_opening", {"title": "Abroad", "zone": "Europe/Oslo", "country": country}, site="site-1")
    line = {"country": country, "emergency": "07", "service": "The line", "call": "08", "hours": "24 hours"}
    line |= {"languages": "English", "checked_on": "2026-01-10", "how": "Called"}
    world.administer("crisis_contact_check", line, site="site-1")
    page = helped(client_of("pat"))
    assert page.count("Checked 10 Jan 2026 by your care team.") == 2
    numbers = re.findall(r'href="tel:(\w+)"', page)
    assert (numbers[0], numbers[1]) == ("07", "08")
    assert "101" not in numbers
    assert 'href="tel:113"' in helped(client_of("pat"), "NO")
    assert 'href="tel:07"' in helped(client_of("pat"), country)
    assert 'href="tel:08"' not in helped(client_of("stranger"), country)


def checked() -> set[str]:
    """The countries with a confirmed emergency number and a confirmed crisis line."""
    sure = {(contact.country, contact.kind) for contact in contacts() if contact.confirmed}
    return {country for country in countries_of(contacts()) if {(country, "emergency"), (country, "crisis")} <= sure}


@pytest.mark.parametrize("name", ["mdma-mdd-norway", "mapp1"])
def test_the_gate_of_a_site_names_the_countries_whose_line_is_checked(name: str) -> None:
    study: Study = find_study(name)
    (condition,) = (c for c in study.gates["activate_site"].conditions if c.id == "crisis_contacts_checked")
    assert set(re.findall(r'"([A-Z]{2})"', condition.rule)) == checked()
    defaults = study.document.site_defaults
    assert defaults is not None
    assert defaults.country in countries_of(contacts())


def test_a_phone_that_keeps_the_site_learns_nothing_from_it(served: Callable[[Hands], None], world: Hands) -> None:
    from django.test import Client

    for path in ("/manifest.webmanifest", "/worker.js"):
        assert not re.search(
            r"mdma|depress|triptych(?!\.css)|study|clinic\b", text_of(Client().get(path, headers=HOST))
        )
