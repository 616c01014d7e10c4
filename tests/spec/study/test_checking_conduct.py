"""What `triptych study check` reports of doses, arms, sites and deviations: where it stands and what to write."""

import pytest
from tests.spec.study.documents import check_mistake

# The place changed, what it becomes, the code, what stands on the line reported, and part of what to write.
CASES = {
    "a dose in a cycle that is not there": (
        "{cycle: 2, initial: 80",
        "{cycle: 3, initial: 80",
        "dose_cycle",
        "cycle: 3",
        "1 to 2",
    ),
    "two doses in a cycle": (
        "{cycle: 2, initial: 80",
        "{cycle: 1, initial: 80",
        "duplicate_dose",
        "cycle: 1, initial: 80, max",
        "one dose",
    ),
    "a maximum below the dose": ("maximum: 120", "maximum: 79.5", "dose_amount", "79.5", "milligrams"),
    "a dose below zero": (
        "{cycle: 1, initial: 80}",
        "{cycle: 1, initial: -1}",
        "dose_amount",
        "initial: -1",
        "milligrams",
    ),
    "arms that no item holds": ("arm_item: randomization.arm\n", "", "arm_item", "id: base", "form.item"),
    "arms held by an item that is not there": (
        "arm_item: randomization.arm",
        "arm_item: randomization.amr",
        "arm_item",
        "amr",
        "form.item",
    ),
    "arms held by an item with other codes": (
        "choices: [{code: active, label: A}, {code: control, label: C}]",
        "choices: [{code: active, label: A}, {code: placebo, label: C}]",
        "arm_item",
        "arm_item",
        "active, control",
    ),
    "an issue that is no day": (
        'version: "1"',
        'version: "1"\nversion_date: "2026-02-30"',
        "bad_date",
        "version_date",
        "2026-11-24",
    ),
    "a plan for nobody": ('version: "1"', 'version: "1"\nplanned_participants: 0', "bad_number", "planned", "1 to"),
    "no site defaults": (
        "site_defaults:\n  zone: Europe/Oslo\n  form_grace: 3 days\n  late_entry: 24 hours\n",
        "",
        "no_site_defaults",
        "id: base",
        "zone",
    ),
    "a zone that is none": ("Europe/Oslo", "Europe/Moss", "bad_zone", "Moss", "IANA"),
    "a zone that is a way through the files": ("Europe/Oslo", "../../../etc/passwd", "bad_zone", "passwd", "IANA"),
    "a zone that is a folder": ("Europe/Oslo", "Europe", "bad_zone", "zone: Europe", "IANA"),
    "a grace that is no duration": ("form_grace: 3 days", "form_grace: three days", "duration", "three", "4 weeks"),
    "a grace below zero": ("form_grace: 3 days", "form_grace: -3 days", "duration", "-3", "longer"),
    "a late entry that is no duration": ("late_entry: 24 hours", "late_entry: 24h", "duration", "24h", "4 weeks"),
    "a silence that is no duration": (
        "form_grace: 3 days",
        "form_grace: 3 days\n  quiet_after: a fortnight",
        "duration",
        "fortnight",
        "4 weeks",
    ),
    "a task of a deviation for nobody": (
        "classification: minor}",
        "classification: minor, raises: [{id: tell, title: Tell, role: nobody}]}",
        "unknown_role",
        "nobody",
        "Known",
    ),
}


@pytest.mark.parametrize(("old", "new", "code", "at", "hint"), CASES.values(), ids=CASES)
def test_a_mistake_is_reported_once_where_it_stands_and_with_what_to_write(old, new, code, at, hint):
    check_mistake(old, new, code, at, hint)
