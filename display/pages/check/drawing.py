"""What a draw may be narrowed to, and the rows of the page that shows one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from display.pages.context import PageContext
from display.pages.mentions.cards import Card, Cards
from monitor.model import Answer, CheckDraw, Choice, DrawFilter, MentionFilter
from monitor.text.language_codes import language_name

DRAWN_FROM = timedelta(days=31)
SKIP = "skip"
CHOICES = (
    (Answer.NEGATIVE.value, "Negative", "1"),
    (Answer.NEUTRAL.value, "Neutral", "2"),
    (Answer.POSITIVE.value, "Positive", "3"),
    (Answer.NOT_RELEVANT.value, "Not about {brand}", "0"),
    (SKIP, "Skip", "s"),
)
"""The values of a row, their labels and their keys."""
_ANSWERS = {answer.value: answer for answer in Answer}
_COUNTED = Choice(("unclaimed", "claimed", "hidden", "set_aside"))


@dataclass(frozen=True, slots=True)
class Options:
    """What the form offers: values, each with its label."""

    brands: list[tuple[str, str]]
    langs: list[tuple[str, str]]
    sources: list[tuple[str, str]]
    any_mention: bool
    """Whether there is any mention of the last DRAWN_FROM."""


@dataclass(frozen=True, slots=True)
class Row:
    """A mention to be judged."""

    card: Card
    name: str
    """Of its field."""
    choices: list[tuple[str, str, str]]
    chosen: str


def options(context: PageContext, now: datetime) -> Options:
    """The brands of the config, and the languages and sources of the mentions that may be drawn."""
    facets = context.store.facets(MentionFilter(since=now - DRAWN_FROM, state=_COUNTED))
    found = {name: [value.value for value in facets[name] if value.n] for name in ("brand", "lang", "source")}
    return Options(
        brands=[(brand.name, brand.name) for brand in context.config.brands],
        langs=[(code, language_name(None if code == "und" else code)) for code in found["lang"]],
        sources=[(name, name) for name in found["source"]],
        any_mention=bool(found["brand"]),
    )


def problem_with(f: DrawFilter, offered: Options) -> str:
    """What is wrong with a choice that the form does not offer; empty if it is offered."""
    for kind, value, known in (
        ("brand", f.brand, offered.brands),
        ("language", f.lang, offered.langs),
        ("source", f.source, offered.sources),
    ):
        if value and value not in {one for one, _ in known}:
            return f"No mention of the last 31 days has the {kind} “{value[:64]}”."
    return ""


def rows(context: PageContext, draw: CheckDraw, now: datetime, typed: Mapping[int, str]) -> list[Row]:
    """The mentions of a draw; ``typed``: mention -> what was chosen but could not be stored."""
    cards = Cards(context.config.brands, context.config.timezone)
    found = []
    for mention in context.store.mentions(draw.mentions).values():
        stored = SKIP if mention.id in draw.skipped else draw.answers.get(mention.id, "")
        choices = [(value, label.format(brand=mention.brand), key) for value, label, key in CHOICES]
        chosen = typed.get(mention.id, str(stored))
        found.append(Row(cards.unjudged(mention, now), f"m{mention.id}", choices, chosen))
    return found


def sent_answers(form: Mapping[str, str]) -> dict[int, Answer | None]:
    """Mention -> answer, or None for "skip", from the fields of the form. Anything else in it is ignored."""
    found: dict[int, Answer | None] = {}
    for name, value in form.items():
        number = name.removeprefix("m")
        if name.startswith("m") and number.isascii() and number.isdigit() and len(number) < 19:
            if value == SKIP:
                found[int(number)] = None
            elif value in _ANSWERS:
                found[int(number)] = _ANSWERS[value]
    return found
