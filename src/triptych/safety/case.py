"""The facts of one participant on which a screening decision rests, read without ever guessing.

An absent key, a null, a wrong type or an impossible number is an absent fact, and `unreadable` says what stood there.
"""

import datetime
from typing import Literal

from msgspec import Struct

MedicineStatus = Literal["ongoing", "stopped", "affirmed none"]
Sex = Literal["female", "male"]


class Code(Struct, frozen=True, kw_only=True):
    """A code that came with a medicine from another system; it is kept and shown, never trusted as an identity."""

    system: str
    code: str
    display: str = ""


class Medicine(Struct, frozen=True, kw_only=True):
    """One entry of the medicine list; `confirmed_as` is the name that a person confirmed for a near match."""

    as_entered: str | None = None
    dose: str | None = None
    route: str | None = None
    status: MedicineStatus | None = None
    last_dose_date: datetime.date | None = None
    reported_under: str | None = None
    note: str | None = None
    confirmed_as: str | None = None
    codes: tuple[Code, ...] = ()


class PregnancyTest(Struct, frozen=True, kw_only=True):
    """The newest pregnancy test: its result in words and its day."""

    result: str | None = None
    date: datetime.date | None = None


class BloodPressure(Struct, frozen=True, kw_only=True):
    """A reading at rest in mmHg."""

    date: datetime.date | None = None
    sbp: float | None = None
    dbp: float | None = None


class Ecg(Struct, frozen=True, kw_only=True):
    """An electrocardiogram: QTcF in ms, and the rhythm in words."""

    date: datetime.date | None = None
    qtcf_ms: float | None = None
    rhythm: str | None = None


class Participant(Struct, frozen=True, kw_only=True):
    """Who is screened; lists are none where nobody answered, and empty where the answer was that there are none."""

    age: float | None = None
    sex_at_birth: Sex | None = None
    childbearing_potential: bool | None = None
    pregnancy_test: PregnancyTest | None = None
    contraception: str | None = None
    nursing: bool | None = None
    weight_kg: float | None = None
    height_cm: float | None = None
    diagnoses: tuple[str, ...] | None = None
    medical_history: tuple[str, ...] | None = None
    family_history_psychosis_or_bipolar: bool | None = None
    ideation: int | None = None
    """The highest C-SSRS ideation level of the past month, 0 to 5."""
    behavior: bool | None = None
    """Suicidal behavior in the past six months."""


class Labs(Struct, frozen=True, kw_only=True):
    """Laboratory values of one day and the ECGs; units stand in the names."""

    date: datetime.date | None = None
    sodium_mmol_l: float | None = None
    potassium_mmol_l: float | None = None
    alt_u_l: float | None = None
    ast_u_l: float | None = None
    creatinine_umol_l: float | None = None
    tsh_miu_l: float | None = None
    urine_drug_screen: str | None = None
    ecg: tuple[Ecg, ...] | None = None


class Unreadable(Struct, frozen=True):
    """Where something stood that could not be read, and why not."""

    path: str
    why: str


class Case(Struct, frozen=True, kw_only=True):
    """All facts for one decision: as known on `evaluation_date`, for `planned_session_date`."""

    evaluation_date: datetime.date | None = None
    planned_session_date: datetime.date | None = None
    medication_list_affirmed_complete: bool | None = None
    planned_initial_mg: float | None = None
    planned_supplemental_mg: float | None = None
    participant: Participant = Participant()
    bp_readings: tuple[BloodPressure, ...] | None = None
    heart_rate_bpm: float | None = None
    temperature_c: float | None = None
    labs: Labs = Labs()
    medications: tuple[Medicine, ...] | None = None
    unreadable: tuple[Unreadable, ...] = ()
    unknown_keys: tuple[str, ...] = ()
