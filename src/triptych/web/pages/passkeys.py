"""Passkeys (WebAuthn Level 2) by py_webauthn: adding one while logged in, getting in with one, and signing with one.

A passkey has to verify whoever holds it (by a finger, a face or a code of the device), so it stands for two factors,
and for the two components of a signature: what only its genuine owner has, and what only they can unlock (P11-11).
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
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRequestOptions,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from triptych.web.entering import Passkey
from triptych.web.house import house
from triptych.web.pages.entering import enter
from triptych.web.people import Asker, grants_of, page

CHALLENGE, SIGNING = "passkey", "passkey-signing"
"""Where a session keeps what a passkey has to sign to let somebody in, and to sign something."""
NAME = "Today"


def _host(request: HttpRequest) -> str:
    return request.get_host().partition(":")[0]


def _origin(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _read(text: str | bytes) -> dict[str, Any]:
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _challenged(request: HttpRequest, name: str = CHALLENGE) -> bytes:
    """The challenge of this session, which serves once."""
    kept = request.session.pop(name, "")
    return urlsafe_b64decode(kept) if isinstance(kept, str) else b""


def _ask(
    request: HttpRequest, options: PublicKeyCredentialCreationOptions | PublicKeyCredentialRequestOptions
) -> HttpResponse:
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
            credential=_read(request.body),
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
    sent, challenge = _read(request.body), _challenged(request)
    key = Passkey.objects.select_related("user").filter(credential=str(sent.get("id", ""))).first()
    if key is None or not key.user.is_active or not grants_of(key.user.get_username(), participant_site=True):
        return JsonResponse({"entered": False}, status=403)
    if not _is_theirs(request, key, sent, challenge):
        return JsonResponse({"entered": False}, status=403)
    enter(request, key.user)
    return JsonResponse({"entered": True})


def to_sign(request: HttpRequest, user: User) -> str:
    """What one of somebody's own passkeys has to sign here, as JSON; empty where they have none."""
    keys = [urlsafe_b64decode(f"{key.credential}==") for key in Passkey.objects.filter(user=user)]
    if not keys:
        return ""
    options = webauthn.generate_authentication_options(
        rp_id=_host(request),
        allow_credentials=[PublicKeyCredentialDescriptor(id=key) for key in keys],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    request.session[SIGNING] = urlsafe_b64encode(options.challenge).decode()
    return webauthn.options_to_json(options)


def has_signed(request: HttpRequest, user: User, text: str) -> bool:
    """Whether a passkey of this very person signed what this session asked it to, and verified who held it."""
    sent, challenge = _read(text), _challenged(request, SIGNING)
    key = Passkey.objects.filter(credential=str(sent.get("id", "")), user=user).first()
    return key is not None and _is_theirs(request, key, sent, challenge)


def _is_theirs(request: HttpRequest, key: Passkey, sent: dict[str, Any], challenge: bytes) -> bool:
    """Whether a passkey signed this challenge for this site with its holder verified; if so, that is counted."""
    if not challenge:
        return False
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
        return False
    Passkey.objects.filter(pk=key.pk).update(signed=done.new_sign_count)
    return True


def _named(credential: bytes) -> str:
    return urlsafe_b64encode(credential).decode().rstrip("=")
