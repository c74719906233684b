"""/login/single-sign-on: to the OpenID provider and back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.access.cookies import delete_cookie, named_cookie, set_cookie
from display.access.services import access
from display.access.single_sign_on import TRY_AGAIN, Attempt, ProviderError
from display.pages.access.forms import WAIT, local_time, never_store
from display.pages.access.own_paths import own_path
from display.pages.access.sign_in import sign_in_page, signed_in
from display.pages.context import page_context
from monitor.errors import PeopleError

if TYPE_CHECKING:
    from display.access.oidc import OidcProvider

ATTEMPT_COOKIE = "wallflower_sign_in"
ATTEMPT_LIFETIME = timedelta(minutes=15)
TRIES_PER_ADDRESS = 60
"""Answers of the provider that an address may bring in 15 minutes: each makes us ask the provider."""

blueprint = Blueprint("single_sign_on", __name__, url_prefix="/login/single-sign-on")
blueprint.after_request(never_store)


@blueprint.get("")
def begin() -> AnyResponse | tuple[str, int]:
    """Go to the provider."""
    target = own_path(request.args.get("next", "/"))
    try:
        url, attempt = _provider().begin(_redirect_uri(), target)
    except ProviderError as error:
        return sign_in_page(target, problem=str(error), status=503)
    response = redirect(url, 303)
    set_cookie(request, response, ATTEMPT_COOKIE, attempt.to_cookie(), ATTEMPT_LIFETIME)
    return response


@blueprint.get("/answer")
def finish() -> AnyResponse | tuple[str, int]:
    """The provider sends the person back here."""
    attempt = Attempt.from_cookie(named_cookie(request, ATTEMPT_COOKIE))
    if attempt is None:  # the page was opened by itself, or another browser has begun
        return sign_in_page("/", problem=TRY_AGAIN, status=403)
    target = own_path(attempt.target)
    address, now = request.remote_addr or "", page_context().clock.now()
    tries = access().people.count_try({f"single-sign-on:{address}": TRIES_PER_ADDRESS}, now)
    if tries.wait_until:
        return sign_in_page(target, problem=WAIT.format(time=local_time(tries.wait_until)), status=429)
    provider = _provider()
    try:
        account = access().external_accounts.account(provider.finish(_redirect_uri(), request.args, attempt))
    except PeopleError as error:
        access().people.record("Wallflower", "refused single sign-on", "", {"address": address}, now)
        return sign_in_page(target, problem=str(error), status=403)
    response = signed_in(account, target, method=provider.options.name)
    delete_cookie(request, response, ATTEMPT_COOKIE)
    return response


def _provider() -> OidcProvider:
    provider = access().oidc
    if provider is None:
        abort(404)
    return provider


def _redirect_uri() -> str:
    return url_for("single_sign_on.finish", _external=True)
