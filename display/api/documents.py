"""Parts of the documents of the API. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

from display.pages.mentions.cues import CUE_TEXTS
from display.pages.mentions.export import record
from display.pages.mentions.histogram import Histogram
from monitor.model import Choice, FacetValue, Gap, Incident, Mention, MentionFilter
from monitor.model.actions import Claim, Note, Signature

Json: TypeAlias = dict[str, Any]

MAX_GAPS = 1_000
"""Gaps that one answer lists, the latest ones."""


def time_text(at: datetime | None) -> str | None:
    """A time as text; None stays."""
    return None if at is None else at.astimezone(UTC).isoformat()


def gap_document(gap: Gap) -> Json:
    """A time in which a source was not read."""
    return {
        "source": gap.source,
        "since": time_text(gap.since),
        "until": time_text(gap.until),
        "reason": gap.reason,
    }


def coverage_document(gaps: Sequence[Gap], unread_now: Sequence[str], since: datetime | None, until: datetime) -> Json:
    """Which sources were not read when, in the time that was counted.

    ``unread_now``: those that are not read at this moment; one that never was has no gap, because it has no beginning.
    """
    inside = [gap for gap in gaps if gap.since < until and (since is None or gap.until is None or gap.until > since)]
    latest = sorted(inside, key=lambda gap: (gap.since, gap.source))[-MAX_GAPS:]
    return {
        "complete": not (inside or unread_now),
        "since": time_text(since),
        "until": time_text(until),
        "unread_now": list(unread_now),
        "gaps": [gap_document(gap) for gap in latest],
        "gaps_omitted": len(inside) - len(latest),
    }


def facets_document(counts: Mapping[str, Iterable[FacetValue]]) -> Json:
    """Facet -> its values with their counts."""
    return {facet: [{"value": one.value, "n": one.n} for one in values] for facet, values in counts.items()}


def chart_document(chart: Histogram | None) -> Json:
    """The bins of the chart. ``unread``: whether a source was not read for a part of the bin."""
    bins = [] if chart is None else [
        {
            "start": time_text(bar.bin.start),
            "end": time_text(bar.bin.end),
            "n": bar.bin.n,
            "negative": bar.bin.negative,
            "positive": bar.bin.positive,
            "usual": None if bar.usual is None else round(bar.usual, 2),
            "unread": bar.partly_unread,
        }
        for bar in chart.bars
    ]  # fmt: skip
    return {"unit": None if chart is None else chart.unit, "bins": bins}


def signature_document(signature: Signature | None) -> Json | None:
    """Who did something, and when."""
    return None if signature is None else {"name": signature.name, "at": time_text(signature.at)}


def claim_document(claim: Claim | None) -> Json | None:
    """Who takes care of a mention."""
    if claim is None:
        return None
    return {**(signature_document(claim.claimant) or {}), "assigned_by": claim.assigned_by or None}


def note_document(note: Note) -> Json:
    """What somebody wrote about a mention."""
    return {
        "id": note.id,
        "author": note.author.name,
        "text": note.text,
        "at": time_text(note.author.at),
        "edited_at": time_text(note.edited_at),
    }


def mention_document(mention: Mention, notes: Sequence[Note], set_aside_because: str, story: Sequence[int]) -> Json:
    """A mention with the evidence of its score and what people did with it."""
    return {
        **record(mention),
        "imported": mention.imported,
        "evidence": evidence_document(mention),
        "claim": claim_document(mention.claim),
        "correction": signature_document(mention.correction),
        "notes": [note_document(note) for note in notes],
        "set_aside_because": set_aside_because or None,
        "story_mentions": list(story),
    }


def evidence_document(mention: Mention) -> Json:
    """Why a score is what it is. ``start`` and ``end`` count characters of ``body``."""
    body, evidence = mention.post.body, mention.score.evidence
    opinion = mention.opinion
    return {
        "body": body,
        "rule_found": [_part(body, span[0], span[1]) for span in mention.spans],
        "judged": [_part(body, span[0], span[1]) for span in evidence.clauses],
        "words": [_part(body, word.start, word.end) | {"weight": round(word.weight, 3)} for word in evidence.words],
        "cues": [
            _part(body, cue.start, cue.end) | {"kind": cue.kind.value, "meaning": CUE_TEXTS[cue.kind]}
            for cue in evidence.cues
        ],
        "intents": [
            _part(body, one.start, one.end) | {"intent": str(one.intent.name).lower()} for one in mention.intents
        ],
        "opinion": None if opinion is None else {name: round(p, 3) for name, p in opinion._asdict().items()},
        "program_score": mention.program_score,
        "learned_adjustment": round(evidence.adjustment, 3),
        "unscored_because": evidence.reason or None,
    }


def _part(body: str, start: int, end: int) -> Json:
    return {"start": start, "end": end, "text": body[start:end]}


def incident_document(incident: Incident) -> Json:
    """A period in which a brand was mentioned far more than usual."""
    return {
        "id": incident.id,
        "brand": incident.brand,
        "since": time_text(incident.since),
        "until": time_text(incident.until),
        "checked_at": time_text(incident.checked_at),
        "n": incident.n,
        "usual": round(incident.baseline, 2),
        "window_minutes": round(incident.window.total_seconds() / 60),
        "peak_multiple": round(incident.peak, 2),
        "trend": incident.trend.value,
        "negative_only": incident.negative,
        "topic": incident.topic or None,
        "phrases": list(incident.phrases),
        "sources": list(incident.sources),
    }


def filter_document(f: MentionFilter) -> Json:
    """A filter, by the names of the parameters; only what it narrows."""
    found: Json = {"q": f.q} if f.q else {}
    for name in MentionFilter.__dataclass_fields__:
        choice = getattr(f, name)
        if isinstance(choice, Choice) and choice:
            found[name] = [*choice.include, *(f"-{value}" for value in choice.exclude)]
    times = {"since": time_text(f.since), "until": time_text(f.until)}
    found |= {name: value for name, value in times.items() if value}
    return found | ({} if f.story is None else {"story": f.story}) | {"order": f.order.value}
