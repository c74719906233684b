"""/wall/pairing: what a screen shows until it is paired. Anybody may open it: it contains a code and no data."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.access.browser_names import browser_name
from display.access.cookies import set_wall_cookie, wall_token
from display.access.pairing import TooManyScreens, WaitingScreen
from display.access.services import access
from display.access.tokens import new_token, token_hash
from display.pages import errors
from display.pages.access.forms import never_store
from display.pages.context import page_context
from display.pages.wall import wall_page
from display.server.screens import parse_size
from display.wall_state.pairing import PAIRING, pairing_state
from monitor.model.people import PairedWall

RETRY_SECONDS = 60
TOO_MANY = "Too many screens are waiting to be paired. This page tries again every minute."

blueprint = Blueprint("pairing", __name__)
blueprint.after_request(never_store)


@blueprint.get(f"/wall/{PAIRING}")
def screen() -> Response | AnyResponse | tuple[str, int, dict[str, str]]:
    """The page. It gives the browser a token, and goes to the wall once that is the token of a paired one."""
    if paired := _paired_wall():
        return redirect(url_for("wall.wall", name=paired.wall or None), 303)
    token = wall_token(request)
    hashed = token_hash(token)
    if hashed is None:
        token = new_token()
        hashed = token_hash(token)
        assert hashed is not None
    try:
        _waiting(hashed, wall=request.args.get("wall", ""))
    except TooManyScreens:
        return *errors.error_page(503, "Try again later.", TOO_MANY), {"Refresh": str(RETRY_SECONDS)}
    response = make_response(wall_page(page_context().states.language(request.args.get("wall", ""))))
    set_wall_cookie(request, response, token)
    return response


@blueprint.get(f"/wall/{PAIRING}/state.json")
def state() -> Response | AnyResponse | tuple[Response, int]:
    """The code of this screen. Once it is paired, a redirect to the state of its wall."""
    if paired := _paired_wall():
        return redirect(url_for("wall.state", name=paired.wall or None), 303)
    hashed = token_hash(wall_token(request))
    if hashed is None:  # the page sets the cookie
        return make_response({"error": "Open /wall/pairing first, and allow its cookie."}), 401
    try:
        waiting = _waiting(hashed)
    except TooManyScreens:
        return make_response({"error": TOO_MANY}), 503
    context = page_context()
    now = context.clock.machine_time()
    language = context.states.language(waiting.wall)
    picture = pairing_state(waiting.halves, waiting.expires_at, now, version=context.version, language=language)
    return make_response(picture.json())


def _paired_wall() -> PairedWall | None:
    """What this screen was paired as; None if it is not paired."""
    hashed = token_hash(wall_token(request))
    return access().people.wall(hashed) if hashed else None


def _waiting(hashed: bytes, wall: str | None = None) -> WaitingScreen:
    return access().pairing.waiting(
        hashed,
        address=request.remote_addr or "",
        browser=browser_name(request.user_agent.string),
        size=parse_size(request.args.get("size")),
        wall=wall,
    )
