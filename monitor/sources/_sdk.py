"""What every source with an SDK shares: our guarded session in the SDK's hands.

    SDK --> SdkSession --> Http.session --> site        refusals become SourceErrors before the SDK has seen them

Left to themselves the SDKs sleep in our thread, stumble over a header that they do not expect, or print a token into
their log. Here they only write requests and read good answers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from monitor.errors import BadResponse, RateLimited, SourceError
from monitor.http import Http, retry_after, site_of
from monitor.http.error_messages import connection_error, status_error

STUMBLES = (ValueError, TypeError, LookupError, AttributeError, OSError)
"""What code that is not ours raises over an answer of another shape than documented."""
_REST_UNSAID = timedelta(minutes=5)
_LONGEST_REST = timedelta(hours=24)
_TOO_DEEP = re.compile(rb"(?:[\[{]\s*){100}")
_OUR_AGENT = ("user-agent",)


class Answer(Protocol):
    """A response of ``requests``, as far as we look at it. Its body is read."""

    status_code: int
    url: str

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def content(self) -> Any: ...


Check = Callable[[Answer], None]
"""Looks at each answer first: notes what it says of limits, and raises the SourceError where it is a refusal of the
platform's own kind. Raising nothing leaves the usual ones to SdkSession."""


class SdkSession:
    """Stands where an SDK expects a ``requests.Session``. Not for several threads.

    Follows no redirects (a token must not travel), and keeps its own headers: SDKs write theirs into the session.
    """

    def __init__(self, http: Http, check: Check, hidden: str = "") -> None:
        """``hidden``: how the headers begin that the SDK must not see, for it would sleep over them."""
        self.headers: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        """Headers that hold a key. They are put in here, so that an SDK cannot log what it never learns."""
        self.heard: Any = None
        """The last good answer as JSON, before the SDK made something of it."""
        self._http, self._check, self._hidden = http, check, hidden
        self._now = datetime.max.replace(tzinfo=UTC)
        self._unreached: SourceError | None = None
        self._refused: dict[str, SourceError] = {}

    def begin(self, now: datetime) -> None:
        """Start a pass at ``now``: within one, what has failed is not asked again, however often the SDK tries."""
        self._now, self._unreached = now, None
        self._refused.clear()

    def request(self, method: str, url: str, **options: Any) -> Any:
        """A good answer. Raises SourceErrors for everything else."""
        if found := self._unreached or self._refused.get(f"{method} {url}"):
            raise found
        answer = self._send(method, url, options)
        try:
            self._check(answer)
            self.heard = _good(answer, self._now)
        except SourceError as error:
            self._refused[f"{method} {url}"] = error
            raise
        for name in [name for name in answer.headers if self._hidden and name.lower().startswith(self._hidden)]:
            del answer.headers[name]
        return answer

    def close(self) -> None:
        """Do nothing: the session below belongs to all sources."""

    def _send(self, method: str, url: str, options: dict[str, Any]) -> Any:
        asked = {**self.headers, **(options.pop("headers", None) or {})}
        headers = {name: value for name, value in asked.items() if name.lower() not in _OUR_AGENT} | self.keys
        options["allow_redirects"] = False
        try:
            return self._http.session.request(method, url, headers=headers, **options)
        except RateLimited:
            raise
        except SourceError as error:
            self._unreached = error
            raise
        except (OSError, ValueError) as error:
            self._unreached = connection_error(error, site_of(url))
            raise self._unreached from error


def _good(answer: Answer, now: datetime) -> Any:
    """The JSON object or list of a good answer. Raises the usual SourceErrors for others."""
    site, sample = site_of(answer.url), sample_of(answer)
    if answer.status_code == 429 or (answer.status_code == 503 and answer.headers.get("Retry-After")):
        raise RateLimited(f"{site} asks us to wait ({answer.status_code}).", wish_of(answer, None, now))
    if answer.status_code >= 400:
        raise status_error(answer.status_code, site, sample)
    if 300 <= answer.status_code < 400:
        raise BadResponse(f"{site} sends us on elsewhere ({answer.status_code}). Put its present address in.", sample)
    found = _json(answer)
    if answer.status_code != 200 or not isinstance(found, dict | list):
        raise BadResponse(f"{site} did not answer with data.", sample)
    return found


def _json(answer: Answer) -> Any:
    try:
        # so deep is no answer, and at the bottom of the stack even clearing up may fail
        return None if _TOO_DEEP.search(answer.content or b"") else json.loads(answer.content or b"")
    except (ValueError, RecursionError):
        return None


def error_of(answer: Answer) -> Mapping[str, Any]:
    """The JSON object that a refusal carries; empty when it carries none."""
    found = _json(answer)
    return found if isinstance(found, dict) else {}


def sample_of(answer: Answer) -> str:
    """The first 200 bytes as text, to show to ops."""
    return bytes(answer.content or b"")[:200].decode("utf-8", "replace")


@contextmanager
def plainly(site: str, *kinds: type[Exception]) -> Iterator[None]:
    """Raise what an SDK raises, of ``kinds`` and STUMBLES, as the SourceError below it, or else as a BadResponse."""
    caught: tuple[type[Exception], ...] = (*kinds, *STUMBLES)
    try:
        yield
    except SourceError:
        raise
    except caught as error:
        below = _below(error)
        if below is not None:
            raise below from error
        raise BadResponse(f"{site} answers with something else than documented.", type(error).__name__) from error


def _below(error: BaseException) -> SourceError | None:
    """The SourceError that an SDK wrapped into ``error``; prawcore hides it in ``original_exception``."""
    found: BaseException | None = error
    for _ in range(10):
        if found is None or isinstance(found, SourceError):
            return found
        found = getattr(found, "original_exception", None) or found.__cause__ or found.__context__
    return None


def reset_time(value: str | None, now: datetime) -> datetime | None:
    """The moment that an X-RateLimit-Reset names as ISO 8601 or as seconds since 1970, between now and a day from it.

    None: it says nothing.
    """
    at = _epoch(value or "") or _iso(value or "")
    return None if at is None else min(max(at, now), now + _LONGEST_REST)


def wish_of(answer: Answer, reset: datetime | None, now: datetime) -> datetime:
    """Until when a refusal wants us to wait: its Retry-After, else ``reset``, else a few minutes."""
    return retry_after(answer.headers.get("Retry-After"), now) or reset or now + _REST_UNSAID


def _epoch(value: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _iso(value: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(value.strip())
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
