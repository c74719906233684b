"""How the entries of a feed are recognised from one pass to the next.

An entry is identified by its own id, else by its link, else by a digest. Some feeds break that rule:

- Several entries share an id or a link: each gets a suffix, ``#`` and a digest of its link or, if that is the same,
  ``##`` and a digest of its title and time.
- Ids or links change in every response, as in Google's news search: an entry whose id is new takes over the id of a
  listed one that has left the feed and had the same title and time.
- Times or the publisher's name after the title change too: the same, by ``likenesses``, if at least half of the entries
  are such. A few may be new ones of the same name, such as daily bulletins.
- The same in a feed of one or two entries: from the second time on that all of them are such within a few hours.

The ids of a feed that keeps to the rule are those that it states, so they do not change with the program.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zlib import crc32

from monitor.feeds.entries import Entry
from monitor.feeds.feed_cursor import BY_LINK, BY_PARTS, FeedCursor, content_digest, digest

_MAX_ID_CHARS = 250
_MIN_SHARED = 3
"""With an id of their own, this many entries with different titles are different entries; fewer are revisions."""
_MIN_ALIKE = 3
"""Entries that have to be recognised by ``likenesses`` or by their title and time, before the former count."""
_MIN_REISSUES = 2
"""Times that a feed of fewer entries has to give all of them other ids and times."""
_MAX_REISSUE_SECONDS = 6 * 3600
"""The longest time between two of these. A bulletin without news may repeat the words of yesterday's."""
_COMPARED_CHARS = 500
"""Characters of a text that ``likenesses`` compares, besides its length: it runs for every entry of every document."""
_MAX_DEPARTED = 300
_DAY_SECONDS = 86_400
_TAGS_AND_SPACE = re.compile(r"<[^<>]*>|\s+")
_BEFORE_PUBLISHER = (" - ", " | ", " \u2013 ", " \u2014 ", " \u00b7 ")
_MIN_TITLE_CHARS, _MAX_PUBLISHER_CHARS = 5, 60


class Identified(NamedTuple):
    """The entries of one document by external id, and what the cursor keeps for the next pass."""

    entries: dict[str, Entry]
    ids_change: bool
    """Whether the feed has given an entry another id at some time."""
    departed: dict[str, str]
    """Story -> external id of entries that have left the feed, if ``ids_change``: they may return with another id."""
    renamed: frozenset[str] = frozenset()
    """External ids of entries that have another id in this document."""
    reissues: int = 0
    """See ``FeedCursor.reissues``."""
    reissued_at: float = 0.0

    def digest(self, entry: Entry) -> str:
        """The digest of what is shown of ``entry``, without links if these change in every response."""
        if not self.ids_change:
            return content_digest(entry)
        stars = () if entry.stars is None else (str(entry.stars),)
        return digest(_without_publisher(entry.title), _TAGS_AND_SPACE.sub(" ", entry.text), entry.author, *stars)

    def is_unchanged(self, name: str, listing_digest: str, cursor: FeedCursor) -> bool:
        """Whether the entry ``name`` was listed in the last pass as it is now, and need not be read again."""
        if cursor.is_unchanged(name, listing_digest):
            return True
        if not self.ids_change or cursor.ids_change or cursor.is_unread(name):
            return False
        # the first document with other ids: the cursor still holds digests that include links
        return name in self.renamed or cursor.is_unchanged(name, content_digest(self.entries[name]))


def identify(entries: Iterable[Entry], feed: str, cursor: FeedCursor) -> Identified:
    """The ``entries`` of a document by external id. ``feed`` is what identifies the feed, for entries without id."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[_entry_id(entry, feed)].append(entry)
    found: dict[str, Entry] = {}
    shared_ids = cursor.shared_ids()
    for entry_id, group in groups.items():
        mark = shared_ids.get(entry_id, "")
        if len(group) == 1 and not mark and not (len(groups) == 1 and _is_another(group[0], entry_id, cursor)):
            found[entry_id] = group[0]
        else:
            _add_with_suffixes(found, entry_id, _without_revisions(group, mark), mark, cursor)
    return _with_former_ids(found, cursor)


def story(entry: Entry) -> str:
    """16 characters: a checksum of the title, and one of the time, with the text if there is no time of day."""
    text = "" if entry.title and _has_time(entry) else _TAGS_AND_SPACE.sub(" ", entry.text).strip()
    return f"{_checksum(entry.title or text)}{_checksum(_date(entry) + ('' if _has_time(entry) else text))}"


def likenesses(entry: Entry) -> tuple[str, str]:
    """Two weaker checksums of an entry: without its publisher's name, and without its time. '' if one says too little.

    The second is one of title, host and text or, if there is no text, of title and link.
    """
    by_time = (
        _checksum(f"{_without_publisher(entry.title)}\0{_date(entry)}") if entry.title and _has_time(entry) else ""
    )
    site = _host(entry.link) if entry.text else entry.link
    text = f"{entry.text[:_COMPARED_CHARS]}{len(entry.text)}"
    return by_time, _checksum(f"{entry.title}\0{site}\0{text}") if entry.text or site else ""


def listing(digest: str, entry: Entry) -> str:
    """What the cursor keeps of an entry: the digest of its content, and by what it is recognised under another id."""
    return "/".join((digest, story(entry), *likenesses(entry)))


def _entry_id(entry: Entry, feed: str) -> str:
    entry_id = entry.id or entry.link
    if not entry_id:
        return "entry:" + digest(feed, entry.title, _date(entry), entry.enclosure, "" if entry.title else entry.text)
    is_usable = len(entry_id) <= _MAX_ID_CHARS and entry_id.isprintable()
    return entry_id if is_usable else "entry:" + digest(entry_id)


def _without_revisions(group: Sequence[Entry], mark: str) -> list[Entry]:
    """The entries of a group that shares an id, only the newest of those that are revisions of one entry.

    ``mark`` is the one before the suffixes that the id had in the last pass.
    """
    is_shared = mark == BY_PARTS or len({entry.title or entry.text for entry in group}) >= _MIN_SHARED
    newest: dict[tuple[str, ...], Entry] = {}
    for entry in sorted(group, key=lambda entry: entry.published or 0.0):
        key: tuple[str, ...] = (entry.link or entry.title, entry.enclosure)
        if not entry.id:
            key = (entry.title, _date(entry), entry.enclosure)
        elif is_shared:
            key = (entry.link, entry.title or entry.text, entry.enclosure)
        newest[key] = entry
    return list(newest.values())


def _add_with_suffixes(
    found: dict[str, Entry], entry_id: str, group: Sequence[Entry], mark: str, cursor: FeedCursor
) -> None:
    """Add a group to ``found``: each entry with a suffix, except the one that had none before, and a single one."""
    if len(group) == 1 and not mark and not _is_another(group[0], entry_id, cursor):
        found[entry_id] = group[0]
        return
    links = Counter(entry.link or entry.title for entry in group)
    for entry in group:
        by_link = f"{entry_id}{BY_LINK}{digest(entry.link or entry.title)}"
        by_parts = f"{entry_id}{BY_PARTS}{digest(*_identifying_parts(entry))}"
        is_told_by_link = bool(entry.id) and mark != BY_PARTS and links[entry.link or entry.title] == 1
        usual = by_link if is_told_by_link else by_parts
        name = next((name for name in (by_link, by_parts) if name in cursor.listed and name not in found), "")
        if not name and entry_id not in found and _is_known_as(entry, entry_id, cursor):
            name = entry_id
        found[name or usual] = entry


def _identifying_parts(entry: Entry) -> tuple[str, ...]:
    return (entry.link, entry.title or entry.text, _date(entry), entry.enclosure)


def _is_known_as(entry: Entry, external_id: str, cursor: FeedCursor) -> bool:
    return cursor.had_content(external_id, content_digest(entry)) or cursor.story(external_id) == story(entry)


def _is_another(entry: Entry, external_id: str, cursor: FeedCursor) -> bool:
    """Whether an entry without its own id has neither the title nor the time of the one that was listed with its link.

    Then a feed that lists only its latest entry gives all entries the same link. In a feed of several links it would be
    an edit, as of a wiki's page.
    """
    before, now = cursor.story(external_id), story(entry)
    return not entry.id and bool(before) and before[:8] != now[:8] and before[8:] != now[8:]


def _with_former_ids(found: dict[str, Entry], cursor: FeedCursor) -> Identified:
    """``found``, in which entries with a new id have that of the same story if it has left the feed."""
    absent = {key: name for key, name in cursor.departed.items() if name not in found}
    counts = Counter(cursor.story(name) for name in cursor.listed if name not in found)
    absent |= {cursor.story(name): name for name in cursor.listed if name not in found}
    former = {key: name for key, name in absent.items() if key and counts[key] <= 1}
    new = {name: entry for name, entry in found.items() if name not in cursor.listed} if former else {}
    names = {name: known for name, entry in new.items() if (known := former.pop(story(entry), ""))}
    reissues, reissued_at = cursor.reissues, cursor.reissued_at
    if len(names) < len(new):
        alike = _names_by_likeness(found, new, names, cursor)
        if not names and len(alike) == len(found) == len(cursor.listed):
            reissues, reissued_at = _count_reissue(found.values(), cursor)
        is_usual = len(names) + len(alike) >= max(_MIN_ALIKE, len(found) / 2)
        names |= alike if is_usual or (len(found) < _MIN_ALIKE and reissues >= _MIN_REISSUES) else {}
    entries = {names.get(name, name): entry for name, entry in found.items()}
    ids_change = cursor.ids_change or bool(names)
    departed = {key: name for key, name in absent.items() if key and name not in entries} if ids_change else {}
    departed = dict(list(departed.items())[-_MAX_DEPARTED:])
    return Identified(entries, ids_change, departed, frozenset(names.values()), reissues, reissued_at)


def _count_reissue(entries: Iterable[Entry], cursor: FeedCursor) -> tuple[int, float]:
    """How often the feed has given all its entries other ids, with this time, and when; it keeps the final count."""
    at = max(entry.published or 0.0 for entry in entries)
    is_soon = cursor.reissues >= _MIN_REISSUES or at - cursor.reissued_at <= _MAX_REISSUE_SECONDS
    return (min(cursor.reissues + 1, _MIN_REISSUES) if is_soon else 1), at


def _names_by_likeness(
    found: dict[str, Entry], new: dict[str, Entry], named: dict[str, str], cursor: FeedCursor
) -> dict[str, str]:
    """New id -> former id of the entries in ``new`` that ``likenesses`` recognises.

    ``named`` are those that are recognised already.
    """
    rest = {name: likenesses(entry) for name, entry in new.items() if name not in named}
    left = {name: cursor.likenesses(name) for name in cursor.listed.keys() - found.keys() - set(named.values())}
    names: dict[str, str] = {}
    for n in range(2):
        former, current = (_by_unique_key((keys[n], name) for name, keys in side.items()) for side in (left, rest))
        for key in former.keys() & current.keys():
            names.setdefault(current[key], former[key])
    uses = Counter(names.values())
    return {name: known for name, known in names.items() if uses[known] == 1}


def _by_unique_key(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Key -> name for keys that occur once."""
    names: dict[str, list[str]] = defaultdict(list)
    for key, name in pairs:
        names[key].append(name)
    return {key: group[0] for key, group in names.items() if key and len(group) == 1}


def _without_publisher(title: str) -> str:
    """``title`` without the publisher's name that search services put after it."""
    end = max(map(title.rfind, _BEFORE_PUBLISHER))
    return title[:end] if end >= _MIN_TITLE_CHARS and len(title) - end <= _MAX_PUBLISHER_CHARS else title


def _host(link: str) -> str:
    return link.split("/", 3)[2] if "://" in link else ""


def _has_time(entry: Entry) -> bool:
    """Whether ``published`` is more precise than a day."""
    return bool(entry.published) and entry.published % _DAY_SECONDS != 0  # type: ignore[operator]


def _date(entry: Entry) -> str:
    return "" if entry.published is None else f"{entry.published:.0f}"


def _checksum(text: str) -> str:
    return f"{crc32(text.encode('utf-8', 'replace')):08x}"
