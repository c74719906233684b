"""/mentions: the page where people filter mentions. The server renders everything; the URL is the state.

    URL --filters.parse_view--> MentionsView --> store: page, count, facets, histogram --> mentions/list.html

List, counts and chart show one moment (``upto``). The pill counts later mentions, which it polls from /mentions/new.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import Any, TypeAlias, TypeVar, cast
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from display.access.permissions import opens_to_tokens
from display.error_figures import error_figures, error_sentence, short_error
from display.formatting import format_signed, initials
from display.pages.caching import always_revalidate
from display.pages.context import PageContext, page_context
from display.pages.errors import error_json
from display.pages.health_line import current_health
from display.pages.mentions import export
from display.pages.mentions.cards import (
    Card,
    Cards,
    no_opinion_found,
    opinion_effect,
    opinion_shares,
    total_weight,
    weighted_words,
)
from display.pages.mentions.cues import cue_notes
from display.pages.mentions.facets import STATE
from display.pages.mentions.filters import RANGES, MentionsView, local_minute, parameters, parse_view, query_string
from display.pages.mentions.page import REVERSED_ORDERS, MentionsPage
from display.pages.mentions.query_fix import fixed_query, query_error
from display.pages.mentions.score_steps import score_steps
from display.pages.mentions.text_runs import rule_runs
from display.pages.relevance.words import ShownRelevance, shown_relevance
from display.server.abandoned_requests import cancel_abandoned_queries
from display.server.capacity import EXPORTS, limited
from display.source_health import known_source_names
from monitor.errors import FilterError, QueryError
from monitor.model import Choice, Count, Mention, MentionFilter, Order
from monitor.quality import CALLED, ErrorFigure
from monitor.text.language_codes import language_name

PageResponse: TypeAlias = "str | tuple[str, int] | AnyResponse"
View = TypeVar("View", bound=Callable[..., PageResponse])

LAST_VALID_QUERY_PARAMETER = "last_valid_q"
"""The search form sends the last valid search in it, whose list stays on the page if the new search is invalid."""
MAX_STORY_ROWS = 5
ORDER_LABELS = {
    "new": "Newest first",
    "old": "Oldest first",
    "negative": "Most negative first",
    "positive": "Most positive first",
}

blueprint = Blueprint("mentions", __name__)
blueprint.after_request(always_revalidate)
cancel_abandoned_queries(blueprint)


def errors_as_json(view: View) -> View:
    """Answer 400 in JSON for an invalid filter or search: for URLs that programs read."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> PageResponse:
        try:
            return view(*args, **kwargs)
        except (FilterError, QueryError) as error:
            return error_json(400, str(error))

    return cast("View", guarded)


@blueprint.get("/mentions")
def listing() -> PageResponse:
    """The page. An invalid search gives 400 and is explained in place, above the list of the last valid one."""
    context, now = page_context(), page_context().clock.now()
    params = request.args.copy()
    last_valid = params.pop(LAST_VALID_QUERY_PARAMETER, "")
    try:
        view = requested_view(context, now, params)
    except FilterError as error:
        return invalid_filter_page(error)
    problem = query_error(view)
    if not problem and query_string(view, context.config.timezone) != sent_query_string():
        return redirect(link(view), 303)
    shown = view if problem is None else last_valid_view(view, last_valid)
    page = MentionsPage(context.config, context.store, shown, current_health(context, now), context.opinions())
    text = render_template(
        "mentions/list.html",
        page=page,
        typed_query=view.filter.q,
        problem=problem,
        error_position=split_at_error(problem),
        correction=problem and fixed_query(problem),
    )
    return text, 400 if problem else 200


@blueprint.get("/mentions/new")
@opens_to_tokens
@errors_as_json
def new_count() -> PageResponse:
    """How many mentions the list has gained since ``upto``: a number."""
    context = page_context()
    view = requested_view(context, context.clock.now())
    if view.upto is None:
        raise FilterError("upto", "", "the id of the newest mention that is shown")
    return Response(str(context.store.count_new(valid_filter(view), view.upto)), mimetype="text/plain")


@blueprint.get("/mentions/health")
def health_line() -> str:
    """The current health line, for a page that is already open."""
    context = page_context()
    return render_template("health_line.html", health=current_health(context, context.clock.now()))


@blueprint.get("/mentions.csv")
@limited(EXPORTS)
@errors_as_json
def export_csv() -> PageResponse:
    """Every mention of the view as CSV, streamed."""
    context = page_context()
    headers = {"Content-Disposition": f'attachment; filename="mentions-{context.clock.now():%Y-%m-%d}.csv"'}
    return Response(export.csv_lines(requested_mentions(context)), mimetype="text/csv", headers=headers)


@blueprint.get("/mentions.json")
@limited(EXPORTS)
@errors_as_json
def export_json() -> PageResponse:
    """Every mention of the view as one JSON array, streamed."""
    return Response(export.json_array(requested_mentions(page_context())), mimetype="application/json")


@blueprint.get("/mentions/<int:number>")
def mention(number: int) -> PageResponse:
    """One mention. The filters of its list are in the URL, for the way back."""
    context, now = page_context(), page_context().clock.now()
    try:
        view = requested_view(context, now)
        query = view.search()
    except (FilterError, QueryError):
        view, query = MentionsView(), None
    health = current_health(context, now)
    shown = context.store.mention(number)
    if shown is None:
        return render_template("mentions/not_found.html", view=view, health=health), 404
    spans = query.spans(shown.post.body) if query else ()
    card = Cards(context.config.brands, context.config.timezone, context.opinions()).full(shown, now, spans)
    return render_template(
        "mentions/mention.html",
        card=card,
        view=view,
        words=weighted_words(shown),
        cues=cue_notes(shown),
        total_weight=total_weight(shown),
        lowest_score=format_signed(-1, 0),
        error=error_of(context, shown),
        nothing_found=no_opinion_found(shown),
        opinion=opinion_shares(shown),
        opinion_effect=opinion_effect(shown),
        steps=score_steps(shown),
        language=language_name(shown.post.lang),
        intent_views={intent.value: view.changed(intent=Choice((intent.value,))) for intent in card.intents},
        partly_judged=any("off" in run.styles for run in card.runs),
        rule=rule_runs(shown),
        initials=initials(shown.post.author or shown.post.source) or "?",
        story=story_cards(context, shown, now),
        relevance=mention_relevance(context, shown),
        older=neighbour_id(context, view, shown, view.filter.order),
        newer=neighbour_id(context, view, shown, REVERSED_ORDERS.get(view.filter.order)),
        health=health,
    )


@blueprint.get("/mentions/brands.css")
def brand_colours() -> Response:
    """The colours that the config gives to brands; a brand without one keeps the colour of its position."""
    config = page_context().config
    cards = Cards(config.brands, config.timezone)
    rules = [brand_css(cards.colour_number(brand.name), brand.colour) for brand in config.brands if brand.colour]
    return Response("".join(rules), mimetype="text/css", headers={"Cache-Control": "no-cache"})


@blueprint.context_processor
def template_values() -> dict[str, object]:
    """What the templates of this blueprint use to write URLs, numbers and labels."""
    context = page_context()
    return {
        "link": link,
        "form_fields": form_fields,
        "count_mentions": count_mentions,
        "format_count": format_count,
        "format_number": format_number,
        "local_minute": lambda at: local_minute(at, context.config.timezone) if at else "",
        "ranges": RANGES,
        "orders": ORDER_LABELS,
        "state_facet": STATE,
        "error_sentence": error_sentence,
        "short_error": short_error,
        "version": context.version,
    }


def requested_view(context: PageContext, now: datetime, params: MultiDict[str, str] | None = None) -> MentionsView:
    """The view that the URL of this request asks for. Raises FilterError."""
    sent = (request.args if params is None else params).to_dict(flat=False)
    sources = {source.name for source in context.config.sources}
    if not {value.lstrip("+-") for value in sent.get("source", ())} <= sources:
        sources |= known_source_names(context.config, context.store)
    brands = [brand.name for brand in context.config.brands]
    return parse_view(sent, brands=brands, sources=sources, timezone=context.config.timezone, now=now)


def valid_filter(view: MentionsView) -> MentionFilter:
    """The filter of ``view``. Raises QueryError if its search is invalid."""
    view.search()
    return view.filter


def last_valid_view(view: MentionsView, last_valid: str) -> MentionsView:
    """``view`` with the search ``last_valid`` if that is still valid, else without a search."""
    last = view.changed(q=last_valid)
    return view.changed(q="") if query_error(last) else last


def requested_mentions(context: PageContext) -> Iterator[Mention]:
    """Every mention that the URL asks for. Raises FilterError and QueryError before the first."""
    view = requested_view(context, context.clock.now())
    return context.store.export(valid_filter(view), view.upto)


def invalid_filter_page(error: FilterError) -> tuple[str, int]:
    """The page for an invalid URL. It names the parameter and what is allowed."""
    context = page_context()
    health = current_health(context, context.clock.now())
    return render_template("mentions/invalid_filter.html", error=error, health=health), 400


def neighbour_id(context: PageContext, view: MentionsView, mention: Mention, order: Order | None) -> int | None:
    """The id of the next mention in that order; None at the end, and for an order that cannot be reversed."""
    if order is None:
        return None
    following = context.store.page(replace(view.filter, order=order), before=mention.position, upto=view.upto, limit=1)
    return following[0].id if following else None


def error_of(context: PageContext, mention: Mention) -> ErrorFigure | None:
    """How often posts that are called as this one are something else; None if a person or nobody judged it."""
    sentiment = mention.score.sentiment
    if mention.corrected or sentiment not in CALLED:
        return None
    return error_figures(context.store).figure(
        sentiment,
        brand=mention.brand,
        lang=mention.post.lang or "",
        source=mention.post.source,
        uses_model=mention.opinion is not None,
    )


def story_cards(context: PageContext, mention: Mention, now: datetime) -> list[Card]:
    """Other mentions of the same story and brand, the newest first."""
    if mention.story is None:
        return []
    cards = Cards(context.config.brands, context.config.timezone, context.opinions())
    same_story = MentionFilter(story=mention.story, brand=Choice((mention.brand,)))
    mentions = context.store.page(same_story, limit=MAX_STORY_ROWS + 1)
    return [cards.row(other, now) for other in mentions if other.id != mention.id][:MAX_STORY_ROWS]


def mention_relevance(context: PageContext, mention: Mention) -> ShownRelevance:
    """What people and the program say about whether it is about its brand."""
    click, reason = context.store.relevance.click_on(mention.id), None
    if mention.set_aside:
        reason = context.store.relevance.reasons([mention.id]).get(mention.id)
    if click is not None and (account := context.store.people.account(click.person)):
        click = replace(click, person=account.full_name)
    return shown_relevance(mention, click, reason, context.store.mentions(reason.similar if reason else ()))


def sent_query_string() -> str:
    """The query string of this request, encoded as ``query_string`` does, so that the two can be compared."""
    return urlencode(list(request.args.items(multi=True)))


def link(view: MentionsView, endpoint: str = "mentions.listing", **values: Any) -> str:
    """The URL of ``endpoint`` with the filters of ``view``."""
    path, query = url_for(endpoint, **values), query_string(view, page_context().config.timezone)
    return f"{path}?{query}" if query else path


def form_fields(view: MentionsView, *without: str) -> list[tuple[str, str]]:
    """The parameters of ``view`` as hidden fields of a form that sets the parameters ``without`` itself."""
    pairs = parameters(view.first_page(), page_context().config.timezone)
    return [(name, value) for name, value in pairs if name not in without]


def split_at_error(problem: QueryError | None) -> tuple[str, str]:
    """An invalid search in two parts: the text before the error, and the wrong word or character."""
    if problem is None:
        return "", ""
    start = min(problem.column, len(problem.text)) - 1 if problem.text else 0
    wrong = re.match(r"\w+|.", problem.text[start:], re.DOTALL)
    return problem.text[:start], wrong.group() if wrong else " "


def format_number(n: int) -> str:
    """A number as people read it: "1,284"."""
    return f"{n:,}"


def format_count(count: Count) -> str:
    """A count as people read it: "1,284", or "10,000+" if not all were counted."""
    return format_number(count.n) + ("" if count.exact else "+")


def count_mentions(count: Count) -> str:
    """ "1 mention", "1,284 mentions"."""
    return f"{format_count(count)} mention{'' if count.n == 1 else 's'}"


def brand_css(colour_number: int, colour: str) -> str:
    """CSS that gives the brand number ``colour_number`` its own ``colour``, lightened on a dark background."""
    tint = "color-mix(in oklab, var(--brand-colour) 20%, var(--panel))"
    on_dark = f"{{ --brand-colour: color-mix(in oklab, {colour} 62%, white); }}"
    return (
        f".b{colour_number} {{ --brand-colour: {colour}; --tint: {tint}; }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root:not([data-theme=light]) .b{colour_number} {on_dark} }}\n"
        f":root[data-theme=dark] .b{colour_number} {on_dark}\n"
    )
