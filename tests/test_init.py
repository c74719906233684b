"""``wallflower init``: proposed rules and sources, the trial of the sources, and the written config."""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from display.cli import init as init_command
from display.cli.dependencies import create_judge
from display.cli.main import cli
from display.setup import countries
from display.setup.rule_proposals import InvalidName, propose_brand
from display.setup.source_proposals import propose_sources
from display.setup.source_trials import MAX_JUDGED_POSTS, Trial, TrialResult
from display.setup.toml_writer import table, unique_name
from monitor import secrets, sources
from monitor.clock import Clock
from monitor.errors import SourceError
from monitor.http import HostRateLimiter, Http, Limits, addresses
from monitor.model import Batch, Brand, Json, Term
from monitor.query import Document, parse
from monitor.query.matcher import Matcher
from tests.fake_server import Connection, Server, item, rss, serving
from tests.fakes import NOON, post
from tests.player import detour
from tests.sites import fake_posts
from tests.sites.hackernews import Site

Init = Callable[..., Result]


def matches(rule: str, text: str) -> bool:
    return parse(rule).matches(Document(text))


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("Acmeria", "acmeria"),
        ("Acme Air", '"acme air" OR acmeair OR @acmeair'),
        ("  Acme\tAir ", '"acme air" OR acmeair OR @acmeair'),
        ("Acme Air Ltd.", '"acme air" OR acmeair OR @acmeair'),
        ("Apple", "=Apple OR @apple"),
        ("=Acmeria", "=Acmeria OR @acmeria"),
        ("=Acme Air", '="Acme Air" OR acmeair OR @acmeair'),
        ("HP", "=HP OR @hp"),
        ("H&M", '="H&M" OR @hm'),
        ("Oats & Ends", '"oats & ends" OR "oats and ends" OR oatsandends OR @oatsandends'),
        ("Acmeria!", "acmeria"),
        ("L'Acméa", '"l\'acméa" OR lacmea OR @lacmea'),
        ("新車", "新車"),
    ],
)
def test_a_name_becomes_a_rule(name: str, rule: str) -> None:
    assert propose_brand(name).rule == rule


def test_the_rules_match_what_people_write() -> None:
    air, apple = propose_brand("Acme Air").rule, propose_brand("Apple").rule
    assert all(matches(air, text) for text in ("ACME AIR!", "#AcmeAir", "hi @acmeair", "acmeair is late"))
    assert not matches(air, "acme has no air")
    assert matches(apple, "An Apple phone")
    assert not matches(apple, "an apple pie")


def test_aliases_do_not_repeat_the_name() -> None:
    assert propose_brand("Acme Air").aliases == ("acmeair",)
    assert propose_brand("Oats & Ends GmbH").aliases == ("Oats & Ends", "Oats and Ends", "oatsandends")
    assert propose_brand("Acmeria").aliases == ()


@pytest.mark.parametrize("name", ["", "=", "!!!", '"', " \n"])
def test_a_name_without_letters_is_rejected(name: str) -> None:
    with pytest.raises(InvalidName, match="No rule can be made"):
        propose_brand(name)


@given(st.text(min_size=1, max_size=80))
def test_a_proposed_rule_is_always_valid(name: str) -> None:
    try:
        brand = propose_brand(name)
    except InvalidName:
        return
    parse(brand.rule)
    written = tomllib.loads(table("brands", {"name": brand.name, "rule": brand.rule, "aliases": brand.aliases}))
    assert written["brands"][0] == {"name": brand.name, "rule": brand.rule, "aliases": list(brand.aliases)}


@given(st.text(max_size=50), st.text(max_size=50))
@settings(max_examples=200)
def test_any_value_in_a_table_can_be_read_back(value: str, comment: str) -> None:
    if any("\ud800" <= c <= "\udfff" for c in value):
        return
    assert tomllib.loads(table("x", {"key": value}, [comment])) == {"x": [{"key": value}]}


def test_unique_names() -> None:
    assert unique_name(["", "\x00 ", "Forum"], []) == "Forum"
    assert unique_name(["Forum"], ["forum"]) == "Forum 2"
    assert len(unique_name(["x" * 99], ["x" * 60])) == 60
    assert unique_name([], []) == "Feed"


@pytest.mark.parametrize(
    ("country", "zones"),
    [("DE", {"Europe/Berlin"}), ("GB", {"Europe/London"}), ("AU", {"Australia/Sydney"}), ("US", {"America/New_York"})],
)
def test_the_time_zone_of_a_country(country: str, zones: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert countries.timezone_of(country) in zones
    assert countries.timezone_of("JP") == "Asia/Tokyo"
    assert countries.timezone_of("XX") == "Asia/Tokyo"


def test_the_default_country_is_that_of_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert countries.country_from_locale() == "US"
    monkeypatch.setenv("LANG", "de_AT.UTF-8")
    assert countries.country_from_locale() == "AT"
    assert (countries.news_language("AT"), countries.news_language("NZ")) == ("de", "en")


# Source proposals


def test_exactly_the_kinds_that_need_no_key_and_no_address_are_proposed() -> None:
    proposals = propose_sources([propose_brand("Acmeria"), propose_brand("Globex")], "GB", "en")
    assert [one.name for one in proposals[:2]] == ["News about Acmeria", "News about Globex"]
    kinds = [one.kind for one in proposals[2:]]
    for kind in sources.kinds():
        options = sources.load(kind).Options
        required = [key for key, field in options.model_fields.items() if field.is_required() and key != "name"]
        is_free = not required and kind != "feed" and not options.sample and not secrets.secret_names(options(name="x"))
        assert (kind in kinds) == is_free, kind
    assert {"hackernews", "bluesky", "mastodon", "gdelt"} <= set(kinds)
    assert len({one.name.casefold() for one in proposals}) == len(proposals)


# Trials


class ScriptedSource:
    """A source that returns ``batches`` in turn, after ``hangs`` is set."""

    def __init__(self, *batches: Batch | SourceError, hangs: threading.Event | None = None) -> None:
        self._batches, self._hangs = list(batches), hangs
        self.cursors: list[Json] = []

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        self.cursors.append(cursor)
        if self._hangs:
            self._hangs.wait(30)
        answer = self._batches.pop(0)
        if isinstance(answer, SourceError):
            raise answer
        return answer


def batch(*texts: str, **others: Any) -> Batch:
    return Batch(posts=tuple(post(text) for text in texts), **others)


def run_trial(seconds: float = 20.0, **sources: ScriptedSource) -> dict[str, TrialResult]:
    brands = [Brand("Acme", "acme", ours=True), Brand("Globex", "globex")]
    return Trial(create_judge(brands), Matcher(brands).terms(), Clock(), seconds).run(sources)


def test_a_trial_counts_the_mentions_of_each_brand() -> None:
    found = run_trial(a=ScriptedSource(batch("Acme is fine", "Acme and Globex", "neither")), b=ScriptedSource(batch()))
    assert str(found["a"]) == "3 posts, mentions: Acme 2, Globex 1"
    assert str(found["b"]) == "no posts now"
    assert str(run_trial(a=ScriptedSource(batch("neither")))["a"]) == "1 post, no mentions"


def test_a_trial_continues_while_there_is_more() -> None:
    source = ScriptedSource(batch("acme one", more=True, cursor=1), batch("acme two", cursor=2))
    assert str(run_trial(a=source)["a"]) == "2 posts, mentions: Acme 2"
    assert source.cursors == [None, 1]


def test_a_trial_reports_problems_and_keeps_the_posts() -> None:
    first = batch("acme", more=True)
    broken, limited = SourceError("It is down."), SourceError("It asks us to wait.")
    found = run_trial(a=ScriptedSource(broken), b=ScriptedSource(first, limited))
    assert str(found["a"]) == "could not be read: It is down."
    assert str(found["b"]) == "1 post, mentions: Acme 1; It asks us to wait."


def test_a_trial_stops_when_the_site_asks_us_to_wait() -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    source = ScriptedSource(batch("acme one", more=True, not_before=later), batch("acme two"))
    assert str(run_trial(a=source)["a"]) == "1 post, mentions: Acme 1"
    assert len(source.cursors) == 1


def test_a_trial_matches_only_the_newest_posts() -> None:
    """The number of posts is complete, but matching all of a large feed would take too long."""
    posts = tuple(post("acme", published_at=NOON - timedelta(minutes=n)) for n in range(MAX_JUDGED_POSTS + 5))
    (result,) = run_trial(a=ScriptedSource(Batch(posts=posts))).values()
    assert (result.posts, result.mentions) == (MAX_JUDGED_POSTS + 5, {"Acme": MAX_JUDGED_POSTS})


def test_a_trial_abandons_a_source_that_does_not_answer() -> None:
    hangs = threading.Event()
    found = run_trial(0.3, a=ScriptedSource(batch("acme"), hangs=hangs), b=ScriptedSource(batch("acme")))
    hangs.set()
    assert str(found["a"]) == "could not be read: it did not answer within 0.3 seconds."
    assert found["b"].posts == 1


# The command


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """An internet with Hacker News and Google News only."""
    now = datetime.now(UTC)
    hacker_news = Site(fake_posts(1, 2, 3, text="Acmeria is fine, says {n}.", start=now - timedelta(hours=1)))

    def answer(connection: Connection) -> None:
        if connection.request.path.startswith("/rss/search"):
            date = now.strftime("%a, %d %b %Y %H:%M:%S GMT")
            return connection.answer(body=rss(item(1, "Acmeria opens"), item(2, "Nothing", date=date)))
        return hacker_news(connection) if "search_by_date" in connection.request.path else connection.answer(503)

    def resolve(host: str, port: int) -> Any:
        if host != "127.0.0.1":
            raise OSError("no network in tests")
        return addresses.resolve(host, port)

    def opened(config: object, clock: Clock | None = None) -> Http:
        clock = clock or Clock()
        http = Http(
            clock,
            [server.host],
            limits=Limits(),
            rate_limiter=HostRateLimiter(clock, interval_seconds=0.0),
            resolve=resolve,
        )
        return detour(http, server, "https://news.google.com", "https://hn.algolia.com")

    with serving(answer) as server:
        monkeypatch.setattr(init_command, "open_http", opened)
        yield server


@pytest.fixture
def init(tmp_path: Path) -> Init:
    def run(*arguments: str, input: str | None = None) -> Result:
        target = tmp_path / "config.toml"
        return CliRunner().invoke(cli, ["init", "--config", str(target), *arguments], input=input)

    return run


def checked(folder: Path) -> str:
    result = CliRunner().invoke(cli, ["check", "--config", str(folder / "config.toml")])
    assert result.exit_code == 0, result.output
    return result.output


GIVEN = ("--organisation", "Acmeria", "--competitor", "Globex Air", "--country", "gb")


def test_the_written_config_passes_check(init: Init, internet: Server, tmp_path: Path) -> None:
    result = init(*GIVEN)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "data" / "wallflower.db").exists()
    assert "News about Acmeria" in result.output
    assert "2 posts, mentions: Acmeria 1" in result.output
    assert "“Acmeria is fine, says 3.”" in result.output
    assert "ours: Acmeria; competitors: 1" in checked(tmp_path)
    text = (tmp_path / "config.toml").read_text()
    config = tomllib.loads(text)
    assert config["wallflower"]["timezone"] == "Europe/London"
    assert [brand["name"] for brand in config["brands"]] == ["Acmeria", "Globex Air"]
    news = config["sources"][0]
    assert (news["preset"], news["query"], news["country"], news["language"]) == (
        "google-news",
        '"Acmeria"',
        "GB",
        "en",
    )
    assert "# When this was written: 3 posts, mentions: Acmeria 3" in text
    assert 'kind = "youtube" needs the secret YOUTUBE_KEY' in text


def test_unreadable_sources_are_reported(init: Init, internet: Server, tmp_path: Path) -> None:
    result = init(*GIVEN)
    lines = {line.split("  ")[1]: line for line in result.output.splitlines() if line.startswith("  ")}
    for name in ("Mastodon", "Lemmy", "GDELT", "Bluesky"):
        assert "could not be read: " in lines[name]
        assert "Error" not in lines[name]
    checked(tmp_path)


def test_no_look_sends_no_request(init: Init, internet: Server, tmp_path: Path) -> None:
    assert init(*GIVEN, "--no-look").exit_code == 0
    assert internet.requests == []
    checked(tmp_path)


def test_missing_options_are_prompted_for(init: Init, tmp_path: Path) -> None:
    result = init("--no-look", input="Acmeria\nGlobex, =Apple\nDE\n\n")
    assert result.exit_code == 0, result.output
    config = tomllib.loads((tmp_path / "config.toml").read_text())
    assert [brand["name"] for brand in config["brands"]] == ["Acmeria", "Globex", "Apple"]
    assert config["sources"][0]["language"] == "de"
    assert "language model" in result.output


def test_the_united_kingdom_may_be_written_uk(init: Init, tmp_path: Path) -> None:
    assert init("--no-look", "--organisation", "Acmeria", "--country", "uk").exit_code == 0
    config = tomllib.loads((tmp_path / "config.toml").read_text())
    assert config["sources"][0]["country"] == "GB"
    assert config["wallflower"]["timezone"] == "Europe/London"


def test_an_invalid_answer_is_prompted_for_again(init: Init, tmp_path: Path) -> None:
    result = init("--no-look", input="Acmeria\n\nGermany\nDE\n1\n\n")
    assert result.exit_code == 0, result.output
    assert 'found "Germany"; must be two letters' in result.output
    assert tomllib.loads((tmp_path / "config.toml").read_text())["sources"][0]["language"] == "de"


def test_the_rules_are_printed(init: Init) -> None:
    lines = init("--no-look", "--organisation", "Acmeria", "--competitor", "=Swing").stdout.splitlines()
    assert "  Acmeria  acmeria" in lines
    assert "  Swing    =Swing OR @swing   (case-sensitive)" in lines


def test_a_missing_network_is_reported_once(
    init: Init, internet: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "connected to the internet" not in init(*GIVEN).output
    (tmp_path / "config.toml").unlink()

    def nowhere(host: str, port: int) -> Any:
        raise OSError("no network in tests")

    monkeypatch.setattr(init_command, "open_http", lambda _config, clock: Http(clock, (), resolve=nowhere))
    result = init(*GIVEN)
    assert result.exit_code == 0
    assert result.output.count("Is this machine connected to the internet?") == 1
    checked(tmp_path)


def test_without_input_the_options_are_named(init: Init, tmp_path: Path) -> None:
    result = init(input="")
    assert result.exit_code == 2
    assert "--organisation NAME" in result.stderr
    assert not (tmp_path / "config.toml").exists()


def test_an_existing_file_is_left_and_no_request_is_sent(init: Init, internet: Server, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("mine")
    result = init(*GIVEN)
    assert (result.exit_code, result.stdout) == (78, "")
    assert (tmp_path / "config.toml").read_text() == "mine"
    assert internet.requests == []


def test_beside_the_example_the_config_gets_a_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    example = (Path(__file__).resolve().parents[1] / "config.toml").read_text()
    Path("config.toml").write_text(example)
    command = ["init", "--no-look", "--organisation", "Acmeria"]
    result = CliRunner().invoke(cli, command)
    assert "Wrote config.local.toml" in result.output
    assert Path("config.toml").read_text() == example
    assert "ours: Acmeria" in CliRunner().invoke(cli, ["check"]).output
    again = CliRunner().invoke(cli, command)
    assert again.exit_code == 78
    assert "config.local.toml" in again.stderr
    assert "on the page /setup" in again.stderr
    assert "It is the example: `wallflower run` shows it." in CliRunner().invoke(cli, ["init", "--sample"]).stderr


@pytest.mark.parametrize(
    ("options", "error", "status"),
    [
        (("--organisation", "!!!"), "No rule can be made from the name", 1),
        (("--organisation", "Acmeria", "--country", "Germany"), '--country: found "Germany"', 2),
        (("--organisation", "Acmeria", "--language", "e1"), '--language: found "e1"', 2),
        (("--organisation", "Acmeria", "--competitor", ""), "No rule can be made", 1),
    ],
)
def test_invalid_options_are_reported(
    init: Init, tmp_path: Path, options: Sequence[str], error: str, status: int
) -> None:
    result = init("--no-look", *options)
    assert result.exit_code == status
    assert error in result.stderr
    assert not (tmp_path / "config.toml").exists()


@given(st.lists(st.text(min_size=1, max_size=70), min_size=1, max_size=4))
@settings(max_examples=30, deadline=None)
def test_a_config_for_any_names_passes_check(tmp_path_factory: Any, names: list[str]) -> None:
    folder = tmp_path_factory.mktemp("init")
    competitors = [part for name in names[1:] for part in ("--competitor", name)]
    target = str(folder / "config.toml")
    command = ["init", "--config", target, "--no-look", "--organisation", names[0], *competitors]
    result = CliRunner().invoke(cli, command)
    if result.exit_code == 0:
        checked(folder)
    else:
        assert isinstance(result.exception, SystemExit), result.exception
