"""Devices that are registered at a site, and the drafts that their readings become."""

from collections.abc import Mapping
from typing import Any

from triptych.course.record import Capture
from triptych.exchange import Readings
from triptych.ledger import Draft, View
from triptych.study import Form

FORM = "device"
NOT_PERFORMED = "not-performed"


def newest(view: View, site: str | None) -> Mapping[str, Mapping[str, Any]]:
    """What was last said of each device of a site, by its name."""
    if site is None or not view.sight.sees_form(FORM):
        return {}
    found = sorted(
        (one for one in view.site_records(site) if one.form == FORM and one.current), key=lambda one: one.occurred_at
    )
    return {str(one.values.get("name")): one.values for one in found}


def registered(view: View, site: str | None) -> Mapping[str, str]:
    """The devices in service at a site by their names, with their kinds."""
    said = newest(view, site)
    return {name: str(values["kind"]) for name, values in said.items() if values.get("state") == "in_service"}


def filled(form: Form, readings: Mapping[str, float]) -> dict[str, Any]:
    """The answers of a form from readings; a required item that was not read is not performed."""
    values: dict[str, Any] = {}
    for item in form.items:
        if item.id in readings:
            values[item.id] = readings[item.id]
        elif item.required and NOT_PERFORMED in item.missing:
            values[item.id] = {"missing": NOT_PERFORMED}
    return values


def draft_of(form: Form, readings: Readings, site: str | None, visit: str | None, cycle: int | None) -> Draft:
    """A filled form with the device as its originator."""
    return Draft(
        id=readings.record_id,
        form=form.id,
        values=filled(form, readings.values),
        occurred_at=readings.at,
        participant=readings.participant,
        site=site,
        visit=visit,
        cycle=cycle,
        origin="device",
        capture=Capture(device=readings.device, at=readings.at),
    )
