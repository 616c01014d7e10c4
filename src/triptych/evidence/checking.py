"""Internal impossibilities of the base: what was printed and cannot be so, and references that lead nowhere.

GRIM (Brown & Heathers 2017): the mean of n whole scores is a whole number over n. The bound on a standard deviation
between the ends of a scale is Bhatia and Davis's (2000), the idea behind GRIMMER and SPRITE. A finding that a trial's
misprint explains is known; any other wants a person.
"""

import math
from collections.abc import Iterator

from msgspec import Struct

from triptych.evidence.base import ArmResult, Base, Effect, Instrument, Result, Trial
from triptych.evidence.quantiles import two_sided
from triptych.evidence.texts import Review

ROUNDED = 0.05
"""Half a unit of the first decimal, in which nearly everything is printed."""
LIKE_AN_ERROR = 0.4
"""A standard deviation below this share of the one at baseline may be a standard error (a choice of ours)."""


class Finding(Struct, frozen=True, order=True):
    """One impossibility: the trial, the path in its document, which check, and what does not fit."""

    trial: str
    path: str
    code: str
    message: str
    explained: bool = False

    def render(self) -> str:
        """The finding in one line."""
        known = "explained: " if self.explained else ""
        return f"{self.trial}: {self.path}: {known}{self.message} [{self.code}]"


def check_base(base: Base) -> tuple[Finding, ...]:
    """Every finding on the base, known or not, in order."""
    ranges = {one.id: one for one in base.definitions.instruments}
    found: list[Finding] = []
    for trial in base.trials:
        for path, code, message in _of_trial(trial, base, ranges):
            found.append(Finding(trial.id, path, code, message, _explained(trial, path, code)))
    found += [Finding(review.id, *rest) for review in base.reviews for rest in _of_review(review, base)]
    return tuple(sorted(found))


def _explained(trial: Trial, path: str, code: str) -> bool:
    """Whether a misprint of the trial names this check, at this path or at what it begins with."""
    named = (misprint.finding.rpartition(" ") for misprint in trial.document.misprints if misprint.finding)
    return any(path.startswith(where) and code == what for where, _, what in named)


_Found = Iterator[tuple[str, str, str]]


def _of_trial(trial: Trial, base: Base, ranges: dict[str, Instrument]) -> _Found:
    yield from _references(trial, base)
    yield from _guesses(trial)
    for result in trial.document.results:
        for number, arm in enumerate(result.arms):
            path = f"results.{result.id}.arms.{number}"
            for code, message in (*_arm(arm), *_scale(arm, ranges.get(result.instrument), result)):
                yield path, code, message
    for event in trial.document.events:
        for number, arm in enumerate(event.arms):
            for code, message in _counts(arm):
                yield f"events.{event.id}.arms.{number}", code, message
    for effect in trial.document.effects:
        for code, message in (*_effect(effect), *_against_arms(effect, trial)):
            yield f"effects.{effect.id}", code, message


def _of_review(review: Review, base: Base) -> _Found:
    """A pooled result outside its own interval, or of a condition that has no page."""
    for row in review.rows:
        path = f"rows.{row.id}"
        if row.low is not None and row.high is not None and not row.low <= row.estimate <= row.high:
            message = f"{row.low:g} to {row.high:g} excludes {row.estimate:g}."
            yield path, "interval_without_estimate", message
        for name in {*row.conditions} - base.conditions.keys():
            yield path, "unknown_condition", f"There is no condition {name!r}."


def _guesses(trial: Trial) -> _Found:
    """Guesses that do not add up to those who were asked."""
    for number, one in enumerate(trial.document.guesses):
        known = one.correct + (one.wrong or 0) + (one.unknown or 0)
        split = one.wrong is not None and one.unknown is not None
        if known > one.total or (split and known != one.total):
            yield f"guesses.{number}", "impossible_count", f"{known} guesses of {one.total} people."


def _references(trial: Trial, base: Base) -> _Found:
    arms = {arm.id for arm in trial.document.arms}
    results = {result.id for result in trial.document.results}
    used = [(f"results.{result.id}", arm.arm) for result in trial.document.results for arm in result.arms]
    for path, name in used:
        if name not in arms:
            yield path, "unknown_arm", f"There is no arm {name!r}."
    for contrast in trial.document.contrasts:
        path = f"contrasts.{contrast.outcome}"
        if contrast.outcome not in base.outcomes:
            yield path, "unknown_outcome", f"There is no outcome {contrast.outcome!r}."
        if contrast.result not in results:
            yield path, "unknown_result", f"There is no result {contrast.result!r}."
        elif not {contrast.experimental, contrast.control} <= {arm.arm for arm in trial.result(contrast.result).arms}:
            yield path, "unknown_arm", "The result does not have both arms."


def _arm(arm: ArmResult) -> Iterator[tuple[str, str]]:
    yield from _counts(arm)
    for name in ("baseline_sd", "baseline_se", "sd", "se", "change_sd", "change_se"):
        value = getattr(arm, name)
        if value is not None and value <= 0:
            yield "not_above_zero", f"{name} is {value:g}."
    if arm.sd is not None and arm.baseline_sd is not None and arm.sd < LIKE_AN_ERROR * arm.baseline_sd:
        yield "like_an_error", f"sd {arm.sd:g} beside {arm.baseline_sd:g} at baseline may be a standard error."
    if arm.change_mean is not None and arm.change_low is not None and arm.change_high is not None:
        if not arm.change_low <= arm.change_mean <= arm.change_high:
            reach = f"{arm.change_low:g} to {arm.change_high:g}"
            yield "interval_without_estimate", f"{reach} excludes {arm.change_mean:g}."
        half = (arm.change_high - arm.change_low) / 2
        if arm.change_se is not None and not _fits(half, arm.change_se, arm.n):
            error = f"a standard error {arm.change_se:g}"
            yield "interval_against_se", f"a half-width of {half:g} does not follow from {error}."


def _fits(half: float, se: float, n: int | None) -> bool:
    """Whether a half-width is the normal or Student's quantile times an error, both as rounded."""
    quantiles = [two_sided(0.95)] + ([two_sided(0.95, n - 1)] if n and n > 1 else [])
    return any(q * (se - ROUNDED) - ROUNDED <= half <= q * (se + ROUNDED) + ROUNDED for q in quantiles)


def _counts(arm: ArmResult) -> Iterator[tuple[str, str]]:
    if arm.events is not None and (arm.total is None or not 0 <= arm.events <= arm.total):
        yield "impossible_count", f"{arm.events} of {arm.total}."


def _scale(arm: ArmResult, scale: Instrument | None, result: Result) -> Iterator[tuple[str, str]]:
    """What the ends of the instrument's scale and its whole scores make impossible."""
    if scale is None or arm.n is None:
        return
    spreads = {"mean": (arm.mean, arm.sd), "baseline_mean": (arm.baseline_mean, arm.baseline_sd)}
    for name, (mean, sd) in spreads.items():
        if mean is None:
            continue
        if not scale.low <= mean <= scale.high:
            yield "out_of_scale", f"{name} {mean:g} is outside {scale.low:g} to {scale.high:g}."
        elif sd is not None and arm.n > 1 and sd > _largest_sd(mean, scale, arm.n) + ROUNDED:
            yield "impossible_sd", f"no {arm.n} scores with a mean of {mean:g} have a standard deviation of {sd:g}."
        modeled = arm.se is not None or "imputed" in result.note
        if not modeled and not grim(mean, arm.n, decimals_of(result, name)):
            yield "grim", f"no {arm.n} whole scores have the mean {mean:g} ({name})."


def _largest_sd(mean: float, scale: Instrument, n: int) -> float:
    return math.sqrt((mean - scale.low) * (scale.high - mean) * n / (n - 1))


def decimals_of(result: Result, name: str) -> int:
    """With how many decimals a field was printed: the most that any arm of the result shows."""
    values = [getattr(arm, name) for arm in result.arms]
    return max(len(f"{value:.10g}".partition(".")[2]) for value in values if value is not None)


def grim(mean: float, n: int, decimals: int) -> bool:
    """Whether a mean, rounded to some decimals, can be that of `n` whole scores; either way of rounding a half.

    >>> grim(63.4, 4, 1), grim(63.4, 5, 1), grim(30.8, 4, 1)
    (False, True, True)
    """
    half = 0.5 * 10.0**-decimals
    return math.floor((mean + half) * n + 1e-9) >= math.ceil((mean - half) * n - 1e-9)


def _effect(effect: Effect) -> Iterator[tuple[str, str]]:
    if effect.low is None or effect.high is None:
        return
    if not effect.low <= effect.estimate <= effect.high:
        yield "interval_without_estimate", f"{effect.low:g} to {effect.high:g} excludes {effect.estimate:g}."
    p = float(effect.p.lstrip("<")) if effect.p else None
    if p is not None and (p < 0.05) is (effect.low < 0 < effect.high) and not (p >= 0.05 and effect.p.startswith("<")):
        yield "p_against_interval", f"p {effect.p} and {effect.low:g} to {effect.high:g} do not go together."


def _against_arms(effect: Effect, trial: Trial) -> Iterator[tuple[str, str]]:
    """A standardized effect whose interval is twice as wide as its arms allow, or half."""
    if effect.low is None or effect.high is None or not effect.metric.startswith(("Hedges", "Cohen d (p")):
        return
    same = (one for one in trial.document.results if one.instrument == effect.instrument)
    result = next((one for one in same if one.timepoint == effect.timepoint and len(one.arms) == 2), None)
    if result is None or None in (sizes := [arm.n for arm in result.arms]):
        return
    first, second = (float(size or 0) for size in sizes)
    expected = 2 * two_sided(0.95) * math.sqrt(1 / first + 1 / second + effect.estimate**2 / (2 * (first + second)))
    width = effect.high - effect.low
    if not 0.5 < width / expected < 2:
        yield (
            "interval_against_arms",
            f"an interval {width:.2f} wide does not follow from {first:g} and {second:g} people.",
        )
