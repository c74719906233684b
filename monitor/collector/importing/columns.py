"""Which columns of a file hold which field of a post: from --map, else from the layout, else by common names."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from monitor.collector.importing import cells
from monitor.collector.importing.cells import Getter, Values
from monitor.collector.importing.common_names import COMMON_NAMES, TIMES_OF_DAY
from monitor.collector.importing.contexts import is_flag
from monitor.collector.importing.layouts import Layout, column_key
from monitor.collector.importing.rows import ImportFailed

MAX_LISTED_COLUMNS = 40
"""Columns that an error lists."""

MIN_TEXT_CHARS = 20
"""Characters in the first values of a column that may hold the text."""

_STARS = re.compile(r"([1-5])(?:[.,]0+)?(?: ?(?:/|of|out of) ?5(?:[.,]0+)?)?(?: ?stars?)?", re.IGNORECASE)
_CLOCK = re.compile(r"\d{1,2}:\d\d")
_TIME_OF_DAY = re.compile(r"(?:[01]?\d|2[0-4])(?:[:h]\d\d.*)?|[1-9]\d{3}-\d\d-\d\d[T ]\d\d:\d\d.*")
_SYMBOLS = re.compile("(\u2605{1,5})\u2606{0,4}")
"""Black stars, and white ones for those that are missing."""
_NEXT_FIELD = re.compile(r",(?=[^,=]*=|\s*\Z)")
"""A comma before the next field. Another one belongs to the name of a column."""
_REQUIRED = ("text", "published")
"""Fields that are found by common names if a file lacks the columns of its layout."""
_Alternatives = Sequence[Sequence[str]]
"""Columns of which the first that are not empty count; those of one alternative are joined."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that hold the fields of a post."""

    by_field: Mapping[str, str]
    """Field of a post -> its columns in words, such as ``Date + Time``. ``text`` is always there."""
    names: Mapping[str, Sequence[str]]
    """Field -> the columns that it may be read from."""
    getters: Mapping[str, Getter]
    """Field -> what reads it from the values of a row."""
    mapped: frozenset[str] = frozenset()
    """The fields that --map names."""
    layout: Layout | None = None
    ours: tuple[str, str, str] | None = None
    """A column, a value, and a column: where the first has the value, the post is our own, by the account in the third.
    """

    def read(self, field: str, values: Values) -> str:
        """The text of a field in a row; '' if no column holds it."""
        getter = self.getters.get(field)
        return getter(values) if getter is not None else ""


@dataclass(frozen=True)
class FileColumns:
    """The names of a file's columns, and its first rows, by which to choose among them."""

    names: Sequence[str]
    sample: Sequence[Values] = ()

    @cached_property
    def by_key(self) -> Mapping[str, str]:
        """Key of a name, see ``column_key`` -> the first column with this key."""
        return {column_key(name): name for name in reversed(self.names)}

    def texts(self, name: str) -> Iterator[str]:
        """The cells of a column in the sample that are not empty."""
        return filter(None, (cells.short_cell(values, name) for values in self.sample))


def choose_columns(
    mapping: str,
    file: FileColumns,
    layout: Layout | None = None,
    is_date: Callable[[str], bool] = bool,
) -> Columns:
    """The columns that ``--map text=body,id=key`` names, and for other fields those of ``layout``, or common names.

    ``field=`` leaves a field out, and ``published=A+B`` joins two columns. ``is_date``: whether a text can be a time.
    Raises ImportFailed for a field or column that does not exist or is named twice, and if no column holds the text.
    """
    mapped = _mapped_columns(mapping, file)
    found = _common_columns(file, is_date)
    if layout is not None:
        found = {field: found[field] for field in _REQUIRED if field in found} | _layout_columns(layout, file.by_key)
    chosen = {**found, **{field: [columns] for field, columns in mapped.items()}}
    chosen = {field: alternatives for field, alternatives in chosen.items() if any(alternatives)}
    if "text" not in chosen:
        hint = f"{_longest(file)} {list_columns(file.names)}"
        raise ImportFailed(f"No column seems to hold the text. Name it with --map text=COLUMN.{hint}")
    fuller = _fuller_columns(file, layout, chosen["text"])
    is_exact = layout is not None and layout.is_exact
    getters = {field: _getter(field, alternatives, fuller, is_exact) for field, alternatives in chosen.items()}
    if "quoted" in getters and "text" not in mapped:
        getters["text"] = cells.quoting_getter(getters["text"], getters["quoted"])
    if [column_key(name) for name in chosen.get("site", [[]])[0]] == ["subreddit"]:
        getters["site"] = cells.subreddit_getter(getters["site"])
    if layout is not None:
        getters |= _templates(layout, getters, file.by_key, mapped)
    known = set(file.names)
    in_words = {
        field: " or ".join(" + ".join(names) for names in chosen[field] if known.issuperset(names))
        for field in COMMON_NAMES
        if field in chosen
    }
    names = {field: [name for names in alternatives for name in names] for field, alternatives in chosen.items()}
    return Columns(in_words, names, getters, frozenset(mapped), layout, _ours(layout, file.by_key))


def _longest(file: FileColumns) -> str:
    """Which column is the likeliest to hold the text, in words; '' if none has long values."""
    lengths = {name: sum(map(len, islice(file.texts(name), 20))) for name in file.names[:MAX_LISTED_COLUMNS]}
    name = max(lengths, key=lambda one: lengths[one], default="")
    return f' "{name}" has the longest values.' if lengths.get(name, 0) >= MIN_TEXT_CHARS else ""


def list_columns(columns: Sequence[str]) -> str:
    """A sentence with the names of the columns."""
    more = f" and {len(columns) - MAX_LISTED_COLUMNS:,} more" if len(columns) > MAX_LISTED_COLUMNS else ""
    return f"Columns of the file: {', '.join(columns[:MAX_LISTED_COLUMNS]) or 'none'}{more}."


def suggestion(word: str, known: Iterable[str]) -> str:
    """ " Did you mean ...?", or '' if nothing is similar."""
    matches = difflib.get_close_matches(word, list(known), n=1)
    return f" Did you mean {matches[0]!r}?" if matches else ""


def _mapped_columns(mapping: str, file: FileColumns) -> dict[str, list[str]]:
    """Field -> its columns, as --map names them; empty for a field that is left out."""
    mapped: dict[str, list[str]] = {}
    for part in filter(None, map(str.strip, _NEXT_FIELD.split(mapping))):
        field, sign, names = (piece.strip() for piece in part.partition("="))
        if not sign or field not in COMMON_NAMES:
            raise ImportFailed(_mapping_error(part, field))
        if field in mapped:
            raise ImportFailed(f"--map names the field {field} twice. Name each field once.")
        mapped[field] = _existing_columns(names, file) if names else []
    used = [name for names in mapped.values() for name in names]
    if twice := next((name for name in used if used.count(name) > 1), None):
        raise ImportFailed(f"--map names the column {twice!r} twice. Name each column once.")
    return mapped


def _mapping_error(part: str, field: str) -> str:
    found = (
        f"name its column, as in {field}=COLUMN."
        if field in COMMON_NAMES
        else f"there is no field {field!r}.{suggestion(field, COMMON_NAMES)}"
    )
    return f"--map {part}: {found} Write FIELD=COLUMN, where FIELD is {', '.join(COMMON_NAMES)}."


def _existing_columns(expression: str, file: FileColumns) -> list[str]:
    whole = _existing_column(expression, file)
    if whole is not None:
        return [whole]
    found = []
    for name in (piece.strip() for piece in expression.split("+")):
        column = _existing_column(name, file)
        if column is None:
            raise ImportFailed(
                f"--map: there is no column {name!r}.{suggestion(name, file.names)} {list_columns(file.names)}"
            )
        found.append(column)
    return found


def _existing_column(name: str, file: FileColumns) -> str | None:
    """The column of this name, in any case, or ``name`` itself if it leads to a value inside an object or a list."""
    if name in file.names or ("." in name and any(file.texts(name))):
        return name
    return next((column for column in file.names if column.casefold() == name.casefold()), None)


def _layout_columns(layout: Layout, by_key: Mapping[str, str]) -> dict[str, _Alternatives]:
    found = {
        field: list(_alternatives(expression, by_key))
        for field, expression in layout.fields.items()
        if "{" not in expression
    }
    return {field: alternatives for field, alternatives in found.items() if alternatives}


def _alternatives(expression: str, by_key: Mapping[str, str]) -> Iterator[list[str]]:
    """The alternatives of an expression, with the columns that exist or are nested: JSON may have those in later rows
    only."""
    known = set(by_key.values())
    for alternative in expression.split(" | "):
        names = (by_key.get(column_key(name), name) for name in cells.columns_in(alternative))
        if found := [name for name in names if name in known or "." in name]:
            yield found


def _common_columns(file: FileColumns, is_date: Callable[[str], bool]) -> dict[str, _Alternatives]:
    """Field -> the column with the likeliest name, of those whose cells suit the field."""
    suits: Mapping[str, Callable[[str], object]] = {
        **{"published": is_date, "url": is_link, "link": is_link, "stars": stars_in, "repost": is_flag}
    }
    found: dict[str, _Alternatives] = {}
    for field, keys in COMMON_NAMES.items():
        names = [file.by_key[key] for key in keys if key in file.by_key]
        best = next((name for name in names if any(map(suits.get(field, bool), file.texts(name)))), None)
        if best is None and names and (field not in suits or not any(map(any, map(file.texts, names)))):
            best = names[0]
        if best is None or (field == "stars" and not _holds_stars(best, list(file.texts(best)))):
            continue
        if field == "text":
            best = next((name for name in names if name != best and _completes(file, best, name)), best)
        found[field] = [[best, *_time_of_day(file, best)]] if field == "published" else [[best]]
    return found


def _completes(file: FileColumns, name: str, other: str) -> bool:
    """Whether ``other`` holds the texts of which ``name`` holds the beginnings."""
    pairs = [(cells.cell(values, name), cells.cell(values, other)) for values in file.sample]
    stems = [(text.rstrip(" .\u2026"), whole) for text, whole in pairs if text and whole and text != whole]
    return bool(stems) and all(len(whole) > len(stem) and whole.startswith(stem) for stem, whole in stems)


def _time_of_day(file: FileColumns, date: str) -> Iterator[str]:
    """The column with the time of day, if the column ``date`` holds dates only."""
    for name in (file.by_key[key] for key in TIMES_OF_DAY if key in file.by_key):
        if name != date and not any(map(_CLOCK.search, map(cells.without_midnight, file.texts(date)))):
            clocks = list(file.texts(name))
            if clocks and all(map(_TIME_OF_DAY.fullmatch, clocks)):
                yield name
                return


def _holds_stars(name: str, texts: Sequence[str]) -> bool:
    """Whether nearly all values are numbers of stars; a "rating" may have ten steps, so all its values must be."""
    stars = sum(stars_in(text) is not None for text in texts)
    return stars == len(texts) if column_key(name) == "rating" else stars >= len(texts) / 2


def _fuller_columns(file: FileColumns, layout: Layout | None, chosen: _Alternatives) -> list[str]:
    """Columns that may hold the whole of a text that is cut off."""
    used = {name for alternative in chosen for name in alternative}
    if layout is not None:
        return [name for name in cells.columns_in(layout.fuller_text) if name]
    names = (file.by_key[key] for key in COMMON_NAMES["text"] if key in file.by_key)
    return [name for name in names if name not in used]


def _getter(field: str, alternatives: _Alternatives, fuller: Sequence[str], is_exact: bool) -> Getter:
    if is_exact and len(alternatives) == len(alternatives[0]) == 1:
        return cells.exact_getter(alternatives[0][0])
    if field in ("text", "title", "quoted"):
        return cells.first_getter([cells.text_getter(names, fuller) for names in alternatives])
    make = cells.date_getter if field == "published" else cells.short_getter
    return cells.first_getter([make(names) for names in alternatives])


def _templates(
    layout: Layout, getters: Mapping[str, Getter], by_key: Mapping[str, str], mapped: Iterable[str]
) -> dict[str, Getter]:
    """Field -> the getter of its template; the braces hold fields, or else columns."""
    made: dict[str, Getter] = {}
    for field, expression in layout.fields.items():
        if "{" in expression and field not in mapped:
            parts = {
                name: getters.get(name) or cells.short_getter([by_key.get(column_key(name), name)])
                for name in cells.columns_in(expression)
            }
            made[field] = cells.template_getter(expression, parts)
    return made


def _ours(layout: Layout | None, by_key: Mapping[str, str]) -> tuple[str, str, str] | None:
    if layout is None or not layout.ours:
        return None
    condition, _, account = layout.ours.partition(": ")
    column, _, value = condition.partition(" = ")
    return by_key.get(column_key(column), column), value, by_key.get(column_key(account), account)


def is_link(text: str) -> bool:
    """Whether a text starts as a web address does."""
    return text.startswith(("http://", "https://"))


def stars_in(text: str) -> int | None:
    """The number of stars that a text states, as in "4", "4.0", "4/5", "4 of 5 stars" or with symbols; else None."""
    if found := _STARS.fullmatch(text):
        return int(found[1])
    symbols = _SYMBOLS.fullmatch(text)
    return len(symbols[1]) if symbols and len(text) <= 5 else None
