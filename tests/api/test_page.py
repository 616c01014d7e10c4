"""The page on the API: each of its requests is sent, and answered as the page says."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from tests.api.program import Program
from tests.doors.hands import Hands

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "http-api.md").read_text("utf-8")
EXAMPLES = re.findall(r"```(?:console\n\$ |shell\n)(curl .*?)```\n\n```json\n(.*?)```", PAGE, re.DOTALL)
HOST = "https://trial.example/api"
ANY = "…"


def sent(program: Program, command: str) -> Any:
    """What a command of the page is answered."""
    _, *words = shlex.split(command)
    address = next(word for word in words if word.startswith(HOST)).removeprefix(HOST)
    if "-d" in words:
        return program.post(words[words.index("-d") + 1], address)
    return program.get(address)


def agrees(shown: Any, given: Any) -> bool:
    """Whether an answer is what the page shows; what the page leaves open may be anything."""
    if isinstance(shown, dict):
        return shown.keys() == given.keys() and all(agrees(shown[key], given[key]) for key in shown)
    if isinstance(shown, list):
        return len(shown) == len(given) and all(map(agrees, shown, given))
    return shown in (ANY, given)


@pytest.mark.parametrize(
    ("command", "shown"), EXAMPLES, ids=[shlex.split(command)[-1][-20:] for command, _ in EXAMPLES]
)
def test_a_request_of_the_page_is_answered_as_the_page_says(norway: Hands, command: str, shown: str) -> None:
    norway.contact()
    norway.later(minutes=1)
    answer = sent(Program("physician-1"), command)
    assert agrees(json.loads(shown), answer.json()), answer.content


def test_the_page_shows_requests_and_names_every_operation_and_every_status() -> None:
    assert len(EXAMPLES) >= 4
    description = Program().get("/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            assert f"{method.upper()} {path}" in PAGE
            for status in operation["responses"]:
                assert f"\n| {status} | " in PAGE, (path, status)
