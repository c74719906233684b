"""The report of an import: how the file was read, and what became of every row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import tzinfo

from display.formatting import pluralize
from monitor.collector.importing import ImportPlan, Summary
from monitor.config import Config
from monitor.model import Post

MAX_PRINTED_ROWS = 20
"""Refused rows that are printed; the file of rejected rows has all of them."""
PREVIEW_CHARS = 60
"""Characters of a text in the preview."""


def report(summary: Summary, plan: ImportPlan, config: Config, stored: Mapping[str, int] | None) -> Iterator[str]:
    """The result in lines. ``stored``: brand -> mentions in the database; None after a dry run."""
    yield f"Format: {summary.file_format}"
    yield from summary.notes
    yield f"Columns: {', '.join(f'{field} = {column}' for field, column in summary.columns.by_field.items() if column)}"
    if stored is None:
        yield from _preview(summary, plan.zone)
    yield f"{pluralize(summary.rows, 'row')} in {summary.seconds:.1f} s, {rows_per_second(summary):,.0f} rows/s:"
    yield from _account(summary, is_dry_run=stored is None)
    if stored is None:
        yield "Nothing was stored: this was a dry run. Mentions found:"
    else:
        numbers = (
            *(pluralize(summary.new, "new mention"), pluralize(summary.edited, "edited post")),
            pluralize(summary.unchanged, "unchanged post"),
        )
        yield f"{', '.join(numbers)}. Mentions of the source {plan.source!r} in the database:"
    for brand in config.brands:
        yield f"  {brand.name}: {(summary.per_brand if stored is None else stored).get(brand.name, 0):,}"
    yield from _refused_rows(summary)
    if stored is not None and (summary.refused or summary.repeated or summary.per_source):
        yield f"The rows that were refused, repeated or in the database already are in {plan.rejected_file}"


def rows_per_second(now: Summary) -> float:
    """The speed so far."""
    return now.rows / max(now.seconds, 1e-6)


def _account(summary: Summary, *, is_dry_run: bool) -> Iterator[str]:
    """Every row once: the numbers add up to the number of rows."""
    stored = summary.matched - summary.per_source.total() - summary.erased - summary.expired
    kinds = (
        (stored, "mentions a brand", "mention a brand", "" if is_dry_run else ": stored"),
        *((n, "is", "are", f" in the database already, from {source!r}") for source, n in summary.per_source.items()),
        (summary.erased, "was", "were", " erased from Wallflower: not stored again"),
        (summary.expired, "is", "are", " older than `keep` in the config: not stored"),
        (summary.unmatched, "mentions no brand", "mention no brand", ": not stored"),
        (summary.skipped, "was", "were", " imported by an earlier run"),
        (summary.repeated, "repeats", "repeat", " an earlier row"),
        (summary.removed, "was", "were", " removed at the source"),
        (summary.ratings, "is a rating", "are ratings", " without text"),
        (summary.refused, "was", "were", " refused"),
    )
    for number, one, several, rest in kinds:
        if number:
            yield f"  {number:,} {one if number == 1 else several}{rest}"


def _preview(summary: Summary, zone: tzinfo) -> Iterator[str]:
    if summary.preview:
        yield "The first posts, as they would be stored if they mention a brand:"
    for post in summary.preview:
        yield from _post_lines(post, zone)


def _post_lines(post: Post, zone: tzinfo) -> Iterator[str]:
    stars = f"  {post.stars} of 5 stars" if post.stars else ""
    date = "no date" if post.undated else f"{post.published_at.astimezone(zone):%a %d %b %Y %H:%M:%S %Z}"
    yield f"  {date}  {post.author or 'no author'}{stars}"
    text = " ".join(post.body.split())
    yield f"    {text[:PREVIEW_CHARS]}{'...' if len(text) > PREVIEW_CHARS else ''}"
    yield f"    id {post.external_id}  {post.url or 'no link'}"


def _refused_rows(summary: Summary) -> Iterator[str]:
    rejected = summary.rejected
    for row in rejected.first[:MAX_PRINTED_ROWS]:
        yield f"  line {row.line}: {row.reason}"
    if rejected.count > MAX_PRINTED_ROWS:
        yield f"  and {rejected.count - MAX_PRINTED_ROWS:,} more"
    for row in rejected.first_repeated[: MAX_PRINTED_ROWS - len(rejected.first)]:
        yield f"  line {row.line}: {row.reason}"
