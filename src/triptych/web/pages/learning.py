"""What participants read before they agree: one passage a page, a question after each, every answer recorded.

A wrong answer leads back to the passage and raises a task for somebody of the team; nobody is shown a score.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from triptych.ledger.library import education
from triptych.study import Education, Passage
from triptych.web.entry import Posted
from triptych.web.filing import file_posted
from triptych.web.people import Asker, found, page
from triptych.web.words import FIRST, all_words

FORM = "education_answer"


def text_in(language: str) -> Education:
    """The text in a language, or the first where the site speaks one that has none; any other is not found."""
    return found(education().get(language) or (education()[FIRST] if language in all_words() else None))


def understood(asker: Asker) -> set[str]:
    """The passages whose question the participant has answered as the text says, in any language."""
    seen = asker.view.records(asker.grant.participant or "")
    answers = [one for one in seen if one.form == FORM and one.current and one.values.get("understood") is True]
    return {str(one.values["passage"]) for one in answers}


@page
def passages(request: HttpRequest, asker: Asker, language: str) -> HttpResponse:
    """Show all passages, and which of them have been answered."""
    text = text_in(language)
    parts = {"asker": asker, "text": text, "understood": understood(asker), "languages": education()}
    return render(request, "own/passages.html", parts)


@page
def passage(request: HttpRequest, asker: Asker, language: str, topic: str) -> HttpResponse:
    """Show one passage with its question, or file the answer."""
    text = text_in(language)
    read = found(text.passage(topic))
    posted = Posted.fresh(asker.study.forms[FORM], asker.view.zone(asker.grant.participant), asker.view.now)
    if request.method == "POST":
        chosen = request.POST.get("chosen", "")
        if chosen not in map(str, range(len(read.question.choices))):
            raise Http404
        posted.record = request.POST.get("record", "")
        if _answered(request, asker, posted, text, read, int(chosen)):
            return redirect(f"{reverse('passage', kwargs={'language': language, 'topic': topic})}?answered={chosen}")
    order = [one.id for one in text.passages]
    after = text.passages[order.index(topic) + 1] if topic != order[-1] else None
    parts = {
        "asker": asker,
        "text": text,
        "passage": read,
        "posted": posted,
        "after": after,
        "answered": request.GET.get("answered", ""),
        "understood": request.GET.get("answered", "") == str(read.question.right),
        "languages": education(),
    }
    return render(request, "own/passage.html", parts, status=422 if posted.problems else 200)


def _answered(
    request: HttpRequest, asker: Asker, posted: Posted, text: Education, passage: Passage, chosen: int
) -> bool:
    posted.language = text.language
    posted.fix(
        {
            "passage": passage.id,
            "version": text.version,
            "language": text.language,
            "chosen": str(chosen + 1),
            "understood": "yes" if chosen == passage.question.right else "no",
        }
    )
    return file_posted(request, asker, posted, asker.grant.participant)
