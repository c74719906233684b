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
from monitor.feeds.entries import MAX_ENTRIES, Entry, Feed
from monitor.feeds.feed_cursor import FeedCursor, content_digest, entries_by_id
from monitor.feeds.http_caching import conditional_headers, not_before, validators
from monitor.feeds.parser import Parser
from monitor.http import Http, Response, check_url, redact, site_of
from monitor.model import Batch, Json, Post, Term
from monitor.sources._feed_options import FeedAddress, Options
from monitor.text.cleaning import plain_text, safe_url
from monitor.text.language_codes import language_code

__all__ = ["Options", "Source"]

FULL_FETCH_INTERVAL = 100
"""Passes after which the whole feed is requested, because some sites answer "not modified" forever. Such a site is
then always asked for the whole feed."""
_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_HOST = re.compile(r"https?://([a-z0-9.-]+)(?::[0-9]+)?(?:/|\Z)")


class Source:
    """One feed."""

    def __init__(self, options: Options, http: Http) -> None:
        self._options = options
        self._name = options.name
        self._http = http
        self._parser = http.shared(Parser)

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """Read the feed if it has changed: its new and its edited entries, oldest first. Raises SourceErrors."""
        address = self._options.address()
        before = FeedCursor.from_json(cursor, address.key)
        try:
            return self._read_with_fallback(address, before, now)
        except SourceError as error:
            address.redact_error(error)
            raise

    def reset_cursor(self, cursor: Json) -> Json:
        """The cursor from which all listed entries are read again, after the rules have changed."""
        return FeedCursor.with_entries_unread(cursor)

    def _read_with_fallback(self, address: FeedAddress, before: FeedCursor, now: datetime) -> Batch:
        """Read the feed at the address it moved to or, if that fails, at the configured one: moves may be undone."""
        try:
            return self._read(address, before, now)
        except (BadResponse, Gone):
            if not before.moved_to:
                raise
            return self._read(address, replace(before, moved_to="", etag="", modified=""), now)

    def _read(self, address: FeedAddress, before: FeedCursor, now: datetime) -> Batch:
        if address.is_directory:
            response, resolved_url = self._get_named_feed(address, before)
        else:
            response, resolved_url = self._get(address.url, before), ""
        not_modified = response.status == 304
        body_digest = before.body_digest if not_modified else hashlib.sha256(response.body).hexdigest()[:32]
        etag, modified = validators(response.headers)
        after = replace(
            before,
            moved_to="" if address.secret_parts or address.is_directory else response.moved_to or before.moved_to,
            resolved_url=resolved_url,
            etag=etag or (before.etag if not_modified else ""),
            modified=modified or (before.modified if not_modified else ""),
            body_digest=body_digest,
            read_at=now.isoformat(),
            pass_count=before.pass_count + 1,
        )
        if not_modified or body_digest == before.body_digest:
            return _unchanged_batch(before, after, response, now)
        feed = self._parser.parse(response.body, response.headers.get("Content-Type", ""), address.url)
        feed = replace(feed, entries=tuple(address.redact_entry(entry) for entry in feed.entries))
        return self._changed_batch(feed, before, after, response, now)

    def _get_named_feed(self, address: FeedAddress, before: FeedCursor) -> tuple[Response, str]:
        """(response of the feed that a directory names, its address). The directory is read only if that feed fails."""
        error: SourceError | None = None
        if before.resolved_url:
            try:
                return self._get(before.resolved_url, before), before.resolved_url
            except (BadResponse, Gone) as caught:
                error = caught
        directory = self._http.get(address.url)
        url = presets.podcast_feed_url(directory.json())
        if not url:
            message = f"{site_of(address.url)} lists no feed for this podcast. Check its number."
            raise BadResponse(message, directory.sample)
        check_url(url)
        if error is not None and url == before.resolved_url:
            raise error
        return self._get(url, replace(before, etag="", modified="")), url

    def _get(self, url: str, before: FeedCursor) -> Response:
        headers = {"Accept": _ACCEPT}
        if (before.pass_count + 1) % FULL_FETCH_INTERVAL and not before.validators_unreliable:
            headers |= conditional_headers(before.etag, before.modified)
        response = self._http.get(before.moved_to or url, headers=headers)
        is_conditional = len(headers) > 1
        if response.status not in (200, 203, 304 if is_conditional else 200):
            raise BadResponse(f"The site returned status {response.status} instead of a feed.", response.sample)
        return response

    def _changed_batch(
        self, feed: Feed, before: FeedCursor, after: FeedCursor, response: Response, now: datetime
    ) -> Batch:
        entries = entries_by_id(feed.entries, before.configured, before)
        digests = {name: content_digest(entry) for name, entry in entries.items()}
        listed = {name: _listing(name, entry, digests[name], before, now) for name, entry in entries.items()}
        new = [(name, entry) for name, entry in entries.items() if not before.is_unchanged(name, digests[name])]
        posts = [self._post(name, entry, listed[name], now) for name, entry in new]
        validators_unreliable = before.validators_unreliable or (
            bool(new) and before.same_version(after.etag, after.modified)
        )
        return Batch(
            posts=tuple(sorted((p for p in posts if p.body), key=lambda p: p.published_at)),
            cursor=replace(after, ttl=feed.ttl, listed=listed, validators_unreliable=validators_unreliable).to_json(),
            not_before=not_before(response.headers, feed.ttl, now),
            complete_since=before.last_read if before.overlaps(listed) else None,
            skipped=feed.skipped,
            note=_note(after, feed.truncated),
        )

    def _post(self, name: str, entry: Entry, listing: str, now: datetime) -> Post:
        first_seen = listing.partition("@")[2]
        url = safe_url(entry.link)
        return Post(
            source=self._name,
            external_id=name,
            text=plain_text(entry.text),
            published_at=datetime.fromtimestamp(float(first_seen), UTC) if first_seen else _published_at(entry, now),
            author=" ".join(plain_text(entry.author).split()),
            title=" ".join(plain_text(entry.title).split()),
            url=url,
            site=_host_of(url),
            lang=language_code(entry.lang or None),
        )


def _unchanged_batch(before: FeedCursor, after: FeedCursor, response: Response, now: datetime) -> Batch:
    return Batch(
        cursor=after.to_json(),
        not_before=not_before(response.headers, before.ttl, now),
        complete_since=before.last_read,
        note=_note(after, False),
    )


def _host_of(url: str) -> str:
    """The host of an address that ``safe_url`` has accepted, without "www."."""
    found = _HOST.match(url)
    host = found[1] if found else (urlsplit(url).hostname or "") if url else ""
    return host.removeprefix("www.")


def _published_at(entry: Entry, now: datetime) -> datetime:
    try:
        at = datetime.fromtimestamp(entry.published or 0.0, UTC)
    except (ValueError, OverflowError, OSError):
        return now
    return min(at, now)


def _listing(name: str, entry: Entry, digest: str, before: FeedCursor, now: datetime) -> str:
    """What the cursor keeps of an entry: its digest and, if it has no time up to now, when it was first seen."""
    if entry.published is not None and 0 < entry.published <= now.timestamp():
        return digest
    return f"{digest}@{int(before.first_seen(name) or now.timestamp())}"


def _note(cursor: FeedCursor, is_cut: bool) -> str:
    if cursor.moved_to:
        return f"This feed has moved permanently and is read at {redact(cursor.moved_to)}. Update url in the config."
    return f"Only the first {MAX_ENTRIES:,} entries of this feed are read." if is_cut else ""
