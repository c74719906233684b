"""Talking to GitHub: its REST search for everybody, its GraphQL for those with a token, and its limits in all forms."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor import secrets
from monitor.errors import AuthError, BadResponse, RateLimited, Refused, SourceError
from monitor.http import Http, Response, retry_after, site_of
from monitor.sources._fields import Record, listed_in, part, record_of, words
from monitor.sources._limits import KeyLimits, key_mark
from monitor.text.cleaning import plain_text

HOW = "Make a token at https://github.com/settings/tokens; it needs no scope, for only public things are read."
_ACCEPTED = (401, 403, 422, 429)
_NOT_THERE = (404, 410)
_NONE: Mapping[str, str] = {}
_LEAST_WAIT = timedelta(minutes=1)
"""What GitHub asks for where it names no time."""
_WORDS = "id title body createdAt updatedAt url author{login} repository{nameWithOwner}"
_SEARCH = "query($q:String!){search(query:$q,type:DISCUSSION,first:50){nodes{... on Discussion{" + _WORDS + "}}}}"
_NODES = (
    "query($ids:[ID!]!){nodes(ids:$ids){"
    + " ".join(f"... on {kind}{{{_WORDS}}}" for kind in ("Issue", "PullRequest", "Discussion"))
    + "}}"
)


class Talk:
    """The requests of one pass."""

    def __init__(self, http: Http, api: str, token: str | None, now: datetime) -> None:
        """``token`` is the name of a secret. Raises AuthError when there is none of that name."""
        self._http, self._api, self._now, self._name = http, api, now, token
        self._limits, key = http.shared(KeyLimits), secrets.get(token, HOW) if token else ""
        self._shared = f"{api} {key_mark(key)}"
        self._headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if token:
            self._headers["Authorization"] = f"Bearer {key}"

    def issues(self, q: str, per_page: int) -> tuple[list[Record], bool]:
        """The found issues, those that changed last first, and whether GitHub gave up before it had them all."""
        params = {"q": q, "sort": "updated", "order": "desc", "per_page": str(per_page), "advanced_search": "true"}
        answer = self._checked("search", self._get("search", "search/issues", _ACCEPTED, params))
        found = record_of(answer)
        return listed_in(found, "items", answer), found.get("incomplete_results") is True

    def discussions(self, q: str) -> list[Record]:
        """The found discussions, those that changed last first; needs a token."""
        answer = self._ask(_SEARCH, {"q": q})
        return listed_in(part(part(record_of(answer), "data"), "search"), "nodes", answer)

    def issue(self, place: str) -> Record | None:
        """The issue or pull request at ``owner/name/issues/12``; None for one that is gone."""
        accept = (*_ACCEPTED, *_NOT_THERE)
        answer = self._get("core", f"repos/{place}", accept)
        return None if answer.status in _NOT_THERE else record_of(self._checked("core", answer))

    def nodes(self, ids: Sequence[str]) -> list[Any]:
        """The things with these ids, in their order; None for one that is gone. Needs a token."""
        answer = self._ask(_NODES, {"ids": list(ids)})
        found = part(record_of(answer), "data").get("nodes")
        if not isinstance(found, list) or len(found) != len(ids):
            raise BadResponse("GitHub answers with something else than documented.", answer.sample)
        return found

    def _get(self, resource: str, path: str, accept: Collection[int], params: Mapping[str, str] = _NONE) -> Response:
        """``resource``: by which GitHub counts. Raises RateLimited before asking where it told this key to wait."""
        self._limits.check(f"{self._shared} {resource}", self._now)
        return self._http.get(f"{self._api}/{path}", params=params, headers=self._headers, accept=accept)

    def _ask(self, query: str, variables: Mapping[str, Any]) -> Response:
        self._limits.check(f"{self._shared} graphql", self._now)
        url = f"{self._api.removesuffix('/v3')}/graphql"
        body = {"query": query, "variables": variables}
        # a redirect would turn the POST into a GET, and is none of GitHub's ways
        got = self._http.session.post(url, json=body, headers=self._headers, allow_redirects=False)
        answer = self._checked("graphql", Response(got.status_code, got.headers, got.content, got.url))
        errors = record_of(answer).get("errors")
        for error in errors if isinstance(errors, list) else ():
            kind = words(error, "type") if isinstance(error, dict) else ""
            if kind in ("RATE_LIMITED", "RATE_LIMIT"):
                raise self._limit("graphql", answer)
            if kind != "NOT_FOUND":
                raise BadResponse(f"GitHub refuses what we ask for: {_said(error)}.", answer.sample)
        return answer

    def _checked(self, resource: str, answer: Response) -> Response:
        if answer.status != 200:
            raise self._refusal(resource, answer)
        if (reset := self._reset(answer)) is not None:
            self._limits.rest(f"{self._shared} {resource}", RateLimited(self._words(), reset))
        return answer

    def _refusal(self, resource: str, answer: Response) -> SourceError:
        says = _said(_body(answer))
        if answer.status == 429 or (answer.status == 403 and self._is_limit(answer, says)):
            return self._limit(resource, answer)
        if answer.status == 401 or (answer.status == 403 and self._name):
            return AuthError(f"GitHub refuses the token {self._name or '(none is set)'} ({answer.status}). {HOW}")
        told = f": {says}" if says else ""
        return Refused(f"{site_of(answer.url)} refuses what we ask for ({answer.status}{told}).", answer.sample)

    def _is_limit(self, answer: Response, says: str) -> bool:
        headers = answer.headers
        return (
            headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers or "rate limit" in says.casefold()
        )

    def _limit(self, resource: str, answer: Response) -> RateLimited:
        """Both kinds of limit: the wish in seconds comes first, then the moment when the count starts anew."""
        until = retry_after(answer.headers.get("retry-after"), self._now) or self._reset(answer) or self._now
        limit = RateLimited(self._words(), max(until, self._now + _LEAST_WAIT))
        return self._limits.rest(f"{self._shared} {resource}", limit)

    def _reset(self, answer: Response) -> datetime | None:
        """When the count starts anew, where nothing is left of it."""
        reset = answer.headers.get("x-ratelimit-reset", "")
        if answer.headers.get("x-ratelimit-remaining") != "0" or not reset[:11].isdecimal():
            return None
        return min(datetime.fromtimestamp(int(reset[:11]), UTC), self._now + timedelta(days=1))

    def _words(self) -> str:
        more = (
            "" if self._name else " A token lets three times as many searches through: name it in the config as token."
        )
        return f"GitHub asks us to wait.{more}"


def _body(answer: Response) -> Record:
    try:
        found = answer.json()
    except BadResponse:
        return {}
    return found if isinstance(found, dict) else {}


def _said(error: Any) -> str:
    """What GitHub says of an error, fit to be shown."""
    return plain_text(words(error, "message"))[:120].rstrip(" .") if isinstance(error, dict) else ""
