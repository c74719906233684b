"""Mastodon: hashtags on several instances without a key; search and whole timelines with a token."""

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
from monitor.sources._fields import Record, identity, line, part, words
from monitor.sources._mastodon import Reader, State, Stream, earlier, first_id, rank
from monitor.sources._options import MOST_NAMED, Address, SearchOptions
from monitor.sources._sweep import NOTHING_TO_SEARCH
from monitor.sources._terms import texts
from monitor.sources._watch import Watch
from monitor.text.cleaning import plain_text, safe_url
from monitor.text.language_codes import language_code

REQUESTS, LOOKS = 40, 20
"""In one pass: pages of timelines, and posts found before that are looked at again."""
MOST_ERRORS = 3
"""Of one instance, after which it is left alone until the next pass."""
MOST_HASHTAGS, LONGEST_HASHTAG = 30, 100
_PUBLIC = ("", "public", "unlisted")


def _whole(address: object) -> object:
    return f"https://{address}" if isinstance(address, str) and "://" not in address else address


def _bare(address: str) -> str:
    if urlsplit(address).path or urlsplit(address).query:
        raise ValueError('the name of an instance, such as "mastodon.social", without a path')
    return address


def _hashtag(text: str) -> str:
    """``text`` as a hashtag is written, without its sign; empty where nothing of it could be one."""
    tag = "".join(c for c in text if c.isalnum() or c == "_")
    return "" if tag.isdigit() or len(tag) > LONGEST_HASHTAG else tag.casefold()


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _named_hashtag(text: str) -> str:
    if not (tag := _hashtag(text)):
        raise ValueError('a hashtag, such as "acme"')
    return tag


Instance = Annotated[Address, BeforeValidator(_whole), AfterValidator(_bare)]
Instances = Annotated[tuple[Instance, ...], BeforeValidator(_listed), Field(min_length=1, max_length=20)]
Hashtag = Annotated[str, AfterValidator(_named_hashtag)]
Hashtags = Annotated[tuple[Hashtag, ...], BeforeValidator(_listed), Field(max_length=MOST_HASHTAGS)]


class Options(SearchOptions):
    """Keys of Mastodon in config.toml."""

    instances: Instances = ("https://mastodon.social",)
    """Which instances are asked; each knows what its own people follow."""
    hashtags: Hashtags = ()
    """Which to read; without it those that the rules' words make."""
    token: SecretName | None = None
    """Name of the secret that holds an access token of the first of the instances."""
    search: bool = False
    """Whether the first instance is searched for the rules' words, too. Needs the token."""
    public: bool = False
    """Whether the whole public timeline of the first instance is read, and matched here."""

    @property
    def is_searched(self) -> bool:
        """Unless whole timelines, or hashtags that somebody chose, are all that is read."""
        return self.search or not (self.hashtags or self.public)

    def coverage_notes(self, terms: Sequence[Term]) -> list[str]:
        """Without a search, posts that do not bear a hashtag."""
        if self.search:
            return super().coverage_notes(terms)
        tags = dict.fromkeys(tag for text in texts(terms) if (tag := _hashtag(text)))
        named = ", ".join(f"`#{tag}`" for tag in list(tags)[:MOST_NAMED])
        return [f"Only posts with a hashtag are found, such as {named}; to search for words it needs a token."]

    def required_secrets(self) -> dict[str, str]:
        """The token of the first instance."""
        how = f"Make one at {self.instances[0]}/settings/applications with the scopes read:statuses and read:search."
        return {self.token: how} if self.token else {}

    @model_validator(mode="after")
    def _token_fits(self) -> Self:
        if self.search and self.token is None:
            raise ValueError('one with token = "NAME_OF_A_SECRET" where search is true: only users may search')
        if self.token is not None and not self.instances[0].startswith("https://"):
            raise ValueError("one whose first instance is at https://, for the token is sent there")
        return self


@dataclass(slots=True)
class _Catch:
    """What a pass brought so far."""

    start: datetime = datetime.min
    """Where streams begin that were never read."""
    posts: dict[str, Post] = field(default_factory=dict)
    requests: int = 0
    set_aside: int = 0
    troubles: dict[Stream, SourceError] = field(default_factory=dict)
    """Why a stream could not be read to its end."""

    def is_sick(self, instance: str) -> bool:
        """Whether there is no use in asking it for more; a stream that is closed to us says nothing of the others."""
        errors = [error for stream, error in self.troubles.items() if stream.instance == instance]
        return len([error for error in errors if not isinstance(error, AuthError)]) >= MOST_ERRORS


class Source:
    """Several instances of Mastodon, or of what speaks like it."""

    def __init__(self, options: Options, http: Http) -> None:
        self._options = options
        self._readers = {address: Reader(address, http) for address in options.instances}

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """Read on in every stream where it was left; then look again at some posts of the last two weeks."""
        streams = self._streams(terms)
        if not streams:
            return Batch(cursor=cursor, note=NOTHING_TO_SEARCH)
        self._begin(now)
        state, catch = State.of(cursor), _Catch()
        catch.start = now - timedelta(days=self._options.days_back)
        due = state.due(streams, catch.start)
        since = self._read_round(due, state, catch, now)
        if catch.troubles and all(stream in catch.troubles or catch.is_sick(stream.instance) for stream in due):
            raise _worst(list(catch.troubles.values()))
        posts = tuple(sorted(catch.posts.values(), key=lambda post: post.published_at))
        batch = Batch(posts, more=bool(state.left), complete_since=since, set_aside=catch.set_aside)
        batch = replace(batch, note=" ".join(dict.fromkeys(map(str, catch.troubles.values())))[:280])
        watch = Watch(cursor.get("watch") if isinstance(cursor, dict) else None)
        batch = watch.follow(batch, now, LOOKS, lambda ids: self._look(ids, state, catch, now), terms)
        watched = watch.to_json(now)
        return replace(batch, cursor={**state.to_json(watched), "watch": watched})

    def reset_cursor(self, cursor: Json) -> Json:
        """Rules have changed: read history once more."""
        return {**cursor, "reached": {}, "left": [], "seen": {}} if isinstance(cursor, dict) else cursor

    def _begin(self, now: datetime) -> None:
        first = self._options.instances[0]
        how = " ".join(self._options.required_secrets().values())
        token = secrets.get(self._options.token, how) if self._options.token else ""
        for reader in self._readers.values():
            reader.begin(now)
        self._readers[first].begin(now, token, how)

    def _streams(self, terms: Sequence[Term]) -> list[Stream]:
        tags = self._options.hashtags or tuple(tag for text in texts(terms) if (tag := _hashtag(text)))
        found = [Stream(at, "tag", tag) for tag in dict.fromkeys(tags[:MOST_HASHTAGS]) for at in self._readers]
        first = self._options.instances[0]
        found += [Stream(first, "search", text) for text in texts(terms)] if self._options.search else []
        return [*found, Stream(first, "public")] if self._options.public else found

    def _read_round(self, due: Sequence[Stream], state: State, catch: _Catch, now: datetime) -> datetime | None:
        """Read what is due, as far as the pass goes; the time from which on all is read, when it is."""
        state.left = []
        for stream in due:
            if catch.is_sick(stream.instance):
                continue
            if catch.requests >= REQUESTS:
                state.left.append(stream.key)
                continue
            try:
                self._read(stream, state, catch, now)
            except SourceError as error:
                catch.troubles[stream] = error
        if catch.troubles:
            state.since = None
        return None if state.left or state.since is None else datetime.fromtimestamp(state.since, UTC)

    def _read(self, stream: Stream, state: State, catch: _Catch, now: datetime) -> None:
        """Read a stream forward from where it was left, as far as the pass goes."""
        reached, read, at_end = state.reached.get(stream.key, ["", 0, True])
        after, more = (earlier(reached), True) if at_end else (reached, True)
        if not after:
            after, more = self._begin_stream(stream, state, catch, now)
        while more and after:
            if catch.requests >= REQUESTS:
                state.reached[stream.key] = [after, read, False]
                state.left.append(stream.key)
                return
            page, more = self._page(stream, after, catch)
            newest = self._take(page, stream, state, catch, now)
            more = more and rank(newest) > rank(after)
            after = max(after, newest, key=rank)
        state.reached[stream.key] = [max(after, reached, key=rank), int(now.timestamp()), True]

    def _begin_stream(self, stream: Stream, state: State, catch: _Catch, now: datetime) -> tuple[str, bool]:
        """Read the newest page; from which id to go on forward, and whether there is anything to go on to."""
        page, more = self._page(stream, "", catch)
        newest = self._take(page, stream, state, catch, now)
        start = first_id(catch.start, newest)
        oldest = min((identity(status, "id") for status in page), key=rank, default="")
        if more and not start:
            state.since = None
        return (start, True) if more and start and rank(oldest) > rank(start) else (newest, False)

    def _page(self, stream: Stream, after: str, catch: _Catch) -> tuple[list[Record], bool]:
        catch.requests += 1
        return self._readers[stream.instance].page(stream, after)

    def _take(self, page: Sequence[Record], stream: Stream, state: State, catch: _Catch, now: datetime) -> str:
        """Keep what is new on ``page``; the newest id on it."""
        for status in page:
            post = self._post(status, stream.instance, now)
            if post is None:
                catch.set_aside += 1
            elif state.is_news(status, post.external_id) and post.body.strip() and _is_public(status):
                catch.posts[post.external_id] = post
                state.places[post.external_id] = [stream.instance, identity(status, "id")]
        return max((identity(status, "id") for status in page), key=rank, default="")

    def _post(self, status: Record, instance: str, now: datetime) -> Post | None:
        at, uri = status.get("created_at"), words(status, "uri")
        if not isinstance(at, datetime) or not uri.isprintable() or not uri or not identity(status, "id"):
            return None
        url = safe_url(words(status, "url")) or safe_url(uri)
        account = line(part(status, "account"), "acct")
        home = urlsplit(instance).hostname or ""
        return Post(
            source=self._options.name,
            external_id=uri,
            text=plain_text(words(status, "content")),
            published_at=min(at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC), now),
            author=f"{account}@{home}" if account and "@" not in account else account,
            title=line(status, "spoiler_text"),
            url=url,
            site=(urlsplit(url).hostname or "") if url else home,
            lang=language_code(words(status, "language") or None),
        )

    def _look(self, ids: Sequence[str], state: State, catch: _Catch, now: datetime) -> Mapping[str, Post | None]:
        """How these posts are now, as the instances say where they were found; those out of reach are left out."""
        by_instance: dict[str, dict[str, str]] = defaultdict(dict)
        for external_id in ids:
            instance, id_ = state.places.get(external_id, ("", ""))
            if instance in self._readers and not catch.is_sick(instance):
                by_instance[instance][id_] = external_id
        found: dict[str, Post | None] = {}
        for instance, wanted in by_instance.items():
            statuses = self._readers[instance].these(list(wanted))
            found |= dict.fromkeys(wanted.values())
            posts = [self._post(status, instance, now) for status in statuses]
            found |= {post.external_id: post for post in posts if post is not None and post.external_id in found}
        return found


def _worst(troubles: Sequence[SourceError]) -> SourceError:
    """The one that says most about a source of which nothing could be read."""
    others = [error for error in troubles if not isinstance(error, RateLimited | AuthError)]
    limits = [error for error in troubles if isinstance(error, RateLimited)]
    if limits and not others:
        return min(limits, key=lambda error: error.not_before)
    return (others or troubles)[0]


def _is_public(status: Record) -> bool:
    return words(status, "visibility") in _PUBLIC
