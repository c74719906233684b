"""``wallflower match``: try a rule on lines of text."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click

from display.cli.dependencies import config_option
from display.cli.input_lines import line_batches, parse_post
from monitor.clock import Clock
from monitor.collector import prepare_posts
from monitor.model import Brand
from monitor.query.matcher import Matcher
from monitor.text.language import LanguageDetector


@click.command()
@config_option
@click.argument("rule")
@click.argument("file", type=click.File(encoding="utf-8", errors="replace"), default="-")
def match(config_path: Path | None, rule: str, file: TextIO) -> None:
    """Print the lines of FILE that RULE matches. Without FILE, read standard input.

    Each line is a text, or a JSON object with the keys text, title, author, lang, source, site and url.
    """
    matcher = Matcher([Brand("rule", rule)])
    detector, now = LanguageDetector(), Clock().now()
    for lines in line_batches(file):
        posts = prepare_posts([parse_post(line, now) for line in lines], now, detector)
        for line, matches in zip(lines, matcher.match(posts), strict=True):
            if matches:
                click.echo(line)
