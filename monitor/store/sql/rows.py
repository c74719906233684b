"""Converts rows to objects of the model, and back where that takes more than one column."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from monitor.model import (
    Cue,
    CueKind,
    Evidence,
    Finding,
    Intent,
    IntentPhrase,
    Mention,
    Opinion,
    Post,
    Score,
    Span,
    State,
    WordWeight,
)
from monitor.model.actions import Claim
from monitor.store.sql.connection import Connection
from monitor.store.sql.signatures import signature
from monitor.store.sql.topic_bits import names_of, slots_in_use
from monitor.store.sql.units import from_ms, from_thousandths, to_thousandths

UNKNOWN_LANGUAGE = "und"
"""How an unknown language is stored and filtered."""

SENTIMENTS = ("negative", "neutral", "positive", "unscored")
"""The values of Sentiment; their indexes are the values of the column ``sentiment``."""

STATES = ("unclaimed", "claimed", "irrelevant", "left", "hidden", "set_aside")
"""The values of ``MentionFilter.state``; the first four in the order of State. The last two are those of the first two
with 1 or 2 in the column ``hidden``."""

HIDDEN, SET_ASIDE = 1, 2
"""The values of the column ``hidden``, besides 0: hidden by a person, set aside by the program."""

POST_COLUMNS = """source.name, post.external_id, post.text, post.published_at, post.author, post.title, post.url,
    post.site, post.lang, post.stars, post.reply_to, post.repost"""
_SELECT_MENTIONS = f"""
    SELECT mention.id, {POST_COLUMNS}, brand.name, rule.text, rule.version, mention.score, mention.added_at,
        mention.state, mention.hidden, mention.corrected, mention.story, mention.brand, mention.evidence, post.imported,
        mention.program_score, opinion.negative, opinion.neutral, opinion.positive, mention.noted,
        claim.account, claim.person, claim.at, claimant.full_name, claim.assigned_by,
        correction.account, correction.person, correction.at, corrector.full_name, post.topics
    FROM json_each(?) wanted CROSS JOIN mention ON mention.id = wanted.value
    JOIN post ON post.id = mention.post JOIN source ON source.id = post.source
    JOIN brand ON brand.id = mention.brand JOIN rule ON rule.id = mention.rule
    LEFT JOIN opinion ON opinion.mention = mention.id
    LEFT JOIN claim ON claim.mention = mention.id LEFT JOIN account claimant ON claimant.id = claim.account
    LEFT JOIN correction ON correction.mention = mention.id
    LEFT JOIN account corrector ON corrector.id = correction.account"""
_STORY = 21
"""Index of the story in a row of _SELECT_MENTIONS."""
_COUNT_STORIES = """
    SELECT story, brand, count(*) FROM mention INDEXED BY mention_story
    WHERE story IN (SELECT value FROM json_each(?)) AND state < 2 GROUP BY story, brand"""
INSERT_MENTION = """
    INSERT INTO mention (id, post, brand, rule, source, lang, published_at, added_at, month, score, program_score,
        sentiment, intent, story, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def sentiment_code(thousandths: float | None) -> int:
    """The column ``sentiment`` for a stored score; the same bounds as ``Sentiment.of``."""
    if thousandths is None:
        return 3
    if -150 < thousandths < 150:
        return 1
    return 2 if thousandths > 0 else 0


def evidence_json(finding: Finding) -> str:
    """The column ``evidence``: what a page needs to explain a mention; weights to the thousandth.

    Nearly all of it is numbers, which f-strings write twice as fast as ``json``.
    """
    evidence = finding.score.evidence
    parts = []
    if finding.match.spans:
        parts.append(f'"spans":[{_pairs(finding.match.spans)}]')
    if evidence.clauses:
        parts.append(f'"judged":[{_pairs(evidence.clauses)}]')
    if evidence.words:
        words = ",".join([f"[{start},{end},{round(weight, 3)!r}]" for start, end, weight in evidence.words])
        parts.append(f'"words":[{words}]')
    if evidence.reason:
        parts.append(f'"reason":{_encode(evidence.reason)}')
    if evidence.cues:
        cues = ",".join([f'[{start},{end},"' + kind + '"]' for start, end, kind in evidence.cues])
        parts.append(f'"cues":[{cues}]')
    if evidence.adjustment and (adjustment := to_thousandths(evidence.adjustment)):
        parts.append(f'"adjustment":{adjustment}')
    if finding.intents:
        intents = ",".join([f"[{int(intent)},{start},{end}]" for intent, start, end in finding.intents])
        parts.append(f'"intents":[{intents}]')
    return f"{{{','.join(parts)}}}"


def patched_evidence(stored: str, values: Mapping[str, Any]) -> str:
    """The column ``evidence`` with other values of some keys. One that is empty is left out."""
    evidence = json.loads(stored)
    for key, value in values.items():
        evidence.pop(key, None)
        if value:
            evidence[key] = value
    return _encode(evidence)


def _pairs(spans: Sequence[Span]) -> str:
    return ",".join([f"[{start},{end}]" for start, end in spans])


def load_mentions(db: Connection, ids: Sequence[int]) -> dict[int, Mention]:
    """Id -> mention for those of ``ids`` that exist, in the order of ``ids``."""
    rows = {row[0]: row for row in db.execute(_SELECT_MENTIONS, (_encode(list(ids)),))}
    slots = slots_in_use(db)
    story_sizes = _story_sizes(db, {row[_STORY] for row in rows.values() if row[_STORY] is not None})
    return {id_: _mention(rows[id_], story_sizes, slots) for id_ in ids if id_ in rows}


def load_posts(db: Connection, mentions: Sequence[int]) -> dict[int, Post]:
    """Id of a mention -> its post, in the order of ``mentions``."""
    select = f"""SELECT mention.id, {POST_COLUMNS} FROM json_each(?) wanted
        CROSS JOIN mention ON mention.id = wanted.value
        JOIN post ON post.id = mention.post JOIN source ON source.id = post.source"""
    rows = {row[0]: row for row in db.execute(select, (_encode(list(mentions)),))}
    return {id_: read_post(rows[id_][1:]) for id_ in mentions if id_ in rows}


def _story_sizes(db: Connection, stories: set[int]) -> Counter[tuple[int, int]]:
    """(Story, brand) -> its mentions that count in figures."""
    if not stories:
        return Counter()
    return Counter({(s, b): n for s, b, n in db.execute(_COUNT_STORIES, (_encode(sorted(stories)),))})


def read_post(row: Sequence[Any]) -> Post:
    source, external_id, text, published, author, title, url, site, lang, stars, reply_to, repost = row
    return Post(
        source=source,
        external_id=external_id,
        text=text,
        published_at=from_ms(published),
        author=author,
        title=title,
        url=url,
        site=site,
        lang=None if lang == UNKNOWN_LANGUAGE else lang,
        stars=stars,
        reply_to=reply_to,
        repost=bool(repost),
    )


def _mention(row: Sequence[Any], story_sizes: Counter[tuple[int, int]], slots: Mapping[str, int]) -> Mention:
    brand, rule, version, score, added, state, hidden, corrected, story, brand_id, evidence, imported = row[13:25]
    stored = json.loads(evidence)
    return Mention(
        id=row[0],
        post=read_post(row[1:13]),
        brand=brand,
        rule=rule,
        rule_version=version,
        score=Score(from_thousandths(score), read_evidence(stored)),
        added_at=from_ms(added),
        spans=read_spans(stored.get("spans", ())),
        intents=read_intents(stored),
        state=State(state),
        hidden=hidden == HIDDEN,
        set_aside=hidden == SET_ASIDE,
        corrected=bool(corrected),
        story=story,
        near_duplicates=max(0, story_sizes[story, brand_id] - 1),
        imported=bool(imported),
        opinion=None if row[26] is None else Opinion(*(value / 1000 for value in row[26:29])),
        program_score=from_thousandths(row[25]),
        noted=bool(row[29]),
        claim=_claim(row[30:35]),
        correction=None if row[37] is None else signature(*row[35:39]),
        topics=names_of(row[39], slots),
    )


def _claim(row: Sequence[Any]) -> Claim | None:
    *signed, assigned_by = row
    return None if assigned_by is None else Claim(signature(*signed), assigned_by)


def read_intents(stored: dict[str, Any]) -> tuple[IntentPhrase, ...]:
    """The intents in the column ``evidence``, decoded."""
    return tuple(IntentPhrase(Intent(bit), start, end) for bit, start, end in stored.get("intents", ()))


def read_evidence(stored: dict[str, Any]) -> Evidence:
    """The column ``evidence``, decoded, without the spans of the rule."""
    words = tuple(WordWeight(*word) for word in stored.get("words", ()))
    cues = tuple(Cue(start, end, CueKind(kind)) for start, end, kind in stored.get("cues", ()))
    adjustment = stored.get("adjustment", 0) / 1000
    return Evidence(read_spans(stored.get("judged", ())), words, stored.get("reason", ""), cues, adjustment)


def read_spans(pairs: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    """Stored pairs as spans."""
    return tuple(Span(start, end) for start, end in pairs)
