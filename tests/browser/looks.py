"""The sizes and colours in which a page is checked. Resizing an open page takes a fraction of loading it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from playwright.sync_api import Page


def each_size(page: Page, sizes: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Show the open page at each size in turn; yields the width."""
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        yield width


def each_look(page: Page, sizes: Sequence[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """Show the open page at each size, light and dark; yields the width, and a text for messages."""
    for width in each_size(page, sizes):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            yield width, f"{page.url} at {width} pixels, {scheme}"
