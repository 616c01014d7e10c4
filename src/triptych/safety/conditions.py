"""Diagnoses and history as people write them: which phrases are known, and whether they are denied, past or in doubt.

Words that are not known are read by a physician. A denial counts only where it plainly covers the phrase.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Literal, assert_never

from msgspec import Struct

from triptych.safety.outcomes import PRECEDENCE, Decision, Finding
from triptych.safety.wording import is_number, key_of, listed, words_of

Standing = Literal["present", "past", "denied", "uncertain", "family"]

DENIED = listed("""no not denies denied denying without never negative nil none absence lacks nor absent""")
SETTLED = listed("ruled out excluded present found confirmed")
DENIED_AFTER = ("ruled out", "excluded", "not present", "not found", "negative", "denied", "not confirmed")
UNCERTAIN = listed(
    """possible possibly probable probably suspected suspicion query questionable maybe likely unclear unsure rule r
    vs versus differential provisional potential cannot cant pending evaluate evaluation"""
)
FAMILY = listed(
    """family mother father sister brother parent parents aunt uncle cousin grandmother grandfather sibling fhx
    familial relative son daughter mothers fathers sisters brothers"""
)
BRIDGE = listed(
    """a an any the of or and nor known history hx past prior previous previously personal lifetime evidence sign signs
    symptom symptoms significant active diagnosis diagnosed diagnoses with for having had has have ever been other
    chronic acute severe major primary frank overt family first degree relative relatives in"""
)
"""What may stand between a denial and what it denies; *no treatment for* denies a treatment, not a disease."""
SINCE = listed(
    """since until longer anymore now lately recent recently last current currently year years month months week weeks
    remission"""
)
"""A denial from some time on, which says that there was something before."""
PAST = listed("""history hx past previous previously former formerly remission resolved recovered healed ago""")
FILLER = listed(
    """a acute adult after age aged and as at both by childhood chronic complex condition controlled course current
    currently daily diagnosed diagnosis disorder dose due during dx early episode episodes euthyroid for from full
    history hx in intermittent is issues left lifelong long mild moderate normal now occasional of on only onset
    or partial past persistent post previous primary recurrent related resolved right secondary severe severity
    since single stable status syndrome the therapy to treated treatment type under untreated uncomplicated
    unspecified well with without year years month months week weeks day days ago remission mg symptoms no none
    not never denies denied nil any known had has have does do uncomplicated"""
)
SPECIFIED = re.compile(
    r"[,(]\s*(?=(?:recurrent|single episode|mild|moderate|severe|chronic|with psychotic|type (?:i|ii|1|2))\b)"
    r"|[,(]\s*(?=(?:(?:not )?ruled out|(?:not )?excluded|resolved|denied"
    r"|in (?:\w+ )?remission(?: (?:for |since )?\d+(?: years?| months?)?)?)\s*(?:[),.;]|$))",
    re.IGNORECASE,
)
"""A comma or parenthesis before what belongs to the diagnosis in front of it: its course, or what became of it."""
ITEM = r"[a-z][a-z' -]{2,40}"
DENIED_LIST = re.compile(rf"\s*(?:no|denies|denied|never had) {ITEM}(?:, {ITEM})+,? n?or {ITEM}\s*", re.IGNORECASE)
"""One denial over a whole list of words."""
TURN = re.compile(
    r"\b(?:but|however|has|since|diagnosed|present|current|now|longer|takes|taking|treated)\b", re.IGNORECASE
)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
CLAUSE = re.compile(r"[;.\n()\[\]]|\bbut\b|\bhowever\b|, (?!or\b|nor\b|and\b)|,(?=\S)", re.IGNORECASE)


class Condition(Struct, frozen=True, kw_only=True):
    """A condition that phrases mean, and what it leads to when it is present or past."""

    id: str
    title: str
    present: Decision
    past: Decision
    family: Decision
    phrases: tuple[str, ...]
    source: str
    confirmed: bool


class Conditions(Struct, frozen=True):
    """All conditions by phrase; phrases are normalized."""

    phrases: Mapping[str, Condition]
    longest: int


class Seen(Struct, frozen=True, kw_only=True):
    """A condition in one text, as it stands there."""

    text: str
    condition: Condition
    standing: Standing


def read_conditions(text: str) -> Conditions:
    """Read conditions from CSV. Raises `ValueError` for a decision that is not one of the five."""
    phrases: dict[str, Condition] = {}
    for line in csv.DictReader(io.StringIO(text)):
        condition = Condition(
            id=line["id"],
            title=line["title"],
            present=_decision(line["present"], line["id"]),
            past=_decision(line["past"], line["id"]),
            family=_decision(line["family"], line["id"]),
            phrases=tuple(phrase.strip() for phrase in line["phrases"].split(";")),
            source=line["source"],
            confirmed=line["confirmed"] == "yes",
        )
        for phrase in condition.phrases:
            phrases.setdefault(key_of(phrase), condition)
    return Conditions(phrases, max(len(phrase.split()) for phrase in phrases))


def _decision(word: str, line: str) -> Decision:
    for known in PRECEDENCE:
        if word == known:
            return known
    raise ValueError(f"{line}: {word!r} is not one of {', '.join(PRECEDENCE)}")


def judge_condition(conditions: Conditions, text: str) -> tuple[Finding, ...]:
    """Judge one diagnosis or piece of history.

    Returns:
        A finding for each condition seen, and one for words that nothing is known of; none for harmless ones.
    """
    findings: list[Finding] = []
    for clause in _clauses(text):
        words = words_of(clause)
        if not words:
            continue
        seen, rest = _seen(conditions, text, words, doubtful="?" in clause or "r/o" in clause.casefold())
        findings.extend(finding for one in seen if (finding := _finding(one)) is not None)
        unknown = [word for word in rest if word not in FILLER and word not in DENIED and not is_number(word)]
        if unknown and not _only_context(unknown, seen):
            why = f"'{text}': nothing is known here of '{' '.join(unknown)}'; a physician reads it (SCR-DIAGNOSES)"
            findings.append(Finding("needs_physician_review", why))
    return tuple(dict.fromkeys(findings))


def _clauses(text: str) -> list[str]:
    """The parts of a text that are judged by themselves."""
    joined = SPECIFIED.sub(" ", text)
    if DENIED_LIST.fullmatch(joined) and not TURN.search(joined):
        return [joined.replace(",", " ")]
    return CLAUSE.split(joined)


def _only_context(unknown: Sequence[str], seen: Sequence[Seen]) -> bool:
    return bool(seen) and all(
        word in UNCERTAIN or word in FAMILY or word in PAST or word in SETTLED for word in unknown
    )


def _seen(conditions: Conditions, text: str, words: Sequence[str], *, doubtful: bool) -> tuple[list[Seen], list[str]]:
    found: list[Seen] = []
    rest: list[str] = []
    before: list[str] = []
    at = 0
    while at < len(words):
        condition, length = _longest(conditions, words, at)
        if condition is None:
            rest.append(words[at])
            before.append(words[at])
            at += 1
            continue
        standing = _standing(before, words[at + length :], doubtful=doubtful)
        if standing == "present" and condition.id == "pregnancy" and YEAR.search(" ".join(words)):
            standing = "past"  # a pregnancy with a year is one that was
        found.append(Seen(text=text, condition=condition, standing=standing))
        before.append("or")  # a denial reaches over a list of conditions
        at += length
    return found, rest


def _longest(conditions: Conditions, words: Sequence[str], at: int) -> tuple[Condition | None, int]:
    for length in range(min(conditions.longest, len(words) - at), 0, -1):
        condition = conditions.phrases.get(" ".join(words[at : at + length]))
        if condition is not None:
            return condition, length
    return None, 1


def _standing(before: Sequence[str], after: Sequence[str], *, doubtful: bool) -> Standing:
    later = " ".join(after)
    whole = {*before, *after}
    denied_before = _is_denied(before)
    if whole & FAMILY and not denied_before:
        return "family"
    denied_after = any(phrase in later for phrase in DENIED_AFTER)
    unsettled = whole & UNCERTAIN or "not ruled out" in later or "not excluded" in later
    if doubtful or (unsettled and not (denied_after and "not" not in after)):
        return "uncertain"
    if set(before) & DENIED and (not denied_before or whole & SINCE) and not denied_after:
        return "present" if "longer" in before else "uncertain"
    if denied_before or denied_after:
        return "denied"
    return "past" if whole & PAST else "present"


def _is_denied(before: Sequence[str]) -> bool:
    """Whether a denial reaches what comes after these words."""
    last = max((at for at, word in enumerate(before) if word in DENIED), default=-1)
    return last >= 0 and all(word in BRIDGE for word in before[last + 1 :])


def _finding(seen: Seen) -> Finding | None:
    condition, code = seen.condition, f"SCR-DIAGNOSES {seen.condition.id}"
    decision: Decision
    match seen.standing:
        case "denied":
            return None
        case "uncertain":
            if condition.present == "eligible_on_date":
                return None
            why = f"'{seen.text}': whether this is {condition.title} is not settled ({code})"
            return Finding("cannot_decide", why, missing=(f"whether '{seen.text}' is {condition.title}",))
        case "family":
            decision, how = condition.family, "in the family"
        case "past":
            decision, how = condition.past, "in the history"
        case "present":
            decision, how = condition.present, "present"
        case _:
            assert_never(seen.standing)
    if decision == "eligible_on_date":
        return None
    why = f"'{seen.text}': {condition.title}, {how} ({code})"
    if decision == "cannot_decide":
        return Finding(decision, why, missing=(f"which kind '{seen.text}' is",))
    return Finding(decision, why, never=decision == "excluded")
