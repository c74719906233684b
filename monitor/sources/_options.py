"""Options that several kinds of source share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from monitor.errors import SourceError
from monitor.http import check_url
from monitor.model import Term
from monitor.sources import SourceOptions
from monitor.sources._terms import texts

MOST_NAMED = 5
"""Terms that a sentence names."""


def _address(url: str) -> str:
    try:
        check_url(url)
    except SourceError as error:
        raise ValueError(str(error)) from error
    return url.rstrip("/")


Address = Annotated[str, AfterValidator(_address)]
"""The address of an API or an instance; without a slash at its end."""


class HistoryOptions(SourceOptions):
    """Keys of a source that goes back in time when it is first read."""

    days_back: Annotated[int, Field(ge=0, le=365)] = 7
    """How many days the first look goes back, and that for a rule that is new."""


class SearchOptions(HistoryOptions):
    """Keys of a source that is searched for the words of the rules."""

    shortest: ClassVar[int] = 1
    """Characters; shorter terms are not looked for, as its search refuses them."""
    finds_beginnings: ClassVar[bool] = False
    """Whether a search for a word finds longer ones that begin with it."""

    @property
    def is_searched(self) -> bool:
        """Yes."""
        return True

    def coverage_notes(self, terms: Sequence[Term]) -> list[str]:
        """Terms that are too short for its search, and beginnings of words where that knows none."""
        found = texts(terms, signs=self.supports_handles)
        short = [text for text in found if len(text) < self.shortest]
        cut = [f"{term.text}*" for term in terms if term.prefix and not self.finds_beginnings]
        said = []
        if short:
            said.append(f"Its search does not take what is as short as {_named(short)}.")
        if cut:
            said.append(f"Its search knows no beginnings of words: {_named(cut)} may find whole words only.")
        return said


def _named(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - MOST_NAMED} more" if len(texts) > MOST_NAMED else ""
    return ", ".join(f"`{text}`" for text in texts[:MOST_NAMED]) + more
