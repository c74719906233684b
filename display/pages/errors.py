"""What people see when a page cannot be shown: a sentence, and for a bug a short code that the log knows."""

from __future__ import annotations

import logging
import secrets

from flask import Flask, render_template
from werkzeug.exceptions import HTTPException

from monitor.errors import StoreError

log = logging.getLogger(__name__)

SENTENCES = {
    400: ("This address does not make sense.", "Check it, or start again from one of these pages."),
    404: ("There is no such page.", "It may have moved, or the address may be mistyped."),
    405: ("This page cannot be used that way.", "Open it from one of these pages."),
    413: ("That was too much at once.", "Send less."),
}


def register(app: Flask) -> None:
    """Let every error of ``app`` end on templates/error.html."""
    app.register_error_handler(HTTPException, show_refusal)
    app.register_error_handler(StoreError, show_store_error)
    app.register_error_handler(Exception, show_bug)


def page(status: int, title: str, text: str) -> tuple[str, int]:
    """The error page as a response of Flask."""
    return render_template("error.html", title=title, text=text), status


def show_refusal(error: HTTPException) -> tuple[str, int] | HTTPException:
    """For what the client did wrong. Redirects pass as they are."""
    status = error.code or 500
    if status < 400:
        return error
    title, text = SENTENCES.get(status, ("This did not work.", "Try again, or start from one of these pages."))
    return page(status, title, text)


def show_store_error(error: StoreError) -> tuple[str, int]:
    """For a database that cannot be read now."""
    log.error("the database cannot be used: %s", error)
    return page(
        503, "The database cannot be read.", "Nothing is lost. Whoever runs Wallflower finds the reason in its log."
    )


def show_bug(error: Exception) -> tuple[str, int]:
    """For a bug of ours: the page names a code, the log has the code and the traceback."""
    code = secrets.token_hex(3).upper()
    log.error("error %s", code, exc_info=error)
    return page(500, "Something broke on our side.", f"It was written down as {code}.")
