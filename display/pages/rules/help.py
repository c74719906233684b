""" "Why is this here?" and "Why is this not here?" for a pasted text or a mention."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from display.pages.context import PageContext
from display.pages.mentions.text_runs import TextRun, text_runs
from display.pages.rules.subject import Subject
from monitor.errors import QueryError
from monitor.model import Mention
from monitor.query import Document, parse
from monitor.rules.reasons import why_found, why_not_found

_MENTION = re.compile(r"\s*(?:https?://\S*)?/?mentions/(\d{1,18})\b.*|\s*(\d{1,18})\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the rule finds a text, and why."""

    typed: str
    found: bool
    reason: str
    runs: Sequence[TextRun]
    mention: int | None = None
    state: str = ""
    """What else decides whether lists show the mention."""


def answer_for(context: PageContext, subject: Subject, typed: str, rule: str) -> Answer | None:
    """Why ``rule`` finds, or does not find, a pasted text, or the post of a mention given by its address or number."""
    if not typed.strip():
        return None
    try:
        query = parse(rule)
    except QueryError:
        return None
    mention = _mention(context, typed)
    document = Document.of(mention.post) if mention else Document(typed)
    found = query.matches(document)
    reason = (why_found if found else why_not_found)(query, document)
    runs = text_runs(document.body, {"hit": reason.spans})
    answer = Answer(typed, found, reason.text, runs)
    return replace(answer, mention=mention.id, state=_state(mention, subject)) if mention else answer


def _mention(context: PageContext, typed: str) -> Mention | None:
    number = _MENTION.fullmatch(typed)
    return context.store.mention(int(number[1] or number[2])) if number else None


def _state(mention: Mention, subject: Subject) -> str:
    if subject.brand is not None and mention.brand != subject.name:
        return f"It is stored as a mention of {mention.brand}."
    if mention.set_aside:
        return "It is set aside as probably not relevant."
    words = {"LEFT": "It left after a rule change.", "IRRELEVANT": "Somebody marked it as not relevant."}
    return "It is hidden." if mention.hidden else words.get(mention.state.name, "")
