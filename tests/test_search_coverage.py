"""What a search-only source cannot search for, and which keys are missing: reported before a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from display.cli.main import cli
from monitor import sources
from monitor.collector.search_coverage import FULL_COVERAGE, search_coverage
from monitor.errors import QueryError
from monitor.model import Brand
from monitor.query import parse
from monitor.query.matcher import Matcher
from monitor.sources import SourceOptions

WORDS = st.sampled_from(["acme", "=Acme", '"acme air"', "@acme", "fin*", "lang:en", "-jobs", "acme NEAR/3 late", "x"])
RULES = st.recursive(
    WORDS, lambda rule: st.builds(lambda a, joint, b: f"({a}{joint}{b})", rule, st.sampled_from([" ", " OR "]), rule)
)
ACME_WORDS_ONLY = "It finds only posts about Acme that contain the rule's words, and none that match `{}` alone."
CONFIG = """
[[brands]]
name = "Acme"
ours = true
rule = '=Acme (bike OR "e bike") -jobs lang:en'

[[brands]]
name = "Globex"
rule = 'author:globex'

[[sources]]
kind = "hackernews"
name = "Hacker News"

[[sources]]
kind = "lemmy"
name = "Lemmy"

[[sources]]
kind = "discourse"
name = "Forum"
url = "https://forum.example"

[[sources]]
kind = "youtube"
name = "Tube"
"""


def options(kind: str, **keys: object) -> SourceOptions:
    return sources.load(kind).Options(name="Here", **keys)


def missed(kind: str, *rules: str, **keys: object) -> tuple[str, ...]:
    return search_coverage(options(kind, **keys), [Brand(f"Brand {n}", rule) for n, rule in enumerate(rules)]).missed


@pytest.mark.parametrize(
    ("rule", "open_"),
    [
        ("acme", ()),
        ('acme OR "acme air"', ()),
        ("=Acme", ("=Acme",)),
        ("@acme", ("@acme",)),
        ("acme -jobs lang:en", ("-jobs", "lang:en")),
        ('pedalo (bike OR "e bike" OR cycling)', ('(bike OR "e bike" OR cycling)',)),
        ("acme NEAR/5 (late OR delayed)", ("acme NEAR/5 (late OR delayed)",)),
        ("globex OR (acme -jobs) OR (acme -jobs)", ("-jobs",)),
        ('acme site:"a b" -source:"Acme forum"', ('site:"a b"', '-source:"acme forum"')),
        ("acme refund*", ("acme",)),
    ],
)
def test_the_parts_of_a_rule_that_a_search_for_words_leaves_open(rule: str, open_: tuple[str, ...]) -> None:
    found = parse(rule).unsearched_parts(supports_handles=False)
    assert [part.casefold() for part in found] == [part.casefold() for part in open_]


def test_a_search_that_supports_handles_leaves_none_open() -> None:
    assert parse("@acme").unsearched_parts(supports_handles=True) == ()
    assert parse("=Acme").unsearched_parts(supports_handles=True) == ("=Acme",)


@given(RULES)
def test_open_parts_are_written_as_in_a_rule(rule: str) -> None:
    try:
        found = parse(rule)
    except QueryError:
        return
    for part in found.unsearched_parts(supports_handles=False):
        parse(f"word {part}")


def test_only_search_only_sources_have_limited_coverage() -> None:
    brands = [Brand("Acme", "=Acme -jobs"), Brand("Globex", "author:globex")]
    assert search_coverage(options("feed", url="https://a.example/"), brands) == FULL_COVERAGE
    assert search_coverage(options("reddit", search=False, subreddits=["acme"]), brands) == FULL_COVERAGE
    assert search_coverage(options("mastodon", hashtags=["acme"]), brands) == FULL_COVERAGE
    assert search_coverage(None, brands) == FULL_COVERAGE
    found = search_coverage(options("hackernews"), brands)
    assert (found.checked_here, found.unsearchable) == (("=Acme", "-jobs"), ("Globex",))
    assert found.summary() == (
        "It finds nothing about Globex: `author:globex` alone satisfies the rule, so there is no word to search for. "
        "Add one. Checked here, not by its search: `=Acme`, `-jobs`."
    )
    assert found.summary(1).endswith("`=Acme` and 1 more.")


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        ("acme", ()),
        ("acme OR author:ann", ("author:ann",)),
        ("acme OR (site:a.example lang:en) OR (foo OR author:ann)", ("site:a.example lang:en", "author:ann")),
        ("author:ann", ("author:ann",)),
        ("(acme OR author:ann) lang:en", ("author:ann lang:en",)),
        ("lang:en (acme OR author:ann OR site:b.example)", ("lang:en author:ann", "lang:en site:b.example")),
        ("(acme OR author:ann) (site:a.example OR lang:en)", ("author:ann (site:a.example OR lang:en)",)),
    ],
)
def test_the_alternatives_of_a_rule_without_a_searchable_word(rule: str, parts: tuple[str, ...]) -> None:
    assert parse(rule).unsearchable_alternatives() == parts


def test_a_prefiltered_source_reports_what_it_misses() -> None:
    brands = [Brand("Acme", "acme OR author:ann"), Brand("Globex", "globex =Globex")]
    found = search_coverage(options("bluesky"), brands)
    assert found.checked_here == ()
    assert found.summary() == ACME_WORDS_ONLY.format("author:ann")
    wordless = [Brand("Acme", "author:ann")]
    assert search_coverage(options("bluesky"), wordless) == FULL_COVERAGE, "if no rule has a word, everything is kept"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("acme OR author:ann", ["acme"]),
        ("(acme OR globex) OR site:a.example", ["acme", "globex"]),
        ("author:ann", []),
        ("(acme OR author:ann) lang:en", ["acme"]),
        ("lang:en (acme OR author:ann) -jobs (globexcorp OR site:b.example)", ["globexcorp"]),
        ("(acme OR author:ann) acme", ["acme"]),
        ("lang:en (author:ann OR -jobs)", []),
        ("acme lang:en", ["acme"]),
    ],
)
def test_an_alternative_without_words_does_not_stop_the_search_for_others(rule: str, words: list[str]) -> None:
    assert [term.text for term in parse(rule).searchable_terms()] == words
    assert [term.text for term in Matcher([Brand("Acme", rule)]).terms()] == words


def test_words_beside_a_condition_are_still_searched_for() -> None:
    found = search_coverage(options("hackernews"), [Brand("Acme", "(=Acme OR author:ann) lang:en")])
    assert found.checked_here == ("=Acme", "lang:en")
    assert found.missed == (ACME_WORDS_ONLY.format("author:ann lang:en"),)


@given(RULES)
def test_alternatives_without_a_searched_word_are_reported_as_missed(rule: str) -> None:
    try:
        found = parse(rule)
    except QueryError:
        return
    assert bool(found.unsearchable_alternatives()) == (not found.terms())
    for part in found.unsearchable_alternatives():
        assert not parse(f"x OR {part}").terms()


def test_missed_parts_are_not_reported_as_checked_here() -> None:
    found = search_coverage(options("hackernews"), [Brand("Acme", "=Acme OR author:ann")])
    assert found.checked_here == ("=Acme",)
    assert found.missed[0] == ACME_WORDS_ONLY.format("author:ann")


def test_terms_that_a_kind_cannot_search_for_are_reported() -> None:
    assert missed("hackernews", "acme OR x1") == ()
    (said,) = missed("gdelt", "acme OR x1")
    assert "`x1`" in said
    (said,) = missed("x", "refund*", budget="20 USD / month")
    assert "`refund*`" in said
    assert missed("lemmy", "refund*") == ()
    (said,) = missed("mastodon", '"acme air" OR globex')
    assert "`#acmeair`, `#globex`" in said
    assert missed("mastodon", '"acme air"', token="A_TOKEN", search=True) == ()


def test_only_the_keys_in_use_are_required() -> None:
    assert list(options("reddit").required_secrets()) == ["REDDIT_CLIENT_ID", "REDDIT_CLIENT_SECRET"]
    fed = options("reddit", feed_user="ann", feed_token="REDDIT_FEED").required_secrets()
    assert "prefs/feeds" in fed.pop("REDDIT_FEED")
    assert not fed
    assert "read:search" in options("mastodon", token="A_TOKEN").required_secrets()["A_TOKEN"]


@pytest.mark.parametrize("kind", sources.kinds())
def test_every_kind_explains_where_to_get_its_key(kind: str) -> None:
    model = sources.load(kind).Options
    named = {key: "A_KEY" for key in model.model_fields if key in ("token", "key", "secret", "client_id")}
    extra = {"x": {"budget": "20 USD / month"}, "discourse": {"url": "https://a.example"}, "appstore": {"app": "12345"}}
    if kind == "feed":
        named = {"secret": "A_KEY"}
    required = model(name="Here", **named, **extra.get(kind, {})).required_secrets()
    assert ("A_KEY" in required) is bool(named)
    assert all(how.endswith(".") for how in required.values())


def checked(tmp_path: Path, config: str = CONFIG, **environ: str) -> Result:
    (tmp_path / "config.toml").write_text(config)
    return CliRunner().invoke(cli, ["check", "--config", str(tmp_path / "config.toml")], env={**environ})


def test_check_reports_parts_checked_here_and_missing_keys(tmp_path: Path) -> None:
    result = checked(tmp_path)
    assert result.exit_code == 0
    assert "Missing keys:\n  Tube: The key YOUTUBE_KEY is missing" in result.stdout
    assert "allow it the YouTube Data API v3" in result.stdout
    assert (
        "\n  Hacker News, Lemmy, Tube: It finds nothing about Globex: `author:globex` alone satisfies the rule, "
        "so there is no word to search for. Add one. "
        'Checked here, not by its search: `=Acme`, `(bike OR "e bike")`, `-jobs`, `lang:en`.\n'
    ) in result.stdout
    assert "Forum:" not in result.stdout


def test_check_reports_sources_that_are_read_twice(tmp_path: Path) -> None:
    assert "Duplicates" not in checked(tmp_path).stdout
    again = '[[sources]]\nkind = "discourse"\nname = "Again"\nurl = "https://forum.example/latest"\nevery = "2h"\n'
    result = checked(tmp_path, CONFIG + again)
    assert "Duplicates:\n  Forum, Again: these sources are the same, so each post counts 2 times." in result.stdout


def test_a_key_that_is_set_is_neither_listed_nor_shown(tmp_path: Path) -> None:
    result = checked(tmp_path, YOUTUBE_KEY="s3cr3t-canary")
    assert "YOUTUBE_KEY" not in result.output
    assert "s3cr3t-canary" not in result.output
