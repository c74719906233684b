"""Trying a source or a brand before it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from flask import current_app
from pydantic import ValidationError

from display.pages.context import page_context
from display.pages.setup.saving import config_file, tables
from display.pages.setup.sections import Section
from display.pages.setup.trial_view import ShownTrial, shown_topic, shown_trials
from display.setup.service import CannotTry, Setup
from display.setup.source_trials import MAX_FOUND
from monitor.config.tables import BrandTable
from monitor.errors import QueryError
from monitor.model import Brand, MentionFilter
from monitor.query import parse

TOPIC_RANGE = timedelta(days=7)
MAX_SOURCES = 12
"""Configured sources that are read to try a brand."""


def setup_service() -> Setup:
    """The trials and the restart of the app that serves the current request."""
    return cast("Setup", current_app.extensions["setup"])


def try_table(section: Section, table: Mapping[str, Any], original: str) -> list[ShownTrial]:
    """What a source finds now for all brands, what a brand finds now in all sources, or what is stored about a topic.

    Raises CannotTry.
    """
    context, trials = page_context(), setup_service().trials
    if section.name == "topics":
        return [_try_topic(table)]
    if section.name == "sources":
        brands = context.config.brands
        sources = {str(table.get("name") or "This source"): trials.source(table)}
    else:
        brands = (_brand(table),)
        sources = {}
        for one in tables(config_file(), "sources"):
            try:
                sources[str(one.get("name"))] = trials.source(one)
            except (CannotTry, ImportError):
                continue
        if not sources:
            raise CannotTry("There is no source yet that could be read to try it. Add one first.")
    results = trials.run(brands, dict(list(sources.items())[:MAX_SOURCES]))
    return shown_trials(results, context.clock.now(), context.config.timezone)


def _try_topic(table: Mapping[str, Any]) -> ShownTrial:
    """The mentions of the last days that the rule of a topic matches."""
    context, rule = page_context(), str(table.get("rule") or "")
    try:
        query = parse(rule)
    except QueryError as error:
        raise CannotTry(f"The rule is not valid yet: {error}") from error
    now = context.clock.now()
    recent = MentionFilter(since=now - TOPIC_RANGE)
    about = replace(recent, q=rule)
    counts = context.store.count(about), context.store.count(recent)
    found = context.store.page(about, limit=MAX_FOUND)
    return shown_topic(str(table.get("name") or ""), query, found, counts, now, context.config.timezone)


def _brand(table: Mapping[str, Any]) -> Brand:
    try:
        brand = Brand(**dict(BrandTable.model_validate({"name": "This brand", **table})))
        parse(brand.rule)
    except QueryError as error:
        raise CannotTry(f"The rule is not valid yet: {error}") from error
    except ValidationError as error:
        keys = ", ".join(str(found["loc"][0]) for found in error.errors() if found["loc"])
        raise CannotTry(f"Some fields are missing or not valid yet: {keys}.") from error
    return brand
