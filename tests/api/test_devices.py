"""Readings of devices through the API: filed once, by registered devices alone."""

import json
from typing import Any

import pytest
from tests.api.program import Program
from tests.doors.hands import Hands
from tests.exchange.test_fhir_vitals import bundle, observation, single


@pytest.mark.requirement("QA-08")
@pytest.mark.requirement("P11-06")
def test_a_registered_device_files_once_over_http_and_an_unregistered_one_does_not(norway: Hands) -> None:
    norway.contact()
    program = Program("physician-1")

    def send(body: dict[str, Any]) -> Any:
        return program.post(body, "/vitals?visit=screening")

    assert send(observation()).json()["reasons"][0]["code"] == "device_not_registered"
    registered = {"name": "MON-7", "kind": "monitor", "maker": "Acme 7", "serial": "1", "state": "in_service"}
    registered |= {"checked_on": "2026-01-10"}
    norway.file("physician", "device", registered, None, site="site-1")
    answer = send(bundle(observation(), single("8867-4", 0, "/min")))
    assert answer.status_code == 201, answer.content
    assert "no reading" in json.dumps(answer.json()["findings"])
    assert send(bundle(observation(), single("8867-4", 0, "/min"))).status_code == 200
    (one,) = [one for one in norway.trial.system_view().records("P-1") if one.form == "vitals"]
    assert dict(one.values)["systolic"] == 128
    assert dict(one.values)["heart_rate"] == {"missing": "not-performed"}
    assert one.capture is not None
    assert (one.capture.device, one.capture.at.isoformat()) == ("MON-7", "2026-03-02T09:50:00+01:00")
    assert one.recorded_at > one.occurred_at
    norway.file("physician", "device", registered | {"state": "out_of_service"}, None, site="site-1")
    assert send(observation(id="obs-2")).status_code == 422
