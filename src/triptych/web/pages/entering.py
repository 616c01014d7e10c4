"""Getting in without a password, on the participants' site: asking for a link, the link with its code, and settings.

Nobody learns here whether somebody has an account. A link shows nothing of anybody before its code is given.
"""

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from triptych.web.entering import Passkey, is_code, living, make_link, reached, set_code, use
from triptych.web.hosts import is_participant_host
from triptych.web.house import house
from triptych.web.people import Asker, grants_of, page
from triptych.web.words import words_for

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
BOTH = ("email", "text")


def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a link. The answer is the same whoever asks."""
    if request.method != "POST":
        return render(request, "own/link_ask.html", {"sent": False})
    user = User.objects.filter(username=request.POST.get("person", ""), is_active=True).first()
    served = house()
    if user is not None and grants_of(user.get_username(), participant_site=True) and served.reach is not None:
        secret = make_link(user, served.clock())
        if secret is not None:
            address = request.build_absolute_uri(reverse("link", kwargs={"secret": secret}))
            say = words_for(request).plain
            served.reach.tell(user, (address, say["message_link"]), secret, BOTH, say["subject"])
    return render(request, "own/link_ask.html", {"sent": True})


def link(request: HttpRequest, secret: str) -> HttpResponse:
    """Ask for the code of a link, and let in whoever gives it. Looking at the page uses nothing up."""
    served = house()
    found = living(secret, served.clock())
    if found is None:
        return render(request, "own/link_dead.html", {}, status=404)
    if request.method == "POST":
        user = use(found, request.POST.get("code", "").strip(), served.clock())
        if user is not None:
            enter(request, user)
            return redirect("home")
        if living(secret, served.clock()) is None:
            return render(request, "own/link_dead.html", {}, status=404)
    wrong = request.method == "POST"
    return render(request, "own/link.html", {"wrong": wrong}, status=422 if wrong else 200)


def enter(request: HttpRequest, user: User) -> None:
    """Begin a session for somebody who has shown who they are."""
    assert is_participant_host(request)
    login(request, user, backend=BACKEND)


@page
def settings(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Show how one gets in, and set the code that a link asks for."""
    user = User.objects.get(username=request.user.get_username())
    problem = ""
    if request.method == "POST":
        code = request.POST.get("code", "").strip()
        if is_code(code):
            set_code(user, code)
            return redirect("entering")
        problem = words_for(request).say["poor_code"]
    parts = {
        "asker": asker,
        "email": user.email,
        "known": reached(user),
        "passkeys": Passkey.objects.filter(user=user).count(),
        "problem": problem,
    }
    return render(request, "own/entering.html", parts, status=422 if problem else 200)
