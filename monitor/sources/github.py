"""GitHub: issues that the rules look for and, with a free token, discussions too; edits and deletions followed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from monitor.http import Http
from monitor.model import Batch, Json, Post, Term
from monitor.secrets import SecretName
from monitor.sources._fields import Record, identity, line, moment, part, words
from monitor.sources._github import HOW, Talk
from monitor.sources._options import Address, SearchOptions
from monitor.sources._sweep import NOTHING_TO_SEARCH, Found, Page, Stretch, Sweep, afresh
from monitor.sources._terms import packed, texts
from monitor.sources._watch import Watch
from monitor.text.cleaning import plain_text, safe_url

REQUESTS, LOOKS, LOOKS_ALONE = 8, 100, 5
"""In one pass: searches, of which ten a minute go through without a token, ids that are asked for at once, and those
that are asked for one by one without a token: sixty of these go through in an hour."""
PAGE, DISCUSSIONS = 100, 50
MOST_TERMS, LONGEST = 6, 200
"""A search may hold five operators and 256 characters."""
OVERLAP = timedelta(hours=1)
_KINDS = {"issue": "is:issue", "pull": "is:pull-request"}
_NUMBERED = re.compile(r"/([\w.-]+/[\w.-]+)/(?:issues|pull)/([0-9]{1,12})$")
_PLACE = re.compile(r"[\w.-]+/[\w.-]+/issues/[0-9]{1,12}")
_TIME = "%Y-%m-%dT%H:%M:%SZ"


class Options(SearchOptions):
    """Keys of GitHub in config.toml."""

    how = HOW

    token: SecretName | None = None
    """Name of the secret that holds a token. Without one there are no discussions, and deletions are seen later."""
    pull_requests: bool = False
    """Whether pull requests are searched too."""
    qualifiers: Annotated[
        str, StringConstraints(max_length=100, pattern=r'^[\w:./"<>=@* -]*$'), Field(examples=["-org:acme"])
    ] = ""
    """Added to each search, such as ``-org:acme`` to leave out one's own repositories."""
    api: Address = "https://api.github.com"
    """For GitHub Enterprise: https://HOST/api/v3."""

    default_every = "15m"


class Source:
    """GitHub, searched for what changed: titles and first posts, not the comments below them."""

    def __init__(self, options: Options, http: Http) -> None:
        self._options, self._http = options, http

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """Search for what is new or changed, then look again at what was found in the last two weeks."""
        kept = cursor if isinstance(cursor, dict) else {}
        queries = self._queries([f'"{text}"' for text in texts(terms)])
        if not queries:
            return Batch(cursor=cursor, note=NOTHING_TO_SEARCH)
        talk = Talk(self._http, self._options.api, self._options.token, now)
        sweep = Sweep(kept.get("sweep"), now, history=timedelta(days=self._options.days_back), overlap=OVERLAP)
        watch = Watch(kept.get("watch"))
        batch = sweep.run(queries, lambda stretch: self._page(talk, stretch, now), REQUESTS)
        if self._options.token:
            batch = watch.follow(batch, now, LOOKS, lambda ids: self._look(talk, ids, now))
            return replace(batch, cursor={"sweep": sweep.to_json(), "watch": watch.to_json(now)})
        places = {**_places(kept.get("places")), **{post.external_id: _place(post.url) for post in batch.posts}}
        batch = watch.follow(batch, now, LOOKS_ALONE, lambda ids: self._look_alone(talk, ids, places, now))
        watched = watch.to_json(now)
        there = {id_: place for id_, place in places.items() if isinstance(watched, dict) and id_ in watched}
        return replace(batch, cursor={"sweep": sweep.to_json(), "watch": watched, "places": there})

    def reset_cursor(self, cursor: Json) -> Json:
        """Rules have changed: read history once more."""
        return afresh(cursor)

    def _queries(self, parts: Sequence[str]) -> list[str]:
        """What is searched for, each led by its kind; discussions know no OR."""
        some = packed(parts, " OR ", LONGEST, MOST_TERMS)
        queries = [f"issue {query}" for query in some]
        queries += [f"pull {query}" for query in some if self._options.pull_requests]
        return queries + [f"discussion {part}" for part in parts if self._options.token and len(part) <= LONGEST]

    def _page(self, talk: Talk, stretch: Stretch, now: datetime) -> Page:
        """A page goes on by time, not by number, for GitHub shows no more than 1,000 of a search."""
        until = moment(stretch.on) if isinstance(stretch.on, int) else stretch.until
        assert until is not None
        kind, _, query = stretch.query.partition(" ")
        span = f"updated:{stretch.since.strftime(_TIME)}..{until.strftime(_TIME)} {self._options.qualifiers}".strip()
        if kind == "discussion":
            items, unsure, full = talk.discussions(f"{query} {span} sort:updated-desc"), False, DISCUSSIONS
        else:
            wanted = f"({query})" if " OR " in query else query
            items, unsure = talk.issues(f"{wanted} {_KINDS[kind]} in:title,body {span}", PAGE)
            full = PAGE
        found = [self._found(item, now) for item in items]
        read = tuple(one for one in found if one is not None)
        oldest = min((int(at.timestamp()) for _, at in read), default=0)
        on = None if len(items) < full or not read else min(oldest, int(until.timestamp()) - 1)
        return Page(read, on, set_aside=found.count(None), unsure=unsure)

    def _found(self, item: Record, now: datetime) -> Found | None:
        """From REST and from GraphQL alike, which name the same things differently."""
        id_ = identity(item, "node_id") or (identity(item, "id") if "createdAt" in item else "")
        made = moment(words(item, "created_at") or words(item, "createdAt"))
        changed = moment(words(item, "updated_at") or words(item, "updatedAt")) or made
        if not id_ or made is None or changed is None:
            return None
        url = safe_url(words(item, "html_url") or words(item, "url"))
        repository = line(part(item, "repository"), "nameWithOwner") or _repository(words(item, "repository_url"))
        post = Post(
            source=self._options.name,
            external_id=id_,
            text=plain_text(words(item, "body")),
            published_at=min(made, now),
            author=line(part(item, "user") or part(item, "author"), "login"),
            title=line(item, "title"),
            url=url,
            site=repository,
        )
        return Found(post, min(changed, now)) if post.body.strip() else None

    def _look(self, talk: Talk, ids: Sequence[str], now: datetime) -> Mapping[str, Post | None]:
        found: dict[str, Post | None] = {}
        for id_, node in zip(ids, talk.nodes(ids), strict=True):
            if node is None:
                found[id_] = None
            elif isinstance(node, dict) and (one := self._found(node, now)) and one.post.external_id == id_:
                found[id_] = one.post
        return found

    def _look_alone(
        self, talk: Talk, ids: Sequence[str], places: Mapping[str, str], now: datetime
    ) -> Mapping[str, Post | None]:
        """The same without a token; one that was moved elsewhere has another id there and is left as it is."""
        found: dict[str, Post | None] = {}
        for id_ in ids:
            if not (place := places.get(id_)):
                continue
            item = talk.issue(place)
            if item is None:
                found[id_] = None
            elif (one := self._found(item, now)) and one.post.external_id == id_:
                found[id_] = one.post
        return found


def _place(url: str) -> str:
    """``owner/name/issues/12`` out of the address of an issue or a pull request; empty for anything else."""
    found = _NUMBERED.search(url)
    return f"{found[1]}/issues/{found[2]}" if found else ""


def _places(kept: Json) -> dict[str, str]:
    """What the last pass kept of where the watched ones are."""
    found = kept if isinstance(kept, dict) else {}
    return {id_: place for id_, place in found.items() if isinstance(place, str) and _PLACE.fullmatch(place)}


def _repository(url: str) -> str:
    """``owner/name`` out of the address of a repository's API."""
    return "/".join(url.rpartition("/repos/")[2].split("/")[:2]) if "/repos/" in url else ""
