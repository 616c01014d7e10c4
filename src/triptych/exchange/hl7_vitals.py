"""Vital signs of a monitor in HL7 v2 (ORU^R01, as IHE's device profiles write it): readings in, acknowledgments out.

A message says who and when, and what each probe read. Nothing is guessed: a reading of zero, an empty one, one that is
not a number, one of another unit and one that the monitor withdrew are *no reading*, and stand in no value.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

import hl7
from msgspec import Struct

from triptych.study.errors import StudyError

MAX_BYTES = 100_000
FINAL = ("F", "R")
"""Result statuses that are read: final, and not yet verified by a person, as monitors send them."""
CODES: Mapping[str, str] = {
    "150021": "systolic", "150022": "diastolic", "147842": "heart_rate", "150364": "temperature", "150456": "spo2",
    "8480-6": "systolic", "8462-4": "diastolic", "8867-4": "heart_rate", "8310-5": "temperature",
    "59408-5": "spo2", "2708-6": "spo2",
}  # fmt: skip
"""Items by code: IEEE 11073-10101 (MDC) and LOINC."""
UNITS: Mapping[str, tuple[str, ...]] = {
    "systolic": ("mm[Hg]", "MDC_DIM_MMHG"), "diastolic": ("mm[Hg]", "MDC_DIM_MMHG"),
    "heart_rate": ("/min", "{beats}/min", "MDC_DIM_BEAT_PER_MIN"), "temperature": ("Cel", "MDC_DIM_DEGC"),
    "spo2": ("%", "MDC_DIM_PERCENT"),
}  # fmt: skip
"""The units taken for each item, in UCUM or by their name in MDC."""
WHOLE = ("systolic", "diastolic", "heart_rate", "spo2")
Code = Literal["AA", "AE", "AR"]


class NotVitals(StudyError):
    """A message that is no ORU^R01 with vital signs of one patient at one time."""

    code = "not_vitals"


class Readings(Struct, frozen=True, kw_only=True):
    """What a monitor read of one person at one time; `left_out` says what is no reading, and why.

    `told` are the items that it named, read or not.
    """

    control_id: str
    participant: str
    device: str
    at: datetime
    values: Mapping[str, float]
    left_out: tuple[str, ...]
    told: frozenset[str] = frozenset()

    @property
    def record_id(self) -> str:
        """An identifier for the record: the same for the same message, so that sending it twice files it once."""
        return str(uuid5(NAMESPACE_URL, f"urn:triptych:oru:{self.device}:{self.control_id}:{self.at.isoformat()}"))


class NoReading(NotVitals):
    """What was sent says who and when, and nothing in it is a reading: every probe that it names is off, or faulty."""

    code = "no_reading"

    def __init__(self, readings: Readings) -> None:
        super().__init__(f"There is no reading in the message. {'; '.join(readings.left_out)}".strip())
        self.readings = readings


def read_oru(content: bytes) -> Readings:
    """Read a message.

    Raises:
        NoReading: every probe that it names reads nothing.
        NotVitals: it is none, or leaves open who, when or by which device.
    """
    message = _parsed(content)
    kind = _field(message, "MSH", 9)
    if not kind.startswith("ORU^R01"):
        raise NotVitals("The message is no ORU^R01. Send unsolicited observations.")
    people = {_component(part, 0) for part in _field(message, "PID", 3).split("~")}
    device = _component(_field(message, "MSH", 3), 0)
    control = _field(message, "MSH", 10)
    if len(people) != 1 or "" in people or not device or not control:
        raise NotVitals("The message has to name one patient (PID-3), its sender (MSH-3) and its own id (MSH-10).")
    values, left_out, times, told = _values(message)
    if not times and not values:
        raise NotVitals(f"There is no reading in the message. {'; '.join(left_out)}".strip())
    if len(times) != 1:
        raise NotVitals("The message has to tell one time of its readings, with its offset from UTC (OBX-14 or OBR-7).")
    readings = Readings(
        control_id=control, participant=people.pop(), device=device, at=times.pop(), values=values,
        left_out=tuple(left_out), told=told,
    )  # fmt: skip
    return with_a_reading(readings)


def with_a_reading(readings: Readings) -> Readings:
    """The readings themselves. Raises `NoReading` where there is none among them."""
    if not readings.values:
        raise NoReading(readings)
    return readings


def acknowledgment(content: bytes, code: Code, at: datetime, text: str = "") -> bytes:
    """The ACK of a message, made at a time: AA when its readings are kept, AE or AR with why they are not."""
    try:
        message = _parsed(content)
        sender, control, version = (_field(message, "MSH", place) for place in (3, 10, 12))
    except NotVitals:
        sender = control = version = ""
    head = f"MSH|^~\\&|TRIPTYCH||{sender}||{at:%Y%m%d%H%M%S%z}||ACK^R01^ACK|{control or 'unknown'}|P|{version or '2.6'}"
    return f"{head}\rMSA|{code}|{control or 'unknown'}|{_escaped(text)}\r".encode()


def _escaped(text: str) -> str:
    for character, escape in (("\\", "\\E\\"), ("|", "\\F\\"), ("^", "\\S\\"), ("&", "\\T\\"), ("~", "\\R\\")):
        text = text.replace(character, escape)
    return " ".join(text.split())[:80]


def _parsed(content: bytes) -> hl7.Message:
    if len(content) > MAX_BYTES:
        raise NotVitals(f"The message has more than {MAX_BYTES:,} bytes.")
    try:
        text = content.decode("utf-8").replace("\r\n", "\r").replace("\n", "\r").strip()
        message = hl7.parse(text)
    except Exception as wrong:  # the parser says in many ways that it cannot read something
        raise NotVitals("The bytes are no HL7 v2 message in UTF-8 that can be read.") from wrong
    if not text.startswith("MSH|^~\\&|"):
        raise NotVitals("The message does not begin with MSH|^~\\&|.")
    return message


def _field(message: hl7.Message, segment: str, at: int) -> str:
    """A field of the only segment of a name; empty where it is absent or there are several."""
    found = [one for one in message if str(one[0]) == segment]
    return _of(found[0], at) if len(found) == 1 else ""


def _of(segment: hl7.Segment, at: int) -> str:
    try:
        return str(segment[at]).strip()
    except IndexError:
        return ""


def _component(field: str, at: int) -> str:
    parts = field.split("^")
    return parts[at].strip() if at < len(parts) else ""


def _values(message: hl7.Message) -> tuple[dict[str, float], list[str], set[datetime], frozenset[str]]:
    """The readings by item, what is none, the times at which they were taken, and every item that is named.

    Where there is no reading at all, the times are those of what was not read.
    """
    values: dict[str, float] = {}
    left_out: list[str] = []
    times: set[datetime] = set()
    unread: dict[str, datetime | None] = {}
    doubled: set[str] = set()
    for segment, ordered in _results(message):
        item = CODES.get(_component(_of(segment, 3), 0))
        if item is None:
            continue
        at = _time(_of(segment, 14) or ordered)
        value, why = _reading(segment, item)
        if value is None or at is None:
            left_out.append(f"{item}: {why or 'no time'}")
            unread[item] = at
            continue
        times.add(at)
        doubled |= {item} & values.keys()
        values[item] = value
    for item in doubled:
        del values[item]
        left_out.append(f"{item}: read twice")
    if not values:
        times = {at for at in unread.values() if at is not None}
    return values, left_out, times, frozenset(values.keys() | unread.keys() | doubled)


def _results(message: hl7.Message) -> Iterator[tuple[hl7.Segment, str]]:
    """Each OBX with the time of the OBR that it stands under."""
    ordered = ""
    for segment in message:
        name = str(segment[0])
        if name == "OBR":
            ordered = _of(segment, 7)
        elif name == "OBX":
            yield segment, ordered


def _reading(segment: hl7.Segment, item: str) -> tuple[float | None, str]:
    if _of(segment, 11) not in FINAL:
        return None, "its status is none that is read"
    units = {_component(_of(segment, 6), at) for at in (0, 1)}
    if not units & {*UNITS[item]}:
        return None, "its unit is none that is read"
    try:
        value = float(_of(segment, 5)) if _of(segment, 2) == "NM" else math.nan
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value <= 0:
        return None, "no reading"
    if item in WHOLE and value != int(value):
        value = round(value)
    return (int(value) if item in WHOLE else value), ""


def _time(text: str) -> datetime | None:
    """A time of HL7 (YYYYMMDDHHMM[SS[.S…]]+ZZZZ); none without its offset, whose hour nobody could tell."""
    digits, sign, offset = text.partition("+") if "+" in text else text.partition("-")
    whole = digits.partition(".")[0]
    if not sign or len(offset) != 4 or len(whole) not in (12, 14):
        return None
    try:
        return datetime.strptime(f"{whole:0<14}{sign}{offset}", "%Y%m%d%H%M%S%z")
    except ValueError:
        return None
