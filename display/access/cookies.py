"""The cookies of sessions and of walls.

Over https their names start with ``__Host-``, by which browsers refuse them from other hosts and without encryption;
below a path of a proxy with ``__Secure-``, because ``__Host-`` needs the path "/".
"""

from __future__ import annotations

from datetime import timedelta

from werkzeug.wrappers import Request, Response

from monitor.model.people import SESSION_LIFETIME

SESSION_COOKIE = "wallflower_session"
WALL_COOKIE = "wallflower_wall"
WALL_LIFETIME = timedelta(days=400)
THEME_COOKIE = "wallflower_theme"
THEMES = ("light", "dark")


def session_token(request: Request) -> str:
    """The token in the session cookie; empty if there is none."""
    return named_cookie(request, SESSION_COOKIE)


def wall_token(request: Request) -> str:
    """The token in the cookie of a paired wall; empty if there is none."""
    return named_cookie(request, WALL_COOKIE)


def set_session_cookie(request: Request, response: Response, token: str) -> None:
    """Let the browser send ``token`` with each request."""
    set_cookie(request, response, SESSION_COOKIE, token, SESSION_LIFETIME)


def named_cookie(request: Request, name: str) -> str:
    """The value of a cookie that ``set_cookie`` has set; empty if there is none."""
    return request.cookies.get(_name(request, name), "")


def set_wall_cookie(request: Request, response: Response, token: str) -> None:
    """Let the screen send ``token`` with each request. Browsers keep no cookie for longer than WALL_LIFETIME."""
    set_cookie(request, response, WALL_COOKIE, token, WALL_LIFETIME)


def theme(request: Request) -> str:
    """The theme that was chosen in this browser: "light" or "dark"; empty: as the system prefers."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""


def set_theme_cookie(request: Request, response: Response, chosen: str) -> None:
    """Choose a theme in this browser; anything that is no theme means the system's."""
    path = _path(request)
    if chosen in THEMES:
        response.set_cookie(THEME_COOKIE, chosen, max_age=SESSION_LIFETIME, path=path, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(THEME_COOKIE, path=path, httponly=True, samesite="Lax")


def set_cookie(request: Request, response: Response, name: str, token: str, lifetime: timedelta) -> None:
    """Set a cookie that scripts and other sites cannot use."""
    response.set_cookie(
        _name(request, name),
        token,
        max_age=lifetime,
        path=_path(request),
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )


def delete_cookie(request: Request, response: Response, name: str) -> None:
    """Let the browser forget a cookie."""
    response.delete_cookie(
        _name(request, name), path=_path(request), secure=request.is_secure, httponly=True, samesite="Lax"
    )


def _path(request: Request) -> str:
    return request.root_path.rstrip("/") + "/"


def _name(request: Request, name: str) -> str:
    if not request.is_secure:
        return name
    return f"__Host-{name}" if _path(request) == "/" else f"__Secure-{name}"
