"""Entering medicines: typed or pasted, one a line, or out of a FHIR record; each becomes a record once a person agrees.

An exact name is shown with what it is. A name that resembles one is offered and waits for a person; any other blocks.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from msgspec import Struct, field

from triptych.course import local_day
from triptych.exchange import NotFhir, case_of_bundle
from triptych.ledger import Draft, Filed
from triptych.ledger.library import knowledge_base
from triptych.safety import Resolution, resolve
from triptych.study import Form
from triptych.web.entry import Posted, new_id
from triptych.web.filing import file_posted
from triptych.web.house import house
from triptych.web.pages.entry import form_of
from triptych.web.people import Asker, found, page
from triptych.web.show import show

FORM = "medicine"
MOST_ROWS, MOST_BYTES = 80, 10_000_000
FIELDS = ("name", "dose", "route", "last_taken_on", "prescriber", "codes", "confirmed_as")
UNKNOWN = "asked-unknown"
SPLIT = re.compile(r"[\n;]+")


class Row(Struct, kw_only=True):
    """One medicine on the page: what was read or typed, what it stands for, and what is wrong with it."""

    record: str
    name: str = ""
    dose: str = ""
    route: str = ""
    ongoing: str = ""
    last_taken_on: str = ""
    last_unknown: bool = False
    prescriber: str = ""
    codes: str = ""
    confirmed_as: str = ""
    left_out: bool = False
    problems: list[str] = field(default_factory=list)

    @property
    def resolution(self) -> Resolution:
        """What the name stands for by itself."""
        return resolve(knowledge_base(), self.name, route=self.route, details=self.dose)


@page
def medicines(request: HttpRequest, asker: Asker, participant: str) -> HttpResponse:
    """Ask for a list, show each line as a medicine to agree to, and file those that somebody agreed to."""
    found(asker.view.course(participant))
    form = form_of(asker, FORM)
    typed = request.POST.get("list", "")
    rows: list[Row] = []
    questions: tuple[str, ...] = ()
    problem = ""
    if request.method == "POST" and "rows" in request.POST:
        rows = list(_posted(request.POST))
        if _file_all(request, asker, participant, form, rows):
            return redirect("screening", participant=participant)
    elif request.method == "POST":
        try:
            rows, questions = _read(request, asker, participant)
        except NotFhir as fault:
            problem = str(fault)
        problem = problem or ("" if rows else "Nothing was read. Type a medicine, or choose a file.")
    return show(
        request,
        asker,
        "medicines.html",
        status=422 if problem or any(row.problems for row in rows) else 200,
        participant=participant,
        typed=typed,
        rows=rows,
        questions=questions,
        problem=problem,
        longest=next(item.max_length for item in form.items if item.id == "name"),
    )


def _read(request: HttpRequest, asker: Asker, participant: str) -> tuple[list[Row], tuple[str, ...]]:
    """The lines of a list that was typed, or the medicines of a record that was sent."""
    now = asker.view.now
    upload = request.FILES.get("file")
    if upload is None:
        names = list(lines_of(request.POST.get("list", "")))[:MOST_ROWS]
        return [Row(record=new_id(now), name=name) for name in names], ()
    if upload.size is None or upload.size > MOST_BYTES:
        raise NotFhir(f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
    read = case_of_bundle(upload.read(), local_day(now, asker.view.zone(participant)))
    taken = read.case.get("medications") or []
    return [_from_fhir(new_id(now), one) for one in taken[:MOST_ROWS]], read.questions


def lines_of(text: str) -> Iterator[str]:
    r"""The medicines of a pasted list: one a line, and apart at commas where each part is a medicine by itself.

    >>> list(lines_of("sertraline 50 mg\nibuprofen, cetirizine\nVitamin B1, B6 and B12"))
    ['sertraline 50 mg', 'ibuprofen', 'cetirizine', 'Vitamin B1, B6 and B12']
    """
    for line in SPLIT.split(text):
        plain = line.strip().lstrip("-*•·").strip()
        parts = [part.strip() for part in plain.split(",")]
        known = len(parts) > 1 and all(resolve(knowledge_base(), part).status == "resolved" for part in parts)
        yield from (parts if known else [plain] if plain else [])


def _from_fhir(record: str, one: dict[str, Any]) -> Row:
    codes = (f"{code.get('system', '')}|{code.get('code', '')}|{code.get('display', '')}" for code in one["codes"])
    return Row(
        record=record,
        name=str(one.get("as_entered") or ""),
        dose=str(one.get("dose") or ""),
        route=str(one.get("route") or ""),
        ongoing={"ongoing": "yes", "stopped": "no"}.get(str(one.get("status")), ""),
        last_taken_on=str(one.get("last_dose_date") or ""),
        codes="\n".join(codes),
    )


def _posted(data: QueryDict) -> Iterator[Row]:
    """The rows as they came back."""
    count = data.get("rows", "")
    for number in range(min(int(count) if count.isdecimal() else 0, MOST_ROWS)):
        at = f"r{number}-"
        row = Row(
            record=data.get(f"{at}record", ""),
            ongoing=data.get(f"{at}ongoing", ""),
            last_unknown=f"{at}last_unknown" in data,
            left_out=f"{at}left_out" in data,
        )
        for name in FIELDS:
            setattr(row, name, data.get(f"{at}{name}", "").strip())
        if row.confirmed_as and row.confirmed_as not in [one.name for one in row.resolution.candidates]:
            row.confirmed_as = ""  # offered for another name
        yield row


def _file_all(request: HttpRequest, asker: Asker, participant: str, form: Form, rows: Iterable[Row]) -> bool:
    """File every row that is not left out. Whether all were; the others say what is wrong with them."""
    done = True
    for row in rows:
        if not row.left_out:
            posted = _as_form(asker, participant, form, row)
            if not file_posted(request, asker, posted, participant):
                row.problems = [text for _, text in (*posted.problems, *posted.asked)]
                done = False
    return done


def _as_form(asker: Asker, participant: str, form: Form, row: Row) -> Posted:
    posted = Posted.fresh(form, asker.view.zone(participant), asker.view.now)
    posted.record = row.record
    given = {name: getattr(row, name) for name in FIELDS}
    posted.typed = {name: [text] for name, text in given.items() if text}
    if row.ongoing in ("yes", "no"):
        posted.typed["ongoing"] = [row.ongoing]
    elif row.ongoing == UNKNOWN:
        posted.coded["ongoing"] = UNKNOWN
    if row.ongoing != "no":
        posted.typed.pop("last_taken_on", None)
    elif row.last_unknown:
        posted.typed.pop("last_taken_on", None)
        posted.coded["last_taken_on"] = UNKNOWN
    return posted


@page
def confirm(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """Record that a person confirmed one of the names offered for a medicine, as a correction of its record."""
    form_of(asker, FORM)
    seen = found(next((one for one in asker.view.records(participant) if one.id == str(record) and one.current), None))
    name = request.POST.get("name", "")
    resolution = resolve(knowledge_base(), str(seen.values.get("name", "")))
    if request.method != "POST" or seen.form != FORM or name not in [one.name for one in resolution.candidates]:
        raise Http404
    draft = Draft(
        id=new_id(asker.view.now),
        form=FORM,
        values={**seen.values, "confirmed_as": name},
        occurred_at=seen.occurred_at,
        participant=participant,
        site=asker.grant.site,
        visit=seen.visit,
        cycle=seen.cycle,
        corrects=seen.id,
        reason=f"Identified by a person as {name}",
    )
    outcome = house().trial.file(draft, asker.actor)
    if isinstance(outcome, Filed):
        messages.success(request, f"Recorded: it is {name}. The list has to be affirmed complete again.")
    else:
        messages.warning(request, " ".join(reason.text for reason in outcome.reasons))
    return redirect("screening", participant=participant)
