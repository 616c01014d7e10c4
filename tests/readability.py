"""How hard a text is to read: Flesch-Kincaid grade for English, Fernández-Huerta for Spanish, on counted syllables.

Sources: Kincaid and others 1975 (0.39 words a sentence + 11.8 syllables a word - 15.59); Fernández Huerta 1959 as it is
commonly computed (206.84 - 60 syllables a word - 1.02 words a sentence). Syllables are groups of vowels, which
errs toward harder in English (few silent letters are taken off) and follows the rules of hiatus in Spanish.
"""

import re

WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
SENTENCE = re.compile(r"[.!?:]+(?:\s|$)")


def measured(text: str) -> tuple[int, list[str]]:
    """How many sentences a text has, and its words."""
    return max(1, len(SENTENCE.findall(text))), WORD.findall(text.casefold())


def english_syllables(word: str) -> int:
    """Groups of vowels, without a silent e or ed at the end; a number counts as one for each of its digits."""
    if word.isdigit():
        return len(word)
    plain = re.sub(r"(?<![aeiouy])e$|(?<=[^aeioudt])ed$|(?<=[^aeiouszx])es$", "", word)
    plain = re.sub(r"([^aeiou])le?$", r"\1el", word) if re.search(r"[^aeiouy]le$", word) else plain
    return max(1, len(re.findall(r"[aeiouy]+", plain)))


def spanish_syllables(word: str) -> int:
    """Groups of vowels, cut where two strong vowels or a stressed weak one meet; a number counts one for each digit."""
    if word.isdigit():
        return len(word)
    plain = re.sub(r"qu(?=[eiéí])|gu(?=[eiéí])", "k", word)
    cut = re.sub(r"([aeoáéóíú])(?=[aeoáéóíú])|([aeoáéó])(?=[íú])", r"\1\2-", plain)
    return max(1, len(re.findall(r"[aeiouáéíóúüy]+", cut)))


def flesch_kincaid_grade(text: str) -> float:
    """The school grade for which an English text is written."""
    sentences, words = measured(text)
    return 0.39 * len(words) / sentences + 11.8 * sum(map(english_syllables, words)) / len(words) - 15.59


def fernandez_huerta(text: str) -> float:
    """The ease of a Spanish text from 0 to 100; 60 is plain."""
    sentences, words = measured(text)
    return 206.84 - 60 * sum(map(spanish_syllables, words)) / len(words) - 1.02 * len(words) / sentences
