"""Browsers of the soak: a person's, which signs in and reads pages, and a screen's; each with a live connection."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import requests

from bench._soak_live import LiveConnection

TIMEOUT_SECONDS = 30.0
FIRST_SECRET = re.compile(r'<code class="token">([^<]+)</code>')
"""A one-time password or an API token, on the page that shows it once."""


class Unexpected(Exception):
    """An answer that a browser of the soak should not get."""


@dataclass
class Browser:
    """A browser that reaches Wallflower at ``url``. ``certificate``: the path of the one to trust; empty for http."""

    url: str
    certificate: str = ""
    answers: dict[str, int] = field(default_factory=dict)
    """Status -> number of answers."""

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        """Held while a person does something that nothing else may interrupt."""
        self.session = requests.Session()
        self.forget()

    def forget(self) -> None:
        """Forget all cookies."""
        self.session.close()
        self.session = requests.Session()
        self.session.trust_env = False  # or a certificate bundle of the environment would replace ours
        if self.certificate:
            self.session.verify = self.certificate

    def request(
        self, path: str, form: dict[str, str] | None = None, *, expect: tuple[int, ...] = (200,)
    ) -> requests.Response:
        """The answer to a GET, or to a POST of ``form``. Raises Unexpected for any other status."""
        with self.lock:
            method = "GET" if form is None else "POST"
            answer = self.session.request(
                method,
                self.url + path,
                data=form,
                headers={"Origin": self.url},
                allow_redirects=False,
                timeout=TIMEOUT_SECONDS,
            )
        self.answers[str(answer.status_code)] = self.answers.get(str(answer.status_code), 0) + 1
        if answer.status_code not in expect:
            location = answer.headers.get("Location", "")
            raise Unexpected(f"{method} {path}: {answer.status_code} {location} {answer.text[:100]!r}")
        return answer


@dataclass
class Person(Browser):
    """Somebody with an account."""

    name: str = ""
    password: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.live = LiveConnection(room="pages")

    def sign_in(self) -> None:
        """Sign in, in a browser without cookies."""
        self.forget()
        self.request("/login", {"name": self.name, "password": self.password}, expect=(303,))

    def choose_password(self, password: str) -> None:
        """Replace the own password."""
        form = {"password": self.password, "new_password": password, "repeated_password": password}
        self.request("/account/password", form, expect=(303,))
        self.password = password

    def open_page(self) -> None:
        """Open the live connection of a page, or resume it."""
        self.live.connect(self.url, self.session)


class PairedScreen(Browser):
    """A screen that shows a code until an admin pairs it."""

    def __init__(self, url: str, certificate: str, wall: str) -> None:
        super().__init__(url, certificate)
        self.wall = wall
        self.live = LiveConnection(room="wall", wall=wall, size="1920x1080")

    def pair(self, admin: Person, name: str) -> None:
        """Show a code, let ``admin`` type it, and open the live connection, or resume it."""
        self.forget()
        self.request(f"/wall/pairing?wall={self.wall}")
        code = "".join(self.request("/wall/pairing/state.json?size=1920x1080").json()["pairing"]["code"])
        form = {"code": code, "decision": "pair", "name": name, "wall": self.wall}
        admin.request("/walls/pair", form, expect=(303,))
        self.request(f"/wall/{self.wall}")
        self.live.connect(self.url, self.session)


def wait_for(condition: Callable[[], bool], what: str, seconds: float = TIMEOUT_SECONDS) -> None:
    """Wait until ``condition`` holds. Raises Unexpected if that takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Unexpected(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.1)
