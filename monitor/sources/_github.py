"""A client of GitHub, with its rate limits: REST for issues, GraphQL (with a token) for discussions and lookups."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor import secrets
from monitor.errors import AuthError, BadResponse, RateLimited, Refused, SourceError
from monitor.http import Http, Response, retry_after, site_of
from monitor.sources._fields import Record, get_object, get_objects, get_text, response_object
from monitor.sources._limits import KeyLimits, key_fingerprint
from monitor.text.cleaning import plain_text

KEY_HELP = "Create a token at https://github.com/settings/tokens; it needs no scope, because only public data is read."
DISCUSSIONS_PER_PAGE = 50
MIN_WAIT = timedelta(minutes=1)
"""How long GitHub asks clients to wait if its response names no time."""
_ACCEPTED = (401, 403, 422, 429)
_NOT_FOUND = (404, 410)
_NO_PARAMS: Mapping[str, str] = {}
_FIELDS = "id title body createdAt updatedAt url author{login} repository{nameWithOwner}"
_SEARCH = (
    "query($q:String!){search(query:$q,type:DISCUSSION,first:"
    f"{DISCUSSIONS_PER_PAGE}"
    "){nodes{... on Discussion{" + _FIELDS + "}}}}"
)
_NODES = (
    "query($ids:[ID!]!){nodes(ids:$ids){"
    + " ".join(f"... on {kind}{{{_FIELDS}}}" for kind in ("Issue", "PullRequest", "Discussion"))
    + "}}"
)


class ApiClient:
    """The requests of one pass."""

    def __init__(self, http: Http, api: str, token: str | None, now: datetime) -> None:
        """``token`` is the name of a secret. Raises AuthError if there is no such secret."""
        self._http, self._api, self._now, self._token_name = http, api, now, token
        self._limits, key = http.shared(KeyLimits), secrets.get(token, KEY_HELP) if token else ""
        self._limit_key = f"{api} {key_fingerprint(key)}"
        self._headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if token:
            self._headers["Authorization"] = f"Bearer {key}"

    def search_issues(self, q: str, per_page: int) -> tuple[list[Record], bool]:
        """(issues, last changed first; whether GitHub stopped searching before it had found all)"""
        params = {"q": q, "sort": "updated", "order": "desc", "per_page": str(per_page), "advanced_search": "true"}
        response = self._checked("search", self._get("search", "search/issues", _ACCEPTED, params))
        found = response_object(response)
        return get_objects(found, "items", response), found.get("incomplete_results") is True

    def search_discussions(self, q: str) -> list[Record]:
        """The discussions, last changed first. Needs a token."""
        response = self._query(_SEARCH, {"q": q})
        return get_objects(get_object(get_object(response_object(response), "data"), "search"), "nodes", response)

    def get_issue(self, path: str) -> Record | None:
        """The issue or pull request at ``owner/name/issues/12``; None if it is gone."""
        response = self._get("core", f"repos/{path}", (*_ACCEPTED, *_NOT_FOUND))
        return None if response.status in _NOT_FOUND else response_object(self._checked("core", response))

    def get_nodes(self, ids: Sequence[str]) -> list[Any]:
        """The objects with these ids, in their order; None for one that is gone. Needs a token."""
        response = self._query(_NODES, {"ids": list(ids)})
        found = get_object(response_object(response), "data").get("nodes")
        if not isinstance(found, list) or len(found) != len(ids):
            raise BadResponse("GitHub returned data in an unexpected format.", response.sample)
        return found

    def _get(
        self, resource: str, path: str, allow_status: Collection[int], params: Mapping[str, str] = _NO_PARAMS
    ) -> Response:
        """``resource``: the name under which GitHub counts requests. Raises RateLimited while its limit lasts."""
        self._limits.check(f"{self._limit_key} {resource}", self._now)
        return self._http.get(f"{self._api}/{path}", params=params, headers=self._headers, allow_status=allow_status)

    def _query(self, query: str, variables: Mapping[str, Any]) -> Response:
        self._limits.check(f"{self._limit_key} graphql", self._now)
        url = f"{self._api.removesuffix('/v3')}/graphql"
        body = {"query": query, "variables": variables}
        # a redirect would turn the POST into a GET; GitHub sends none
        got = self._http.session.post(url, json=body, headers=self._headers, allow_redirects=False)
        response = self._checked("graphql", Response(got.status_code, got.headers, got.content, got.url))
        errors = response_object(response).get("errors")
        for error in errors if isinstance(errors, list) else ():
            kind = get_text(error, "type") if isinstance(error, dict) else ""
            if kind in ("RATE_LIMITED", "RATE_LIMIT"):
                raise self._limit("graphql", response)
            if kind != "NOT_FOUND":
                raise BadResponse(f"GitHub rejected the request: {_error_message(error)}.", response.sample)
        return response

    def _checked(self, resource: str, response: Response) -> Response:
        """Return ``response``, and record a limit that it used up. Raises SourceErrors for a status other than 200."""
        if response.status != 200:
            raise self._refusal(resource, response)
        if (reset := self._reset_time(response)) is not None:
            self._limits.record(f"{self._limit_key} {resource}", RateLimited(self._wait_message(), reset))
        return response

    def _refusal(self, resource: str, response: Response) -> SourceError:
        message = _error_message(_body(response))
        if response.status == 429 or (response.status == 403 and _is_rate_limit(response, message)):
            return self._limit(resource, response)
        if response.status == 401 or (response.status == 403 and self._token_name):
            name = self._token_name or "(none is set)"
            return AuthError(f"GitHub rejected the token {name} ({response.status}). {KEY_HELP}")
        detail = f": {message}" if message else ""
        return Refused(f"{site_of(response.url)} rejected the request ({response.status}{detail}).", response.sample)

    def _limit(self, resource: str, response: Response) -> RateLimited:
        """Record and return a limit: until Retry-After, else until the count is reset."""
        until = retry_after(response.headers.get("retry-after"), self._now) or self._reset_time(response) or self._now
        limit = RateLimited(self._wait_message(), max(until, self._now + MIN_WAIT))
        return self._limits.record(f"{self._limit_key} {resource}", limit)

    def _reset_time(self, response: Response) -> datetime | None:
        """When the count is reset, if nothing remains of it."""
        reset = response.headers.get("x-ratelimit-reset", "")
        if response.headers.get("x-ratelimit-remaining") != "0" or not reset[:11].isdecimal():
            return None
        return min(datetime.fromtimestamp(int(reset[:11]), UTC), self._now + timedelta(days=1))

    def _wait_message(self) -> str:
        hint = " A token allows three times as many searches: set token in the config."
        return f"GitHub asks us to wait.{'' if self._token_name else hint}"


def _is_rate_limit(response: Response, message: str) -> bool:
    headers = response.headers
    return headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers or "rate limit" in message.casefold()


def _body(response: Response) -> Record:
    try:
        found = response.json()
    except BadResponse:
        return {}
    return found if isinstance(found, dict) else {}


def _error_message(error: Any) -> str:
    """GitHub's own description of an error, cleaned and at most 120 characters long."""
    return plain_text(get_text(error, "message"))[:120].rstrip(" .") if isinstance(error, dict) else ""
