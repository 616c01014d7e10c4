"""A condition's report as Markdown: reproducible from the digest of the base and the version of the code."""

from collections.abc import Iterator

from triptych.evidence.base import Base, ConditionText, Trial
from triptych.evidence.risks import harms, trial_flow
from triptych.evidence.sentences import condition_answer, figure, interval
from triptych.evidence.summary import NOT_RECORDED, Finding, finding


def findings_of(base: Base, condition: ConditionText) -> tuple[Finding, ...]:
    """The outcomes of a condition, the main one first."""
    names = ([condition.main] if condition.main else []) + list(condition.related)
    return tuple(finding(base, name) for name in names)


def first_sentence(base: Base, condition: ConditionText, findings: tuple[Finding, ...]) -> str:
    """The answer of a condition, in one sentence with its certainty."""
    main = findings[0].answer if condition.main else ""
    return condition_answer(condition, base.of_condition(condition.id), main)


def report_text(base: Base, name: str, version: str) -> str:
    """The report on a condition. The same base and code give the same text."""
    condition = base.conditions[name]
    trials, findings = base.of_condition(name), findings_of(base, condition)
    lines = [f"# {condition.title}", "", first_sentence(base, condition, findings), ""]
    lines += [f"- {text}" for text in condition.limits]
    lines += ["", "## Where the figures come from", "", *_counts(base, trials, version)]
    for one in findings:
        lines += ["", *_finding(one)]
    lines += ["", "## Trials", "", *(line for trial in trials for line in _trial(trial)), "", "## Risks", ""]
    told = [f"- {row.text}" for row in harms(trials)]
    lines += told or ["No counts of events by arm are recorded."]
    return "\n".join(lines) + "\n"


def _counts(base: Base, trials: tuple[Trial, ...], version: str) -> Iterator[str]:
    """What PRISMA 2020 asks for where a source gives it."""
    retracted = sum(any(report.retracted for report in trial.document.reports) for trial in trials)
    yield f"- Search: {base.texts.searched}"
    for name in ("Records identified", "Records screened", "Reports assessed for eligibility"):
        yield f"- {name}: {NOT_RECORDED}"
    yield f"- Trials and pooled reports recorded: {len(trials)}, of them retracted and not pooled: {retracted}"
    yield f"- Base: SHA-256 {base.digest}; code: Triptych {version}"


def _finding(one: Finding) -> Iterator[str]:
    yield f"## {one.definition.title}"
    yield ""
    yield f"{one.answer} {one.more}".rstrip()
    yield ""
    yield f"Measure: {one.definition.unit}."
    yield ""
    for made in one.side_by_side:
        if made.estimate is not None and made.ci_low is not None and made.ci_high is not None:
            yield f"- {made.method}: {figure(made.estimate)}, {interval(made.ci_low, made.ci_high)}"
    for published in one.definition.published:
        reach = interval(published.low, published.high)
        certainty = f"; certainty {published.certainty}" if published.certainty else ""
        told = f"- Published ({published.by}, {published.method}): {figure(published.estimate)}, {reach}{certainty}"
        yield f"{told}. {published.difference}".rstrip()
    for domain in one.grade.domains:
        how = "computed" if domain.computed else "judged"
        yield f"- {domain.name}: {domain.level} ({how}). {domain.why}"


def _trial(trial: Trial) -> Iterator[str]:
    document = trial.document
    flow = trial_flow(trial)
    yield f"- {document.title} ({document.year}): {document.design}; {document.population}; {flow}."
    for report in document.reports:
        gone = f" Retracted on {report.retracted.on}: {report.retracted.notice}" if report.retracted else ""
        yield f"  - {report.citation}{f', doi:{report.doi}' if report.doi else ''}.{gone}"
    for site in document.sites:
        if site.flag:
            yield f"  - Flag, {site.title}: {site.flag}"
    for one in document.misprints:
        yield f"  - Misprint, {one.where}: printed {one.printed}; used {one.used}. {one.why}"
