"""The config.toml that ``wallflower init`` writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import shorten

from display.setup.rule_proposals import BrandProposal
from display.setup.source_proposals import SourceProposal, other_kinds
from display.setup.source_trials import TrialResult
from display.setup.toml_writer import Value, on_one_line, table, toml_value

MAX_COMMENT_CHARS = 160

_HEAD = """\
# Wallflower's config for {name}, written by `wallflower init`. `wallflower check` reports every problem in it at once.
# It contains no secrets: a source that needs a key names an environment variable.

[wallflower]
data = {data}  # folder of the database; a relative path starts at this file
timezone = {timezone}  # for the days and hours on the pages
# allow_hosts = ["wiki.local"]   # hosts in private networks that sources may read; all others there are blocked

[server]
host = "127.0.0.1"               # this machine only
port = 8750

# ---- Brands: your organisation (ours = true) and its competitors. -------------------------------------------------
# A rule finds a brand's mentions. Words and "phrases", AND (or just a space), OR, NOT or -, brackets, NEAR/5, prefix*,
# @handle, #tag, =Exact (matches case), and the fields author: site: lang: source:
# The handles below are guesses: replace them with the real ones. Try a rule: wallflower match 'acme -jobs' texts.txt
# aliases are other names that people use; they help to decide which brand a sentence is about.

"""
_SOURCES = """\
# ---- Sources: where posts are read. --------------------------------------------------------------------------------
# every = "10m" sets how often a source is read (s, m, h, d). Without it, a source that posts often is read often.
# To read one source once, and see why posts match: wallflower fetch NAME --dry-run

"""
_OTHER_KINDS = """\
# ---- Other kinds of source, which need a key or an address. docs/sources.md explains them. --------------------------
# Feeds of a web page: wallflower feeds URL. Feeds of a feed reader: wallflower opml FILE.
"""
_CASE_SENSITIVE = (
    "This name is short or a common word, so the rule is case-sensitive.",
    "To exclude other meanings, require a second word: =Acme (phone OR shop)",
)


def config_text(
    brands: Sequence[BrandProposal],
    proposals: Sequence[SourceProposal],
    results: Mapping[str, TrialResult],
    timezone: str,
    data: str = "data",
) -> str:
    """The whole config. ``results`` maps names of sources to results, and may be empty. The first brand is ours."""
    parts = [_HEAD.format(name=on_one_line(brands[0].name), timezone=toml_value(timezone), data=toml_value(data))]
    parts += [_brand_table(brand, ours=n == 0) for n, brand in enumerate(brands)]
    parts.append(_SOURCES)
    for proposal in proposals:
        result = results.get(proposal.name)
        parts.append(proposal.table([shorten(f"When this was written: {result}", MAX_COMMENT_CHARS)] if result else []))
    parts.append(_OTHER_KINDS)
    parts += [f"{line}\n" for line in other_kinds()]
    return "".join(parts)


def _brand_table(brand: BrandProposal, *, ours: bool) -> str:
    keys: dict[str, Value] = {"name": brand.name}
    if ours:
        keys["ours"] = True
    keys["rule"] = brand.rule
    if brand.aliases:
        keys["aliases"] = brand.aliases
    return table("brands", keys, _CASE_SENSITIVE if brand.case_sensitive else ())
