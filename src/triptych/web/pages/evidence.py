"""What published trials say, by condition: the answer first, then figures, risks, blinding, sources. No trial data."""

from functools import cache, lru_cache
from typing import Literal

from django.http import HttpRequest, HttpResponse
from markupsafe import Markup

from triptych import __version__
from triptych.evidence import (
    Base,
    Beside,
    Finding,
    OutcomeDefinition,
    Synthesis,
    beside,
    blinding,
    changes,
    condition_report,
    effect_text,
    finding,
    findings_of,
    first_sentence,
    flow_counts,
    guesses,
    harms,
    main_findings,
    plain_findings,
    pooled_harms,
    trial_flow,
)
from triptych.exchange import forest_pdf, forest_svg, report_html, report_markdown, report_pdf
from triptych.ledger.library import evidence as bundled
from triptych.web.people import Asker, found, page
from triptych.web.show import show

Form = Literal["md", "html", "pdf", "svg"]
KINDS: dict[Form, str] = {
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "svg": "image/svg+xml",
}
# The base that is bundled is the same as long as the program runs, so what follows from it is computed once.


@lru_cache(maxsize=64)
def _base(left_out: frozenset[str]) -> Base:
    return bundled().leaving_out(left_out)


@lru_cache(maxsize=64)
def _findings(condition: str, left_out: frozenset[str]) -> tuple[Finding, ...]:
    base = _base(left_out)
    return findings_of(base, base.conditions[condition])


@cache
def _answer(condition: str) -> str:
    wanted = bundled().conditions[condition]
    return first_sentence(bundled(), wanted, main_findings(bundled(), wanted))


@lru_cache(maxsize=256)
def _beside(outcome: str, left_out: frozenset[str]) -> tuple[Beside, tuple[str, ...]]:
    base = _base(left_out)
    return beside(base, outcome), changes(base, finding(base, outcome))


@page
def evidence(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show every condition with its answer in one sentence, and the legal standing by jurisdiction."""
    base = bundled()
    answers = [(one, _answer(one.id)) for one in base.texts.conditions]
    return show(request, asker, "evidence.html", here="evidence", base=base, answers=answers)


@page
def condition(request: HttpRequest, asker: Asker, condition: str) -> HttpResponse:
    """Show what is known about one condition; `without` leaves out a trial or a site, and every figure follows."""
    left_out = frozenset(name for name in request.GET.getlist("without") if bundled().named(name))
    base = _base(left_out)
    wanted = found(base.conditions.get(condition))
    findings, trials = _findings(condition, left_out), base.of_condition(condition)
    every = bundled().of_condition(condition)
    return show(
        request,
        asker,
        "evidence_condition.html",
        here="evidence",
        base=base,
        condition=wanted,
        first=first_sentence(base, wanted, findings),
        findings=findings,
        trials=trials,
        every=every,
        sites=list({site.id: site for trial in every for site in trial.document.sites}.values()),
        beside=lambda outcome: _beside(outcome, left_out),
        counts=flow_counts(base, wanted, findings),
        reviewed=base.reviewed(condition),
        withdrawn=[one for one in base.reviews if one.retracted and condition in one.conditions],
        harms=harms(trials),
        pooled_harms=pooled_harms(trials),
        guesses=guesses(trials),
        blinding=blinding(trials),
        flow=trial_flow,
        drawn=_drawn,
        effect=effect_text,
    )


@page
def plain(request: HttpRequest, asker: Asker, condition: str) -> HttpResponse:
    """Show the same in plain language."""
    wanted = found(bundled().conditions.get(condition))
    told, first = plain_findings(bundled(), wanted), _answer(condition)
    return show(request, asker, "evidence_plain.html", here="evidence", condition=wanted, told=told, first=first)


@page
def report(_request: HttpRequest, _asker: Asker, condition: str, form: Form) -> HttpResponse:
    """Give the reproducible report as Markdown, HTML or PDF."""
    wanted = found(bundled().conditions.get(condition))
    return _file(_report(wanted.id, form), form, f"evidence-{wanted.id}")


@cache
def _report(condition: str, form: Form) -> bytes:
    made = condition_report(bundled(), condition, __version__)
    if form == "pdf":
        return report_pdf(made)
    return (report_html(made) if form == "html" else report_markdown(made)).encode()


@page
def figure(_request: HttpRequest, _asker: Asker, outcome: str, form: Form) -> HttpResponse:
    """Give a forest plot as an SVG or PDF file."""
    definition = found(bundled().outcomes.get(outcome))
    return _file(_figure(definition.id, form), form, definition.id)


@cache
def _figure(outcome: str, form: Form) -> bytes:
    one = finding(bundled(), outcome)
    return forest_pdf(one.definition, one.main) if form == "pdf" else forest_svg(one.definition, one.main).encode()


def _file(content: bytes, form: Form, name: str) -> HttpResponse:
    heads = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return HttpResponse(content, content_type=KINDS[form], headers=heads)


def _drawn(definition: OutcomeDefinition, made: Synthesis) -> Markup:
    """The drawing in the page's own style; every text in it is escaped where it is drawn."""
    return Markup(forest_svg(definition, made, styled=False))  # noqa: S704 -- as above
