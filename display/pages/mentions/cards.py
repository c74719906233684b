"""A mention as the list and its own page show it: its text in runs, and its numbers formatted.

Pure: imports neither Flask nor the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from display.formatting import FormattedTime, format_duration, format_score, format_signed, format_time
from display.pages.actions.shown import before_correction
from display.pages.mentions.facets import INTENT
from display.pages.mentions.text_runs import TextRun, excerpt, outside, text_runs
from display.pages.mentions.word_weights import words_and_signs
from monitor.judging import HOW_TO_INSTALL, OpinionStatus, counts_by_words
from monitor.model import (
    Brand,
    IntentPhrase,
    Mention,
    Sentiment,
    Span,
    Trust,
)
from monitor.text.language_codes import language_name
from monitor.text.quotes import quoted_spans

BRAND_COLOURS = 12
"""Colours in the style sheet, each with a pattern of its own; a thirteenth brand has those of the first."""
NO_OPINION_FOUND, COUNTED_AS = "No opinion found", "counts as neutral"
"""Label and figure of a mention in which no word counted. To call it neutral would claim that it was understood."""
READ_LATE_AFTER = timedelta(hours=1)
"""A row reports that a mention was read late if it was read this long after its publication."""


@dataclass(frozen=True, slots=True)
class RaisedIntent:
    """An intent of a mention, with the words of its text that raised it."""

    value: str
    label: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Card:
    """A mention, ready for a template."""

    mention: Mention
    colour_number: int
    """The number of the brand's colour, from 1."""
    runs: tuple[TextRun, ...]
    truncated: tuple[bool, bool]
    """Whether text was left out before and after the runs."""
    sentiment: Sentiment
    sentiment_label: str
    """"Negative", "Neutral, corrected", NO_OPINION_FOUND."""
    figure: str
    """"+0.49"; for an unscored mention the reason, and COUNTED_AS with NO_OPINION_FOUND."""
    grounds: str
    """"words +1.20, sentence -0.30"; for an unscored mention what could be done about it; empty if there is nothing."""
    published: FormattedTime | None
    """None if the date is not known."""
    read: FormattedTime
    late: str
    """"read 3 h late", or empty. Empty for an imported mention, which nobody could have read earlier."""
    intents: tuple[RaisedIntent, ...]
    stars: str
    """"4 of 5 stars", for a review; else empty."""
    reply_to: str
    """The author replied to, with "@" before a handle; empty if it is no reply."""
    set_aside: str = ""
    """In the list: why it is set aside."""


class Cards:
    """Builds cards with the colours of these brands and times in this zone."""

    def __init__(self, brands: Sequence[Brand], zone: tzinfo, opinions: OpinionStatus | None = None) -> None:
        """``opinions``: what the language model is doing; None: not known."""
        self._opinions = opinions
        self.colour_numbers = {brand.name: i % BRAND_COLOURS + 1 for i, brand in enumerate(brands)}
        self.zone = zone

    def colour_number(self, brand: str) -> int:
        """The number of the brand's colour; the last one for a brand that is no longer in the config."""
        return self.colour_numbers.get(brand, BRAND_COLOURS)

    def row(self, mention: Mention, now: datetime, found: Sequence[Span] = (), set_aside: str = "") -> Card:
        """A row of the list: an excerpt with its first match.

        ``found``: spans that match the search. ``set_aside``: why it is set aside.
        """
        body = mention.post.body
        start, end = excerpt(body, mention.spans or found)
        styles: dict[str, Iterable[tuple[int, int]]] = {
            "title": [(0, len(mention.post.title))],
            "quote": quoted_spans(body),
            "hit": mention.spans,
            "found": found,
        }
        card = self._card(mention, now, text_runs(body, styles, start, end), (start > 0, end < len(body)))
        return replace(card, set_aside=set_aside)

    def full(self, mention: Mention, now: datetime, found: Sequence[Span] = ()) -> Card:
        """The mention's own page: the whole text, with what counted for its score and what did not."""
        body, evidence = mention.post.body, mention.score.evidence
        words, signs = words_and_signs(evidence, body)
        # where nothing counted, no part of the text is more than another
        is_partly_judged = bool(evidence.clauses) and bool(words or signs or mention.score.value)
        styles: dict[str, Iterable[tuple[int, int]]] = {
            "title": [(0, len(mention.post.title))],
            "quote": quoted_spans(body),
            "hit": mention.spans,
            "found": found,
            "pos": [(w.start, w.end) for w in words if w.weight > 0],
            "neg": [(w.start, w.end) for w in words if w.weight < 0],
            "sign": [(w.start, w.end) for w in signs],
            "off": outside(evidence.clauses, len(body)) if is_partly_judged else [],
        }
        return self._card(mention, now, text_runs(body, styles), (False, False))

    def unjudged(self, mention: Mention, now: datetime) -> Card:
        """The whole text with what matched the rule, and nothing that says how it was judged."""
        body = mention.post.body
        styles: dict[str, Iterable[tuple[int, int]]] = {
            "title": [(0, len(mention.post.title))],
            "quote": quoted_spans(body),
            "hit": mention.spans,
        }
        return self._card(mention, now, text_runs(body, styles), (False, False))

    def _card(self, mention: Mention, now: datetime, runs: Sequence[TextRun], truncated: tuple[bool, bool]) -> Card:
        undated = mention.post.undated
        return Card(
            mention=mention,
            colour_number=self.colour_number(mention.brand),
            runs=tuple(runs),
            truncated=truncated,
            sentiment=mention.score.sentiment,
            sentiment_label=self._label(mention),
            figure=score_figure(mention),
            grounds=self._grounds(mention),
            published=None if undated else format_time(mention.post.published_at, now, self.zone),
            read=self._read_time(mention, now),
            late="" if undated or mention.imported else delay_text(mention),
            intents=tuple(_raised(phrase, mention.post.body) for phrase in mention.intents),
            stars=f"{mention.post.stars} of 5 stars" if mention.post.stars else "",
            reply_to=_handle(mention.post.reply_to),
        )

    def _read_time(self, mention: Mention, now: datetime) -> FormattedTime:
        """When it was read. Beside a date of another day, a time of today says so: "today, 15:44"."""
        read, today = format_time(mention.added_at, now, self.zone), now.astimezone(self.zone).date()
        dates = [at.astimezone(self.zone).date() for at in (mention.added_at, mention.post.published_at)]
        is_clear = dates[0] != today or dates[1] == today
        return read if is_clear else replace(read, clock=f"today, {read.clock}")

    def _label(self, mention: Mention) -> str:
        if no_opinion_found(mention):
            return NO_OPINION_FOUND
        return mention.score.sentiment.value.capitalize() + self._label_note(mention)

    def _label_note(self, mention: Mention) -> str:
        """What is to be known about the judgement: who made it, or how rough it is."""
        if mention.corrected:
            return ", corrected"
        if not self._opinions or mention.opinion is None or mention.score.value is None:
            return ""
        is_rough = self._opinions.policy.trust_in(mention.post.lang) in (Trust.ROUGH, Trust.UNMEASURED)
        return ", rough" if is_rough else ""

    def _grounds(self, mention: Mention) -> str:
        if mention.opinion is not None:
            return opinion_figures(mention)
        lang, status = mention.post.lang, self._opinions
        if mention.score.value is not None or lang in (None, "en") or mention.corrected or status is None:
            return ""
        name = language_name(lang)
        if status.policy.trust_in(lang) is Trust.OFF:
            return f"Scores in {name} are not reliable, so there are none."
        if not status.is_used:
            return f"{name} is not scored without the language model: {HOW_TO_INSTALL}"
        return "It waits for the language model."


def _raised(phrase: IntentPhrase, body: str) -> RaisedIntent:
    value = str(phrase.intent.name).lower()
    return RaisedIntent(value, INTENT.label(value), " ".join(body[phrase.start : phrase.end].split()))


def opinion_figures(mention: Mention) -> str:
    """ "words +1.20, sentence -0.30": the weight of the words, and what the language model makes of the sentence."""
    if mention.opinion is None:
        return ""
    words = sum(word.weight for word in mention.score.evidence.words)
    sentence = f"sentence {format_signed(mention.opinion.balance)}"
    return f"words {format_signed(words)}, {sentence}" if mention.post.lang == "en" else sentence


def opinion_shares(mention: Mention) -> str:
    """ "positive 62 %, neutral 20 %, negative 18 %", the likeliest first; empty without an opinion."""
    if mention.opinion is None:
        return ""
    shares = sorted(mention.opinion._asdict().items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {share:.0%}".replace("%", " %") for name, share in shares)


def opinion_effect(mention: Mention) -> str:
    """How words and sentence lead to the score: a phrase before "a score of"."""
    if mention.post.lang != "en":
        return ""
    return "by the words alone, " if counts_by_words(mention.score.evidence) else "together "


def _handle(author: str) -> str:
    """``author`` with "@" before it if it may be a handle: names have spaces, and Bluesky's ids a colon."""
    return author if " " in author or ":" in author else f"@{author}" if author else ""


def delay_text(mention: Mention) -> str:
    """ "read 3 h late", or empty if the mention was read soon after its publication."""
    delay = mention.added_at - mention.post.published_at
    return f"read {format_duration(delay)} late" if delay > READ_LATE_AFTER else ""


def no_opinion_found(mention: Mention) -> bool:
    """Whether nothing in it was recognised, and nobody else has judged it."""
    return mention.score.rests_on_nothing and mention.opinion is None and not mention.corrected


def score_figure(mention: Mention) -> str:
    """The score as a figure; for an unscored mention the reason, or its language if that is not English.

    A person's choice is no figure: the program's own is shown, "was -0.75".
    """
    if mention.corrected:
        return f"was {before_correction(mention)}"
    if no_opinion_found(mention):
        return COUNTED_AS
    if mention.score.value is not None:
        return format_score(mention.score.value)
    if mention.score.evidence.reason:
        return mention.score.evidence.reason
    return "not scored" if mention.post.lang == "en" else language_name(mention.post.lang)
