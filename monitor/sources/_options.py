"""Options that several kinds of source share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from monitor.errors import SourceError
from monitor.http import check_url
from monitor.model import Term
from monitor.sources import SourceOptions
from monitor.sources._terms import search_texts

MAX_TERMS_NAMED = 5
"""Terms that a sentence names. Of the others it gives only the number."""


def readable_url(url: str) -> str:
    """Return ``url`` if Wallflower may read it. Raises ValueError with the reason otherwise, as validators do."""
    try:
        check_url(url)
    except SourceError as error:
        raise ValueError(str(error)) from error
    return url


def _base_url(url: str) -> str:
    return readable_url(url).rstrip("/")


BaseUrl = Annotated[str, AfterValidator(_base_url)]
"""The address of an API or an instance, without a trailing slash."""


class HistoryOptions(SourceOptions):
    """Keys of a source whose first pass reads back in time."""

    days_back: Annotated[int, Field(ge=0, le=365)] = 7
    """How many days to read back at the first pass, and for each new rule."""


class SearchOptions(HistoryOptions):
    """Keys of a source that searches its site for the words of the rules."""

    min_term_chars: ClassVar[int] = 1
    """Shorter terms are left out, because the site's search rejects them."""
    supports_prefixes: ClassVar[bool] = False
    """Whether a search for a word also finds longer words that begin with it."""

    @property
    def is_searched(self) -> bool:
        """True."""
        return True

    def coverage_notes(self, terms: Sequence[Term]) -> list[str]:
        """Names terms that are too short for its search, and prefixes if it does not support them."""
        found = search_texts(terms, keep_signs=self.supports_handles)
        short = [text for text in found if len(text) < self.min_term_chars]
        prefixes = [f"{term.text}*" for term in terms if term.prefix and not self.supports_prefixes]
        notes = []
        if short:
            notes.append(f"Its search does not accept terms as short as {_term_list(short)}.")
        if prefixes:
            notes.append(f"Its search does not support prefixes: {_term_list(prefixes)} may find whole words only.")
        return notes


def _term_list(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - MAX_TERMS_NAMED} more" if len(texts) > MAX_TERMS_NAMED else ""
    return ", ".join(f"`{text}`" for text in texts[:MAX_TERMS_NAMED]) + more
