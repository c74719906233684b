"""/check: twenty mentions at random, without our judgement; /check/results: how often that is wrong.

GET /check --> a form, or the open draw --> POST /check/draw, /check/<id>/save, /check/<id>/finish --> /check/results
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.access.guard import current_person
from display.access.permissions import requires
from display.error_figures import error_figures
from display.formatting import pluralize
from display.learning import learned_details, learning_sentence
from display.pages.access.forms import never_store
from display.pages.check import export
from display.pages.check.drawing import DRAWN_FROM, SKIP, options, problem_with, rows, sent_answers
from display.pages.check.figures import figures_view
from display.pages.check.own_results import own_results
from display.pages.check.weeks import weekly_chart
from display.pages.context import page_context
from display.pages.health_line import current_health
from display.server.capacity import EXPORTS, limited
from monitor.errors import StoreError
from monitor.model import Answer, CheckDraw, DrawFilter
from monitor.model.people import Role

TASK = "check mentions"
CLOSED = (
    "This draw takes no more answers: it was finished, or it is older than seven days. What was stored before counts."
)
NOTHING_LEFT = "No mention of the last 31 days fits that nobody has checked."
NOT_STORED = "Your answers could not be stored. They are still chosen below: save them again. "

blueprint = Blueprint("check", __name__, url_prefix="/check")
blueprint.after_request(never_store)


@blueprint.get("")
@requires(Role.MEMBER, TASK)
def page() -> str:
    """The open draw of this person, or the form for a new one."""
    context = page_context()
    draw = context.store.checks.open_draw(current_person().name, context.clock.now())
    return _draw_page(draw) if draw and draw.mentions else _form_page(DrawFilter())


@blueprint.post("/draw")
@requires(Role.MEMBER, TASK)
def draw() -> AnyResponse | tuple[str, int]:
    """Draw mentions, unless a draw of this person is open."""
    context, now, person = page_context(), page_context().clock.now(), current_person().name
    wanted = DrawFilter(*(request.form.get(name, "") for name in ("brand", "lang", "source")))
    if problem := problem_with(wanted, options(context, now)):
        return _form_page(wanted, problem), 400
    already = context.store.checks.open_draw(person, now)
    if not (already and already.mentions) and not context.store.checks.draw(person, wanted, now - DRAWN_FROM, now):
        return _form_page(wanted, NOTHING_LEFT), 404
    return redirect(url_for("check.page"), 303)


@blueprint.post("/<int:id>/save")
@requires(Role.MEMBER, TASK)
def save(id: int) -> AnyResponse | tuple[str, int]:
    """Store the answers that were sent; others stay as they are. A script gets the number that was stored."""
    draw, answers = _own_draw(id), sent_answers(request.form)
    context, finishes = page_context(), "finish" in request.form
    now, person = context.clock.now(), current_person().name
    if not draw.takes_answers(now):
        return _form_page(draw.filter, CLOSED), 409
    try:
        accepted = context.store.checks.save_answers(id, person, answers, now)
        if finishes:
            context.store.checks.finish(id, person, now)
    except StoreError as error:
        return _draw_page(draw, _typed(answers), NOT_STORED + str(error)), 503
    if finishes:
        return redirect(url_for("check.results", draw=id), 303)
    if request.headers.get("X-Requested-With") == "fetch":
        return Response(str(len(accepted)), mimetype="text/plain")
    return redirect(url_for("check.page", saved=len(accepted)), 303)


@blueprint.post("/<int:id>/relevant/<int:number>")
@requires(Role.MEMBER, TASK)
def undo(id: int, number: int) -> AnyResponse:
    """Take back that a mention is not about its brand: it is in lists and figures again. The answer stays."""
    if number in _own_draw(id).mentions:
        page_context().store.relevance.undo_click(number, page_context().clock.now())
    return redirect(url_for("check.results", draw=id), 303)


@blueprint.get("/results")
def results() -> str | AnyResponse:
    """How often judgements are wrong, by all answers; with ``draw``, first where one person and we differ."""
    context, now = page_context(), page_context().clock.now()
    wanted, draw = request.args.get("draw", ""), None
    if wanted:
        is_id = wanted.isascii() and wanted.isdecimal() and len(wanted) < 19
        draw = context.store.checks.get_draw(int(wanted)) if is_id else None
        if draw is None:
            abort(404)
        if draw.finished_at is None:
            return redirect(url_for("check.page"), 303)
    figures, learned = error_figures(context.store), context.store.learning.result()
    zone, learns = context.config.timezone, context.config.learn_from_answers
    return render_template(
        "check/results.html",
        tab="check",
        health=current_health(context, now),
        own=own_results(context, draw, now) if draw else None,
        is_own=draw is not None and draw.person == current_person().name,
        view=figures_view(figures),
        chart=weekly_chart(figures.answers, zone),
        learning=learning_sentence(learned, now, zone, is_on=learns),
        learned=learned_details(learned.offset) if learns else [],
    )


@blueprint.get("/answers.csv")
@limited(EXPORTS)
def export_csv() -> Response:
    """All answers as CSV, the oldest first."""
    context = page_context()
    headers = {"Content-Disposition": f'attachment; filename="answers-{context.clock.now():%Y-%m-%d}.csv"'}
    return Response(export.csv_lines(context.store.checks.answers()), mimetype="text/csv", headers=headers)


@blueprint.get("/answers.json")
@limited(EXPORTS)
def export_json() -> Response:
    """All answers as one JSON array, the oldest first."""
    return Response(export.json_array(page_context().store.checks.answers()), mimetype="application/json")


def _own_draw(id: int) -> CheckDraw:
    """The draw of this person with this id; 404 for any other."""
    found = page_context().store.checks.get_draw(id)
    if found is None or found.person != current_person().name:
        abort(404)
    return found


def _typed(answers: Mapping[int, Answer | None]) -> dict[int, str]:
    return {mention: SKIP if answer is None else answer.value for mention, answer in answers.items()}


def _form_page(chosen: DrawFilter, problem: str = "") -> str:
    context, now = page_context(), page_context().clock.now()
    return render_template(
        "check/form.html",
        tab="check",
        health=current_health(context, now),
        options=options(context, now),
        chosen=chosen,
        problem=problem,
        answers=len(context.store.checks.answers()),
    )


def _draw_page(draw: CheckDraw, typed: Mapping[int, str] | None = None, problem: str = "") -> str:
    context, now = page_context(), page_context().clock.now()
    shown = rows(context, draw, now, typed or {})
    done, gone = sum(bool(row.chosen) for row in shown), draw.size - len(shown)
    return render_template(
        "check/draw.html",
        tab="check",
        health=current_health(context, now),
        draw=draw,
        rows=shown,
        done=done,
        gone=f"{pluralize(gone, 'mention')} of this draw {'was' if gone == 1 else 'were'} deleted." if gone else "",
        saved=request.args.get("saved", "").isdecimal(),
        problem=problem,
    )
