"""A client of one Mastodon instance, through Mastodon.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from mastodon import Mastodon, MastodonError

from monitor.errors import AuthError, RateLimited
from monitor.http import Http, site_of
from monitor.sources._fields import Record, get_id
from monitor.sources._limits import KeyLimits
from monitor.sources._mastodon_cursor import Timeline, id_sort_key
from monitor.sources._sdk import SdkResponse, SdkSession, as_source_errors, error_body, reset_time, wait_until

PAGE_SIZE, MAX_SEARCH_PAGES = 40, 5


class InstanceClient:
    """The requests to one instance."""

    def __init__(self, address: str, http: Http) -> None:
        self.site = site_of(address)
        self._address, self._http = address, http
        self._limits, self._limit_key = http.shared(KeyLimits), f"mastodon {self.site}"
        self._session = SdkSession(http, self._check)
        self._now = datetime.min
        self._token, self._token_help = "", ""
        self._client = self._new_client()

    def begin(self, now: datetime, token: str = "", token_help: str = "") -> None:
        """Start a pass at ``now``. ``token_help`` says where to get a token."""
        self._session.begin(now)
        self._now, self._token, self._token_help = now, token, token_help
        self._client.access_token = token or None

    def page(self, timeline: Timeline, after: str) -> tuple[list[Record], bool]:
        """(statuses after an id, or the newest if it is empty; whether there may be more). Raises SourceErrors."""
        if timeline.kind == "search":
            return self._search(timeline.word, after), False
        access = "public" if timeline.kind == "public" else "hashtag"
        name = "public" if timeline.kind == "public" else f"tag/{timeline.word}"
        found = self._call(lambda: self._timeline(access, name, after))
        return found, len(found) >= PAGE_SIZE

    def statuses(self, ids: Sequence[str]) -> list[Record]:
        """Those statuses of ``ids`` that still exist. Raises SourceErrors."""
        return self._call(lambda: self._client.statuses(list(ids)))

    def _timeline(self, access: str, name: str, after: str) -> Any:
        if not self._client.timeline_is_available(access, with_auth=bool(self._token)):
            # the client caches the instance's description, so only a new client notices a change
            self._client = self._new_client()
            raise self._access_error()
        return self._client.timeline(name, min_id=after or None, limit=PAGE_SIZE)

    def _search(self, word: str, after: str) -> list[Record]:
        """Searches cannot be paged forward, only back from the newest result."""
        found: list[Record] = []
        for _ in range(MAX_SEARCH_PAGES):
            ids = [get_id(status, "id") for status in found]
            request = partial(self._search_page, word, after, min(ids, key=id_sort_key) if ids else None)
            found += (page := self._call(request, dict))
            if len(page) < PAGE_SIZE or not after:
                break
        return found

    def _search_page(self, word: str, after: str, before: str | None) -> Any:
        query = f'"{word}"' if " " in word else word
        found = self._client.search_v2(
            query, resolve=False, result_type="statuses", min_id=after or None, max_id=before, limit=PAGE_SIZE
        )
        return found["statuses"]

    def _call(self, request: Callable[[], Any], json_type: type = list) -> list[Record]:
        """The statuses that ``request`` returns, from a response of ``json_type``. Raises SourceErrors."""
        self._limits.check(self._limit_key, self._now)
        with as_source_errors(self.site, MastodonError):
            found = request()
            # Mastodon.py turns any response into a list, even an object into a list of its field names
            if not isinstance(found, list) or not isinstance(self._session.last_json, json_type):
                raise ValueError("not a list of statuses")
        return [status if isinstance(status, dict) else {} for status in found]

    def _new_client(self) -> Mastodon:
        return Mastodon(
            api_base_url=self._address,
            access_token=self._token or None,
            session=self._session,  # type: ignore[arg-type]
            ratelimit_method="throw",
            request_timeout=30,
            version_check_mode="none",
        )

    def _access_error(self) -> AuthError:
        if self._token:
            return AuthError(f"{self.site} does not accept our token for this. {self._token_help}")
        return AuthError(
            f"{self.site} does not show this timeline without a login. Set a token in the config, or remove it."
        )

    def _check(self, response: SdkResponse) -> None:
        """Record rate limits. Raises RateLimited and AuthError."""
        reset = reset_time(response.headers.get("X-RateLimit-Reset"), self._now)
        if response.status_code == 429:
            until = wait_until(response, reset, self._now)
            raise self._limits.record(self._limit_key, RateLimited(f"{self.site} asks us to wait (429).", until))
        if response.headers.get("X-RateLimit-Remaining") == "0" and reset is not None and reset > self._now:
            self._limits.record(self._limit_key, RateLimited(f"{self.site} allows no more requests for now.", reset))
        needs_login = "authenticated user" in str(error_body(response).get("error", ""))
        if response.status_code == 401 or (response.status_code in (403, 422) and needs_login):
            raise self._access_error()
