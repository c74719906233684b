"""/help/query: the query language by examples. Each is a link that searches the mentions."""

from __future__ import annotations

from flask import Blueprint, render_template

from display.pages.caching import always_revalidate
from display.pages.context import PageContext, page_context
from display.pages.health_line import current_health
from display.pages.mentions.completion import completions
from monitor.query.examples import EXAMPLES, FIELD_EXAMPLES

blueprint = Blueprint("query_help", __name__)
blueprint.after_request(always_revalidate)


@blueprint.get("/help/query")
def page() -> str:
    """The page. Fields are shown with values of stored mentions where there are any."""
    context = page_context()
    return render_template(
        "query_help/page.html",
        health=current_health(context, context.clock.now()),
        examples=EXAMPLES,
        fields=[
            (_known(context, field) or example.query, example.meaning) for field, example in FIELD_EXAMPLES.items()
        ],
    )


def _known(context: PageContext, field: str) -> str:
    """The field with a value that finds something; empty if none is known."""
    return next((one.text for one in completions(context.config, context.store, field, "")), "")
