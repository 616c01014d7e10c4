"""From what somebody typed to active ingredients: exact names resolve, near ones are offered, the rest blocks.

Never decides on a resemblance: a near match is a question to a person.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, JaroWinkler

from triptych.safety.knowledge import Active, KnowledgeBase, Product
from triptych.safety.wording import (
    BEFORE_TIMES,
    NOISE,
    REASONS,
    SAID_ALONE,
    SALTS,
    TIMES,
    is_number,
    listed,
    words_of,
)

FORMS: tuple[tuple[str, frozenset[str]], ...] = (
    (
        "depot",
        listed("""depot lai decanoate decanoat palmitate pamoate longacting monthly implant"""),
    ),
    (
        "topical",
        listed("""topical cream gel ointment lotion cutaneous dermal skin creme salve shampoo"""),
    ),
    ("nasal", listed("nasal nose intranasal nasally")),
    (
        "inhaled",
        listed("""inh inhaled inhaler inhalation puff puffs inhale nebulized nebuliser nebulizer"""),
    ),
    ("eye", listed("ophthalmic eye eyedrops ocular")),
    (
        "injection",
        listed("""im iv sc injection injected intramuscular subcutaneous intravenous jab shot"""),
    ),
    ("patch", listed("patch transdermal")),
    (
        "oral",
        listed("""oral orally mouth po tablet tablets tab tabs capsule capsules cap caps"""),
    ),
)
FORM_WORDS = frozenset(word for _, signs in FORMS for word in signs) | {"long", "acting", "pump", "lozenge", "troche"}
HIGH = re.compile(r"\b(?:[2-9]|\d\d+)(?:[.,]\d+)? ?(?:g|gr|grams?)\b|\b(?:[2-9]|\d\d+)[.,]?\d{3} ?(?:mg|milligrams?)\b")
"""Two grams or more: what a high dose of a vitamin is here (a choice of this knowledge base, not read in a source)."""
UNASKED = frozenset({"", "analgesic"})
"""What a product is made for stands in its name; nobody is asked for it."""
OFFERED = 8
BESIDE = 8
CLOSE = 0.72
ALL_BUT_EQUAL = 0.92
ORDINARY = frozenset(
    {
        "tea",
        "acid",
        "mushrooms",
        "weed",
        "pot",
        "speed",
        "hash",
        "spirits",
        "edibles",
        "smoking",
        "cider",
        "beer",
        "wine",
    }
    | {"red wine", "white wine", "gin", "rum", "crack", "cigarette"}
)
"""Words that name something only by themselves: horny goat weed, lion's mane mushrooms and ginger beer are others."""

Form = str
Status = Literal["resolved", "offered", "unidentified"]


class Identified(Struct, frozen=True, kw_only=True):
    """A name that was recognized exactly, the actives it stands for, and the rows that judge them.

    `rows_of` pairs each active with its row; `own_rows` judge the combination as a whole. `unlisted` are actives
    without any row. `ask` says what must be known first, such as whether an injection is a depot.
    """

    name: str
    actives: tuple[str, ...]
    is_product: bool
    own_rows: tuple[str, ...] = ()
    rows_of: tuple[tuple[str, str], ...] = ()
    unlisted: tuple[str, ...] = ()
    ask: str = ""


class Candidate(Struct, frozen=True, kw_only=True):
    """A name that resembles what was typed, for a person to confirm or refuse. `likeness` is from 0 to 1."""

    name: str
    actives: tuple[str, ...]
    likeness: float


class Resolution(Struct, frozen=True, kw_only=True):
    """What a typed name turned out to be; the actives of what was recognized count even where a rest is not known."""

    entered: str
    identified: tuple[Identified, ...]
    unidentified: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()

    @property
    def status(self) -> Status:
        """Resolved only if every word is accounted for."""
        if self.identified and not self.unidentified:
            return "resolved"
        return "offered" if self.candidates else "unidentified"

    @property
    def actives(self) -> tuple[str, ...]:
        """The active ingredients recognized, each once, in the spelling of the knowledge base."""
        return tuple(dict.fromkeys(active for found in self.identified for active in found.actives))


def resolve(base: KnowledgeBase, name: str, *, route: str = "", details: str = "") -> Resolution:
    """Say which active ingredients a typed name stands for.

    Args:
        base: What is known.
        name: As somebody typed it; strength, form, salt and frequency may stand in it, and several medicines.
        route: How it is given, in words; empty if it is not known.
        details: Further words about dose and form ("400 mg every 4 weeks").

    Returns:
        What was recognized exactly, and candidates for what was not. An empty name is unidentified.
    """
    words = words_of(name)
    found, rest = _segments(base, words)
    form = form_of((*words_of(route), *words, *words_of(details)))
    sized = any(map(is_number, (*words, *words_of(details))))
    identified = tuple(_identified(base, key, meaning, (form, sized)) for key, meaning in found)
    if identified and not rest:
        return Resolution(entered=name, identified=identified)
    unknown = tuple(" ".join(run) for run in rest) or (" ".join(words),)
    return Resolution(
        entered=name, identified=identified, unidentified=unknown, candidates=_candidates(base, unknown, words)
    )


def form_of(words: Iterable[str]) -> str:
    """How a medicine is given, from words about it: the first of the known forms, or nothing."""
    words = tuple(words)
    found = set(words)
    if {"long", "acting"} <= found and found & {"injection", "injectable"}:
        return "depot"
    form = next((form for form, signs in FORMS if found & signs), "")
    return "high" if form in {"", "oral"} and HIGH.search(" ".join(words)) else form


Found = list[tuple[str, Active | Product]]
Runs = list[list[str]]


def _segments(base: KnowledgeBase, words: Sequence[str]) -> tuple[Found, Runs]:
    """Cut the words into known names, longest first, and runs of words that mean nothing here."""
    found: Found = []
    rest: Runs = []
    at, matched_at = 0, -1
    while at < len(words):
        key, meanings = ("", ()) if _is_reason(words, at) else _longest(base, words, at)
        salt = words[at] in SALTS and (matched_at == at or " " not in key)
        if meanings and not (salt and matched_at == at):
            # The tea of a plant that was just named is that plant.
            if key != "tea" or not 0 < at == matched_at:
                found.extend((key, meaning) for meaning in meanings if (key, meaning) not in found)
            at += len(key.split())
            matched_at = at
        else:
            if not _is_noise(words, at, matched=matched_at >= 0):
                if rest and matched_at != at and _joined(words, at, rest[-1]):
                    rest[-1].append(words[at])
                else:
                    rest.append([words[at]])
            matched_at = at + 1 if matched_at == at and words[at] in SALTS else matched_at
            at += 1
    return _without_ordinary(found, rest)


def _without_ordinary(found: Found, rest: Runs) -> tuple[Found, Runs]:
    """Ordinary words beside other names are words whose meaning a person has to say."""
    ordinary = list(dict.fromkeys(key for key, _ in found if key in ORDINARY))
    if not rest and len(ordinary) == len({key for key, _ in found}):
        return found, rest
    kept = [(key, meaning) for key, meaning in found if key not in ORDINARY]
    return kept, [*rest, *([key] for key in ordinary)]


def _joined(words: Sequence[str], at: int, run: list[str]) -> bool:
    return at > 0 and words[at - 1] == run[-1]


def _longest(base: KnowledgeBase, words: Sequence[str], at: int) -> tuple[str, tuple[Active | Product, ...]]:
    for length in range(min(base.longest, len(words) - at), 0, -1):
        key = " ".join(words[at : at + length])
        meanings = base.meaning(key)
        if meanings:
            return key, meanings
    return "", ()


def _is_noise(words: Sequence[str], at: int, *, matched: bool) -> bool:
    word, before = words[at], words[at - 1] if at else ""
    if is_number(word) or word in NOISE or word in FORM_WORDS or word in {"for", "against", "of"}:
        return True
    if word in {"pm", "am"} and before and is_number(before):
        return True
    if word == "x" and any(is_number(beside) for beside in words[max(at - 1, 0) : at + 2]):
        return True
    if word in SALTS:
        return matched or at + 1 < len(words)
    return _is_usage(words, at) or (matched and word in SAID_ALONE) or _is_reason(words, at)


def _is_usage(words: Sequence[str], at: int) -> bool:
    """Whether a word says when or how strong, which by itself would name another product."""
    word, before = words[at], words[at - 1] if at else ""
    if word in TIMES:
        return before in BEFORE_TIMES or (before != "" and is_number(before))
    return word == "extra" and tuple(words[at + 1 : at + 2]) == ("strength",)


def _is_reason(words: Sequence[str], at: int) -> bool:
    return words[at] in REASONS and bool({"for", "against"} & set(words[:at]))


def _identified(base: KnowledgeBase, key: str, meaning: Active | Product, given: tuple[Form, bool]) -> Identified:
    form, sized = given
    if isinstance(meaning, Active):
        known = base.spellings.get(key, meaning.name)
        return _with_rows(base, Identified(name=known, actives=(meaning.name,), is_product=False), form, sized=sized)
    found = Identified(name=meaning.name, actives=meaning.actives, is_product=True, own_rows=meaning.rows)
    return _with_rows(base, found, meaning.form or form, sized=sized)


def _with_rows(base: KnowledgeBase, found: Identified, form: Form, *, sized: bool) -> Identified:
    pairs: list[tuple[str, str]] = []
    asks: list[str] = []
    unlisted: list[str] = []
    for name in found.actives:
        active = base.actives.get(name)
        rows = _rows_for(active, form) if active else ()
        if active is None or not rows:
            unlisted.append(name)
            continue
        pairs.extend((name, row) for row in rows)
        if any(link.form not in UNASKED for link in active.links) and (ask := _ask(active, form, sized=sized)):
            asks.append(ask)
    dropped = {row for own in found.own_rows for row in base.rows[own].supersedes}
    return Identified(
        name=found.name,
        actives=found.actives,
        is_product=found.is_product,
        own_rows=found.own_rows,
        rows_of=tuple(pair for pair in pairs if pair[1] not in dropped and pair[1] not in found.own_rows),
        unlisted=tuple(name for name in unlisted if not found.own_rows),
        ask="; ".join(asks),
    )


def _rows_for(active: Active, form: str) -> tuple[str, ...]:
    exact = tuple(link.row for link in active.links if form and link.form == form)
    return exact or tuple(link.row for link in active.links if not link.form)


def _ask(active: Active, form: Form, *, sized: bool) -> str:
    """What is not known about the way of giving, where a row hangs on it."""
    if not form:
        return f"route of {active.name}"
    if active.has_form("high") and not sized:
        return f"dose of {active.name}"
    if form == "injection" and active.has_form("depot"):
        return f"whether the injection of {active.name} is long-acting"
    return ""


def _candidates(base: KnowledgeBase, unknown: tuple[str, ...], words: Sequence[str]) -> tuple[Candidate, ...]:
    whole = " ".join(word for word in words if not is_number(word) and word not in NOISE)
    best: dict[str, float] = {}
    for query in dict.fromkeys((*unknown, whole)):
        if query in base.brands:
            best[query] = 1.0
        elif len(query) >= 3:
            for key, likeness in (*_near(query, tuple(base.spellings)), *_broad(base, query)):
                best[key] = max(best.get(key, 0.0), likeness)
    ranked = sorted(best.items(), key=lambda pair: (-pair[1], len(pair[0]), pair[0]))
    offered: dict[tuple[object, ...], Candidate] = {}
    for key, likeness in ranked:
        candidate = _candidate(base, key, likeness)
        # One near name alone invites a yes; a few more that begin alike are offered beside it.
        alike = key[:2] in {query[:2] for query in (*unknown, whole)}
        if likeness >= CLOSE or (offered and alike and len(offered) < BESIDE):
            offered.setdefault((_is_product(base, key), *candidate.actives), candidate)
    return tuple(offered.values())[:OFFERED]


def _is_product(base: KnowledgeBase, key: str) -> bool:
    return key in base.brands or any(isinstance(meaning, Product) for meaning in base.index.get(key, ())[:1])


def _broad(base: KnowledgeBase, query: str) -> list[tuple[str, float]]:
    """Names beyond the checked tables that begin as the query does and all but equal it."""
    near = (key for key in base.broad.get(query[:2], ()) if abs(len(key) - len(query)) <= 2)
    return [(key, likeness) for key in near if (likeness := _likeness(query, key)) >= ALL_BUT_EQUAL]


def _near(query: str, keys: Sequence[str]) -> list[tuple[str, float]]:
    """Keys whose first words resemble the query, with their likeness."""
    length = len(query.split())
    heads = {key: " ".join(key.split()[:length]) for key in keys}
    near = process.extract(query, heads, scorer=JaroWinkler.normalized_similarity, limit=40, score_cutoff=0.6)
    alike = {key: head for key, head in heads.items() if head[:2] == query[:2] and abs(len(head) - len(query)) <= 3}
    found = {key: head for head, _, key in near} | alike
    return [(key, _likeness(query, head)) for key, head in found.items()]


def _likeness(query: str, head: str) -> float:
    spelled = max(OSA.normalized_similarity(query, head), fuzz.ratio(query, head) / 100)
    alike = 0.05 if query[:2] == head[:2] else 0.0
    return round(min((JaroWinkler.normalized_similarity(query, head) + spelled) / 2 + alike, 1.0), 3)


def _candidate(base: KnowledgeBase, key: str, likeness: float) -> Candidate:
    actives = tuple(
        dict.fromkeys(
            name
            for meaning in base.meaning(key)
            for name in ((meaning.name,) if isinstance(meaning, Active) else meaning.actives)
        )
    )
    name = base.spellings.get(key) or (key.title() if key in base.brands else key)
    return Candidate(name=name, actives=actives or (base.brands[key],), likeness=likeness)
