"""A session for the SDKs of sites, which sends their requests through our guarded session.

    SDK --> SdkSession --> Http.session --> site        refusals become SourceErrors before the SDK sees them

Without this, SDKs sleep in our thread, fail on headers that they do not expect, or log tokens. Here they only build
requests and parse good responses.
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
from monitor.sources._fields import parse_time

PARSE_ERRORS = (ValueError, TypeError, LookupError, AttributeError, OSError)
"""What SDKs raise for a response that does not have the documented format."""
DEFAULT_WAIT = timedelta(minutes=5)
"""How long to wait if a site asks us to wait without naming a time."""
MAX_WAIT = timedelta(hours=24)
_DEEP_NESTING = re.compile(rb"(?:[\[{]\s*){100}")
_OWN_HEADERS = ("user-agent",)
"""Headers that SDKs may not set."""


class SdkResponse(Protocol):
    """A response of ``requests``, as far as it is used here. Its body has been read."""

    status_code: int
    url: str

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def content(self) -> Any: ...


CheckResponse = Callable[[SdkResponse], None]
"""Sees each response first: records rate limits, and raises the SourceErrors that are specific to the platform. If it
raises nothing, SdkSession raises the general ones."""


class SdkSession:
    """Replaces the ``requests.Session`` of an SDK. Not thread-safe.

    It follows no redirects, because a token must not reach another host, and has its own headers, because SDKs write
    theirs into the session.
    """

    def __init__(self, http: Http, check: CheckResponse, hidden_prefix: str = "") -> None:
        """``hidden_prefix``: response headers with this prefix are removed, because they make the SDK sleep."""
        self.headers: dict[str, str] = {}
        self.key_headers: dict[str, str] = {}
        """Request headers that hold a key. They are added here, so that the SDK cannot log them."""
        self.last_json: Any = None
        """The last good response as JSON, before the SDK has parsed it."""
        self._http, self._check, self._hidden_prefix = http, check, hidden_prefix
        self._now = datetime.max.replace(tzinfo=UTC)
        self._connection_error: SourceError | None = None
        self._refusals: dict[str, SourceError] = {}

    def begin(self, now: datetime) -> None:
        """Start a pass. Within a pass a failed request is not sent again, however often the SDK retries it."""
        self._now, self._connection_error = now, None
        self._refusals.clear()

    def request(self, method: str, url: str, **options: Any) -> Any:
        """A good response. Raises SourceErrors for all others."""
        if error := self._connection_error or self._refusals.get(f"{method} {url}"):
            raise error
        response = self._send(method, url, options)
        try:
            self._check(response)
            self.last_json = _checked_json(response, self._now)
        except SourceError as error:
            self._refusals[f"{method} {url}"] = error
            raise
        prefix = self._hidden_prefix
        for name in [name for name in response.headers if prefix and name.lower().startswith(prefix)]:
            del response.headers[name]
        return response

    def close(self) -> None:
        """Do nothing: all sources share the underlying session."""

    def _send(self, method: str, url: str, options: dict[str, Any]) -> Any:
        sdk_headers = {**self.headers, **(options.pop("headers", None) or {})}
        headers = {k: v for k, v in sdk_headers.items() if k.lower() not in _OWN_HEADERS} | self.key_headers
        options["allow_redirects"] = False
        try:
            return self._http.session.request(method, url, headers=headers, **options)
        except RateLimited:
            raise
        except SourceError as error:
            self._connection_error = error
            raise
        except (OSError, ValueError) as error:
            self._connection_error = connection_error(error, site_of(url))
            raise self._connection_error from error


def _checked_json(response: SdkResponse, now: datetime) -> Any:
    """The JSON object or list of a good response. Raises the general SourceErrors for others."""
    site, sample = site_of(response.url), body_sample(response)
    status = response.status_code
    if status == 429 or (status == 503 and response.headers.get("Retry-After")):
        raise RateLimited(f"{site} asks us to wait ({status}).", wait_until(response, None, now))
    if status >= 400:
        raise status_error(status, site, sample)
    if 300 <= status < 400:
        message = f"{site} redirects to another address ({status}). Set the new address in the config."
        raise BadResponse(message, sample, status)
    found = _json(response)
    if status != 200 or not isinstance(found, dict | list):
        raise BadResponse(f"{site} did not return data.", sample)
    return found


def _json(response: SdkResponse) -> Any:
    try:
        # parsing deeply nested JSON can exhaust the stack, where even the error handling may fail
        return None if _DEEP_NESTING.search(response.content or b"") else json.loads(response.content or b"")
    except (ValueError, RecursionError):
        return None


def error_body(response: SdkResponse) -> Mapping[str, Any]:
    """The JSON object in a refusal; empty if it has none."""
    found = _json(response)
    return found if isinstance(found, dict) else {}


def body_sample(response: SdkResponse) -> str:
    """The first 200 bytes of the body as text, for operators."""
    return bytes(response.content or b"")[:200].decode("utf-8", "replace")


@contextmanager
def as_source_errors(site: str, *kinds: type[Exception]) -> Iterator[None]:
    """Turn errors of an SDK (``kinds`` and PARSE_ERRORS) into the SourceError that caused them, or else BadResponse."""
    caught: tuple[type[Exception], ...] = (*kinds, *PARSE_ERRORS)
    try:
        yield
    except SourceError:
        raise
    except caught as error:
        cause = _source_error_in(error)
        if cause is not None:
            raise cause from error
        raise BadResponse(f"{site} returned data in an unexpected format.", type(error).__name__) from error


def _source_error_in(error: BaseException) -> SourceError | None:
    """The SourceError that an SDK has wrapped in ``error``; prawcore keeps it in ``original_exception``."""
    found: BaseException | None = error
    for _ in range(10):
        if found is None or isinstance(found, SourceError):
            return found
        found = getattr(found, "original_exception", None) or found.__cause__ or found.__context__
    return None


def reset_time(value: str | None, now: datetime) -> datetime | None:
    """The time in an X-RateLimit-Reset header, in ISO 8601 or seconds since 1970, limited to the next 24 hours.

    None if the header is missing or cannot be read.
    """
    at = _from_epoch(value or "") or parse_time(value)
    return None if at is None else min(max(at, now), now + MAX_WAIT)


def wait_until(response: SdkResponse, reset: datetime | None, now: datetime) -> datetime:
    """When the next request is allowed: after Retry-After, else at ``reset``, else after DEFAULT_WAIT."""
    return retry_after(response.headers.get("Retry-After"), now) or reset or now + DEFAULT_WAIT


def _from_epoch(value: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (ValueError, OverflowError, OSError):
        return None
