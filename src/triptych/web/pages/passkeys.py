"""Passkeys (WebAuthn Level 2) by py_webauthn: adding one while logged in, and getting in with one.

A passkey has to verify whoever holds it (by a finger, a face or a code of the device), so it stands for two factors.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import webauthn
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from triptych.web.entering import Passkey
from triptych.web.house import house
from triptych.web.pages.entering import enter
from triptych.web.people import Asker, grants_of, page

CHALLENGE = "passkey"
NAME = "Today"


def _host(request: HttpRequest) -> str:
    return request.get_host().partition(":")[0]


def _origin(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _sent(request: HttpRequest) -> dict[str, Any]:
    try:
        read = json.loads(request.body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _challenged(request: HttpRequest) -> bytes:
    """The challenge of this session, which serves once."""
    kept = request.session.pop(CHALLENGE, "")
    return urlsafe_b64decode(kept) if isinstance(kept, str) else b""


def _ask(request: HttpRequest, options: Any) -> HttpResponse:  # noqa: ANN401
    request.session[CHALLENGE] = urlsafe_b64encode(options.challenge).decode()
    return HttpResponse(webauthn.options_to_json(options), content_type="application/json")


@require_POST
@page
def offer(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Say what a new passkey must be. Its name on the device says nothing of the study."""
    selection = AuthenticatorSelectionCriteria(
        resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
    )
    person = asker.actor.person
    known = User.objects.get(username=person)
    options = webauthn.generate_registration_options(
        rp_id=_host(request),
        rp_name=NAME,
        user_id=str(known.pk).encode(),
        user_name=person,
        authenticator_selection=selection,
    )
    return _ask(request, options)


@require_POST
@page
def add(request: HttpRequest, asker: Asker) -> HttpResponse:
    """Keep a new passkey of whoever is logged in."""
    try:
        made = webauthn.verify_registration_response(
            credential=_sent(request),
            expected_challenge=_challenged(request),
            expected_rp_id=_host(request),
            expected_origin=_origin(request),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return JsonResponse({"added": False}, status=422)
    Passkey.objects.create(
        credential=_named(made.credential_id),
        user=User.objects.get(username=asker.actor.person),
        public_key=made.credential_public_key,
        signed=made.sign_count,
        made_at=house().clock(),
    )
    return JsonResponse({"added": True})


@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Say what a passkey has to sign. It names nobody: the device offers what it has."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(request), user_verification=UserVerificationRequirement.REQUIRED
    )
    return _ask(request, options)


@require_POST
def enter_by(request: HttpRequest) -> HttpResponse:
    """Let in whoever holds a passkey of a participant."""
    sent, challenge = _sent(request), _challenged(request)
    key = Passkey.objects.select_related("user").filter(credential=str(sent.get("id", ""))).first()
    if key is None or not challenge or not key.user.is_active:
        return JsonResponse({"entered": False}, status=403)
    try:
        done = webauthn.verify_authentication_response(
            credential=sent,
            expected_challenge=challenge,
            expected_rp_id=_host(request),
            expected_origin=_origin(request),
            credential_public_key=bytes(key.public_key),
            credential_current_sign_count=key.signed,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return JsonResponse({"entered": False}, status=403)
    if not grants_of(key.user.get_username(), participant_site=True):
        return JsonResponse({"entered": False}, status=403)
    Passkey.objects.filter(pk=key.pk).update(signed=done.new_sign_count)
    enter(request, key.user)
    return JsonResponse({"entered": True})


def _named(credential: bytes) -> str:
    return urlsafe_b64encode(credential).decode().rstrip("=")
