"""Random judged posts and filters for the store, and a plain implementation of its queries to compare with."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from monitor.errors import NoteError
from monitor.model import (
    Brand,
    Choice,
    Evidence,
    Finding,
    Intent,
    IntentPhrase,
    JudgedPost,
    JudgedRelevance,
    Match,
    Mention,
    MentionFilter,
    Order,
    Post,
    RelevanceWork,
    Score,
    SetAside,
    Span,
    State,
    Topic,
    WordWeight,
)
from monitor.model.actions import Actor, BlockKind, BlockTarget
from monitor.query import Document, field_value, parse_search
from monitor.query.topic_matcher import TopicMatcher
from monitor.store import Store
from monitor.text.near_duplicates import signatures
from tests.fakes import NOON

BRANDS = (Brand("Acme", "acme", ours=True), Brand("Globex", "globex OR @globex"), Brand("Initech", "initech"))
SOURCES = ("Forum", "News feed", "Import")
AUTHORS = ("", "bob", "Jorun", "@Ana", 'odd "name"')
SITES = ("", "example.com", "forum.example.com", "新聞.example")
LANGS = (None, "en", "de", "ja")
WORDS = (
    "the",
    "delay",
    "refund",
    "café",
    "新車",
    "トヨタ",
    "bad",
    "great",
    "phone",
    "AT&T",
    "@acme",
    "#fail",
    "can't",
    "Yahoo!",
    "#AcmeFail",
    "e.on",
)
QUERIES = (
    *("", "", "", ""),
    *("delay", "del* OR 新車", "refund -bad", "=Yahoo!", "@acme", '"the delay"', "café NEAR/2 the"),
    *("fail", '"acme fail"', "e.on", "-refund", "-delay -#fail", "acme NEAR/2 the"),
    *("author:bob", "great lang:de", "site:example.com -delay", 'source:"news feed" the'),
)
TOPICS = ('"the delay" OR delay', "refund -bad", "café NEAR/2 the", "author:bob", "great OR 新車")
NAMED_TOPICS = TopicMatcher((Topic("Delays", "del*"), Topic("Cars", "新車 OR トヨタ -bad"), Topic("German", "lang:de")))
"""Those of the config."""
STATES = ("unclaimed", "claimed", "hidden", "set_aside", "irrelevant", "left")
ACTORS = (Actor("local"), Actor("dana", "Dana Kim", 1), Actor("jonas", "Jonas Ott", 2))
"""People without accounts, which the store does not need to sign an action."""
ALL = MentionFilter(state=Choice(STATES))
"""Every mention, whatever its state."""
ENGINES = ("sqlite", "postgres")
"""The contract tests run on each of them."""
INTENTS = (Intent.NONE, Intent.NONE, Intent.SWITCHING_FROM, Intent.RECOMMENDATION | Intent.COMPLAINT, Intent.PRICE)


def judged(text: str = "Acme is fine.", *brands: str, score: float | None = 0.5, **changes: object) -> JudgedPost:
    """A post of "Forum" that mentions ``brands``, by default Acme; ``changes`` replace fields of the post."""
    fields: dict[str, object] = {
        "source": "Forum",
        "external_id": text,
        "text": text,
        "published_at": NOON,
        "lang": "en",
    }
    post = Post(**{**fields, **changes})  # type: ignore[arg-type]
    findings = tuple(finding(brand, post, score) for brand in brands or ("Acme",))
    return JudgedPost(post, findings, signatures([post.body])[0])


def intent_phrases(intents: Intent) -> tuple[IntentPhrase, ...]:
    """All ``intents``, raised by the first word of a text."""
    return tuple(IntentPhrase(intent, 0, 4) for intent in intents)


def finding(brand: str, post: Post, score: float | None, intent: Intent = Intent.NONE, rule: str = "") -> Finding:
    """A finding of ``brand`` in ``post``."""
    evidence = Evidence((Span(0, len(post.body)),), (WordWeight(0, 1, 1.25),), "" if score is not None else "German")
    return Finding(Match(brand, rule or brand.lower(), (Span(0, 4),)), Score(score, evidence), intent_phrases(intent))


def without_findings(one: JudgedPost) -> JudgedPost:
    """The same post if no rule matches it."""
    return JudgedPost(one.post)


class World:
    """A seeded stream of judged posts. Times and ids repeat, as those of real sources do."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.now = NOON

    def batch(self, source: str, size: int, ids: int = 1_000_000) -> list[JudgedPost]:
        """``size`` posts with external ids below ``ids``: a small number makes duplicates and edits."""
        return [self._judged(source, str(self.random.randrange(ids))) for _ in range(size)]

    def later(self) -> datetime:
        """Move the clock on, or sometimes back."""
        self.now += timedelta(minutes=self.random.choice((1, 7, 90, 600, 4000, -30)))
        return self.now

    def _judged(self, source: str, external_id: str) -> JudgedPost:
        pick = self.random.choice
        text = " ".join(self.random.choices(WORDS, k=self.random.randint(1, 9)))
        late = timedelta(minutes=pick((-5, 0, 0, 1, 30, 1500, 60_000, 400_000)), milliseconds=self.random.randrange(9))
        post = Post(
            source, external_id, text, self.now - late, pick(AUTHORS), pick(("", "", "Title of the delay")),
            pick(("", "https://example.com/1")), pick(SITES), pick(LANGS),
        )  # fmt: skip
        brands = self.random.sample(BRANDS, self.random.choice((0, 1, 1, 1, 2, 3)))
        score = pick((None, -0.8, -0.149, 0.15, 0.0, 0.62))
        rules = {b.name: pick((b.rule, b.rule + " old")) for b in brands}
        findings = tuple(finding(b.name, post, score, pick(INTENTS), rules[b.name]) for b in brands)
        return JudgedPost(post, findings, signatures([post.body])[0], topics=NAMED_TOPICS.fit(post))

    def filter(self, mentions: Sequence[Mention]) -> MentionFilter:
        """A random filter with some of its parts set."""
        some = self.random.choice
        since = some((None, None, self.now - timedelta(days=some((0, 1, 7, 100, 300)), hours=some((0, 5)))))
        until = some((None, None, None, self.now - timedelta(days=some((0, 2, 40)), minutes=some((0, 13)))))
        story = some([None] * 8 + [m.story for m in mentions[:20]])
        return MentionFilter(
            q=some(QUERIES),
            brand=self._choice([b.name for b in BRANDS] + ["Nobody"]),
            source=self._choice(SOURCES),
            lang=self._choice(("en", "de", "ja", "und", 'x"')),
            author=self._choice(AUTHORS[1:], 0.1),
            site=self._choice(SITES[1:], 0.1),
            rule=self._choice([f"{b.name}@{v}" for b in BRANDS for v in (1, 2)], 0.1),
            sentiment=self._choice(("negative", "neutral", "positive", "unscored", "corrected")),
            intent=self._choice(("switching_from", "recommendation", "complaint", "noise")),
            topic=self._choice(TOPICS, 0.1),
            named_topic=self._choice((*NAMED_TOPICS.names, "nothing"), 0.1),
            state=self._choice((*STATES, "mine", "noted")),
            since=since,
            until=until,
            story=story,
            order=some(list(Order) + [Order.NEW] * 3),
            person=some(ACTORS).account,
        )

    def _choice(self, values: Sequence[str], probability: float = 0.2) -> Choice:
        if self.random.random() > probability:
            return Choice()
        picked = tuple(self.random.sample(list(values), self.random.randint(1, 2)))
        return Choice(exclude=picked) if self.random.random() < 0.3 else Choice(picked)


def state_value(m: Mention) -> str:
    """Its value of ``MentionFilter.state``."""
    if m.state in (State.IRRELEVANT, State.LEFT):
        return m.state.name.lower()
    return "hidden" if m.hidden else "set_aside" if m.set_aside else m.state.name.lower()


def peoples_states(m: Mention, person: int | None) -> set[str]:
    """Its values of ``MentionFilter.state`` besides that one, for ``person``."""
    is_mine = m.state is State.CLAIMED and m.claim is not None and m.claim.claimant.account == person
    return ({"mine"} if is_mine else set()) | ({"noted"} if m.noted else set()) if m.listed else set()


def values_of(m: Mention, facet: str) -> set[str]:
    """The values of a facet that the mention has."""
    fields = Document.of(m.post).fields
    return {
        "brand": {m.brand},
        "source": {m.post.source},
        "lang": {m.post.lang or "und"},
        "author": {value for name, value in fields if name == "author"},
        "site": {value for name, value in fields if name == "site"},
        "rule": {f"{m.brand}@{m.rule_version}"},
        "sentiment": {m.score.sentiment.value} | ({"corrected"} if m.corrected else set()),
        "intent": {(bit.name or "").lower() for bit in m.intent},
        "named_topic": set(NAMED_TOPICS.fit(m.post).names),
        "state": {state_value(m)},
    }[facet]


FACETS = ("brand", "source", "lang", "author", "site", "rule", "sentiment", "intent", "named_topic", "state")


class Truth:
    """The results that the store must return, computed mention by mention."""

    def __init__(self, mentions: Sequence[Mention]) -> None:
        self.mentions = list(mentions)
        self.values = {m.id: {facet: values_of(m, facet) for facet in FACETS} for m in mentions}
        self.documents = {m.id: Document.of(m.post) for m in mentions}
        self.found: dict[str, set[int]] = {}

    def matching(self, f: MentionFilter, upto: int | None = None) -> list[Mention]:
        """The mentions that match the filter."""
        for text in (f.q, *f.topic.include, *f.topic.exclude):
            if text and text not in self.found:
                query = parse_search(text)
                self.found[text] = {id_ for id_, document in self.documents.items() if query.matches(document)}
        return [m for m in self.mentions if (upto is None or m.id <= upto) and self._satisfies(m, f)]

    def _satisfies(self, m: Mention, f: MentionFilter) -> bool:
        if f.q and m.id not in self.found[f.q]:
            return False
        if f.topic.include and not any(m.id in self.found[topic] for topic in f.topic.include):
            return False
        if any(m.id in self.found[topic] for topic in f.topic.exclude):
            return False
        for facet in FACETS:
            choice: Choice = getattr(f, facet)
            include, exclude = set(choice.include), set(choice.exclude)
            if facet in ("author", "site"):
                include, exclude = ({field_value(facet, v) for v in vs} for vs in (include, exclude))
            have = self.values[m.id][facet]
            if facet == "state":
                include = (include or {"unclaimed", "claimed"}) - exclude or {"none"}
                have = have | peoples_states(m, f.person)
            if (include and not include & have) or exclude & have:
                return False
        at = m.post.published_at
        in_time = (f.since is None or at >= f.since) and (f.until is None or at < f.until)
        return in_time and f.story in (None, m.story)

    def facet(self, f: MentionFilter, facet: str, upto: int | None) -> dict[str, int]:
        """Value -> number of matches with it, ignoring the filter's own choice of this facet."""
        cleared: dict[str, Choice] = {facet: Choice(STATES) if facet == "state" else Choice()}
        found = self.matching(replace(f, **cleared), upto)  # type: ignore[arg-type]
        values = {m.id: self.values[m.id][facet] for m in found}
        if facet == "state":
            values = {m.id: values[m.id] | peoples_states(m, f.person) for m in found}
        return dict(Counter(value for m in found for value in values[m.id]))

    def facet_stories(self, f: MentionFilter, facet: str, upto: int | None) -> dict[str, int]:
        """Value -> number of stories of the matches with it, ignoring the filter's own choice of this facet."""
        found = self.matching(replace(f, **{facet: Choice()}), upto)  # type: ignore[arg-type]
        pairs = {
            (value, m.story or (m.post.source, m.post.external_id)) for m in found for value in values_of(m, facet)
        }
        return dict(Counter(value for value, _ in pairs if value != "corrected"))


def in_order(mentions: Sequence[Mention], order: Order) -> list[int]:
    """The ids of ``mentions``, sorted by ``order``."""
    if order in (Order.NEW, Order.OLD):
        by_time = sorted((m.post.published_at, m.id) for m in mentions)
        return [id_ for _, id_ in (by_time if order is Order.OLD else by_time[::-1])]
    sign = 1 if order is Order.NEGATIVE else -1
    value = {m.id: m.score.value for m in mentions}
    return sorted(value, key=lambda i: (value[i] is None, sign * (value[i] or 0), -i))


def run_random_operations(store: Store, world: World, operations: int) -> None:
    """Save, edit, hide, correct, delete and so on, at random."""
    store.register_brands(BRANDS, world.now)
    store.named_topics.use(NAMED_TOPICS.topics, NAMED_TOPICS.digest, NOON)
    for _ in range(operations):
        last = store.last_mention_id()
        one = world.random.randint(1, max(1, last))
        source = world.random.choice(SOURCES)
        now = world.later()
        operation = world.random.choice(("save", "save", "save", "save", "edit", "hide", "unhide", "correct", "unscore",
                                         "undo", "state", "state", "delete", "lost", "set_aside", "set_aside", "click",
                                         "undo_click", "bring_back", *["act"] * 9))  # fmt: skip
        if operation in ("save", "edit"):
            store.save(source, world.batch(source, world.random.randint(1, 12), ids=150), now=now)
        elif operation == "lost":
            store.save(source, [without_findings(j) for j in world.batch(source, 3, ids=150)], now=now)
        elif operation in ("hide", "unhide"):
            store.set_hidden(one, operation == "hide", now)
        elif operation in ("correct", "unscore"):
            store.correct_score(one, None if operation == "unscore" else world.random.choice((-0.7, 0.0, 0.9)), now)
        elif operation == "undo":
            store.restore_score(one, now)
        elif operation == "state":
            store.set_state(one, world.random.choice(list(State)), now)
        elif operation == "set_aside":
            set_aside(store, world.random.choice(BRANDS).name, now, world.random.random)
        elif operation == "click":
            store.relevance.click(one, world.random.random() < 0.5, "dana", now)
        elif operation == "undo_click":
            store.relevance.undo_click(one, now)
        elif operation == "act":
            act(store, world, world.random.choice(ACTIONS), now)
        elif operation == "bring_back":
            store.relevance.bring_back(world.random.choice(BRANDS).name, now)
        else:
            store.delete_posts(source, [str(world.random.randrange(150)) for _ in range(3)], now)
    fit_topics(store, NAMED_TOPICS, world.now)


def fit_topics(store: Store, matcher: TopicMatcher, now: datetime) -> int:
    """Match all posts that wait for it; return how many changed."""
    n = 0
    while not (review := store.named_topics.next_review()).is_empty:
        n += store.named_topics.save_review(review, {p.id: matcher.fit(p.post).names for p in review.posts}, now)
    return n


ACTIONS = ("claim", "claim", "unclaim", "assign", "note", "note", "edit_note", "block", "unblock", "hide_all", "mark",
           "restore", "judge")  # fmt: skip
"""Operations of ``act``."""


def act(store: Store, world: World, operation: str, now: datetime) -> None:
    """Let somebody do something with some mentions, perhaps somebody else too, and perhaps undo it."""
    random, actions = world.random, store.actions
    last, actor = store.last_mention_id(), random.choice(ACTORS[:2])
    some = [random.randint(1, max(1, last)) for _ in range(random.choice((1, 1, 4)))]
    post = random.choice([m.post for m in store.mentions(some).values()] or [Post("Forum", "", "", now, author="bob")])
    author = BlockTarget(BlockKind.AUTHOR, post.author or "bob", post.source)
    target = random.choice((author, author, BlockTarget(BlockKind.SITE, "example.com")))
    blocks = [block.id for block in actions.blocks()]
    note = random.choice([note.id for one in some for note in actions.notes(one)] or [0])
    operations: dict[str, Callable[[], object]] = {
        "claim": lambda: actions.claim(some, actor, now),
        "unclaim": lambda: actions.unclaim(some, actor, now),
        "assign": lambda: actions.assign(some, None, ACTORS[0], now),
        "note": lambda: actions.add_note(some[0], "Call them.", actor, now),
        "edit_note": lambda: actions.edit_note(note, random.choice(("", "Called.")), actor, now),
        "block": lambda: actions.block(target, actor, now),
        "unblock": lambda: actions.unblock(random.choice(blocks or [0]), actor, now),
        "hide_all": lambda: actions.hide(some, random.random() < 0.6, actor, now),
        "mark": lambda: actions.mark(some, random.choice((None, True, False)), actor, now),
        "restore": lambda: actions.restore(some, actor, now),
        "judge": lambda: actions.correct(some, random.choice((None, -0.5, 0.5)), actor, now),
    }
    with suppress(NoteError):
        operations[operation]()
        if random.random() < 0.3:
            operations[random.choice(ACTIONS)]()
        if random.random() < 0.4:
            actions.undo(random.choice((actor, *ACTORS)), now + timedelta(minutes=random.choice((0, 5, 11))))


def set_aside(store: Store, brand: str, now: datetime, probability: Callable[[], float] = lambda: 0.1) -> int:
    """Let a model judge all mentions of ``brand``; return how many moved."""
    moved, model = 0, f"model at {now}"
    store.relevance.use_model(brand, model, now)
    while (work := store.relevance.next_work("", now - timedelta(days=10_000), 7)) != RelevanceWork():
        judged = [JudgedRelevance(m.id, model, _reason(probability())) for m in work.mentions if m.brand == brand]
        moved += store.relevance.save_judged(work, judged, "", now)
    return moved


def _reason(probability: float) -> SetAside | None:
    return SetAside(probability, ("orchard",), (), 3) if probability < 0.25 else None


def raw_connection(path: Path) -> sqlite3.Connection:
    """A connection to the SQLite file as another program would open it."""
    return sqlite3.connect(path, isolation_level=None)
