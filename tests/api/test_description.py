"""The API against its own description: whatever fits it or does not, each answer is one that it describes."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from tests.doors.hands import Hands
from tests.web.routes import token_of

SETTINGS: dict[str, Any] = {
    "checks": {
        # What fits the description can still be refused by the study: no such form, a closed gate.
        "positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "409", "412", "422"]},
    },
    "phases": {"stateful": {"enabled": False}},  # no answer links to another request
    "generation": {"max-examples": 20, "deterministic": True, "database": "none"},
    "continue-on-failure": True,
}

FIRST, LAST = datetime.fromisoformat("1900-01-02"), datetime.fromisoformat("2199-12-30")
TIMES = st.datetimes(FIRST, LAST).map(lambda at: f"{at.isoformat()}Z")
"""The times that a record can have happened at, which `format` alone does not tell."""

CHECKS = {
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "positive_data_acceptance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
}
"""What has to have been looked at; none is left out."""


@pytest.fixture
def described(norway: Hands) -> Any:
    """The description as it is served, of a trial with one participant."""
    from django.core.asgi import get_asgi_application

    schemathesis.openapi.format("date-time", TIMES)
    norway.contact()
    norway.later(minutes=1)
    bearer = {"Authorization": f"Bearer {token_of('physician-1')}"}
    (grant,) = norway.trial.grants_of("physician-1")
    own = {"headers": bearer, "parameters": {"header.Act-As": grant.id, "path.participant": "P-1"}}
    config = SchemathesisConfig.from_dict({**SETTINGS, **own})
    return schemathesis.openapi.from_asgi("/api/openapi.json", get_asgi_application(), config=config)


def failures(scenario: ScenarioFinished) -> Iterator[str]:
    """What a scenario found wrong."""
    for checks in scenario.recorder.checks.values():
        for check in checks:
            if check.failure_info is not None:
                yield f"{scenario.label}: {check.name}: {check.failure_info.failure} {check.failure_info.code_sample}"


def test_every_answer_is_one_that_the_description_names(described: Any) -> None:
    found, statuses, checked = set(), set(), set()
    for event in from_schema(described).execute():
        match event:
            case ScenarioFinished():
                found |= set(failures(event))
                answers = (made.response for made in event.recorder.interactions.values())
                statuses |= {answer.status_code for answer in answers if answer is not None}
                checked |= {check.name for checks in event.recorder.checks.values() for check in checks}
            case NonFatalError():
                found.add(f"{event.label}: {event.info.title}: {event.info.message}")
            case FatalError():
                raise event.exception
    assert found == set()
    assert checked >= CHECKS
    assert statuses >= {200, 201, 400, 401, 404, 405, 409, 415, 422}
