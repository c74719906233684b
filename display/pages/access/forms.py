"""What the forms about accounts share."""

from __future__ import annotations

from datetime import datetime

from flask import Response, request

from display.access.authentication import SignIn
from display.access.passwords import check_password
from display.access.services import access
from display.pages.context import page_context
from monitor.errors import PeopleError

WAIT = "Too many tries. Try again after {time}."
ROLES_TEXT = (
    "Viewers read. Members also check, claim, add notes, hide and correct. Admins also manage rules, people and walls."
)
DIFFERENT_PASSWORDS = "The two passwords differ."


def never_store(response: Response) -> Response:
    """Keep passwords, codes and tokens out of every cache."""
    response.headers["Cache-Control"] = "no-store"
    return response


def chosen_password(*names: str) -> str:
    """The hash of the new password in the form, typed twice. Raises PeopleError if it may not be chosen."""
    password = request.form.get("new_password", "")
    check_password(password, *names)
    if password != request.form.get("repeated_password", ""):
        raise PeopleError(DIFFERENT_PASSWORDS)
    return access().passwords.hash(password)


def refusal_texts(result: SignIn, no_match: str) -> tuple[str, str]:
    """What to say about a try that failed: a problem, and a detail that may be empty."""
    if result.wait_until:
        return WAIT.format(time=local_time(result.wait_until)), ""
    tries = "1 try" if result.tries_left == 1 else f"{result.tries_left} tries"
    return no_match, f"{tries} left, then a 15-minute wait."


def local_time(at: datetime) -> str:
    """A time of today in the zone of the pages."""
    return f"{at.astimezone(page_context().config.timezone):%H:%M}"
