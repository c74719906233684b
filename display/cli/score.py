"""``wallflower score``: try the sentiment scorer on lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import click

from display.cli.dependencies import config_option
from display.cli.input_lines import line_batches, parse_object, parse_post
from monitor.clock import Clock
from monitor.collector import prepare_posts
from monitor.errors import WallflowerError
from monitor.model import Brand, Score
from monitor.sentiment import Scorer
from monitor.text.language import LanguageDetector


class InvalidLine(WallflowerError):
    """A line of input that cannot be scored."""


@click.command()
@config_option
@click.argument("file", type=click.File(encoding="utf-8", errors="replace"), default="-")
def score(config_path: Path | None, file: TextIO) -> None:
    """Score the sentiment of texts towards a brand.

    Each line of FILE (or of standard input) is a JSON object with the keys id, text, brand and aliases, and optionally
    title and lang. The output has one line for each, with the keys id, score and evidence. The score is null if the
    text cannot be scored; the evidence then gives the reason.
    """
    detector, line_count = LanguageDetector(), 0
    for lines in line_batches(file):
        requests = [_parse_request(line, line_count + n) for n, line in enumerate(lines, start=1)]
        line_count += len(lines)
        for answer in _answers([request for request in requests if request], detector):
            click.echo(json.dumps(answer, ensure_ascii=False))


def _parse_request(line: str, number: int) -> Mapping[str, Any] | None:
    """The values of line ``number``; None if it is empty. Raises InvalidLine."""
    if not line.strip():
        return None
    values = parse_object(line)
    for key in ("text", "brand"):
        if not isinstance(values.get(key), str):
            raise InvalidLine(
                f'Line {number}: must be a JSON object with strings "text" and "brand"; no "{key}" found.'
            )
    aliases = values.get("aliases") or []
    if not isinstance(aliases, list) or not all(isinstance(alias, str) for alias in aliases):
        raise InvalidLine(f'Line {number}: "aliases" must be a list of strings.')
    return {**values, "aliases": aliases}


def _answers(requests: Sequence[Mapping[str, Any]], detector: LanguageDetector) -> Iterator[dict[str, Any]]:
    """One answer per request, in order. The scorer knows the brands of all these requests."""
    aliases: dict[str, dict[str, None]] = {}
    for request in requests:
        aliases.setdefault(request["brand"], {}).update(dict.fromkeys(request["aliases"]))
    scorer = Scorer([Brand(name, name, aliases=tuple(others)) for name, others in aliases.items()])
    now = Clock().now()
    posts = prepare_posts([parse_post(json.dumps(dict(request)), now) for request in requests], now, detector)
    for request, post in zip(requests, posts, strict=True):
        result = scorer.score(post.body, [request["brand"]], post.lang)[request["brand"]]
        yield {"id": request.get("id"), "score": result.value, "evidence": _evidence(result, post.body)}


def _evidence(score: Score, body: str) -> dict[str, Any]:
    evidence = score.evidence
    return {
        "judged": [body[span.start : span.end] for span in evidence.clauses],
        "words": [{"word": body[w.start : w.end], "weight": round(w.weight, 3)} for w in evidence.words],
        "reason": evidence.reason,
        "cues": [{"kind": str(c.kind), "words": body[c.start : c.end]} for c in evidence.cues],
    }
