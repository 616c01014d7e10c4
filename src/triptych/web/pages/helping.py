"""Whom to call, on every page of the participants' site: the page itself, and what makes it work without a network.

The page needs no log-in. Nothing here says what the study is about: not the names, not the icon, not the titles.
"""

import json
from collections.abc import Iterable, Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from msgspec import Struct

from triptych.ledger import Seen
from triptych.ledger.library import contacts
from triptych.safety import countries_of
from triptych.web.house import house
from triptych.web.people import asker_of
from triptych.web.templating import HERE, asset

CHOSEN, KEPT = "country", "kept"
"""The country that was chosen, and how a phone asks for a page to keep, which chooses nothing."""
NAME = "Today"
"""What the site is called on a phone's screen: it says nothing."""


class SiteHelp(Struct, frozen=True, kw_only=True):
    """What a site has recorded for its participants: its clinician, and crisis contacts that it checked itself."""

    clinician: Seen | None = None
    checked: tuple[Seen, ...] = ()
    country: str = ""
    emergency: str = ""
    """The emergency number of the country where the person is now; empty where nobody confirmed one."""


def help_now(request: HttpRequest) -> HttpResponse:
    """Show whom to call, in the country where the person is now. It is never out of reach."""
    known = countries_of(contacts())
    own = site_help(request)
    wanted = request.GET.get("country", "")
    is_known = wanted in known or wanted in {seen.values["country"] for seen in own.checked}
    if is_known and KEPT not in request.GET:
        request.session[CHOSEN] = wanted
    country = wanted if is_known else country_now(request, own.country)
    here = [contact for contact in contacts() if contact.country == country]
    sure = any(contact.confirmed for contact in here if contact.kind == "emergency")
    checked = [seen for seen in own.checked if seen.values["country"] == country]
    parts = {
        "country": country,
        "country_name": known.get(country, ""),
        "countries": {**known, **{str(seen.values["country"]): _name(seen, known) for seen in own.checked}},
        "vouched": checked[-1] if checked and not sure else None,
        "emergency": [contact for contact in here if contact.kind == "emergency"],
        "crisis": [contact for contact in here if contact.kind != "emergency"],
        "clinician": own.clinician,
        "checked": checked,
    }
    return render(request, "own/help.html", parts)


def _name(seen: Seen, known: Mapping[str, str]) -> str:
    """What a country is called that a site has checked: as the bundled contacts call it, else by its code."""
    code = str(seen.values["country"])
    return known.get(code, code)


def country_now(request: HttpRequest, country: str) -> str:
    """The country that the person chose as the one where they are; without a choice, the one given."""
    return str(request.session.get(CHOSEN) or country)


def emergency_number(country: str, checked: Iterable[Seen] = ()) -> str:
    """The emergency number of a country that is confirmed, else the one that a site vouches for; empty without any."""
    sure = (one.call for one in contacts() if one.country == country and one.kind == "emergency" and one.confirmed)
    vouched = [one.values.get("emergency") for one in checked if one.values["country"] == country]
    return next((str(one) for one in (*sure, *reversed(vouched)) if isinstance(one, str)), "")


def site_help(request: HttpRequest) -> SiteHelp:
    """What the site of the participant who asks has recorded; without a log-in, the country of the study alone."""
    trial_defaults = house().trial.study.document.site_defaults
    country = trial_defaults.country if trial_defaults else ""
    asker = asker_of(request) if request.user.is_authenticated else None
    site = asker.view.own_site if asker else None
    if asker is None or site is None:
        return SiteHelp(country=country, emergency=emergency_number(country_now(request, country)))
    country = asker.view.country(asker.grant.participant)
    seen = [one for one in asker.view.site_records(site) if one.current]
    clinicians = [one for one in seen if one.form == "site_help"]
    checked = tuple(one for one in seen if one.form == "crisis_contact_check")
    return SiteHelp(
        clinician=clinicians[-1] if clinicians else None,
        checked=checked,
        country=country,
        emergency=emergency_number(country_now(request, country), checked),
    )


def manifest(request: HttpRequest) -> HttpResponse:
    """Describe the site to a phone that puts it on its screen, in neutral words."""
    described = {
        "name": NAME,
        "short_name": NAME,
        "start_url": "/",
        "display": "standalone",
        "background_color": "#fbfaf7",
        "theme_color": "#fbfaf7",
        "icons": [{"src": asset("today.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return HttpResponse(json.dumps(described), content_type="application/manifest+json")


def worker(request: HttpRequest) -> HttpResponse:
    """The script by which help and the last pages are there without a network; served here so that it may serve all."""
    kept = [asset(name) for name in ("triptych.css", "own.js", "answers.js", "today.svg")]
    text = (HERE / "static" / "worker.js").read_text("utf-8")
    text = text.replace("[/* KEPT */]", json.dumps(["/help/", *kept]))
    text = text.replace("[/* COUNTRIES */]", json.dumps(list(countries_of(contacts()))))
    return HttpResponse(text, content_type="text/javascript")
