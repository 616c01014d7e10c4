"""How names of medicines are compared: words without case, accents, strengths, forms and salts."""

import re
import unicodedata
from functools import lru_cache


def listed(text: str) -> frozenset[str]:
    """The words of a list written out in lines."""
    return frozenset(text.split())


WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*")
APOSTROPHES = str.maketrans("", "", "'’‘`´")

SALTS = listed(
    """acetate cypionate enanthate propionate undecanoate
    besilate besylate bitartrate bromide calcium camsylate carbonate chloride citrate decanoate dihydrate
    dihydrochloride dimesylate disodium edisylate embonate ethanolate fumarate hbr hcl hemifumarate hemihydrate
    hyclate hydrobromide hydrochlorid hydrochloride hydroklorid clorhidrato lactate magnesium maleate malate
    mesilate mesylate monohydrate mononitrate napsylate nitrate oxalate pamoate phosphate potassium saccharate
    sodium succinate sulfate sulphate tartrate tosylate trihydrate"""
)
NOISE = listed(
    """a about am and ampoule ampoules amp an at bedtime bd bid bottle brand breakfast by caplet caplets cap capsule
    capsules caps chewable comprimido comprimidos controlled cr daily delayed depottablett dinner
    dose doses dr dragee drop drops each ec enteric er evening every extended filmtablette filmtabletten
    fortnightly from g gel gelcap gelcaps generic gr gram grams half hour hourly hours hr hrs immediate in inhaled
    inhaler inj injection intramuscular ir iu iv kapsel kapseln kapsler la liquid lozenge lozenges lunch mcg mcgs
    meal meals mg mgs microgram micrograms midday milligram milligrams ml modified month monthly morning mr needed
    nightly nocte noon of od odt oral orally orodispersible once ointment patch patches pastille per pill pills po
    pr prescribed prescription prolonged prn puff puffs qam qd qds qhs qid qod quarter rapid release required
    retard retardtabletten script solution spray sr stat strength suspension sustained syrup tab tabl tablet
    tableta tabletas tablets tablett tabletten tabletter tabs taken takes taking tds the then three tid times
    topical transdermal twice two ug uk ungefaehr unit units us vial week weekly weeks w when with xl xr cream
    lotion nasal gummies gummy inh taper course h im sc subcutaneous one four five six cutaneous dermal ophthalmic
    sublingual sl buccal wafer film"""
)
REASONS = listed(
    """acid adhd acne allergies allergy anxiety appetite asthma back bladder blood chest cough cramps depression
    eczema erection flushes focus fungus hayfever headache headaches heart heartburn hot infection insomnia joint
    knee migraine migraines mood motion muscle nausea nerve nightmares pain panic period periods prostate ptsd
    reflux sinus skin sleep smoking spasm spasms stomach tension throat thyroid toenail travel weight loss
    pressure high bad my his her general disorder nights night quitting stopping nail pcos ocd performance cholesterol
    gerd heartburn social"""
)
SAID_ALONE = listed("adhd ptsd anxiety depression insomnia ocd panic nightmares")
"""Reasons that people write behind a name without *for*; none of them is part of a name."""
TIMES = listed("day days night nights")
BEFORE_TIMES = listed("at every each per a the other one two three once twice times x alternate")
"""*At night* and *a day* are times; *night* or *day* alone may be another product of a brand."""


@lru_cache(maxsize=65536)
def words_of(text: str) -> tuple[str, ...]:
    """The words and numbers of a text, lower case, without accents and apostrophes.

    >>> words_of("St. John’s-wort 300mg")
    ('st', 'johns', 'wort', '300', 'mg')
    """
    plain = unicodedata.normalize("NFKD", text.translate(APOSTROPHES).casefold().replace("µ", "u").replace("μ", "u"))
    return tuple(WORD.findall("".join(letter for letter in plain if not unicodedata.combining(letter))))


def key_of(name: str) -> str:
    """The name as it stands in the index.

    >>> key_of("5-HTP") == key_of("5htp")
    True
    """
    return " ".join(words_of(name))


def is_number(word: str) -> bool:
    """Whether a word is a number, as in a strength."""
    return word[0].isdigit()
