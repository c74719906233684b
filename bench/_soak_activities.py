"""What the people of a soak's organisation repeat: read, sign in and out, change passwords and roles, pair screens."""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from bench._soak_live import LiveConnection
from bench._soak_person import FIRST_SECRET, Browser, PairedScreen, Person, Unexpected, wait_for
from bench._soak_plan import Plan

PASSWORD = "a walrus sings at noon"
DROPPED_WITHIN_SECONDS = 15.0
"""How soon the connection of an ended session is closed. The promise is one second; the rest is for a busy machine."""
OFFLINE_AT_SHARE, OFFLINE_SHARE, MAX_OFFLINE_SECONDS = 0.3, 0.17, 600.0
"""When one wall goes offline and for how long, as shares of the run."""
MAX_INTERVAL_SHARE = 0.2
"""In a short run, what changes something repeats more often than its interval says."""
PAGES = {
    "bo": ("/mentions", "/mentions?q=acme", "/sources", "/wall", "/mentions/health"),
    "dana": ("/mentions?brand=Acme", "/mentions?q=terrible", "/account", "/sources", "/walls"),
    "priya": ("/people", "/walls", "/sources", "/mentions", "/setup"),
}
EXPORTS = ("/mentions.csv", "/mentions.json", "/metrics")
PERSON_ROW = re.compile(r'id="person-(\d+)">.*?<bdi>(\w+)</bdi>', re.DOTALL)
WALL_ROW = re.compile(r'id="wall-(\d+)" class="paired.*?<bdi>([^<]+)</bdi>', re.DOTALL)


class Activity(NamedTuple):
    """Something that is done again and again."""

    name: str
    interval: float
    """Seconds between the end of one run and the beginning of the next."""
    do: Callable[[], None]


class People:
    """Everybody who uses Wallflower: an admin, a member, a viewer, two paired screens and a script with a token."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.admin, self.member, self.viewer = (
            Person(plan.url, plan.certificate, name=name) for name in ("priya", "dana", "bo")
        )
        self.desk, self.lobby = (PairedScreen(plan.url, plan.certificate, wall) for wall in ("desk", "lobby"))
        self._script = Browser(plan.url, plan.certificate)
        self._token = ""
        self._ids: dict[str, str] = {}
        """Name of a person -> the number of the account."""
        self._numbers: Iterator[int] = itertools.count(1)

    @property
    def screens(self) -> tuple[str, ...]:
        """The names of the walls that the screens show."""
        return self.desk.wall, self.lobby.wall

    @property
    def lives(self) -> dict[str, LiveConnection]:
        """Every live connection, by who holds it."""
        people = {person.name: person.live for person in (self.admin, self.member, self.viewer)}
        return people | {screen.wall: screen.live for screen in (self.desk, self.lobby)}

    def begin(self) -> None:
        """Let the admin, whose account exists, add the others, who choose passwords; pair both screens."""
        self.admin.password = PASSWORD
        self.admin.sign_in()
        for person, role in ((self.member, "member"), (self.viewer, "viewer")):
            page = self.admin.request("/people/add", {"name": person.name, "role": role}).text
            self._replace_one_time_password(person, page)
        self._ids = {name: number for number, name in PERSON_ROW.findall(self.admin.request("/people").text)}
        for one in (self.admin, self.member, self.viewer):
            one.open_page()
        self.desk.pair(self.admin, "desk")
        self.lobby.pair(self.admin, "lobby")
        self.replace_token()

    def activities(self, seconds: float) -> list[Activity]:
        """What everybody does in a run of ``seconds``."""
        often: dict[str, tuple[float, Callable[[], None]]] = {
            f"pages of {one.name}": (4.0, partial(self.read, one, itertools.cycle(PAGES[one.name])))
            for one in (self.viewer, self.member, self.admin)
        }
        often["screens"] = (4.0, self.look_at_screens)
        exports = itertools.cycle(EXPORTS)
        often["exports by token"] = (15.0, lambda: self.export(next(exports)))
        seldom = {
            "new password": (300.0, self.replace_password),
            "second browser": (180.0, self.end_second_browser),
            "role": (360.0, self.change_role),
            "new token": (420.0, self.replace_token),
            "pairing": (480.0, self.pair_again),
        }
        changes = {name: (min(s, MAX_INTERVAL_SHARE * seconds), do) for name, (s, do) in seldom.items()}
        return [Activity(name, interval, do) for name, (interval, do) in (often | changes).items()]

    def read(self, person: Person, pages: Iterator[str]) -> None:
        """Read the next page. Sign in, or open a live connection, if either was lost without a reason."""
        with person.lock:
            if person.request(next(pages), expect=(200, 303)).status_code == 303:
                person.sign_in()
                raise Unexpected(f"{person.name} was signed out")
            if not person.live.connected:
                lost = person.live.ends[-1:]
                person.open_page()
                raise Unexpected(f"the live connection of {person.name} was closed: {lost}")

    def look_at_screens(self) -> None:
        """Let a screen whose live connection was closed without a reason open it again."""
        for screen in (self.desk, self.lobby):
            if screen.lock.acquire(blocking=False):
                try:
                    if not screen.live.connected:
                        lost = screen.live.ends[-1:]
                        screen.live.connect(screen.url, screen.session)
                        raise Unexpected(f"the live connection of {screen.wall} was closed: {lost}")
                finally:
                    screen.lock.release()

    def export(self, path: str) -> None:
        """Read all of an export or the metrics with the API token."""
        self._script.session.headers["Authorization"] = f"Bearer {self._token}"
        self._script.request(path)

    def replace_password(self) -> None:
        """The viewer forgot the password: the admin makes a new one, which ends the session and its connection."""
        with self.viewer.lock:
            page = self.admin.request(f"/people/{self._ids[self.viewer.name]}/password", {}).text
            self._expect_end_of(self.viewer, "a new password")
            self._replace_one_time_password(self.viewer, page)
            self.viewer.open_page()

    def change_role(self) -> None:
        """The member becomes a viewer and a member again, and has to sign in after each change."""
        with self.member.lock:
            for role in ("viewer", "member"):
                self.admin.request(f"/people/{self._ids[self.member.name]}/role", {"role": role}, expect=(303,))
                self._expect_end_of(self.member, f"the role {role}")
                self.member.sign_in()
                self.member.request("/people", expect=(403,))
                self.member.open_page()

    def end_second_browser(self) -> None:
        """The member signs in elsewhere, and ends that session from here."""
        with self.member.lock:
            other = Person(self._plan.url, self._plan.certificate, name=self.member.name, password=self.member.password)
            other.sign_in()
            other.open_page()
            other.request("/mentions")
            self.member.request("/account/sessions/end-others", {}, expect=(303,))
            self._expect_end_of(other, "the end of a session elsewhere")
            self.member.request("/account")
            other.session.close()

    def replace_token(self) -> None:
        """The member makes another API token and revokes the one before."""
        with self.member.lock:
            form = {"token_name": f"script {next(self._numbers)}", "days": "30"}
            page = self.member.request("/account/tokens", form).text
            shown, former = FIRST_SECRET.search(page), self._token
            if shown is None:
                raise Unexpected("no API token is shown")
            self._token = shown[1]
            for number in sorted(map(int, re.findall(r"/account/tokens/(\d+)/revoke", page)))[:-1]:
                self.member.request(f"/account/tokens/{number}/revoke", {}, expect=(303,))
        if former:
            stale = Browser(self._plan.url, self._plan.certificate)
            stale.session.headers["Authorization"] = f"Bearer {former}"
            stale.request("/mentions.json", expect=(401,))
            stale.session.close()

    def pair_again(self) -> None:
        """The admin unpairs the lobby's screen, which shows a code again and is paired once more."""
        with self.lobby.lock:
            rows = self.admin.request("/walls").text
            number = next(number for number, name in WALL_ROW.findall(rows) if name == "lobby")
            self.admin.request(f"/walls/{number}/unpair", {}, expect=(303,))
            wait_for(lambda: not self.lobby.live.connected, "the connection of an unpaired screen")
            self.lobby.request("/wall/lobby/state.json", expect=(401,))
            self.lobby.pair(self.admin, "lobby")

    def go_offline(self, stop: threading.Event) -> None:
        """Let the desk's screen lose its network for up to ten minutes, once, and resume."""
        began, seconds = self._plan.began, self._plan.seconds
        if stop.wait(max(0.0, began + OFFLINE_AT_SHARE * seconds - time.time())):
            return
        with self.desk.lock:
            self.desk.live.disconnect()
            stop.wait(min(MAX_OFFLINE_SECONDS, OFFLINE_SHARE * seconds))
            self.desk.live.connect(self.desk.url, self.desk.session)

    def _replace_one_time_password(self, person: Person, page: str) -> None:
        shown = FIRST_SECRET.search(page)
        if shown is None:
            raise Unexpected("no one-time password is shown")
        person.password = shown[1]
        person.sign_in()
        person.request("/mentions", expect=(303,))  # not before a password is chosen
        person.choose_password(f"{PASSWORD} {next(self._numbers)}")

    def _expect_end_of(self, person: Person, what: str) -> None:
        wait_for(lambda: not person.live.connected, f"the connection after {what}", DROPPED_WITHIN_SECONDS)
        answer = person.request("/mentions", expect=(303,))
        if "/login" not in answer.headers["Location"]:
            raise Unexpected(f"after {what} the pages still open")
