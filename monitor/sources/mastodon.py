"""Mastodon: hashtags on several instances without a key; search and public timelines with an access token."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from monitor import secrets
from monitor.errors import AuthError, RateLimited, SourceError
from monitor.http import Http
from monitor.model import Batch, Json, Post, Term
from monitor.secrets import SecretName
from monitor.sources._fields import Record, get_id, get_line, get_object, get_text
from monitor.sources._mastodon import InstanceClient
from monitor.sources._mastodon_cursor import MastodonCursor, Position, Timeline, id_at, id_before, id_sort_key
from monitor.sources._options import MAX_TERMS_NAMED, BaseUrl, SearchOptions
from monitor.sources._paged import NOTHING_TO_SEARCH, RECHECK_KEY
from monitor.sources._recheck import Recheck
from monitor.sources._terms import search_texts
from monitor.text.cleaning import plain_text, safe_url
from monitor.text.language_codes import language_code

MAX_REQUESTS, MAX_RECHECKS = 40, 20
"""In one pass: pages of timelines, and known posts that are looked up again."""
MAX_ERRORS = 3
"""After this many errors an instance is skipped until the next pass."""
MAX_NOTE_CHARS = 280
MAX_HASHTAGS, MAX_HASHTAG_CHARS = 30, 100
_PUBLIC_VISIBILITIES = ("", "public", "unlisted")


def _with_scheme(address: object) -> object:
    return f"https://{address}" if isinstance(address, str) and "://" not in address else address


def _without_path(address: str) -> str:
    if urlsplit(address).path or urlsplit(address).query:
        raise ValueError('the name of an instance, such as "mastodon.social", without a path')
    return address


def _to_hashtag(text: str) -> str:
    """``text`` as a hashtag without its sign; empty if no hashtag can be written like it."""
    tag = "".join(c for c in text if c.isalnum() or c == "_")
    return "" if tag.isdigit() or len(tag) > MAX_HASHTAG_CHARS else tag.casefold()


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _valid_hashtag(text: str) -> str:
    if not (tag := _to_hashtag(text)):
        raise ValueError('a hashtag, such as "acme"')
    return tag


Instance = Annotated[BaseUrl, BeforeValidator(_with_scheme), AfterValidator(_without_path)]
Instances = Annotated[tuple[Instance, ...], BeforeValidator(_as_tuple), Field(min_length=1, max_length=20)]
Hashtag = Annotated[str, AfterValidator(_valid_hashtag)]
Hashtags = Annotated[tuple[Hashtag, ...], BeforeValidator(_as_tuple), Field(max_length=MAX_HASHTAGS)]


class Options(SearchOptions):
    """Keys of Mastodon in config.toml."""

    instances: Instances = ("https://mastodon.social",)
    """The instances to read. Each knows the posts that its own users follow."""
    hashtags: Hashtags = ()
    """The hashtags to read; by default they are made from the terms of the rules."""
    token: SecretName | None = None
    """Name of the secret that holds an access token of the first instance."""
    search: bool = False
    """Whether to search the first instance for the terms of the rules, too. Needs the token."""
    public: bool = False
    """Whether to read the whole public timeline of the first instance, of which matching posts are kept."""

    @property
    def is_searched(self) -> bool:
        """False if it reads only the public timeline, or hashtags from the config."""
        return self.search or not (self.hashtags or self.public)

    def coverage_notes(self, terms: Sequence[Term]) -> list[str]:
        """Without a search, names the hashtags that posts must have."""
        if self.search:
            return super().coverage_notes(terms)
        tags = dict.fromkeys(tag for text in search_texts(terms) if (tag := _to_hashtag(text)))
        examples = ", ".join(f"`#{tag}`" for tag in list(tags)[:MAX_TERMS_NAMED])
        return [f"It finds only posts with a hashtag, such as {examples}; searching for words requires a token."]

    def required_secrets(self) -> dict[str, str]:
        """The token of the first instance."""
        address = f"{self.instances[0]}/settings/applications"
        token_help = f"Create one at {address} with the scopes read:statuses and read:search."
        return {self.token: token_help} if self.token else {}

    @model_validator(mode="after")
    def _token_fits(self) -> Self:
        if self.search and self.token is None:
            raise ValueError(
                'one with token = "NAME_OF_A_SECRET" where search is true: only registered users may search'
            )
        if self.token is not None and not self.instances[0].startswith("https://"):
            raise ValueError("one whose first instance is at https://, because the token is sent there")
        return self


@dataclass(slots=True)
class _PassResult:
    """What a pass has read so far."""

    history_start: datetime
    """The start of timelines that were never read."""
    posts: dict[str, Post] = field(default_factory=dict)
    requests: int = 0
    skipped: int = 0
    errors: dict[Timeline, SourceError] = field(default_factory=dict)
    """Why a timeline could not be read to its end."""

    def is_failing(self, instance: str) -> bool:
        """Whether to skip ``instance`` for the rest of the pass. Errors of timelines that need a login do not count."""
        errors = [error for timeline, error in self.errors.items() if timeline.instance == instance]
        return len([error for error in errors if not isinstance(error, AuthError)]) >= MAX_ERRORS


class Source:
    """Several instances of Mastodon, or of software with the same API.

    Unlike other sites' lists, timelines are paged forward from the last id. One thread at a time reads a source, so the
    state of a pass is kept on the object.
    """

    def __init__(self, options: Options, http: Http) -> None:
        self._options = options
        self._clients = {address: InstanceClient(address, http) for address in options.instances}
        self._now: datetime
        self._cursor: MastodonCursor
        self._result: _PassResult

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """Read each timeline from its last position, then look up known posts that are due. Raises SourceErrors."""
        timelines = self._timelines(terms)
        if not timelines:
            return Batch(cursor=cursor, note=NOTHING_TO_SEARCH)
        self._begin(cursor, now)
        due = self._cursor.due(timelines, self._result.history_start)
        complete_since = self._read_timelines(due)
        errors = self._result.errors
        if errors and all(tl in errors or self._result.is_failing(tl.instance) for tl in due):
            raise _most_informative(list(errors.values()))
        batch = Batch(
            posts=tuple(sorted(self._result.posts.values(), key=lambda post: post.published_at)),
            more=bool(self._cursor.pending),
            complete_since=complete_since,
            skipped=self._result.skipped,
            note=" ".join(dict.fromkeys(map(str, errors.values())))[:MAX_NOTE_CHARS],
        )
        recheck = Recheck(cursor.get(RECHECK_KEY) if isinstance(cursor, dict) else None)
        batch = recheck.run(batch, now, self._look_up, MAX_RECHECKS, terms)
        known = recheck.to_json(now)
        return replace(batch, cursor={**self._cursor.to_json(known), RECHECK_KEY: known})

    def reset_cursor(self, cursor: Json) -> Json:
        """The cursor from which the history is read again, after the rules have changed."""
        return {**cursor, "reached": {}, "left": [], "seen": {}} if isinstance(cursor, dict) else cursor

    def _begin(self, cursor: Json, now: datetime) -> None:
        self._now, self._cursor = now, MastodonCursor.from_json(cursor)
        self._result = _PassResult(now - timedelta(days=self._options.days_back))
        token_help = " ".join(self._options.required_secrets().values())
        token = secrets.get(self._options.token, token_help) if self._options.token else ""
        for client in self._clients.values():
            client.begin(now)
        self._clients[self._options.instances[0]].begin(now, token, token_help)

    def _timelines(self, terms: Sequence[Term]) -> list[Timeline]:
        tags = self._options.hashtags or tuple(tag for text in search_texts(terms) if (tag := _to_hashtag(text)))
        tags = tuple(dict.fromkeys(tags[:MAX_HASHTAGS]))
        found = [Timeline(instance, "tag", tag) for tag in tags for instance in self._clients]
        first = self._options.instances[0]
        if self._options.search:
            found += [Timeline(first, "search", text) for text in search_texts(terms)]
        return [*found, Timeline(first, "public")] if self._options.public else found

    def _read_timelines(self, due: Sequence[Timeline]) -> datetime | None:
        """Read what is due until the pass ends. Returns ``Batch.complete_since``."""
        self._cursor.pending = []
        for timeline in due:
            if self._result.is_failing(timeline.instance):
                continue
            if self._result.requests >= MAX_REQUESTS:
                self._cursor.pending.append(timeline.key)
                continue
            try:
                self._read(timeline)
            except SourceError as error:
                self._result.errors[timeline] = error
        if self._result.errors:
            self._cursor.since = None
        since = self._cursor.since
        return None if self._cursor.pending or since is None else datetime.fromtimestamp(since, UTC)

    def _read(self, timeline: Timeline) -> None:
        """Read a timeline forward from its last position, until its end or the end of the pass."""
        position = self._cursor.positions.get(timeline.key, Position())
        after, more = id_before(position.newest_id) if position.at_end else position.newest_id, True
        if not after:
            after, more = self._begin_timeline(timeline)
        while more and after:
            if self._result.requests >= MAX_REQUESTS:
                self._cursor.positions[timeline.key] = Position(after, position.read_at, at_end=False)
                self._cursor.pending.append(timeline.key)
                return
            page, more = self._page(timeline, after)
            newest = self._collect(page, timeline)
            more = more and id_sort_key(newest) > id_sort_key(after)
            after = max(after, newest, key=id_sort_key)
        newest = max(after, position.newest_id, key=id_sort_key)
        self._cursor.positions[timeline.key] = Position(newest, int(self._now.timestamp()), at_end=True)

    def _begin_timeline(self, timeline: Timeline) -> tuple[str, bool]:
        """Read the newest page. Returns (the id after which to continue, whether there is more to read)."""
        page, more = self._page(timeline, "")
        newest = self._collect(page, timeline)
        start = id_at(self._result.history_start, newest)
        oldest = min((get_id(status, "id") for status in page), key=id_sort_key, default="")
        if more and not start:
            # ids without a time: the history before this page cannot be read
            self._cursor.since = None
        has_history = more and start and id_sort_key(oldest) > id_sort_key(start)
        return (start, True) if has_history else (newest, False)

    def _page(self, timeline: Timeline, after: str) -> tuple[list[Record], bool]:
        self._result.requests += 1
        return self._clients[timeline.instance].page(timeline, after)

    def _collect(self, page: Sequence[Record], timeline: Timeline) -> str:
        """Keep the posts of ``page`` that are new. Returns its newest id."""
        for status in page:
            post = self._post(status, timeline.instance)
            if post is None:
                self._result.skipped += 1
            elif (
                self._cursor.is_new_or_edited(status, post.external_id)
                and post.body.strip()
                and get_text(status, "visibility") in _PUBLIC_VISIBILITIES
            ):
                self._result.posts[post.external_id] = post
                self._cursor.places[post.external_id] = [timeline.instance, get_id(status, "id")]
        return max((get_id(status, "id") for status in page), key=id_sort_key, default="")

    def _post(self, status: Record, instance: str) -> Post | None:
        at, uri = status.get("created_at"), get_text(status, "uri")
        if not isinstance(at, datetime) or not uri.isprintable() or not uri or not get_id(status, "id"):
            return None
        url = safe_url(get_text(status, "url")) or safe_url(uri)
        account = get_object(status, "account")
        home = urlsplit(instance).hostname or ""
        return Post(
            source=self._options.name,
            external_id=uri,
            text=plain_text(get_text(status, "content")),
            published_at=min(at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC), self._now),
            author=_full_handle(get_line(account, "acct"), home),
            title=get_line(status, "spoiler_text"),
            url=url,
            site=(urlsplit(url).hostname or "") if url else home,
            lang=language_code(get_text(status, "language") or None),
            reply_to=_full_handle(_reply_to(status, account), home),
            repost=bool(get_object(status, "reblog")),
            link=safe_url(get_text(get_object(status, "card"), "url")),
        )

    def _look_up(self, ids: Sequence[str]) -> Mapping[str, Post | None]:
        """The current posts on the instances where they were found. Those on failing instances are left out."""
        by_instance: dict[str, dict[str, str]] = defaultdict(dict)
        for external_id in ids:
            instance, id_ = self._cursor.places.get(external_id, ("", ""))
            if instance in self._clients and not self._result.is_failing(instance):
                by_instance[instance][id_] = external_id
        found: dict[str, Post | None] = {}
        for instance, external_ids in by_instance.items():
            statuses = self._clients[instance].statuses(list(external_ids))
            found |= dict.fromkeys(external_ids.values())
            posts = [self._post(status, instance) for status in statuses]
            found |= {post.external_id: post for post in posts if post is not None and post.external_id in found}
        return found


def _full_handle(account: str, home: str) -> str:
    """An account with its instance, which Mastodon leaves out for those of its own, at ``home``."""
    return f"{account}@{home}" if account and "@" not in account else account


def _reply_to(status: Record, account: Record) -> str:
    """The account that ``status`` of ``account`` replies to, if it mentions it or is the same."""
    id_, mentions = get_id(status, "in_reply_to_account_id"), status.get("mentions")
    known = [account, *(m for m in mentions if isinstance(m, dict))] if isinstance(mentions, list) else [account]
    return next((get_line(user, "acct") for user in known if id_ and get_id(user, "id") == id_), "")


def _most_informative(errors: Sequence[SourceError]) -> SourceError:
    """The error to report if nothing could be read: a limit or a missing login only if there is no other error."""
    others = [error for error in errors if not isinstance(error, RateLimited | AuthError)]
    limits = [error for error in errors if isinstance(error, RateLimited)]
    if limits and not others:
        return min(limits, key=lambda error: error.not_before)
    return (others or errors)[0]
