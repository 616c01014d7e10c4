"""Agreeing to take part, on the participants' site: part by part, each with its text, its question and a free answer.

What is filed is bound to the exact text that was shown (EMA-05). The door and the course decide whether it counts.
"""

from collections.abc import Mapping

from django.contrib.auth import logout
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from msgspec import Struct

from triptych.course.consenting import Consented, ElementState
from triptych.ledger.library import consent_asked, plain_evidence, plain_harm
from triptych.study.consent import OPTIONAL, REQUIRED
from triptych.study.consent_texts import Changed, ConsentPassage, ConsentTexts, changes
from triptych.web.entering import WRONG, reached
from triptych.web.entry import Posted
from triptych.web.filing import file_posted
from triptych.web.hand import is_right
from triptych.web.pages.passkeys import has_signed, to_sign
from triptych.web.people import Asker, found, page
from triptych.web.words import FIRST, all_words

ELEMENT, SIGNATURE, QUIZ = "consent_element", "consent", "education_answer"
SAID = {"agreed": "agreed", "declined": "declined", "withdrawn": "withdrawn", "not_asked": "open"}
"""States of a part that have words of their own; in every other the text has changed or the answer is in doubt."""
TRIES = "consent-tries"


class Part(Struct, frozen=True, kw_only=True):
    """One part of the consent with its text, how it stands for this participant, and in which words."""

    passage: ConsentPassage
    state: ElementState
    said: str

    @property
    def is_agreed(self) -> bool:
        """Whether a yes to it stands."""
        return self.state.state == "agreed"


def asked_of(asker: Asker) -> Consented:
    """How the participant's consent stands; where the study asks for no parts there is nothing here."""
    consented = found(asker.view.consented(asker.grant.participant or ""))
    if not consented.elements or ELEMENT not in asker.study.forms:
        raise Http404
    return consented


def texts_in(asker: Asker, language: str, consented: Consented) -> ConsentTexts:
    """The texts in a language, in the version that is asked for; where the site speaks one that has none, the first.

    Where there is no text at all there is nothing to agree to.
    """
    texts = consent_asked(asker.study, consented.version)
    return found(texts.get(language) or (texts.get(FIRST) if language in all_words() else None))


def parts_of(consented: Consented, texts: ConsentTexts) -> dict[str, Part]:
    """The parts in the order of the consent, by their names."""
    states = {one.element: one for one in consented.elements}
    made = {}
    for element in (*REQUIRED, *OPTIONAL):
        passage, state = texts.passage(element), states[element]
        if passage is not None:
            said = texts.ui[SAID.get(state.state, "in_doubt" if state.state == "in_doubt" else "changed")]
            made[element] = Part(passage=passage, state=state, said=said)
    return made


@page
def consent(request: HttpRequest, asker: Asker, language: str) -> HttpResponse:
    """Show every part and how it stands, and the way to sign."""
    return _shown(request, asker, language, "own/consent.html")


@page
def printed(request: HttpRequest, asker: Asker, language: str) -> HttpResponse:
    """Show every text at once, to be printed, read in peace or signed on paper."""
    return _shown(request, asker, language, "own/consent_print.html")


def _shown(request: HttpRequest, asker: Asker, language: str, template: str) -> HttpResponse:
    consented = asked_of(asker)
    texts = texts_in(asker, language, consented)
    return render(request, template, {**_common(asker, consented, texts), "lacks": consented.lacks})


def _common(asker: Asker, consented: Consented, texts: ConsentTexts) -> Mapping[str, object]:
    parts = parts_of(consented, texts)
    return {
        "asker": asker,
        "text": texts,
        "languages": consent_asked(asker.study, consented.version),
        "anew": any(one.state == "other_version" for one in consented.elements),
        "required": [parts[one] for one in REQUIRED if one in parts],
        "optional": [parts[one] for one in OPTIONAL if one in parts],
        "may_sign": all(parts[one].is_agreed for one in REQUIRED if one in parts),
        "is_signed": not {"not_signed", "other_version", "signed_before", "refused"}
        & {x.code for x in consented.lacks},
        "locked": asker.view.is_consent_locked(asker.grant.participant or ""),
        "zone": asker.view.zone(asker.grant.participant),
    }


@page
def element(request: HttpRequest, asker: Asker, language: str, part: str) -> HttpResponse:
    """Show one part with its question, or file the answer to it."""
    consented = asked_of(asker)
    texts = texts_in(asker, language, consented)
    one = found(parts_of(consented, texts).get(part))
    posted = _fresh(asker, ELEMENT)
    wrong = False
    if request.method == "POST":
        posted.record = request.POST.get("record", "")
        if request.POST.get("answer") not in ("yes", "no"):
            raise Http404
        wants = request.POST["answer"] == "yes"
        if wants and not _has_chosen(request, one.passage):
            posted.problems.append(("", texts.ui["choose"]))
        wrong = wants and not posted.problems and not _understands(request, asker, texts, one.passage)
        if not posted.problems and not wrong and _answered(request, asker, posted, texts, one.passage, agrees=wants):
            return redirect(_after(texts, part))
    given = {
        **_common(asker, consented, texts),
        "one": one,
        "posted": posted,
        "wrong": wrong,
        "evidence": _beside(one.passage, texts),
        "changed": _changed(asker, one, texts),
    }
    return render(request, "own/consent_part.html", given, status=422 if posted.problems or wrong else 200)


def _beside(passage: ConsentPassage, texts: ConsentTexts) -> tuple[str, ...]:
    """What the evidence says of a part: of benefit, or of harm."""
    told = plain_evidence(passage.evidence, texts.language) if passage.evidence else ()
    return (*told, *(plain_harm(passage.harms, texts.language) if passage.harms else ()))


def _changed(asker: Asker, one: Part, texts: ConsentTexts) -> tuple[Changed, ...]:
    """What changed in a part since the participant agreed to an earlier version of it."""
    if one.state.state != "other_version":
        return ()
    seen = asker.view.records(asker.grant.participant or "")
    agreed = next((x for x in seen if x.root == one.state.record and x.current), None)
    earlier = consent_asked(asker.study, str(agreed.values.get("version"))).get(texts.language) if agreed else None
    before = earlier.passage(one.passage.id) if earlier else None
    return changes(before, one.passage) if before else ()


def _has_chosen(request: HttpRequest, passage: ConsentPassage) -> bool:
    """Whether the question, if there is one, was answered at all."""
    choices = map(str, range(len(passage.question.choices))) if passage.question else ("",)
    return request.POST.get("chosen", "") in choices


def _after(texts: ConsentTexts, part: str) -> str:
    """The part after one in the order of reading, else the list."""
    order = [one.id for one in texts.passages]
    if part == order[-1]:
        return reverse("consent", kwargs={"language": texts.language})
    return reverse("consent_part", kwargs={"language": texts.language, "part": order[order.index(part) + 1]})


def _fresh(asker: Asker, form: str) -> Posted:
    return Posted.fresh(asker.study.forms[form], asker.view.zone(asker.grant.participant), asker.view.now)


def _understands(request: HttpRequest, asker: Asker, texts: ConsentTexts, passage: ConsentPassage) -> bool:
    """Whether the question is answered as the text says. A wrong answer leads back to the text and to a person."""
    if passage.question is None:
        return True
    chosen = int(request.POST["chosen"])
    if chosen == passage.question.right:
        return True
    told = _fresh(asker, QUIZ)
    told.language = texts.language
    told.fix(
        {
            "passage": f"consent: {passage.id}",
            "version": texts.version,
            "language": texts.language,
            "chosen": str(chosen + 1),
            "understood": "no",
        }
    )
    file_posted(request, asker, told, asker.grant.participant)
    return False


def _answered(
    request: HttpRequest, asker: Asker, posted: Posted, texts: ConsentTexts, passage: ConsentPassage, *, agrees: bool
) -> bool:
    fixed = {"element": passage.id, "agreed": "yes" if agrees else "no", "route": "own"}
    posted.language = texts.language
    if agrees:
        shown = request.POST.get("shown", "")
        fixed |= {"version": request.POST.get("version", ""), "language": texts.language, "text": shown}
        fixed |= {"understood": "yes"} if passage.question else {}
    posted.fix(fixed)
    return file_posted(request, asker, posted, asker.grant.participant)


@page
def take_back(request: HttpRequest, asker: Asker, language: str, part: str) -> HttpResponse:
    """Say exactly what taking back a yes does, and file it once that is confirmed."""
    consented = asked_of(asker)
    texts = texts_in(asker, language, consented)
    one = found(parts_of(consented, texts).get(part))
    posted = _fresh(asker, ELEMENT)
    if request.method == "POST":
        posted.record = request.POST.get("record", "")
        if _answered(request, asker, posted, texts, one.passage, agrees=False):
            return redirect("consent", language=language)
    # Before the whole was signed nothing has begun that could end: what follows is what a first no does.
    ends = consented.begun or part in OPTIONAL
    effect = one.passage.effect if ends else one.passage.refusal
    given = {**_common(asker, consented, texts), "one": one, "posted": posted, "effect": effect}
    return render(request, "own/consent_back.html", given, status=422 if posted.problems else 200)


@page
def sign(request: HttpRequest, asker: Asker, language: str) -> HttpResponse:
    """Sign the whole with the hand of the participant: a passkey, their password, or the code that a link asks for."""
    consented = asked_of(asker)
    texts = texts_in(asker, language, consented)
    user = User.objects.get(username=request.user.get_username())
    posted = _fresh(asker, SIGNATURE)
    if request.method == "POST":
        posted.record = request.POST.get("record", "")
        posted.language = texts.language
        posted.fix({"version": request.POST.get("version", ""), "agreed": "yes", "route": "own"})
        hand = own_hand(request, user)
        posted.fix({"hand": hand})
        if not hand:
            posted.problems.append(("", texts.ui["passkey_failed" if _by_passkey(request) else "wrong_password"]))
        elif file_posted(request, asker, posted, asker.grant.participant):
            return redirect("consent", language=language)
        if not request.user.is_authenticated:
            return redirect("home")
    given = {**_common(asker, consented, texts), **hands_of(request, user), "posted": posted}
    given["version"] = consented.version
    return render(request, "own/consent_sign.html", given, status=422 if posted.problems else 200)


def hands_of(request: HttpRequest, user: User) -> dict[str, object]:
    """With what somebody can sign here: a passkey (what it has to sign), a password, or else their code."""
    by_code = not user.has_usable_password()
    has_secret = not by_code or bool(reached(user).code)
    return {"by_code": by_code, "has_secret": has_secret, "passkey": to_sign(request, user)}


def _by_passkey(request: HttpRequest) -> bool:
    return bool(request.POST.get("passkey"))


def own_hand(request: HttpRequest, user: User) -> str:
    """With what the signer has just signed: `passkey`, `password` or `code`; empty if it is not theirs.

    After several wrong codes or passkeys the session ends; wrong passwords count for the log-in.
    """
    if not _by_passkey(request) and user.has_usable_password():
        return "password" if is_right(request) else ""
    if _by_passkey(request):
        hand = "passkey" if has_signed(request, user, request.POST["passkey"]) else ""
    else:
        code = reached(user).code
        hand = "code" if code and check_password(request.POST.get("password", ""), code) else ""
    if hand:
        request.session.pop(TRIES, None)
        return hand
    request.session[TRIES] = request.session.get(TRIES, 0) + 1
    if request.session[TRIES] >= WRONG:
        logout(request)
    return ""
