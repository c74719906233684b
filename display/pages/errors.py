"""Error pages for people, errors as JSON for programs. For a bug, both show a short code, which is also in the log."""

from __future__ import annotations

import logging
from hashlib import blake2b
from typing import Any

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from display.access.permissions import DATA_ENDINGS
from display.problems import DETAILS, PROBLEM_TYPE, is_api_path, problem_text
from display.server.security import SIGNED_PATH
from monitor.errors import QueryCancelled, StoreError
from monitor.logs import FaultLog, bug
from monitor.model import ERASING, FaultKind
from monitor.model.store_health import CAUSES

RETRY_AFTER_SECONDS = 10
"""After which a database that could not be used is worth another try."""

log = logging.getLogger(__name__)

MESSAGES = {
    400: ("This address is not valid.", "Check it, or start again from one of these pages."),
    404: ("Page not found.", "It may have moved, or the address may be mistyped."),
    405: ("This page cannot be used that way.", "Open it from one of these pages."),
    413: ("This request is too large.", "Send a smaller one."),
}
"""Status -> title and text. Other statuses have a general message."""


def register(app: Flask) -> None:
    """Show templates/error.html for every error of ``app``."""
    app.extensions["faults"] = FaultLog(log)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(StoreError, store_error)
    app.register_error_handler(QueryCancelled, query_cancelled)
    app.register_error_handler(Exception, unexpected_error)


def error_page(status: int, title: str, text: str) -> tuple[str, int]:
    """The error page as a Flask response."""
    return render_template("error.html", title=title, text=text), status


def wants_data() -> bool:
    """Whether a program or a script sent this request, for whom a page would be no use."""
    headers, path = request.headers, request.path
    if headers.get("Sec-Fetch-Dest") == "empty" or "Authorization" in headers:
        return True
    if path.endswith(DATA_ENDINGS) or path.startswith(SIGNED_PATH) or is_api_path(path):
        return True
    view = current_app.view_functions.get(requested_endpoint() or "")
    is_browser = "Sec-Fetch-Dest" in headers or "text/html" in headers.get("Accept", "")
    return getattr(view, "opens_to_tokens", False) and not is_browser


def requested_endpoint() -> str | None:
    """The endpoint at the path of this request, even if not with its method; None if there is none.

    A program that sends the wrong method is told that, not to sign in.
    """
    adapter, error = current_app.create_url_adapter(request), request.routing_exception
    if adapter is None or not isinstance(error, MethodNotAllowed) or not error.valid_methods:
        return request.endpoint
    endpoint: str = adapter.match(method=min(error.valid_methods))[0]
    return endpoint


def error_json(status: int, text: str, **more: Any) -> Response:
    """An error for a program: below /api/v1 a problem document, to which ``more`` is added."""
    if is_api_path(request.path):
        return Response(problem_text(status, text, **more), status, content_type=PROBLEM_TYPE)
    response = jsonify(error=text)
    response.status_code = status
    return response


def http_error(error: HTTPException) -> Response | HTTPException:
    """A client error. A redirect is returned unchanged."""
    status = error.code or 500
    if status < 400:
        return error
    title, text = MESSAGES.get(status, ("The request failed.", "Try again, or start from one of these pages."))
    response = _error(
        status, title, text, for_programs=DETAILS.get(status, title) if is_api_path(request.path) else title
    )
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def store_error(error: StoreError) -> Response:
    """The answer while the database cannot be used."""
    # what keeps the store from storing is logged once, not for each request
    log.log(logging.DEBUG if error.fault else logging.ERROR, "The database cannot be used: %s", error)
    title = "This could not be stored." if request.method == "POST" else "The database cannot be read."
    text = "No data is lost. Try again in a moment; Wallflower's log gives the reason."
    if error.fault == ERASING:
        text = "Posts are being erased. Storing continues by itself; try again in a minute."
    elif error.fault:
        cause = CAUSES[FaultKind(error.fault)]
        text = f"{cause.present[0].upper()}{cause.present[1:]}. {cause.advice}"
    response = _error(503, title, text)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def query_cancelled(_error: QueryCancelled) -> Response:
    """The answer that nobody waits for. 499 is what nginx logs for a client that has closed its request."""
    return Response(status=499)


def unexpected_error(error: Exception) -> Response:
    """The answer for a bug. It shows a code, the same whenever this bug occurs; the log has it with the traceback."""
    cause = bug(error)
    code = blake2b(cause.encode(), digest_size=3).hexdigest().upper()
    faults: FaultLog = current_app.extensions["faults"]
    faults.report(f"Error {code}", cause, example=f"first: {request.method} {_logged_path()}", exc_info=error)
    return _error(
        500,
        "Something went wrong on our side.",
        f"The error is logged as {code}. Try again, or start from one of these pages.",
    )


def _logged_path() -> str:
    """The path of this request; for an address that contains a secret, its pattern."""
    rule = request.url_rule
    return rule.rule if rule is not None and "token" in rule.arguments else request.path


def _error(status: int, title: str, text: str, *, for_programs: str = "") -> Response:
    if wants_data():
        return error_json(status, for_programs or f"{title} {text}")
    return make_response(error_page(status, title, text))
