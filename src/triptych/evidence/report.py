"""A condition's report: what is told, in the order of PRISMA 2020, to be set as Markdown, HTML or PDF.

It is reproducible from the digest of the base and the version of the code: the same two give the same report.
"""

from collections.abc import Iterator

from msgspec import Struct

from triptych.evidence.base import Base, Trial
from triptych.evidence.guessing import blinding, guesses
from triptych.evidence.risks import flows, harms, pooled_harms, trial_flow
from triptych.evidence.robustness import Beside, Line, beside
from triptych.evidence.sentences import condition_answer, effect_text, figure, interval
from triptych.evidence.summary import NOT_RECORDED, Finding, changes, finding
from triptych.evidence.texts import ConditionText
from triptych.study import Listing, Table, Text

RETRACTED, ALONE = "retracted", "without a comparison"
NO_FIGURES = "compared, and no result with a spread for both arms under an outcome of this report"


class Drawing(Struct, frozen=True):
    """A forest plot: what is drawn is the finding's own synthesis."""

    finding: Finding


class Chapter(Struct, frozen=True):
    """A heading and what stands under it; `level` is 1 for a main chapter."""

    title: str
    parts: tuple[Text | Listing | Table | Drawing, ...]
    level: int = 1


class EvidenceReport(Struct, frozen=True):
    """The whole report."""

    title: str
    version: str
    digest: str
    chapters: tuple[Chapter, ...]


def findings_of(base: Base, condition: ConditionText) -> tuple[Finding, ...]:
    """The outcomes of a condition, the main one first."""
    names = ([condition.main] if condition.main else []) + list(condition.related)
    return tuple(finding(base, name) for name in names)


def main_findings(base: Base, condition: ConditionText) -> tuple[Finding, ...]:
    """The main outcome of a condition; empty where it has none."""
    return (finding(base, condition.main),) if condition.main else ()


def first_sentence(base: Base, condition: ConditionText, findings: tuple[Finding, ...]) -> str:
    """The answer of a condition, in one sentence with its certainty. The first of the findings is the main one."""
    main = findings[0].answer if condition.main else ""
    return condition_answer(condition, base.of_condition(condition.id), main)


def condition_report(base: Base, name: str, version: str) -> EvidenceReport:
    """The report on a condition. The same base and code give the same report."""
    condition = base.conditions[name]
    trials, findings = base.of_condition(name), findings_of(base, condition)
    chapters = [
        Chapter("Answer", (Text(first_sentence(base, condition, findings)), *_listed(condition.limits))),
        Chapter("Where the figures come from", (*_sources(base, condition, trials, findings),)),
    ]
    if condition.facts:
        told = tuple(f"{fact.text} ({fact.source})" for fact in condition.facts)
        chapters.append(Chapter("What is known", (Listing(told),)))
    if findings:
        chapters.append(Chapter("Summary of findings", (summary_table(findings),)))
    for one in findings:
        chapters += _outcome(base, one)
    chapters += [
        Chapter("What published reviews pooled", _reviews(base, name)),
        Chapter("Risks", (*_risks(base, condition, trials),)),
        Chapter("Who guessed their arm", (*_guessed(trials),)),
        Chapter("Trials", tuple(Table(("Trial", "What is known of it"), tuple(_trial(one))) for one in trials))
        if trials
        else Chapter("Trials", (Text("No trial is recorded for this condition."),)),
        Chapter("Under way", _listed(f"{one.title}: {one.status} ({one.id})" for one in condition.ongoing)),
    ]
    if condition.substance == "MDMA":
        advice = Text("Not legal advice; check before relying on it.")
        chapters.append(Chapter("Legal standing of MDMA", (advice, _standing(base))))
    return EvidenceReport(condition.title, version, base.digest, tuple(chapters))


def _listed(entries: Iterator[str] | tuple[str, ...]) -> tuple[Text | Listing, ...]:
    found = tuple(entries)
    return (Listing(found),) if found else (Text(f"{NOT_RECORDED.capitalize()}."),)


def _sources(
    base: Base, condition: ConditionText, trials: tuple[Trial, ...], findings: tuple[Finding, ...]
) -> Iterator[Text | Table]:
    yield Text(f"{base.texts.searched} This report searches nothing; it counts what the base holds.")
    if base.left_out:
        yield Text(f"Left out on request, from every figure: {', '.join(base.left_out)}.")
    counts = flow_counts(base, condition, findings)
    yield Table(("Step", "Number"), tuple((step, str(number)) for step, number in counts))
    left = tuple(_not_pooled(trials, findings))
    if left:
        yield Table(("Recorded and not pooled", "Why"), left)


def flow_counts(
    base: Base, condition: ConditionText, findings: tuple[Finding, ...]
) -> tuple[tuple[str, int | str], ...]:
    """What PRISMA 2020 counts, from the search to what is pooled; what no source gives is not recorded."""
    trials = base.of_condition(condition.id)
    pooled = {study.trial for one in findings for study in one.main.studies}
    steps: list[tuple[str, int | str]] = [
        (name, NOT_RECORDED) for name in ("Records identified", "Records screened", "Reports assessed for eligibility")
    ]
    kinds = [_why_not(trial) for trial in trials if trial.id not in pooled]
    return (
        *steps,
        ("Trials and pooled reports in the base", len(base.trials)),
        ("of them for this condition", len(trials)),
        *((f"{kind}: shown and not pooled", kinds.count(kind)) for kind in (RETRACTED, ALONE, NO_FIGURES)),
        ("pooled in at least one outcome of this report", len(pooled)),
    )


def _withdrawn(trial: Trial) -> bool:
    return any(report.retracted for report in trial.document.reports)


def _why_not(trial: Trial) -> str:
    """Why a trial of the condition is pooled in no outcome."""
    if _withdrawn(trial):
        return RETRACTED
    return NO_FIGURES if trial.document.controlled else ALONE


def _not_pooled(trials: tuple[Trial, ...], findings: tuple[Finding, ...]) -> Iterator[tuple[str, str]]:
    pooled = {study.trial for one in findings for study in one.main.studies}
    for trial in trials:
        if trial.id not in pooled:
            yield f"{trial.document.title}, {trial.document.year}", _why_not(trial)


def summary_table(findings: tuple[Finding, ...]) -> Table:
    """A summary of findings: each outcome with its people, its effect, what that is among 1,000, and its certainty."""
    head = ("Outcome", "Trials (people)", "Effect, 95 % interval", "Of 1,000 people", "Certainty", "Limited by")
    return Table(head, tuple(_summarized(one) for one in findings))


def _summarized(one: Finding) -> tuple[str, ...]:
    limits = ", ".join(domain.name for domain in one.grade.limits) or "nothing"
    among = "–"
    if one.absolute is not None:
        found = one.absolute
        reach = f"{found.low:.0f} to {found.high:.0f}"
        among = f"{found.control:.0f} with the control, {found.treated:.0f} ({reach}) with the study dose"
    return (
        one.definition.title,
        f"{one.main.k} ({one.main.n})",
        effect_text(one.definition, one.main),
        among,
        one.grade.certainty,
        limits,
    )


def _outcome(base: Base, one: Finding) -> Iterator[Chapter]:
    definition, main = one.definition, one.main
    told = Text(f"{one.answer} {one.more}".rstrip())
    if not main.studies:
        yield Chapter(definition.title, (told,))
        return
    unit = Text(
        f"{definition.better.capitalize()} is better. Figures marked as recalled were not read at their source."
    )
    rows = tuple(
        (
            f"{study.title}, {study.year}{'' if study.confirmed else ' (recalled)'}",
            f"{study.experimental} against {study.control}",
            str(study.n),
            f"{figure(study.estimate)}, {interval(study.ci_low, study.ci_high)}",
            study.address,
        )
        for study in main.studies
    )
    head = ("Trial", "Compared", "People", "Effect, 95 % interval", "Source")
    yield Chapter(definition.title, (told, Drawing(one), unit, Table(head, rows), _ways(one)))
    certainty = tuple(
        (domain.name, domain.level, domain.why, "computed" if domain.computed else "judged", domain.source)
        for domain in one.grade.domains
    )
    graded = Table(("Domain", "Concern", "Why", "How", "Source"), certainty)
    yield Chapter(f"Certainty: {one.grade.certainty}", (graded,), 2)
    yield Chapter("What the answer hangs on", (*_beside(beside(base, definition.id)),), 2)
    yield Chapter("What would change it", (Listing(changes(base, one)),), 2)


def _ways(one: Finding) -> Table:
    rows = [
        (
            f"Together, {made.method}",
            effect_text(one.definition, made),
            "" if made.tau2 is None or made.i2 is None else f"τ² {made.tau2:.4f}, I² {made.i2:.1f} %",
        )
        for made in one.side_by_side
    ]
    for published in one.definition.published:
        certainty = f"certainty {published.certainty}. " if published.certainty else ""
        reach = f"{figure(published.estimate)}, {interval(published.low, published.high)}"
        rows.append((f"Published: {published.by}, {published.method}", reach, f"{certainty}{published.difference}"))
    return Table(("Pooled", "Effect, 95 % interval", "Beside it"), tuple(rows))


def _beside(found: Beside) -> Iterator[Text | Table]:
    for title, lines in (("Left out", found.without), ("By year", found.by_year), ("Another method", found.ways)):
        if lines:
            yield _lines(title, lines)
    for group in found.groups:
        yield _lines(f"By {group.title}", group.lines)
        yield Text("The groups are not compared: one has a single trial." if group.p is None else _alike(group.p))
    if found.pulls:
        rows = (
            (one.study, f"{one.rstudent:.2f}", f"{one.cooks_distance:.2f}", f"{100 * one.hat:.0f} %")
            for one in found.pulls
        )
        yield Table(("Influence of", "Residual without it", "Cook's distance", "Share of the weight"), tuple(rows))
    if found.egger is not None:
        one = found.egger
        yield Text(f"Egger's test: slope {figure(one.estimate)}, t {figure(one.statistic)}, p {one.p:.3f}.")
    for text in found.absent:
        yield Text(text)


def _alike(p: float) -> str:
    return f"That the groups differ: p {p:.2f}. Trials were not allotted to these groups at random."


def _lines(title: str, lines: tuple[Line, ...]) -> Table:
    """Lines as a table, with a column of notes where there is one."""
    noted = any(line.note for line in lines)
    head = (title, "Trials", "Effect, 95 % interval", *(("Note",) if noted else ()))
    rows = (
        (line.label, str(line.k), f"{figure(line.estimate)}, {line.reach}", *((line.note,) if noted else ()))
        for line in lines
    )
    return Table(head, tuple(rows))


def _reviews(base: Base, name: str) -> tuple[Text | Table, ...]:
    rows = []
    for one in base.reviewed(name):
        row = one.row
        reach = "" if row.low is None or row.high is None else f", {interval(row.low, row.high)}"
        mark = "" if one.confirmed else " (recalled)"
        what = f"{row.outcome}; {row.substance}; {row.population}"
        count = "; ".join(
            part for part in (f"k {row.k}" if row.k else "", f"n {row.people}" if row.people else "") if part
        )
        note = "; ".join(part for part in (f"certainty {row.certainty}" if row.certainty else "", row.note) if part)
        rows.append((f"{one.review.citation}{mark}", what, f"{row.metric} {figure(row.estimate)}{reach}", count, note))
    withdrawn = [one for one in base.reviews if one.retracted and name in one.conditions]
    told = tuple(Text(f"{one.citation}: retracted. {one.retracted.notice}") for one in withdrawn if one.retracted)
    if not rows:
        return told or (Text("None is recorded."),)
    return Table(("Review", "What", "Effect, 95 % interval", "Size", "Note"), tuple(rows)), *told


def _risks(base: Base, condition: ConditionText, trials: tuple[Trial, ...]) -> Iterator[Text | Table | Listing]:
    rows = tuple(
        (f"{row.title}, {row.term}{'' if row.confirmed else ' (recalled)'}", row.told, row.needed_text, row.address)
        for row in harms(trials)
    )
    if rows:
        yield Table(("Event", "By arm", "Number needed to harm", "Source"), rows)
    else:
        yield Text("No counts of events by arm are recorded. That is not the same as no harm.")
    pooled = tuple(
        (
            f"{one.term}{'' if one.confirmed else ' (recalled)'}",
            ", ".join(one.titles),
            f"{figure(one.estimate)}, {interval(one.low, one.high)}",
        )
        for one in pooled_harms(trials)
    )
    if pooled:
        yield Table(("Event in more than one trial", "Trials", "Odds ratio by Peto, 95 % interval"), pooled)
    if condition.substance == "MDMA" and base.texts.risks:
        yield Listing(tuple(f"{fact.text} ({fact.source})" for fact in base.texts.risks))
    lost = tuple((trial.document.title, one.text) for trial in trials for one in flows(trial))
    if lost:
        yield Table(("People lost", "By arm"), lost)


def _guessed(trials: tuple[Trial, ...]) -> Iterator[Text | Table]:
    rows = tuple(
        (
            f"{row.title}, {row.arm}{'' if row.confirmed else ' (recalled)'}",
            row.rate.text,
            f"{figure(row.bang.estimate)}, {interval(row.bang.ci_low, row.bang.ci_high)}",
            row.note,
        )
        for row in guesses(trials)
    )
    if rows:
        yield Table(("Trial, arm", "Guessed right", "Bang's index, 95 % interval", "Note"), rows)
    told = tuple((one.title, one.james_text, one.adjusted_text) for one in blinding(trials))
    if told:
        yield Table(("Trial", "James's index", "Effect adjusted for the guess"), told)
    elif not rows:
        yield Text("No controlled trial is recorded.")


def _trial(trial: Trial) -> Iterator[tuple[str, str]]:
    """A trial line by line; the first names it, and what no source gives is said to be not recorded."""
    document = trial.document
    yield f"{document.title}, {document.year}", f"{document.design}; {document.population}"
    yield from document.registrations.items()
    yield "People", trial_flow(trial)
    told = [
        f"{one.text}{'' if trial.confirmed(f'excluded.{one.id}') else ' (not confirmed)'}" for one in document.excluded
    ]
    yield "Excluded", " ".join(told) or NOT_RECORDED
    yield "Earlier use", document.prior_use.text if document.prior_use else NOT_RECORDED
    yield (
        "Risk of bias",
        f"{document.risk_of_bias} ({document.risk_of_bias_by})" if document.risk_of_bias else NOT_RECORDED,
    )
    mark = "" if trial.confirmed("funding") else " (not confirmed)"
    yield "Funding", f"{document.funding}{mark}" if document.funding else NOT_RECORDED
    for report in document.reports:
        gone = f" Retracted on {report.retracted.on}: {report.retracted.notice}" if report.retracted else ""
        yield "Report", f"{report.citation}{f', doi:{report.doi}' if report.doi else ''}.{gone}"
    for site in document.sites:
        if site.flag:
            yield "Flag", f"{site.title}: {site.flag}"
    for one in document.misprints:
        yield "Misprint", f"{one.where}: printed {one.printed}; used {one.used}. {one.why}"


def _standing(base: Base) -> Table:
    rows = tuple(
        (
            one.title,
            one.standing
            + ("" if f"jurisdictions.{one.id}.standing" not in base.unconfirmed_texts else " (not confirmed)"),
            one.as_of,
            one.source,
        )
        for one in base.texts.jurisdictions
    )
    return Table(("Jurisdiction", "Standing", "As of", "Source"), rows)
