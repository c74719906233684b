"""One instance of Mastodon as its client reads it, and how far each of its timelines was read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from mastodon import Mastodon, MastodonError

from monitor.errors import AuthError, RateLimited
from monitor.http import Http, site_of
from monitor.model import Json
from monitor.sources._fields import Record, identity
from monitor.sources._limits import KeyLimits
from monitor.sources._sdk import Answer, SdkSession, error_of, plainly, reset_time, wish_of

PAGE, SEARCH_PAGES = 40, 5
LATE = timedelta(minutes=10)
"""Posts of other instances take their place in a timeline by when they were written, but arrive some minutes later."""
MOST_SEEN = 2_000
_SNOWFLAKE_DIGITS = 15


class Stream(NamedTuple):
    """One timeline, or one search, of one instance."""

    instance: str
    kind: str
    """``tag``, ``search`` or ``public``."""
    word: str = ""

    @property
    def key(self) -> str:
        """Its name in the cursor."""
        return f"{self.instance} {self.kind} {self.word}"


@dataclass(slots=True)
class State:
    """The cursor: how far each stream was read, what is left of a round over all of them, and what was seen."""

    reached: dict[str, list[Any]] = field(default_factory=dict)
    """Key of a stream -> [id, epoch of its last read, whether it was read to its end]."""
    left: list[str] = field(default_factory=list)
    """Streams that the round under way has still to read; empty between rounds."""
    since: int | None = None
    """Epoch from which on the round under way makes the reading complete."""
    seen: dict[str, str] = field(default_factory=dict)
    """External id -> when it was edited last."""
    places: dict[str, list[str]] = field(default_factory=dict)
    """External id -> [instance, id there], of posts that are watched."""

    @classmethod
    def of(cls, cursor: Json) -> State:
        """The state that ``cursor`` holds, as far as it can be read."""
        kept = cursor if isinstance(cursor, dict) else {}
        return cls(
            reached={k: e for k, e in _entries(kept, "reached") if _types(e) == [str, int, bool]},
            left=[key for key in kept.get("left") or () if isinstance(key, str)] if _is_list(kept, "left") else [],
            since=kept["since"] if type(kept.get("since")) is int else None,
            seen={k: e for k, e in _entries(kept, "seen") if isinstance(e, str)},
            places={k: e for k, e in _entries(kept, "places") if _types(e) == [str, str]},
        )

    def to_json(self, watched: Json) -> dict[str, Any]:
        """What is to be kept; of the places those of posts that are ``watched``."""
        watched = watched if isinstance(watched, dict) else {}
        return {
            "reached": self.reached,
            "left": self.left,
            "since": self.since,
            "seen": dict(list(self.seen.items())[-MOST_SEEN:]),
            "places": {id_: place for id_, place in self.places.items() if id_ in watched},
        }

    def due(self, streams: Sequence[Stream], start: datetime) -> list[Stream]:
        """What this pass is to read: the rest of a round, or a new one. ``start`` is where new streams begin."""
        known = {stream.key for stream in streams}
        self.reached = {key: entry for key, entry in self.reached.items() if key in known}
        rest = [stream for stream in streams if stream.key in self.left]
        if rest:
            return rest
        self.since = min(self.reached[key][1] if key in self.reached else int(start.timestamp()) for key in known)
        return list(streams)

    def is_news(self, status: Record, external_id: str) -> bool:
        """Whether a post is new or was edited since; two instances may write one post in two ways."""
        edited = str(status.get("edited_at") or "")
        before = self.seen.pop(external_id, None)
        self.seen[external_id] = max(before or "", edited)
        return before is None or edited > before


class Reader:
    """One instance, read through Mastodon.py."""

    def __init__(self, address: str, http: Http) -> None:
        self.site = site_of(address)
        self._address, self._http = address, http
        self._limits = http.shared(KeyLimits)
        self._session = SdkSession(http, self._check)
        self._now = datetime.min
        self._token, self._how = "", ""
        self._client = self._connected()

    def begin(self, now: datetime, token: str = "", how: str = "") -> None:
        """Start a pass at ``now``; ``how`` says where to get another token."""
        self._session.begin(now)
        self._now, self._token, self._how = now, token, how
        self._client.access_token = token or None

    def page(self, stream: Stream, after: str) -> tuple[list[Record], bool]:
        """Statuses after an id (the newest where it is empty), and whether there may be more. Raises SourceErrors."""
        if stream.kind == "search":
            return self._searched(stream.word, after), False
        wanted, name = ("public", "public") if stream.kind == "public" else ("hashtag", f"tag/{stream.word}")
        found = self._asked(lambda: self._timeline(wanted, name, after))
        return found, len(found) >= PAGE

    def these(self, ids: Sequence[str]) -> list[Record]:
        """Those statuses of ``ids`` that are still there. Raises SourceErrors."""
        return self._asked(lambda: self._client.statuses(list(ids)))

    def _timeline(self, wanted: str, name: str, after: str) -> Any:
        if not self._client.timeline_is_available(wanted, with_auth=bool(self._token)):
            self._client = self._connected()
            raise self._closed()
        return self._client.timeline(name, min_id=after or None, limit=PAGE)

    def _searched(self, word: str, after: str) -> list[Record]:
        """Search has no way forward, only down from the newest."""
        found: list[Record] = []
        for _ in range(SEARCH_PAGES):
            ids = [identity(status, "id") for status in found]
            ask = partial(self._search_page, word, after, min(ids, key=rank) if ids else None)
            found += (page := self._asked(ask, dict))
            if len(page) < PAGE or not after:
                break
        return found

    def _search_page(self, word: str, after: str, down: str | None) -> Any:
        query = f'"{word}"' if " " in word else word
        found = self._client.search_v2(
            query, resolve=False, result_type="statuses", min_id=after or None, max_id=down, limit=PAGE
        )
        return found["statuses"]

    def _asked(self, ask: Callable[[], Any], shape: type = list) -> list[Record]:
        self._limits.check(f"mastodon {self.site}", self._now)
        with plainly(self.site, MastodonError):
            found = ask()
            # Mastodon.py makes a list of whatever came, the names of an object's fields included
            if not isinstance(found, list) or not isinstance(self._session.heard, shape):
                raise ValueError("another shape")
        return [status if isinstance(status, dict) else {} for status in found]

    def _connected(self) -> Mastodon:
        """A client. It asks the instance about itself at its first request, so a refusal makes a new one necessary."""
        return Mastodon(
            api_base_url=self._address,
            access_token=self._token or None,
            session=self._session,  # type: ignore[arg-type]
            ratelimit_method="throw",
            request_timeout=30,
            version_check_mode="none",
        )

    def _closed(self) -> AuthError:
        if self._token:
            return AuthError(f"{self.site} does not accept our token for this. {self._how}")
        return AuthError(f"{self.site} does not show this timeline without a login. Give it a token, or take it out.")

    def _check(self, answer: Answer) -> None:
        reset = reset_time(answer.headers.get("X-RateLimit-Reset"), self._now)
        key = f"mastodon {self.site}"
        if answer.status_code == 429:
            until = wish_of(answer, reset, self._now)
            raise self._limits.rest(key, RateLimited(f"{self.site} asks us to wait (429).", until))
        if answer.headers.get("X-RateLimit-Remaining") == "0" and reset is not None and reset > self._now:
            self._limits.rest(key, RateLimited(f"{self.site} wants no more requests for now.", reset))
        wants_login = "authenticated user" in str(error_of(answer).get("error", ""))
        if answer.status_code == 401 or (answer.status_code in (403, 422) and wants_login):
            raise self._closed()


def rank(id_: str) -> tuple[int, str]:
    """Ids as instances sort them: numbers by size, those of other software by their letters."""
    return len(id_), id_


def earlier(id_: str) -> str:
    """The id that stands LATE before ``id_``: Mastodon's ids are milliseconds, shifted by 16 bits."""
    if not id_.isdecimal() or len(id_) < _SNOWFLAKE_DIGITS:
        return id_
    return str(max(1, int(id_) - (int(LATE.total_seconds() * 1000) << 16)))


def first_id(at: datetime, like: str) -> str:
    """The id that a post of ``at`` would have on an instance that gives ids such as ``like``; empty: cannot tell."""
    if not like.isdecimal() or len(like) < _SNOWFLAKE_DIGITS:
        return ""
    return str(max(1, int(at.timestamp() * 1000) << 16))


def _entries(kept: dict[str, Any], name: str) -> list[tuple[str, Any]]:
    found = kept.get(name)
    return list(found.items()) if isinstance(found, dict) else []


def _is_list(kept: dict[str, Any], name: str) -> bool:
    return isinstance(kept.get(name), list)


def _types(entry: Any) -> list[type]:
    return [type(part) for part in entry] if isinstance(entry, list) else []
