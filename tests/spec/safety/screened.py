"""Cases made for a test: the worked case in which all is well, with other medicines and other facts."""

import copy
import json
from datetime import date, timedelta
from pathlib import Path

from triptych.ledger.library import conditions, default_profile, knowledge_base
from triptych.safety import Screening, read_case, screen

CASES = {path.stem: json.loads(path.read_text("utf-8")) for path in (Path(__file__).parent / "cases").glob("*.json")}
WELL = CASES["vig-17"]
DAY = date(2027, 3, 15)


def answer(case: object) -> Screening:
    return screen(knowledge_base(), default_profile(), conditions(), read_case(case))


def case_with(*medicines: dict[str, object], **changes: object) -> dict[str, object]:
    case = copy.deepcopy(WELL)
    case["medications"] = [{"dose": "usual", "route": "oral", "reported_under": "x", **one} for one in medicines]
    for path, value in changes.items():
        at = case
        *parents, last = path.split("__")
        for parent in parents:
            at = at[parent]
        at[last] = value
    return case


def stopped(name: str, days: int, **more: object) -> dict[str, object]:
    last = (DAY - timedelta(days=days)).isoformat()
    return {"as_entered": name, "status": "stopped", "last_dose_date": last, **more}


def ongoing(name: str, **more: object) -> dict[str, object]:
    return {"as_entered": name, "status": "ongoing", "last_dose_date": None, **more}
