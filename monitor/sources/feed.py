"""RSS, Atom, RDF and JSON feeds: news, blogs, forums, video channels, mailing lists, saved searches."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from monitor.errors import BadResponse, Gone, SourceError
from monitor.feeds import presets
from monitor.feeds.boilerplate import without_boilerplate
from monitor.feeds.entries import MAX_ENTRIES, Entry, Feed
from monitor.feeds.feed_cursor import FeedCursor
from monitor.feeds.http_caching import capped_wait, conditional_headers, not_before, validators
from monitor.feeds.identity import identify, listing
from monitor.feeds.parser import Parser
from monitor.http import Http, Response, check_url, redact, site_of
from monitor.model import Batch, Json, Post, Term
from monitor.sources._feed_options import FeedAddress, Options
from monitor.text.cleaning import plain_text, safe_url
from monitor.text.language_codes import language_code
from monitor.text.links import canonical_link

__all__ = ["Options", "Source"]

FULL_FETCH_INTERVAL = 100
"""Passes after which the whole feed is requested, because some sites answer "not modified" forever. Such a site is
then always asked for the whole feed."""
_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
_FORBIDDEN_IN_LINK = re.compile(r"[ \"<>`{|}^]")
"""Characters that browsers escape, and that some feeds leave as they are."""
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
        """Read the feed at the address it moved to or, if that fails or is empty, at the configured one.

        Moves may be undone, and sites redirect to an empty feed by mistake.
        """
        try:
            batch = self._read(address, before, now)
            if not _known_move(before) or not FeedCursor.from_json(batch.cursor, before.configured).is_empty:
                return batch
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
            moved_to="" if address.secret_parts or address.is_directory else response.moved_to or _known_move(before),
            resolved_url=resolved_url,
            etag=etag or (before.etag if not_modified else ""),
            modified=modified or (before.modified if not_modified else ""),
            body_digest=body_digest,
            read_at=now.isoformat(),
            pass_count=before.pass_count + 1,
        )
        if not_modified or body_digest == before.body_digest:
            after = replace(after, moved_to="" if before.is_empty else after.moved_to)
            return _unchanged_batch(before, after, response, now)
        feed = self._parser.parse_response(response, address.url)
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
        if not _is_full_fetch(before) and not before.validators_unreliable:
            headers |= conditional_headers(before.etag, before.modified)
        response = self._http.get(_known_move(before) or url, headers=headers)
        is_conditional = len(headers) > 1
        if response.status not in (200, 203, 304 if is_conditional else 200):
            raise response.unexpected("a feed")
        return response

    def _changed_batch(
        self, feed: Feed, before: FeedCursor, after: FeedCursor, response: Response, now: datetime
    ) -> Batch:
        identified = identify(feed.entries, before.configured, before)
        entries = identified.entries
        digests = {name: identified.digest(entry) for name, entry in entries.items()}
        listed = {name: _listing(name, entry, digests[name], before, now) for name, entry in entries.items()}
        new = [
            (name, entry) for name, entry in entries.items() if not identified.is_unchanged(name, digests[name], before)
        ]
        posts = [self._post(name, entry, listed[name], now) for name, entry in new]
        overlaps = before.overlaps(listed)
        after = replace(
            after,
            moved_to=after.moved_to if listed else "",
            ttl=feed.ttl,
            listed=listed or before.listed,  # an empty feed is often a fault of the site that passes
            is_empty=not listed,
            validators_unreliable=before.validators_unreliable
            or (bool(new) and before.same_version(after.etag, after.modified)),
            note=_document_note(feed, response, now),
            is_partial=feed.breaks_off and (not _is_newest_first(feed) or (bool(before.listed) and not overlaps)),
            ids_change=identified.ids_change,
            departed=identified.departed,
            reissues=identified.reissues,
            reissued_at=identified.reissued_at,
        )
        return Batch(
            posts=tuple(sorted((p for p in posts if p.body), key=lambda p: p.published_at)),
            cursor=after.to_json(),
            not_before=not_before(response.headers, feed.ttl, now),
            complete_since=before.last_read if overlaps else None,
            unread_since=(before.last_read or now) if after.is_partial else None,
            skipped=feed.skipped,
            note=_note(after),
        )

    def _post(self, name: str, entry: Entry, listing: str, now: datetime) -> Post:
        first_seen = listing.partition("@")[2]
        title = " ".join(plain_text(entry.title).split())
        url = safe_url(canonical_link(_FORBIDDEN_IN_LINK.sub(lambda found: quote(found[0]), entry.link)))
        return Post(
            source=self._name,
            external_id=name,
            text=without_boilerplate(plain_text(entry.text), title),
            published_at=datetime.fromtimestamp(float(first_seen), UTC) if first_seen else _published_at(entry, now),
            author=" ".join(plain_text(entry.author).split()),
            title=title,
            url=url,
            site=_host_of(url),
            lang=language_code(entry.lang or None),
            stars=entry.stars,
        )


def _unchanged_batch(before: FeedCursor, after: FeedCursor, response: Response, now: datetime) -> Batch:
    return Batch(
        cursor=after.to_json(),
        not_before=not_before(response.headers, before.ttl, now),
        complete_since=before.last_read,
        unread_since=before.last_read if after.is_partial else None,
        note=_note(after),
    )


def _is_full_fetch(before: FeedCursor) -> bool:
    """Whether the next pass asks for the whole feed, at its configured address."""
    return (before.pass_count + 1) % FULL_FETCH_INTERVAL == 0


def _known_move(before: FeedCursor) -> str:
    """The address to which the feed has moved, unless it is time to see whether it has moved back."""
    return "" if _is_full_fetch(before) else before.moved_to


def _is_newest_first(feed: Feed) -> bool:
    """Whether the end of the feed holds its oldest entries, as is usual. True if the dates do not show it."""
    first, last = feed.entries[0].published, feed.entries[-1].published
    return first is None or last is None or first >= last


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
    """``identity.listing`` and, if the entry has no time up to now, when it was first seen."""
    kept = listing(digest, entry)
    if entry.published is not None and 0 < entry.published <= now.timestamp():
        return kept
    return f"{kept}@{int(before.first_seen(name) or now.timestamp())}"


def _note(cursor: FeedCursor) -> str:
    if not cursor.moved_to:
        return cursor.note
    moved = f"This feed has moved permanently and is read at {redact(cursor.moved_to)}. Update url in the config."
    return f"{moved} {cursor.note}".rstrip()


def _document_note(feed: Feed, response: Response, now: datetime) -> str:
    """What a person should know about the document that ``response`` holds; '' if it is as usual."""
    if feed.breaks_off:
        return f"This feed breaks off: {_counted(len(feed.entries))} complete and read, the rest is missing."
    if feed.truncated:
        return f"Only the first {MAX_ENTRIES:,} entries of this feed are read."
    if not feed.entries and response.requested and response.url != response.requested:
        return f"{response.label} has no entries there. Check the address in the config."
    wait = capped_wait(response.headers, feed.ttl, now)
    return f"The site asks for one request every {wait.days:,} days. Wallflower makes one a day." if wait else ""


def _counted(entries: int) -> str:
    return f"{entries} {'entry is' if entries == 1 else 'entries are'}"
