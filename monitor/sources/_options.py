"""Options that several kinds of source share."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from monitor.errors import SourceError
from monitor.http import check_url
from monitor.sources import SourceOptions


def _address(url: str) -> str:
    try:
        check_url(url)
    except SourceError as error:
        raise ValueError(str(error)) from error
    return url.rstrip("/")


Address = Annotated[str, AfterValidator(_address)]
"""The address of an API or an instance; without a slash at its end."""


class SearchOptions(SourceOptions):
    """Keys of a source that goes back in time when it is first read."""

    days_back: Annotated[int, Field(ge=0, le=365)] = 7
    """How many days the first look goes back, and that for a rule that is new."""
