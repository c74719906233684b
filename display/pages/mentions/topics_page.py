"""/mentions/topics: what the mentions of a view are about, as a page, or for a script as the line of the list."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from display.pages.caching import always_revalidate
from display.pages.context import page_context
from display.pages.health_line import current_health
from display.pages.mentions.facets import TOPIC
from display.pages.mentions.problem_pages import invalid_filter_page
from display.pages.mentions.rail import Rail
from display.pages.mentions.requested import requested_view
from display.pages.mentions.view_topics import find_view_topics
from display.pages.mentions.views import link, template_values
from display.server.abandoned_requests import cancel_abandoned_queries
from monitor.errors import FilterError, QueryError
from monitor.model import FacetValue

blueprint = Blueprint("mention_topics", __name__)
blueprint.after_request(always_revalidate)
blueprint.context_processor(template_values)
cancel_abandoned_queries(blueprint)


@blueprint.get("/mentions/topics")
def topics() -> AnyResponse | tuple[str, int]:
    """The topics of the view. An invalid search is explained by the list."""
    context, now = page_context(), page_context().clock.now()
    try:
        view = requested_view(context, now)
    except FilterError as error:
        return invalid_filter_page(error)
    try:
        found = find_view_topics(context.config, context.store, view, view.upto)
    except QueryError:
        return redirect(link(view), 303)
    template = (
        "mentions/topic_line.html" if request.headers.get("Sec-Fetch-Dest") == "empty" else "mentions/topics.html"
    )
    words = [topic for topic in found.topics if not topic.is_named]
    counts = {TOPIC.name: [FacetValue(topic.search, topic.n) for topic in words]}
    names = {topic.search: topic.name for topic in words}
    stories = {TOPIC.name: {topic.search: topic.stories.n for topic in words if topic.stories.exact}}
    section = Rail(view, counts, {}, stories=stories).section(TOPIC, names)
    text = render_template(template, found=found, view=view, section=section, health=current_health(context, now))
    response: Response = make_response(text)
    response.headers["Vary"] = "Sec-Fetch-Dest"
    return response
