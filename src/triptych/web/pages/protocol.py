"""The protocol as it is in force: schedule, course to scale, criteria, gates, doses, forms, and what is unconfirmed."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from msgspec import Struct

from triptych.course import Span, projected
from triptych.exchange import protocol_html, protocol_pdf
from triptych.study import Column, Form, Gate, Study, flat_yaml, protocol_text, schedule
from triptych.web.entry import Posted
from triptych.web.pages.writing import may_write
from triptych.web.people import Asker, found, page
from triptych.web.show import show


class Bar(Struct, frozen=True):
    """A span drawn to scale: where its bar begins and how long it is, in days, and its days in words."""

    span: Span
    left: int
    length: int
    words: str


@page
def protocol(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show the protocol; `phase` and `group` in the address narrow the schedule."""
    study, asked = asker.study, request.GET
    table = schedule(study)
    phase, group = asked.get("phase", ""), asked.get("group", "")
    groups = sorted({study.forms[form].group for form, _ in table.rows})
    columns = [column for column in table.columns if phase in ("", column.phase.rstrip("?"))]
    rows = [row for row in table.rows if group in ("", study.forms[row[0]].group) and _stands(row[0], columns)]
    bars = list(_bars(projected(study)))
    criteria = study.gate_of("eligibility_confirmation")
    return show(
        request,
        asker,
        "protocol.html",
        here="protocol",
        may_write=may_write(asker),
        phase=phase,
        group=group,
        groups=groups,
        columns=columns,
        phases=[(name, len(list(run))) for name, run in groupby(columns, key=lambda column: column.phase)],
        all_phases=list(dict.fromkeys(column.phase.rstrip("?") for column in table.columns)),
        rows=rows,
        bars=bars,
        days=max((bar.left + bar.length for bar in bars), default=1),
        criteria=criteria,
        gates=_gates(study, criteria),
        study_forms=[form for form in study.document.forms if form.id in study.own_forms and form.group != "system"],
    )


def _stands(form: str, columns: list[Column]) -> bool:
    return any(form in column.cells for column in columns)


def _gates(study: Study, criteria: Gate | None) -> list[Gate]:
    return [gate for gate in study.document.gates if gate is not criteria]


def _bars(spans: tuple[Span, ...]) -> Iterator[Bar]:
    for span in spans:
        left, right = max(span.opens, 0), max(span.closes, span.opens, 0)
        days = f"day {left}" if left == right else f"days {left} to {right}"
        ideal = f", ideally {span.target}" if span.target is not None and left != right else ""
        yield Bar(span, left, right - left + 1, days + ideal)


@page
def form(request: HttpRequest, asker: Asker, form: str) -> HttpResponse:
    """Show a form as it will appear, with what raises what."""
    wanted: Form = found(asker.study.forms.get(form))
    if wanted.group == "system":
        raise Http404
    posted = Posted.fresh(wanted, asker.view.zone(), asker.view.now)
    return show(request, asker, "protocol_form.html", here="protocol", form=wanted, posted=posted)


@page
def text(_request: HttpRequest, asker: Asker) -> HttpResponse:
    """Give the protocol as text, as one HTML file under the headings of ICH M11."""
    made = protocol_html(protocol_text(asker.study), training=asker.view.training)
    return _file(asker, "html", "text/html; charset=utf-8", made.encode())


@page
def pdf(_request: HttpRequest, asker: Asker) -> HttpResponse:
    """Give the same as a tagged PDF."""
    return _file(asker, "pdf", "application/pdf", _pdf(asker.study, asker.view.training))


@lru_cache(maxsize=4)
def _pdf(study: Study, training: bool) -> bytes:
    """The PDF of a version, made once."""
    return protocol_pdf(protocol_text(study), training=training)


@page
def document(_request: HttpRequest, asker: Asker) -> HttpResponse:
    """Give the document in force as one flat YAML file."""
    return _file(asker, "yaml", "application/yaml; charset=utf-8", flat_yaml(asker.study).encode())


def _file(asker: Asker, ending: str, kind: str, content: bytes) -> HttpResponse:
    version = re.sub(r"[^A-Za-z0-9._-]", "-", asker.study.document.version)
    name = f"{asker.study.document.id}-{version}.{ending}"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
