"""What a search-only source cannot search for, and which keys are missing: reported before a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from display.cli.main import cli
from monitor import sources
from monitor.collector.search_coverage import FULL_COVERAGE, search_coverage
from monitor.model import Brand
from monitor.sources import SourceOptions

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


def test_only_search_only_sources_have_limited_coverage() -> None:
    brands = [Brand("Acme", "=Acme -jobs"), Brand("Globex", "author:globex")]
    assert search_coverage(options("feed", url="https://a.example/"), brands) == FULL_COVERAGE
    assert search_coverage(options("reddit", search=False, subreddits=["acme"]), brands) == FULL_COVERAGE
    assert search_coverage(options("mastodon", hashtags=["acme"]), brands) == FULL_COVERAGE
    assert search_coverage(None, brands) == FULL_COVERAGE
    found = search_coverage(options("hackernews"), brands)
    assert (found.checked_locally, found.unsearchable) == (("=Acme", "-jobs"), ("Globex",))
    assert found.summary() == (
        "It finds nothing about Globex: `author:globex` alone satisfies the rule, so there is no word to search for. "
        "Add one. Its search does not support these, so Wallflower checks them: `=Acme`, `-jobs`."
    )
    assert found.summary(1).endswith("`=Acme` and 1 more.")


def test_a_prefiltered_source_reports_what_it_misses() -> None:
    brands = [Brand("Acme", "acme OR author:ann"), Brand("Globex", "globex =Globex")]
    found = search_coverage(options("bluesky"), brands)
    assert found.checked_locally == ()
    assert found.summary() == ACME_WORDS_ONLY.format("author:ann")
    wordless = [Brand("Acme", "author:ann")]
    assert search_coverage(options("bluesky"), wordless) == FULL_COVERAGE, "if no rule has a word, everything is kept"


def test_words_beside_a_condition_are_still_searched_for() -> None:
    found = search_coverage(options("hackernews"), [Brand("Acme", "(=Acme OR author:ann) lang:en")])
    assert found.checked_locally == ("=Acme", "lang:en")
    assert found.missed == (ACME_WORDS_ONLY.format("author:ann lang:en"),)


def test_missed_parts_are_not_reported_as_checked_here() -> None:
    found = search_coverage(options("hackernews"), [Brand("Acme", "=Acme OR author:ann")])
    assert found.checked_locally == ("=Acme",)
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
    assert "restrict it to the YouTube Data API v3" in result.stdout
    assert (
        "\n  Hacker News, Lemmy, Tube: It finds nothing about Globex: `author:globex` alone satisfies the rule, "
        "so there is no word to search for. Add one. "
        "Its search does not support these, so Wallflower checks them: "
        '`=Acme`, `(bike OR "e bike")`, `-jobs`, `lang:en`.\n'
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
