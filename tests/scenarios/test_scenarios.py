"""Every scenario plays to its end with every expectation met."""

from pathlib import Path

import pytest

from triptych.cli.scenario import Player, read_lines
from triptych.ledger.chain import verify
from triptych.ledger.library import find_study, study_folder
from triptych.ledger.memory import MemoryStore
from triptych.ledger.opening import open_ledger
from triptych.study import Study

HERE = Path(__file__).parent
SHIPPED = Path(str(study_folder("mdma-mdd-norway"))) / "scenarios"
ALL = sorted([*HERE.glob("*.jsonl"), *SHIPPED.glob("*.jsonl")])


@pytest.fixture(scope="module")
def norway() -> Study:
    return find_study("mdma-mdd-norway")


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_the_scenario_plays_to_its_end(path: Path, norway: Study) -> None:
    player = Player(MemoryStore(), norway, read_lines(path.read_text("utf-8")))
    steps = list(player.play())
    assert {step.line: step.unmet for step in steps if step.unmet} == {}
    assert any(step.kind == "expect" for step in steps)


@pytest.mark.parametrize("place", ["sqlite", "postgres"])
@pytest.mark.parametrize("name", ["whole-course", "wrong-turns"])
def test_every_store_gives_the_same_course_as_the_one_in_memory(
    name: str, place: str, norway: Study, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    text = (SHIPPED / f"{name}.jsonl").read_text("utf-8")
    where = str(tmp_path / "ledger") if place == "sqlite" else request.getfixturevalue("postgres_url")
    store = open_ledger(where, write=True)
    try:
        seen = []
        for kept in (MemoryStore(), store):
            player = Player(kept, norway, read_lines(text))
            assert not [step for step in player.play() if step.unmet]
            seen.append(player.trial.system_view().everything())
            with kept.reading() as reading:
                assert not verify(reading).damages
        assert seen[0] == seen[1]
    finally:
        store.close()
