"""Error pages: a sentence for the reader, and for a bug a short code that the log has too."""

from __future__ import annotations

import logging
import secrets

from flask import Flask, render_template
from werkzeug.exceptions import HTTPException

from monitor.errors import StoreError

log = logging.getLogger(__name__)

SENTENCES = {
    400: ("This address is not valid.", "Check it, or start again from one of these pages."),
    404: ("Page not found.", "It may have moved, or the address may be mistyped."),
    405: ("This page cannot be used that way.", "Open it from one of these pages."),
    413: ("This request is too large.", "Send less."),
}
"""Status -> title and text. Other statuses get a general sentence."""


def register(app: Flask) -> None:
    """Show templates/error.html for every error of ``app``."""
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(StoreError, store_error)
    app.register_error_handler(Exception, bug)


def page(status: int, title: str, text: str) -> tuple[str, int]:
    """The error page as a Flask response."""
    return render_template("error.html", title=title, text=text), status


def http_error(error: HTTPException) -> tuple[str, int] | HTTPException:
    """For an error of the client. A redirect is returned unchanged."""
    status = error.code or 500
    if status < 400:
        return error
    title, text = SENTENCES.get(status, ("This did not work.", "Try again, or start from one of these pages."))
    return page(status, title, text)


def store_error(error: StoreError) -> tuple[str, int]:
    """For a database that cannot be read now."""
    log.error("the database cannot be used: %s", error)
    return page(503, "The database cannot be read.", "Nothing is lost. The log of Wallflower has the reason.")


def bug(error: Exception) -> tuple[str, int]:
    """For a bug: the page shows a code, the log has the code and the traceback."""
    code = secrets.token_hex(3).upper()
    log.error("error %s", code, exc_info=error)
    return page(500, "Something went wrong on our side.", f"The error is logged as {code}.")
