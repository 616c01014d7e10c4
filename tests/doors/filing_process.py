"""Files observations into a ledger until it is killed, saying each identifier once it has been acknowledged."""

import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

from tests.doors.hands import Hands

from triptych.cli.scenario import SITE
from triptych.ledger import Actor, Draft, Filed
from triptych.ledger.library import find_study
from triptych.ledger.opening import open_ledger


def main(where: str) -> None:
    """File one observation after the other."""
    hands = Hands(open_ledger(where, write=True), find_study(str(Path(__file__).parent.parent / "studies" / "small")))
    hands.contact()
    while True:
        hands.later(seconds=1)
        name = str(uuid.uuid4())
        draft = Draft(
            id=name,
            form="observation",
            values={"text": f"At {datetime.now(UTC).isoformat()}"},
            occurred_at=hands.now,
            participant="P-1",
            site=SITE,
        )
        assert isinstance(hands.trial.file(draft, Actor(person="physician-1", role="physician")), Filed)
        sys.stdout.write(f"{name}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
