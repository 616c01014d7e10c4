"""What published trials say, by condition: the answer first, then figures, risks, blinding, sources. No trial data."""

from django.http import HttpRequest, HttpResponse
from markupsafe import Markup

from triptych import __version__
from triptych.evidence import (
    OutcomeDefinition,
    Synthesis,
    finding,
    findings_of,
    first_sentence,
    guesses,
    harms,
    report_text,
)
from triptych.exchange import forest_svg
from triptych.ledger.library import evidence as bundled
from triptych.web.people import Asker, found, page
from triptych.web.show import show


@page
def evidence(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show every condition with its answer in one sentence, and the legal standing by jurisdiction."""
    base = bundled()
    answers = [(one, first_sentence(base, one, findings_of(base, one))) for one in base.texts.conditions]
    return show(request, asker, "evidence.html", here="evidence", base=base, answers=answers)


@page
def condition(request: HttpRequest, asker: Asker, condition: str) -> HttpResponse:
    """Show what is known about one condition."""
    base = bundled()
    wanted = found(base.conditions.get(condition))
    findings, trials = findings_of(base, wanted), base.of_condition(condition)
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
        harms=harms(trials),
        guesses=guesses(trials),
        drawn=_drawn,
    )


@page
def plain(request: HttpRequest, asker: Asker, condition: str) -> HttpResponse:
    """Show the same in plain language."""
    base = bundled()
    wanted = found(base.conditions.get(condition))
    findings = findings_of(base, wanted)
    told = findings[:1] if wanted.main else ()
    first = first_sentence(base, wanted, findings)
    return show(request, asker, "evidence_plain.html", here="evidence", condition=wanted, findings=told, first=first)


@page
def report(_request: HttpRequest, _asker: Asker, condition: str) -> HttpResponse:
    """Give the reproducible report as Markdown."""
    base = bundled()
    wanted = found(base.conditions.get(condition))
    name = f'attachment; filename="evidence-{wanted.id}.md"'
    text = report_text(base, wanted.id, __version__)
    return HttpResponse(text, content_type="text/markdown; charset=utf-8", headers={"Content-Disposition": name})


@page
def figure(_request: HttpRequest, _asker: Asker, outcome: str) -> HttpResponse:
    """Give a forest plot as an SVG file."""
    base = bundled()
    definition = found(base.outcomes.get(outcome))
    made = finding(base, outcome).main
    name = f'attachment; filename="{definition.id}.svg"'
    content = forest_svg(definition, made)
    return HttpResponse(content, content_type="image/svg+xml", headers={"Content-Disposition": name})


def _drawn(definition: OutcomeDefinition, made: Synthesis) -> Markup:
    """The drawing in the page's own style; every text in it is escaped where it is drawn."""
    return Markup(forest_svg(definition, made, styled=False))  # noqa: S704
