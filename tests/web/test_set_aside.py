"""What was entered in error counts for nothing on the screen of a session, as it counts for nothing in a gate."""

import json

from tests.doors.hands import Hands
from tests.web.conftest import SESSION, VITALS, Log


def test_what_was_entered_in_error_is_no_dose_no_reading_and_no_effect_and_stays_to_be_read(
    live: Hands, log_in: Log
) -> None:
    client = log_in("therapist")
    live.file("therapist", "vitals", VITALS | {"systolic": 205, "spo2": 96}, visit="dosing", cycle=1)
    live.file("therapist", "effect", {"kind": "euphoria", "intensity": "mild"})
    before = client.get(SESSION).content.decode()
    assert "RED Systolic 205" in before
    assert '<text class="last spo2"' in before
    records = live.trial.system_view().records("P-1")
    for one in [one for one in records if one.form in ("dose_administration", "vitals", "effect")][-3:]:
        live.file("therapist", "entered_in_error", {"about": one.id, "why": "another participant"})
    after = client.get(SESSION).content.decode()
    assert "No dose recorded" in after
    assert "RED Systolic" not in after
    assert json.loads(after.split('id="given">')[1].split("</script>")[0])["room"]["facts"]["effects"] == []
    assert after.count("entered in error, counts for nothing") == 3
