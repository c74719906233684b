"""Which role a view needs. Deny by default: see ``required_role``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from display.formatting import join_with_and
from monitor.model.people import Account, Role

View = TypeVar("View", bound=Callable[..., Any])

WITHOUT_PERSON = frozenset(
    {
        *("static", "favicon", "healthz", "readyz", "webhook.deliver"),
        *("view_feeds.atom", "view_feeds.json_feed", "view_feeds.csv"),
    }
)
"""Endpoints that anybody may use and that need not know who it is. Deliveries to the webhook are signed, and the
addresses of feeds contain a secret."""
SIGN_IN = frozenset({"access.sign_in", "access.first_admin"})
PAIRING = frozenset({"pairing.screen", "pairing.state"})
"""What a screen sees before it is paired: a code."""
SINGLE_SIGN_ON = frozenset({"single_sign_on.begin", "single_sign_on.finish"})
PUBLIC = WITHOUT_PERSON | SIGN_IN | PAIRING | SINGLE_SIGN_ON
"""Every endpoint that nobody has to sign in for. ``tests/attack/test_routes.py`` lists them too."""
BEFORE_FIRST_ADMIN = WITHOUT_PERSON | SINGLE_SIGN_ON | {"access.first_admin"}
"""Those that are served to other machines while there is no account. Single sign-on then admits only admins."""
WITH_ONE_TIME_PASSWORD = frozenset({"account.password", "access.sign_out"})
"""Those for a person who has to choose a password first."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
DATA_ENDINGS = (".csv", ".json")
"""Ends of the paths that API tokens open."""


def requires(role: Role, task: str = "") -> Callable[[View], View]:
    """A view decorator: only ``role`` and higher ones may use the view, with every method.

    ``task`` completes "Only admins can ...": "change rules". The order of decorators does not matter, and a decorator
    that loses the declaration makes the view refuse everybody.
    """

    def declare(view: View) -> View:
        view.required_role, view.task = role, task  # type: ignore[attr-defined]
        return view

    return declare


def opens_to_tokens(view: View) -> View:
    """A view decorator: API tokens of all people may read this view, whatever its path and its role."""
    view.opens_to_tokens = True  # type: ignore[attr-defined]
    return view


def reads_by_post(view: View) -> View:
    """A view decorator: the view changes nothing although it is used with POST, so any API token may use it."""
    view.reads_by_post = True  # type: ignore[attr-defined]
    return view


def opens_to_acting_tokens(view: View) -> View:
    """A view decorator: API tokens with the scope "act" may use this view, if their person has the role for it."""
    view.opens_to_acting_tokens = True  # type: ignore[attr-defined]
    return view


def required_role(view: object, method: str) -> Role | None:
    """The lowest role that may use ``view`` with ``method``; None if nobody may."""
    declared: Role | None = getattr(view, "required_role", None)
    if declared is not None:
        return declared
    return Role.VIEWER if method in SAFE_METHODS else None


def token_may_read(view: object, path: str, method: str) -> bool:
    """Whether an API token opens this: data that every viewer may read, and views that are declared to open to it."""
    role = required_role(view, method)
    is_data = path.endswith(DATA_ENDINGS) and role is not None and role <= Role.VIEWER
    reads = method in SAFE_METHODS or getattr(view, "reads_by_post", False)
    return reads and (is_data or getattr(view, "opens_to_tokens", False))


def token_may_act(view: object) -> bool:
    """Whether an API token with the scope "act" opens this, if its person has the role."""
    return getattr(view, "opens_to_acting_tokens", False)


def refusal(role: Role, task: str, accounts: Sequence[Account]) -> str:
    """Who could do it instead: "Only admins can change rules. Priya is an admin."."""
    allowed = "admins" if role is Role.ADMIN else "members and admins"
    names = [account.full_name.split()[0] for account in accounts if account.role is Role.ADMIN][:3]
    who = "" if not names else f" {join_with_and(names)} {'is an admin' if len(names) == 1 else 'are admins'}."
    return f"Only {allowed} can {task or 'do this'}.{who}"
