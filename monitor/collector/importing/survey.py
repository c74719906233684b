"""One pass over a file before it is imported, for what its first rows cannot show."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.collector.importing.columns import Columns
from monitor.collector.importing.dating import DateReader, DateSurvey
from monitor.collector.importing.identity import LinkSurvey
from monitor.collector.importing.rows import Row


def survey(
    rows: Iterable[Row], columns: Columns, dates: DateReader, *, needs_dates: bool, needs_links: bool
) -> tuple[DateReader, bool]:
    """The reader that knows the order of the dates, and whether no two rows share a link.

    ``needs_dates`` and ``needs_links``: what to look at. Raises ImportFailed for dates that stay ambiguous.
    """
    links = LinkSurvey()
    column = DateSurvey(dates, columns.by_field.get("published", ""))
    for row in rows:
        if row.problem:
            continue
        if needs_links and links.are_unique:
            links.add(columns.read("url", row.values), row.values, row.line)
        if needs_dates:
            column.add(columns.read("published", row.values))
        elif not links.are_unique:
            break
    return column.result() if needs_dates else dates, needs_links and links.are_unique
