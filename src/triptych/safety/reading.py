"""From parsed JSON in the format of the screening cases to a `Case`, never guessing what a value was meant to be."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from msgspec.structs import replace

from triptych.safety.case import (
    BloodPressure,
    Case,
    Code,
    Ecg,
    Labs,
    Medicine,
    MedicineStatus,
    Participant,
    PregnancyTest,
    Sex,
    Unreadable,
)
from triptych.safety.wording import listed

T = TypeVar("T")

PLAUSIBLE: Mapping[str, tuple[float, float]] = {
    "age": (0, 120),
    "weight_kg": (20, 400),
    "height_cm": (100, 250),
    "sbp": (50, 300),
    "dbp": (20, 200),
    "heart_rate_bpm": (20, 250),
    "temperature_c": (30, 45),
    "qtcf_ms": (250, 800),
    "sodium_mmol_l": (90, 200),
    "potassium_mmol_l": (1, 10),
    "alt_u_l": (0, 20000),
    "ast_u_l": (0, 20000),
    "creatinine_umol_l": (5, 3000),
    "tsh_miu_l": (0, 500),
    "cssrs_ideation_max_past_month": (0, 5),
    "initial": (0, 250),
    "supplemental": (0, 125),
}
"""What a value of a living person can be at all; a number outside is a slip of the pen or of a device."""

ENDLESS = 1e15
YEARS = (1900, 2199)
"""The years in which somebody who is screened can have lived; a day outside is a slip."""

IGNORED = listed("id title trap expected schema_version")


def _plain(text: str) -> str:
    """Text that can be written down again: half of a character that came alone is replaced."""
    return text.encode("utf-8", "replace").decode("utf-8").strip()


class _Reader:
    """Reads one object and remembers what it could not read; `path` says where it stands."""

    def __init__(self, data: object, path: str, found: list[Unreadable], unknown: list[str]) -> None:
        self.path, self.found, self.unknown = path, found, unknown
        self.read: set[str] = set()
        self.data: Mapping[str, Any] = {}
        if isinstance(data, dict):
            self.data = data
        elif data is not None:
            found.append(Unreadable(path or "case", "is not an object"))

    def where(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def raw(self, key: str) -> object:
        self.read.add(key)
        return self.data.get(key)

    def refuse(self, key: str, why: str) -> None:
        self.found.append(Unreadable(self.where(key), why))

    def number(self, key: str) -> float | None:
        value = self.raw(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.refuse(key, "is not a number")
            return None
        low, high = PLAUSIBLE[key]
        if not low <= value <= high:
            shown = f"{value:g}" if abs(value) < ENDLESS else "it"
            self.refuse(key, f"{shown} is outside what is possible ({low:g} to {high:g})")
            return None
        return float(value)

    def flag(self, key: str) -> bool | None:
        value = self.raw(key)
        if value is None or isinstance(value, bool):
            return value
        self.refuse(key, "is neither true nor false")
        return None

    def text(self, key: str) -> str | None:
        value = self.raw(key)
        if value is None:
            return None
        if isinstance(value, str):
            return _plain(value) or None
        self.refuse(key, "is not text")
        return None

    def day(self, key: str) -> date | None:
        value = self.raw(key)
        if value is None:
            return None
        try:
            if isinstance(value, str) and len(value.strip()) == 10:
                found = date.fromisoformat(value.strip())
                if YEARS[0] <= found.year <= YEARS[1]:
                    return found
        except ValueError:
            pass
        self.refuse(key, "is not a day such as 2027-03-15")
        return None

    def texts(self, key: str) -> tuple[str, ...] | None:
        value = self.raw(key)
        if value is None:
            return None
        if isinstance(value, list) and all(isinstance(entry, str) and entry.strip() for entry in value):
            return tuple(map(_plain, value))
        self.refuse(key, "is not a list of texts")
        return None

    def child(self, key: str) -> "_Reader":
        return _Reader(self.raw(key), self.where(key), self.found, self.unknown)

    def children(self, key: str) -> "tuple[_Reader, ...] | None":
        value = self.raw(key)
        if value is None:
            return None
        if not isinstance(value, list):
            self.refuse(key, "is not a list")
            return None
        return tuple(
            _Reader(entry if entry is not None else "", f"{self.where(key)}[{number}]", self.found, self.unknown)
            for number, entry in enumerate(value, 1)
        )

    def done(self) -> None:
        self.unknown.extend(self.where(_plain(str(key))) for key in self.data if key not in self.read)


def read_case(data: object) -> Case:
    """Read a case in the format of the screening cases from parsed JSON; any key may be absent, null or wrong.

    Returns:
        The facts that could be read. What could not stands in `unreadable`, keys that mean nothing in `unknown_keys`.
    """
    found: list[Unreadable] = []
    unknown: list[str] = []
    top = _Reader(data, "", found, unknown)
    top.read |= IGNORED
    if data is None or not isinstance(data, dict):
        return Case(unreadable=(Unreadable("case", "is not an object"),))
    dose, vitals = top.child("planned_dose_mg"), top.child("vitals")
    case = Case(
        evaluation_date=top.day("evaluation_date"),
        planned_session_date=top.day("planned_session_date"),
        medication_list_affirmed_complete=top.flag("medication_list_affirmed_complete"),
        planned_initial_mg=dose.number("initial"),
        planned_supplemental_mg=dose.number("supplemental"),
        participant=_participant(top.child("participant")),
        bp_readings=_each(vitals.children("bp_readings_mmHg"), _pressure),
        heart_rate_bpm=vitals.number("heart_rate_bpm"),
        temperature_c=vitals.number("temperature_c"),
        labs=_labs(top.child("labs_and_ecg")),
        medications=_each(top.children("medications"), _medicine),
    )
    for reader in (dose, vitals, top):
        reader.done()
    return replace(case, unreadable=tuple(found), unknown_keys=tuple(unknown))


def _each(readers: "Sequence[_Reader] | None", read: "Callable[[_Reader], T]") -> tuple[T, ...] | None:
    return None if readers is None else tuple(read(reader) for reader in readers)


def _participant(at: _Reader) -> Participant:
    risk, test = at.child("suicide_risk"), at.child("pregnancy_test")
    ideation = risk.number("cssrs_ideation_max_past_month")
    found = Participant(
        age=at.number("age"),
        sex_at_birth=_sex(at),
        childbearing_potential=at.flag("childbearing_potential"),
        pregnancy_test=_pregnancy(test) if test.data else None,
        contraception=at.text("contraception"),
        nursing=at.flag("nursing"),
        weight_kg=at.number("weight_kg"),
        height_cm=at.number("height_cm"),
        diagnoses=at.texts("diagnoses"),
        medical_history=at.texts("medical_history"),
        family_history_psychosis_or_bipolar=at.flag("family_history_psychosis_or_bipolar"),
        ideation=None if ideation is None else int(-(-ideation // 1)),
        behavior=risk.flag("behaviour_past_6_months"),
    )
    risk.done()
    at.done()
    return found


def _sex(at: _Reader) -> Sex | None:
    word = (at.text("sex_at_birth") or "").casefold()
    match word:
        case "female" | "f" | "woman":
            return "female"
        case "male" | "m" | "man":
            return "male"
        case "":
            return None
        case _:
            at.refuse("sex_at_birth", f"{word!r} is neither female nor male")
            return None


def _pregnancy(at: _Reader) -> PregnancyTest:
    found = PregnancyTest(result=at.text("result"), date=at.day("date"))
    at.done()
    return found


def _pressure(at: _Reader) -> BloodPressure:
    found = BloodPressure(date=at.day("date"), sbp=at.number("sbp"), dbp=at.number("dbp"))
    at.done()
    return found


def _ecg(at: _Reader) -> Ecg:
    found = Ecg(date=at.day("date"), qtcf_ms=at.number("qtcf_ms"), rhythm=at.text("rhythm"))
    at.done()
    return found


def _labs(at: _Reader) -> Labs:
    found = Labs(
        date=at.day("labs_date"),
        sodium_mmol_l=at.number("sodium_mmol_l"),
        potassium_mmol_l=at.number("potassium_mmol_l"),
        alt_u_l=at.number("alt_u_l"),
        ast_u_l=at.number("ast_u_l"),
        creatinine_umol_l=at.number("creatinine_umol_l"),
        tsh_miu_l=at.number("tsh_miu_l"),
        urine_drug_screen=at.text("urine_drug_screen"),
        ecg=_each(at.children("ecg"), _ecg),
    )
    at.done()
    return found


def _medicine(at: _Reader) -> Medicine:
    found = Medicine(
        as_entered=at.text("as_entered"),
        dose=at.text("dose"),
        route=at.text("route"),
        status=_status(at),
        last_dose_date=at.day("last_dose_date"),
        reported_under=at.text("reported_under"),
        note=at.text("note"),
        confirmed_as=at.text("confirmed_as"),
        codes=_codes(at),
    )
    at.done()
    return found


def _codes(at: _Reader) -> tuple[Code, ...]:
    codes = []
    for entry in at.children("codes") or ():
        found = Code(
            system=entry.text("system") or "", code=entry.text("code") or "", display=entry.text("display") or ""
        )
        entry.done()
        codes.append(found)
    return tuple(codes)


def _status(at: _Reader) -> MedicineStatus | None:
    word = (at.text("status") or "").casefold()
    match word:
        case "ongoing" | "stopped" | "affirmed none":
            return word
        case "":
            return None
        case _:
            at.refuse("status", f"{word!r} is none of ongoing, stopped, affirmed none")
            return None
