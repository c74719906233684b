"""``wallflower match`` and ``wallflower score``: try a rule, or the scorer, on lines of text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import click

from display.cli.wiring import with_config
from monitor.clock import Clock
from monitor.collector import prepare_posts
from monitor.errors import WallflowerError
from monitor.model import Brand, Post, Score
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.text.language import LanguageDetector

LINES = 1000
"""Lines that are judged at once."""


class BadLine(WallflowerError):
    """A line of input that cannot be judged."""


@click.command()
@with_config
@click.argument("rule")
@click.argument("file", type=click.File(encoding="utf-8", errors="replace"), default="-")
def match(config_path: Path | None, rule: str, file: TextIO) -> None:
    """Print the lines of FILE, or of standard input, that RULE matches.

    A line is a text, or a JSON object with text, author, lang, source, url.
    """
    matcher = Matcher([Brand("rule", rule)])
    detector, now = LanguageDetector(), Clock().now()
    for lines in _batches(file):
        posts = prepare_posts([_post(line, now) for line in lines], now, detector)
        for line, found in zip(lines, matcher.match(posts), strict=True):
            if found:
                click.echo(line)


@click.command()
@with_config
@click.argument("file", type=click.File(encoding="utf-8", errors="replace"), default="-")
def score(config_path: Path | None, file: TextIO) -> None:
    """Score JSON lines {"id", "text", "brand", "aliases"} towards their brand; print {"id", "score", "evidence"}.

    A score is null where the text could not be judged; the evidence then says why. A line may have "title" and "lang".
    """
    detector, number = LanguageDetector(), 0
    for lines in _batches(file):
        asked = [_asked(line, number + n) for n, line in enumerate(lines, start=1)]
        number += len(lines)
        for answer in _scored([one for one in asked if one], detector):
            click.echo(json.dumps(answer, ensure_ascii=False))


def _batches(file: TextIO) -> Iterator[list[str]]:
    lines = (line.rstrip("\r\n") for line in file)
    while batch := list(islice(lines, LINES)):
        yield batch


def _post(line: str, now: datetime) -> Post:
    """A line as a post; one that is no JSON object with a text is a text itself."""
    values = _object(line)
    if not isinstance(values.get("text", values.get("title")), str):
        values = {"text": line}
    told: dict[str, Any] = {key: _text(values, key) for key in ("text", "author", "title", "url", "site")}
    source, lang = _text(values, "source"), _text(values, "lang")
    return Post(source, "", published_at=now, **told, lang=lang or None)


def _object(line: str) -> Mapping[str, Any]:
    if not line.lstrip().startswith("{"):
        return {}
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else ""


def _asked(line: str, number: int) -> Mapping[str, Any] | None:
    """A line of ``score``; None where it is empty. Raises BadLine."""
    if not line.strip():
        return None
    values = _object(line)
    for key in ("text", "brand"):
        if not isinstance(values.get(key), str):
            raise BadLine(
                f'Line {number}: a JSON object with the texts "id", "text", "brand" is wanted, and has no "{key}".'
            )
    aliases = values.get("aliases") or []
    if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases):
        raise BadLine(f'Line {number}: "aliases" must be a list of texts.')
    return {**values, "aliases": aliases}


def _scored(asked: Sequence[Mapping[str, Any]], detector: LanguageDetector) -> Iterator[dict[str, Any]]:
    """Answers in the order of ``asked``. Every brand that is named in these lines is known to the scorer."""
    aliases: dict[str, dict[str, None]] = {}
    for one in asked:
        aliases.setdefault(one["brand"], {}).update(dict.fromkeys(one["aliases"]))
    scorer = Scorer([Brand(name, name, aliases=tuple(others)) for name, others in aliases.items()])
    now = Clock().now()
    posts = prepare_posts([_post(json.dumps(dict(one)), now) for one in asked], now, detector)
    for one, post in zip(asked, posts, strict=True):
        found = scorer.score(post.body, [one["brand"]], post.lang)[one["brand"]]
        yield {"id": one.get("id"), "score": found.value, "evidence": _evidence(found, post.body)}


def _evidence(score: Score, body: str) -> dict[str, Any]:
    evidence = score.evidence
    return {
        "judged": [body[span.start : span.end] for span in evidence.judged],
        "words": [{"word": body[w.start : w.end], "weight": round(w.weight, 3)} for w in evidence.words],
        "reason": evidence.reason,
    }
