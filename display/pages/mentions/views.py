"""/mentions: what sales and comms filter all day. The server draws everything; the address is the state.

    address --filters.parse--> View --> store: page, count, facets, histogram, all up to one last id --> mentions.html

List, counts and chart are of one moment (``upto``). What comes later waits in the pill, which asks /mentions/new.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any, TypeAlias, TypeVar, cast
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from display.formatting import initials, signed
from display.pages.context import PageContext, page_context
from display.pages.health_line import current_health
from display.pages.mentions import export as exports
from display.pages.mentions.cards import Card, Cards, rule_runs, weights
from display.pages.mentions.facets import IN_RANGE, ORDER_WORDS, RANGE_WORDS
from display.pages.mentions.filters import View, items, local_minute, parse, query_string
from display.pages.mentions.page import OPPOSITE, Listing
from display.pages.mentions.query_fix import repaired
from monitor.errors import FilterError, QueryError
from monitor.model import Choice, Count, Mention, MentionFilter, Order
from monitor.query import parse as parse_query
from monitor.text.language_codes import language_name

Answer: TypeAlias = "str | tuple[str, int] | AnyResponse"
AnyView = TypeVar("AnyView", bound=Callable[..., Answer])

WORKED = "was"
"""Sent by the search form beside ``q``: the last search that worked. Its list stays when the new one cannot be read."""
STORY_ROWS = 5

blueprint = Blueprint("mentions", __name__)


def plain_refusal(view: AnyView) -> AnyView:
    """Answer 400 in plain words where an address means nothing; for what machines read."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Answer:
        try:
            return view(*args, **kwargs)
        except (FilterError, QueryError) as error:
            return Response(f"{error}\n", 400, mimetype="text/plain")

    return cast("AnyView", guarded)


@blueprint.get("/mentions")
def listing() -> Answer:
    """The page. 400 in place for a search that cannot be read, with the last list that could."""
    here, now = page_context(), page_context().clock.now()
    params = request.args.copy()
    was = params.pop(WORKED, "")
    try:
        view = asked(here, now, params)
    except FilterError as error:
        return refused(error)
    problem = unreadable(view.filter.q)
    if not problem and query_string(view, here.config.timezone) != query_string_as_sent():
        return redirect(link(view), 303)
    shown = view if problem is None else view.changed(q="" if unreadable(was) else was)
    page = Listing(here.config, here.store, shown, current_health(here, now))
    text = render_template(
        "mentions.html",
        page=page,
        typed=view.filter.q,
        problem=problem,
        wrong=wrong_part(problem),
        better=problem and repaired(problem),
        range_words=range_words(shown),
        in_range=IN_RANGE.get(shown.range, "in that time"),
    )
    return text, 400 if problem else 200


@blueprint.get("/mentions/new")
@plain_refusal
def newer() -> Answer:
    """How many mentions the list would gain by now: a number."""
    here = page_context()
    view = asked(here, here.clock.now())
    if view.upto is None:
        raise FilterError("upto", "", "the last id of what is shown")
    return Response(str(here.store.new_since(readable(view), view.upto)), mimetype="text/plain")


@blueprint.get("/mentions/health")
def health_line() -> str:
    """How the sources are by now: the line in the head of a page, for one that stands open."""
    here = page_context()
    return render_template("mentions_health.html", health=current_health(here, here.clock.now()))


@blueprint.get("/mentions.csv")
@plain_refusal
def as_csv() -> Answer:
    """Every mention of the list as CSV, streamed."""
    here = page_context()
    headers = {"Content-Disposition": f'attachment; filename="mentions-{here.clock.now():%Y-%m-%d}.csv"'}
    return Response(exports.csv_lines(found(here)), mimetype="text/csv", headers=headers)


@blueprint.get("/mentions.json")
@plain_refusal
def as_json() -> Answer:
    """Every mention of the list as one JSON array, streamed."""
    return Response(exports.json_array(found(page_context())), mimetype="application/json")


@blueprint.get("/mentions/<int:number>")
def mention(number: int) -> Answer:
    """One mention as a page of its own; the filters of its list stand in the address, for the way back."""
    here, now = page_context(), page_context().clock.now()
    try:
        view = asked(here, now)
        searched = parse_query(view.filter.q) if view.filter.q else None
    except (FilterError, QueryError):
        view, searched = View(), None
    one = here.store.mention(number)
    if one is None:
        health = current_health(here, now)
        return render_template("mentions_gone.html", view=view, health=health), 404
    spans = searched.spans(one.post.body) if searched else ()
    card = Cards(here.config.brands, here.config.timezone).full(one, now, spans)
    return render_template(
        "mentions_one.html",
        card=card,
        view=view,
        weights=weights(one),
        together=signed(sum(word.weight for word in one.score.evidence.words), 1),
        lowest=signed(-1, 0),
        language=language_name(one.post.lang),
        partial=any("off" in run.looks for run in card.runs),
        rule=rule_runs(one),
        initials=initials(one.post.author or one.post.source) or "?",
        story=story_rows(here, one, now),
        older=neighbour(here, view, one, view.filter.order),
        newer=neighbour(here, view, one, OPPOSITE.get(view.filter.order)),
        health=current_health(here, now),
    )


@blueprint.get("/mentions/brands.css")
def brand_colours() -> Response:
    """The colours that the config gives to brands; those without one keep the hue of their place."""
    config = page_context().config
    cards = Cards(config.brands, config.timezone)
    rules = [colour_rule(cards.hue(brand.name), brand.colour) for brand in config.brands if brand.colour]
    return Response("".join(rules), mimetype="text/css", headers={"Cache-Control": "no-cache"})


@blueprint.context_processor
def words() -> dict[str, object]:
    """What the templates of this blueprint write addresses, numbers and names with."""
    zone = page_context().config.timezone
    return {
        "link": link,
        "fields": fields,
        "count": count_words,
        "number": number_words,
        "minute": lambda at: local_minute(at, zone) if at else "",
        "signed": signed,
        "ranges": RANGE_WORDS,
        "orders": ORDER_WORDS,
        "version": page_context().version,
    }


@blueprint.after_request
def not_kept(response: Response) -> Response:
    """No browser shows an old list as if it were of now."""
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def asked(here: PageContext, now: datetime, params: MultiDict[str, str] | None = None) -> View:
    """The view that the address of this request asks for. Raises FilterError."""
    sent = (request.args if params is None else params).to_dict(flat=False)
    sources = {source.name for source in here.config.sources}
    if not {value.lstrip("+-") for value in sent.get("source", ())} <= sources:
        sources |= {found.value for found in here.store.facets(MentionFilter()).get("source", ())}
        sources |= {status.source for status in here.store.statuses()}
    brands = [brand.name for brand in here.config.brands]
    return parse(sent, brands=brands, sources=sources, timezone=here.config.timezone, now=now)


def readable(view: View) -> MentionFilter:
    """The filter of ``view``. Raises QueryError where its search cannot be read."""
    if view.filter.q:
        parse_query(view.filter.q)
    return view.filter


def unreadable(q: str) -> QueryError | None:
    """What is wrong with the search ``q``; None where nothing is."""
    try:
        parse_query(q)
    except QueryError as error:
        return error if q else None
    return None


def found(here: PageContext) -> Iterator[Mention]:
    """Every mention that the address asks for, of its moment. Raises FilterError and QueryError before the first."""
    view = asked(here, here.clock.now())
    return here.store.export(readable(view), view.upto)


def refused(error: FilterError) -> tuple[str, int]:
    """The page for an address that means nothing: it names the parameter and what it may be."""
    here = page_context()
    return render_template("mentions_refused.html", error=error, health=current_health(here, here.clock.now())), 400


def neighbour(here: PageContext, view: View, one: Mention, order: Order | None) -> int | None:
    """The id of the next mention of the list in that order; None at its end, and for an order that has no way back."""
    if order is None:
        return None
    behind = here.store.page(replace(view.filter, order=order), before=one.id, upto=view.upto, limit=1)
    return behind[0].id if behind else None


def story_rows(here: PageContext, one: Mention, now: datetime) -> list[Card]:
    """Others of the same story, the newest first."""
    if one.story is None:
        return []
    cards = Cards(here.config.brands, here.config.timezone)
    alike = here.store.page(MentionFilter(story=one.story, brand=Choice((one.brand,))), limit=STORY_ROWS + 1)
    return [cards.row(other, now) for other in alike if other.id != one.id][:STORY_ROWS]


def query_string_as_sent() -> str:
    """The query string of this request, encoded as ours are, so that the two can be compared."""
    return urlencode(list(request.args.items(multi=True)))


def link(view: View, path: str = "/mentions") -> str:
    """The address of ``view`` under ``path``."""
    query = query_string(view, page_context().config.timezone)
    return f"{path}?{query}" if query else path


def fields(view: View, *without: str) -> list[tuple[str, str]]:
    """The parameters of ``view`` as hidden fields of a form that sets those named ``without`` itself."""
    return [(name, value) for name, value in items(view.fresh(), page_context().config.timezone) if name not in without]


def range_words(view: View) -> str:
    """The time of ``view`` on its button."""
    return RANGE_WORDS.get(view.range, "Chosen dates")


def wrong_part(problem: QueryError | None) -> tuple[str, str]:
    """A search that cannot be read, cut in two: what stands before the wrong part, and the wrong part."""
    if problem is None:
        return "", ""
    start = min(problem.column, len(problem.text)) - 1 if problem.text else 0
    part = re.match(r"\w+|.", problem.text[start:], re.DOTALL)
    return problem.text[:start], part.group() if part else " "


def number_words(n: int) -> str:
    """A number as people read it: 1,284."""
    return f"{n:,}"


def count_words(count: Count) -> str:
    """A count as people read it: "1,284", or "10,000+" where there are more than were counted."""
    return number_words(count.n) + ("" if count.exact else "+")


def colour_rule(number: int, colour: str) -> str:
    """CSS that gives the brand ``number`` its own ``colour``, lighter on a dark ground so that it can be seen there."""
    tint = "color-mix(in oklab, var(--hue) 20%, var(--panel))"
    return (
        f".b{number} {{ --hue: {colour}; --tint: {tint}; }}\n"
        f"@media (prefers-color-scheme: dark) {{ .b{number} {{ --hue: color-mix(in oklab, {colour} 62%, white); }} }}\n"
    )
