"""GitHub: issues that match the rules and, with a free token, discussions; including edits and deletions."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from monitor.http import Http
from monitor.model import Batch, Json, Post, Term
from monitor.secrets import SecretName
from monitor.sources._backfill import ListedPost, Page, Window
from monitor.sources._fields import Record, get_id, get_line, get_object, get_text, parse_time
from monitor.sources._github import DISCUSSIONS_PER_PAGE, KEY_HELP, ApiClient
from monitor.sources._options import BaseUrl, SearchOptions
from monitor.sources._paged import SearchedSource
from monitor.sources._terms import pack_queries, search_texts
from monitor.text.cleaning import plain_text, safe_url

MAX_RECHECKS_WITH_TOKEN, MAX_RECHECKS_WITHOUT_TOKEN = 100, 5
"""With a token one request looks up 100 posts. Without one each post takes a request, and GitHub allows 60 an hour."""
PAGE_SIZE = 100
MAX_QUERY_TERMS, MAX_QUERY_CHARS = 6, 200
"""A search may have five operators and 256 characters."""
_TYPE_QUALIFIERS = {"issue": "is:issue", "pull": "is:pull-request"}
_ISSUE_URL = re.compile(r"/([\w.-]+/[\w.-]+)/(?:issues|pull)/([0-9]{1,12})$")
_ISSUE_PATH = re.compile(r"[\w.-]+/[\w.-]+/issues/[0-9]{1,12}")
_TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


class Options(SearchOptions):
    """Keys of GitHub in config.toml."""

    key_help = KEY_HELP

    token: SecretName | None = None
    """Name of the secret that holds a token. Without one there are no discussions, and deletions are noticed later."""
    pull_requests: bool = False
    """Whether to search pull requests too."""
    qualifiers: Annotated[
        str, StringConstraints(max_length=100, pattern=r'^[\w:./"<>=@* -]*$'), Field(examples=["-org:acme"])
    ] = ""
    """Added to each search, such as ``-org:acme`` to leave out your own repositories."""
    api: BaseUrl = "https://api.github.com"
    """For GitHub Enterprise: https://HOST/api/v3."""

    default_every = "15m"


class Source(SearchedSource[Options]):
    """GitHub, searched for issues and discussions that changed: titles and first posts, not the comments below them."""

    # without a token ten searches a minute are allowed
    max_requests = 8
    overlap = timedelta(hours=1)

    def __init__(self, options: Options, http: Http) -> None:
        super().__init__(options, http)
        self.max_rechecks = MAX_RECHECKS_WITH_TOKEN if options.token else MAX_RECHECKS_WITHOUT_TOKEN
        self._client: ApiClient
        self._paths: dict[str, str] = {}
        """External id -> path of the post in the REST API, which has no lookup by id."""

    def queries(self, terms: Sequence[Term]) -> Sequence[str]:
        """The searches, each prefixed with its type. Only those for issues and pull requests support OR."""
        parts = [f'"{text}"' for text in search_texts(terms)]
        packed = pack_queries(parts, " OR ", MAX_QUERY_CHARS, MAX_QUERY_TERMS)
        queries = [f"issue {query}" for query in packed]
        queries += [f"pull {query}" for query in packed if self.options.pull_requests]
        return queries + [f"discussion {part}" for part in parts if self.options.token and len(part) <= MAX_QUERY_CHARS]

    def begin_pass(self, stored: dict[str, Any]) -> None:
        """Create the client of the pass, and restore the paths."""
        self._client = ApiClient(self.http, self.options.api, self.options.token, self.now)
        self._paths = {} if self.options.token else _stored_paths(stored.get("places"))

    def page(self, window: Window) -> Page:
        """A page of search results. Pages continue by time, because GitHub shows at most 1,000 results of a search."""
        kind, _, query = window.query.partition(" ")
        since, until = window.since.strftime(_TIME_FORMAT), window.end.strftime(_TIME_FORMAT)
        span = f"updated:{since}..{until} {self.options.qualifiers}".strip()
        if kind == "discussion":
            page_size, is_incomplete = DISCUSSIONS_PER_PAGE, False
            items = self._client.search_discussions(f"{query} {span} sort:updated-desc")
        else:
            page_size, query = PAGE_SIZE, f"({query})" if " OR " in query else query
            q = f"{query} {_TYPE_QUALIFIERS[kind]} in:title,body {span}"
            items, is_incomplete = self._client.search_issues(q, page_size)
        results = [self._listed_post(item) for item in items]
        found = tuple(result for result in results if result is not None)
        oldest = min((int(at.timestamp()) for _, at in found), default=0)
        has_more = len(items) >= page_size and bool(found)
        next_cursor = min(oldest, int(window.end.timestamp()) - 1) if has_more else None
        return Page(found, next_cursor, skipped=results.count(None), incomplete=is_incomplete)

    def complete_batch(self, batch: Batch) -> Batch:
        """Record the paths of the posts in ``batch``, for lookups without a token."""
        if not self.options.token:
            self._paths |= {post.external_id: _issue_path(post.url) for post in batch.posts}
        return batch

    def look_up(self, ids: Sequence[str]) -> Mapping[str, Post | None]:
        """How these posts are now: all in one request with a token, one by one without."""
        if self.options.token:
            nodes = dict(zip(ids, self._client.get_nodes(ids), strict=True))
        else:
            nodes = {id_: self._client.get_issue(path) for id_ in ids if (path := self._paths.get(id_))}
        found: dict[str, Post | None] = {}
        for id_, node in nodes.items():
            if node is None:
                found[id_] = None
            elif isinstance(node, dict) and (listed := self._listed_post(node)) and listed.post.external_id == id_:
                # an issue that was moved to another repository has another id there, and stays unchanged
                found[id_] = listed.post
        return found

    def cursor_entries(self, known: Collection[str]) -> dict[str, Any]:
        """The paths of known posts, for lookups without a token."""
        if self.options.token:
            return {}
        return {"places": {id_: path for id_, path in self._paths.items() if id_ in known}}

    def _listed_post(self, item: Record) -> ListedPost | None:
        """The post in an item of REST or GraphQL, which have different names for the same fields."""
        id_ = get_id(item, "node_id") or (get_id(item, "id") if "createdAt" in item else "")
        created = parse_time(get_text(item, "created_at") or get_text(item, "createdAt"))
        updated = parse_time(get_text(item, "updated_at") or get_text(item, "updatedAt")) or created
        if not id_ or created is None or updated is None:
            return None
        repository = get_line(get_object(item, "repository"), "nameWithOwner")
        post = Post(
            source=self.options.name,
            external_id=id_,
            text=plain_text(get_text(item, "body")),
            published_at=min(created, self.now),
            author=get_line(get_object(item, "user") or get_object(item, "author"), "login"),
            title=get_line(item, "title"),
            url=safe_url(get_text(item, "html_url") or get_text(item, "url")),
            site=repository or _repository_name(get_text(item, "repository_url")),
        )
        return ListedPost(post, min(updated, self.now)) if post.body.strip() else None


def _issue_path(url: str) -> str:
    """``owner/name/issues/12`` from the address of an issue or a pull request; empty for anything else."""
    found = _ISSUE_URL.search(url)
    return f"{found[1]}/issues/{found[2]}" if found else ""


def _stored_paths(stored: Json) -> dict[str, str]:
    """The paths that the cursor holds."""
    found = stored if isinstance(stored, dict) else {}
    return {id_: path for id_, path in found.items() if isinstance(path, str) and _ISSUE_PATH.fullmatch(path)}


def _repository_name(api_url: str) -> str:
    """``owner/name`` from the API address of a repository."""
    return "/".join(api_url.rpartition("/repos/")[2].split("/")[:2]) if "/repos/" in api_url else ""
