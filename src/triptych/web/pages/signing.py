"""Signing a record: it is shown whole as the signer sees it, and bound by the hash of what was shown (P11-09).

Signing takes the session and the password again (P11-11). A wrong password files nothing and counts as a failed log-in.
"""

from collections.abc import Container, Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from triptych.ledger import Filed, Seen
from triptych.web.filing import file_posted
from triptych.web.hand import is_right
from triptych.web.pages.entry import acted, form_of
from triptych.web.people import Asker, found, page
from triptych.web.show import show

VOID = "entered_in_error"
UNSIGNED = frozenset({"signature", "query", "query_answer", "query_close", "held_resolution", "identity_look"})
"""Forms that are not signed: a signature on them would say nothing."""


def voiding(everything: Sequence[Seen], names: Container[str]) -> Seen | None:
    """The record that sets a record aside as entered in error, if the asker sees one."""
    found_errors = (seen for seen in everything if seen.form == VOID and seen.current and seen.status == "filed")
    return next((seen for seen in found_errors if str(seen.values.get("about")) in names), None)


def signable(everything: Sequence[Seen], seen: Seen) -> bool:
    """Whether a record can be signed as it stands."""
    names = {one.id for one in everything if one.root == seen.root}
    return seen.current and seen.status == "filed" and seen.form not in UNSIGNED and not voiding(everything, names)


@page
def sign(request: HttpRequest, asker: Asker, participant: str, record: str) -> HttpResponse:
    """Show what would be signed; sign it if the password is right and it still is what was shown."""
    everything = asker.view.records(participant)
    asked = found(next((seen for seen in everything if seen.id == str(record)), None))
    current = found(next((seen for seen in everything if seen.root == asked.root and seen.current), None))
    form = found(asker.study.forms.get(current.form))
    if not signable(everything, current):
        raise Http404
    zone = asker.view.zone(participant)
    sent = request.POST.get("v-shown", "") if request.method == "POST" else current.shown
    posted = acted(request, asker, form_of(asker, "signature"), zone, {"about": current.root, "shown": sent})
    if request.method == "POST":
        if not is_right(request):
            text = "The password is not right, or there were too many wrong ones. Nothing was signed. Give it again."
            posted.problems.append(("password", text))
        elif file_posted(request, asker, posted, participant):
            assert isinstance(posted.outcome, Filed)
            return redirect("record", participant=participant, record=current.root)
    return show(
        request,
        asker,
        "sign.html",
        status=422 if posted.problems else 200,
        participant=participant,
        posted=posted,
        current=current,
        form=form,
        zone=zone,
    )
