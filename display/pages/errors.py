"""Error pages. For a bug, the page shows a short code, which is also in the log."""

from __future__ import annotations

import logging
import secrets

from flask import Flask, render_template, request
from werkzeug.exceptions import HTTPException

from monitor.errors import StoreError
from monitor.model import FaultKind
from monitor.model.store_health import CAUSES

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
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(StoreError, store_error)
    app.register_error_handler(Exception, unexpected_error)


def error_page(status: int, title: str, text: str) -> tuple[str, int]:
    """The error page as a Flask response."""
    return render_template("error.html", title=title, text=text), status


def http_error(error: HTTPException) -> tuple[str, int] | HTTPException:
    """The page for a client error. A redirect is returned unchanged."""
    status = error.code or 500
    if status < 400:
        return error
    title, text = MESSAGES.get(status, ("The request failed.", "Try again, or start from one of these pages."))
    return error_page(status, title, text)


def store_error(error: StoreError) -> tuple[str, int]:
    """The page for a database that cannot be used now."""
    # what keeps the store from storing is logged once, not for each request
    log.log(logging.DEBUG if error.fault else logging.ERROR, "the database cannot be used: %s", error)
    title = "This could not be stored." if request.method == "POST" else "The database cannot be read."
    if not error.fault:
        return error_page(503, title, "No data is lost. Wallflower's log gives the reason.")
    cause = CAUSES[FaultKind(error.fault)]
    return error_page(503, title, f"{cause.present[0].upper()}{cause.present[1:]}. {cause.advice}")


def unexpected_error(error: Exception) -> tuple[str, int]:
    """The page for a bug. It shows a code; the log has the code and the traceback."""
    code = secrets.token_hex(3).upper()
    log.error("error %s", code, exc_info=error)
    return error_page(500, "Something went wrong on our side.", f"The error is logged as {code}.")
