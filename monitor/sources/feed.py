"""RSS, Atom, RDF and JSON feeds: news, blogs, forums, video channels, mailing lists, saved searches."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from monitor.errors import BadResponse, Gone, SourceError
from monitor.feeds import presets
from monitor.feeds.bookmark import FeedCursor, content_digest, entries_by_id
from monitor.feeds.entries import MAX_ENTRIES, Entry, Feed
from monitor.feeds.freshness import conditional_headers, not_before, validators
from monitor.feeds.parser import Parser
from monitor.http import Http, Response, check_url, redact, site_of
from monitor.model import Batch, Json, Post, Term
from monitor.sources._feed import Options, Place
from monitor.text.cleaning import plain_text, safe_url
from monitor.text.language_codes import language_code

__all__ = ["Options", "Source"]

_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_HOST = re.compile(r"https?://([a-z0-9.-]+)(?::[0-9]+)?(?:/|\Z)")
_FULL_EVERY = 100
"""Passes after which a site must send the whole feed again, for some answer "nothing new" for ever. One that is caught
at it must do so in each pass from then on."""


class Source:
    """One feed."""

    def __init__(self, options: Options, http: Http) -> None:
        self._options = options
        self._name = options.name
        self._http = http
        self._parser = http.shared(Parser)

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """Read the feed if it changed; its new and its edited entries, oldest first."""
        place = self._options.place()
        mark = FeedCursor.from_json(cursor, place.key)
        try:
            return self._read_anywhere(place, mark, now)
        except SourceError as error:
            place.hide(error)
            raise

    def reset_cursor(self, cursor: Json) -> Json:
        """Rules have changed: read all that is listed once more."""
        return FeedCursor.with_entries_unread(cursor)

    def _read_anywhere(self, place: Place, mark: FeedCursor, now: datetime) -> Batch:
        """Where it has moved to; where there is no feed any more, where it is said to be, for a move may be undone."""
        try:
            return self._read(place, mark, now)
        except (BadResponse, Gone):
            if not mark.moved_to:
                raise
            return self._read(place, replace(mark, moved_to="", etag="", modified=""), now)

    def _read(self, place: Place, mark: FeedCursor, now: datetime) -> Batch:
        answer, leads_to = self._named(place, mark) if place.directory else (self._get(place.url, mark), "")
        same = answer.status == 304
        body = mark.body if same else hashlib.sha256(answer.body).hexdigest()[:32]
        etag, modified = validators(answer.headers)
        after = replace(
            mark,
            moved_to="" if place.hidden or place.directory else answer.moved_to or mark.moved_to,
            leads_to=leads_to,
            etag=etag or (mark.etag if same else ""),
            modified=modified or (mark.modified if same else ""),
            body=body,
            read_at=now.isoformat(),
            passes=mark.passes + 1,
        )
        if same or body == mark.body:
            return self._unchanged(mark, after, answer, now)
        feed = self._parser.parse(answer.body, answer.headers.get("Content-Type", ""), place.url)
        feed = replace(feed, entries=tuple(place.without(entry) for entry in feed.entries))
        return self._changed(feed, mark, after, answer, now)

    def _named(self, place: Place, mark: FeedCursor) -> tuple[Response, str]:
        """The answer of the feed that a directory names, and its address; asked again only where the last one fails."""
        trouble: SourceError | None = None
        if mark.leads_to:
            try:
                return self._get(mark.leads_to, mark), mark.leads_to
            except (BadResponse, Gone) as error:
                trouble = error
        found = self._http.get(place.url)
        url = presets.podcast_feed_url(found.json())
        if not url:
            raise BadResponse(f"{site_of(place.url)} names no feed for this. Check its number.", found.sample)
        check_url(url)
        if trouble is not None and url == mark.leads_to:
            raise trouble
        return self._get(url, replace(mark, etag="", modified="")), url

    def _get(self, url: str, mark: FeedCursor) -> Response:
        headers = {"Accept": _ACCEPT}
        if (mark.passes + 1) % _FULL_EVERY and not mark.validators_unreliable:
            headers |= conditional_headers(mark.etag, mark.modified)
        answer = self._http.get(mark.moved_to or url, headers=headers)
        asked = len(headers) > 1
        if answer.status not in (200, 203, 304 if asked else 200):
            raise BadResponse(f"The site answers with {answer.status} instead of a feed.", answer.sample)
        return answer

    def _unchanged(self, mark: FeedCursor, after: FeedCursor, answer: Response, now: datetime) -> Batch:
        return Batch(
            cursor=after.to_json(),
            not_before=not_before(answer.headers, mark.ttl, now),
            complete_since=mark.last_read,
            note=_note(after, False),
        )

    def _changed(self, feed: Feed, mark: FeedCursor, after: FeedCursor, answer: Response, now: datetime) -> Batch:
        found = entries_by_id(feed.entries, mark.configured, mark)
        said = {name: content_digest(entry) for name, entry in found.items()}
        listed = {name: _listing(name, entry, said[name], mark, now) for name, entry in found.items()}
        news = [(name, entry) for name, entry in found.items() if not mark.is_unchanged(name, said[name])]
        posts = [self._post(name, entry, listed[name], now) for name, entry in news]
        validators_unreliable = mark.validators_unreliable or (
            bool(news) and mark.same_version(after.etag, after.modified)
        )
        return Batch(
            posts=tuple(sorted((p for p in posts if p.body), key=lambda p: p.published_at)),
            cursor=replace(after, ttl=feed.ttl, listed=listed, validators_unreliable=validators_unreliable).to_json(),
            not_before=not_before(answer.headers, feed.ttl, now),
            complete_since=mark.last_read if mark.overlaps(listed) else None,
            set_aside=feed.skipped,
            note=_note(after, feed.truncated),
        )

    def _post(self, name: str, entry: Entry, listing: str, now: datetime) -> Post:
        first_seen = listing.partition("@")[2]
        url = safe_url(entry.link)
        return Post(
            source=self._name,
            external_id=name,
            text=plain_text(entry.text),
            published_at=datetime.fromtimestamp(float(first_seen), UTC) if first_seen else _published(entry, now),
            author=" ".join(plain_text(entry.author).split()),
            title=" ".join(plain_text(entry.title).split()),
            url=url,
            site=_site(url),
            lang=language_code(entry.lang or None),
        )


def _site(url: str) -> str:
    """The host of an address that ``safe_url`` let through."""
    found = _HOST.match(url)
    host = found[1] if found else (urlsplit(url).hostname or "") if url else ""
    return host.removeprefix("www.")


def _published(entry: Entry, now: datetime) -> datetime:
    try:
        at = datetime.fromtimestamp(entry.published or 0.0, UTC)
    except (ValueError, OverflowError, OSError):
        return now
    return min(at, now)


def _listing(name: str, entry: Entry, said: str, mark: FeedCursor, now: datetime) -> str:
    """What the bookmark keeps of an entry. One that tells no time, or one to come, keeps when it was first seen."""
    if entry.published is not None and 0 < entry.published <= now.timestamp():
        return said
    return f"{said}@{int(mark.first_seen(name) or now.timestamp())}"


def _note(mark: FeedCursor, truncated: bool) -> str:
    if mark.moved_to:
        return f"This feed has moved for good and is read at {redact(mark.moved_to)}. Put that into the config."
    return f"Only the first {MAX_ENTRIES:,} entries of this feed are read." if truncated else ""
