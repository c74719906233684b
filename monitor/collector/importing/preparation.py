"""Decides how to read a file, before anything is stored: its layout, columns, times and the identity of its posts.

Most files show all of this in their first rows. Otherwise the file is read once more, as far as that is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path

from monitor.collector.importing.columns import Columns, FileColumns, choose_columns, list_columns
from monitor.collector.importing.common_names import COMMON_NAMES
from monitor.collector.importing.dating import DateReader, date_reader, examples
from monitor.collector.importing.files import open_rows
from monitor.collector.importing.identity import choose_identity
from monitor.collector.importing.layout_table import LAYOUTS
from monitor.collector.importing.layouts import NO_LAYOUT, Layout, has_text, layout_named, recognise
from monitor.collector.importing.posts import RowReader
from monitor.collector.importing.rows import ImportFailed, Rows
from monitor.collector.importing.survey import survey

SAMPLE_ROWS = 1000
TRIED_VALUES = 10
"""Values of a column that are tried as times, where no column is one by its name."""
MAX_SHOWN_COLUMNS = 10


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What to import, and how."""

    file: Path
    source: str
    mapping: str
    """Which column holds which field, as in ``--map``."""
    zone: tzinfo
    """The time zone of times without an offset."""
    rules: str
    """The brands and their rules as text. If it changes, everything is judged again."""
    encoding: str = ""
    """The encoding of the file, as in ``--encoding``; detected if empty."""
    stores_position: bool = True
    """Store the row reached as the source's cursor. False for a source that is polled, which has its own cursor."""
    layout: str = ""
    """The name of the layout; '' to recognise it, ``none`` for none."""
    date_format: str = ""
    """The format of times, or ``day-first`` or ``month-first``; '' to recognise it."""
    zone_names: Mapping[str, tzinfo] = field(default_factory=dict)
    """What names of time zones such as IST mean."""
    undated: bool = False
    """Import rows without a time too: they have no place on any chart."""
    zone_is_given: bool = False
    """The user named ``zone`` for this file, so it counts for more than a time zone in the name of a column."""

    @property
    def rejected_file(self) -> Path:
        """The file for rejected rows."""
        return self.file.with_name(self.file.name + ".rejected.jsonl")


def prepare(plan: ImportPlan, rows: Rows, now: datetime) -> tuple[RowReader, list[str]]:
    """What reads the posts of ``rows``, and sentences about it. Raises ImportFailed."""
    file = FileColumns(rows.columns, [row.values for row in rows.peek(SAMPLE_ROWS) if not row.problem])
    layout = _layout(plan, file)
    dates = date_reader(plan.zone, plan.date_format, plan.zone_names)
    columns = choose_columns(plan.mapping, file, layout, dates.is_date)
    if not plan.zone_is_given:
        dates = dates.for_column(columns.names.get("published", ()))
    published = [text for values in file.sample if (text := columns.read("published", values))]
    if not plan.undated:
        _check_times(published, columns, file, dates)
    identity = choose_identity(columns, file.sample)
    needs_dates = dates.needs_survey(published)
    needs_links = "url" in columns.getters and not all(identity.own_id(columns, values) for values in file.sample)
    if needs_dates or needs_links:
        with open_rows(plan.file, plan.encoding) as again:
            dates, uses_links = survey(again, columns, dates, needs_dates=needs_dates, needs_links=needs_links)
            identity = replace(identity, uses_links=uses_links)
    notes = [layout.sentence] if layout is not None else []
    notes += [identity.note] if identity.note else []
    return RowReader(plan.source, columns, dates, identity, now, plan.undated), notes


def _layout(plan: ImportPlan, file: FileColumns) -> Layout | None:
    if plan.layout == NO_LAYOUT:
        return None
    if not plan.layout:
        return recognise(file.names, LAYOUTS)
    layout = layout_named(plan.layout, LAYOUTS)
    if not has_text(layout, file.by_key) and "text" not in plan.mapping:
        raise ImportFailed(
            f"--layout {plan.layout}: the file has no column with the text of a {layout.title}. "
            f"{list_columns(file.names)}"
        )
    return layout


def _check_times(texts: Sequence[str], columns: Columns, file: FileColumns, dates: DateReader) -> None:
    """Raise ImportFailed if no column holds times: no post gets a time that is not its own."""
    name = columns.by_field.get("published")
    if name is None:
        raise ImportFailed(_no_times(columns, file, dates))
    if texts and not any(map(dates.is_date, texts)):
        raise ImportFailed(_unreadable(name, texts, dates))


def _unreadable(name: str, texts: Sequence[str], dates: DateReader) -> str:
    return (
        f'No value of "{name}" is a time that can be read, such as {examples(texts)}{dates.problem(texts[0])}. Name '
        "another column with --map published=COLUMN, or its format with --date-format, or import the rows with "
        "--undated."
    )


def _no_times(columns: Columns, file: FileColumns, dates: DateReader) -> str:
    used = {name for names in columns.names.values() for name in names}
    found = [
        f'  --map "published={name}"    {examples(texts)}'
        for name in file.names
        if name not in used
        and (texts := list(islice(file.texts(name), TRIED_VALUES)))
        and sum(map(dates.is_date, texts)) > len(texts) / 2
    ]
    start = "No column seems to hold the time of publication, and no post gets a time that is not its own. "
    if found:
        shown = found[:MAX_SHOWN_COLUMNS]
        return "\n".join([f"{start}These columns may hold it:", *shown, "Or import the rows with --undated."])
    for name in (file.by_key[key] for key in COMMON_NAMES["published"] if key in file.by_key):
        if texts := list(islice(file.texts(name), TRIED_VALUES)):
            return _unreadable(name, texts, dates)
    return (
        f"{start}Name it with --map published=COLUMN, or import the rows with --undated: they have no place on any "
        f"chart. {list_columns(file.names)}"
    )
