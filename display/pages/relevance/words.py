"""Why a mention is set aside, in words. Pure: imports neither Flask nor the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.model import Mention, RelevanceClick, SetAside

MAX_EXCERPT_CHARS = 90


@dataclass(frozen=True, slots=True)
class SimilarMention:
    """A mention marked as not relevant, to link to."""

    id: int
    excerpt: str


@dataclass(frozen=True, slots=True)
class ShownRelevance:
    """What the page of a mention says about its relevance."""

    verdict: str
    """Empty if neither a person nor the program said anything."""
    similar: Sequence[SimilarMention] = ()
    is_set_aside: bool = False
    relevant: bool | None = None
    """What a person said; None if nobody did."""


def shown_relevance(
    mention: Mention, click: RelevanceClick | None, reason: SetAside | None, similar: Mapping[int, Mention]
) -> ShownRelevance:
    """``similar``: the mentions that ``reason`` names, as far as they exist."""
    if click is not None:
        effect = "It is in no list and no figure." if not click.relevant else "It is never set aside."
        what = f"it is about {mention.brand}" if click.relevant else "it is not relevant"
        return ShownRelevance(f"{click.person} says that {what}. {effect}", relevant=click.relevant)
    if reason is None or not mention.set_aside:
        return ShownRelevance("")
    linked = [SimilarMention(id_, excerpt(similar[id_])) for id_ in reason.similar if id_ in similar]
    return ShownRelevance(reason_text(mention.brand, reason), linked, is_set_aside=True)


def reason_text(brand: str, reason: SetAside) -> str:
    """ "Set aside: probably not about Acme. Similar to 7 posts marked not relevant, by the words orchard, harvest."."""
    verdict = f"Set aside: probably not about {brand}."
    if not reason.words or not reason.n_similar:
        return verdict
    posts = "1 post" if reason.n_similar == 1 else f"{reason.n_similar:,} posts"
    words = "the word" if len(reason.words) == 1 else "the words"
    return f"{verdict} Similar to {posts} marked not relevant, by {words} {', '.join(reason.words)}."


def row_reason(reason: SetAside, similar: Mapping[int, Mention]) -> str:
    """The same for a row of the list: "like 7 posts marked not relevant: orchard, harvest"."""
    if reason.words and reason.n_similar:
        posts = "post" if reason.n_similar == 1 else "posts"
        return f"like {reason.n_similar:,} {posts} marked not relevant: {', '.join(reason.words)}"
    closest = next((similar[id_] for id_ in reason.similar if id_ in similar), None)
    return f"like “{excerpt(closest)}”" if closest else "probably not relevant"


def excerpt(mention: Mention) -> str:
    """The beginning of a text on one line."""
    text = " ".join(mention.post.body.split())
    return text if len(text) <= MAX_EXCERPT_CHARS else f"{text[: MAX_EXCERPT_CHARS - 1].rstrip()}…"
