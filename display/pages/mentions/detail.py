"""One mention with everything that its drawer shows: text, evidence, rule, story, and its neighbours in the list."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from display.access.guard import current_person
from display.error_figures import error_of_mention
from display.formatting import format_signed, initials
from display.pages.actions.shown import ShownActions, shown_actions
from display.pages.context import PageContext
from display.pages.mentions.cards import (
    Card,
    Cards,
    no_opinion_found,
    opinion_effect,
    opinion_shares,
)
from display.pages.mentions.cues import cue_notes
from display.pages.mentions.filters import MentionsView
from display.pages.mentions.page import REVERSED_ORDERS
from display.pages.mentions.place import place_in_list
from display.pages.mentions.query_fix import query_error
from display.pages.mentions.score_steps import score_steps
from display.pages.mentions.text_runs import rule_runs
from display.pages.mentions.word_weights import word_weights
from display.pages.relevance.rule_exclusions import ShownExclusion, rule_proposal
from display.pages.relevance.words import ShownRelevance, shown_relevance
from monitor.model import Choice, Mention, MentionFilter, Order, State
from monitor.relevance import word_set
from monitor.text.language_codes import language_name

MAX_STORY_ROWS = 5
MAX_SKIPPED_COPIES = 20
"""Near-duplicates between a mention and the next row of the list, which shows one row per story."""


def detail_values(context: PageContext, view: MentionsView, shown: Mention, now: datetime) -> dict[str, object]:
    """What the template ``mentions/drawer.html`` needs for the mention ``shown`` of the list ``view``."""
    query = None if query_error(view) else view.search()
    spans = query.spans(shown.post.body) if query else ()
    card = Cards(context.config.brands, context.config.timezone, context.opinions()).full(shown, now, spans)
    return {
        "card": card,
        "mention": shown,
        "view": view,
        "weights": word_weights(shown),
        "cues": cue_notes(shown),
        "lowest_score": format_signed(-1, 0),
        "error": error_of_mention(context.store, shown),
        "nothing_found": no_opinion_found(shown),
        "opinion": opinion_shares(shown),
        "opinion_effect": opinion_effect(shown),
        "steps": score_steps(shown),
        "language": language_name(shown.post.lang),
        "intent_views": {intent.value: view.changed(intent=Choice((intent.value,))) for intent in card.intents},
        "topic_views": {name: view.changed(named_topic=Choice((name,))) for name in shown.topics},
        "partly_judged": any("off" in run.styles for run in card.runs),
        "rule": rule_runs(shown),
        "initials": initials(shown.post.author or shown.post.source) or "?",
        "story": story_cards(context, shown, now),
        "done": actions_of(context, shown, now),
        "relevance": mention_relevance(context, shown),
        "kept_out": what_would_have_kept_out(context, shown),
    }


def drawer_values(context: PageContext, view: MentionsView, shown: Mention, now: datetime) -> dict[str, object]:
    """The same with what the head of the drawer shows: its place in the list and its neighbours."""
    return {
        **detail_values(context, view, shown, now),
        "place": place_in_list(context.store, view, shown),
        "older": neighbour_id(context, view, shown, view.filter.order),
        "newer": neighbour_id(context, view, shown, REVERSED_ORDERS.get(view.filter.order)),
    }


def actions_of(context: PageContext, mention: Mention, now: datetime) -> ShownActions:
    """What people did with it, and can do."""
    actor, store = current_person().actor, context.store
    notes, last = store.actions.notes(mention.id), store.actions.last_action(actor, now)
    return shown_actions(mention, notes, store.people.accounts(), last, actor, now, context.config.timezone)


def what_would_have_kept_out(context: PageContext, mention: Mention) -> ShownExclusion | None:
    """For a mention that somebody marked as not relevant: a word of it that its rule could exclude."""
    brand = next((brand for brand in context.config.brands if brand.name == mention.brand), None)
    if mention.state is not State.IRRELEVANT or brand is None:
        return None
    proposal, words = rule_proposal(context.store, brand), word_set(mention.post.body)
    return next((one for one in proposal.exclusions if one.word in words), None) if proposal else None


def neighbour_id(context: PageContext, view: MentionsView, mention: Mention, order: Order | None) -> int | None:
    """The id of the next mention in that order, of another story unless the list is one story.

    None at the end, and for an order that cannot be reversed.
    """
    if order is None:
        return None
    in_order, alone = replace(view.filter, order=order), mention.story is None or view.filter.story is not None
    limit = 1 if alone else MAX_SKIPPED_COPIES
    following = context.store.page(in_order, before=mention.position, upto=view.upto, limit=limit)
    group = (mention.story, mention.brand)
    return next((other.id for other in following if alone or (other.story, other.brand) != group), None)


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
