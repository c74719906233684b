"""From the name of an organisation to a config: rules, sources, the live look, and what is written."""

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

from display.cli import init as beginning
from display.cli.main import cli
from display.cli.setup import countries as places
from display.cli.setup.rule_proposals import NoRule, proposed
from display.cli.setup.source_proposals import keyless
from display.cli.setup.source_trials import Found, Trial
from display.cli.setup.toml_writer import name_for, table
from display.cli.wiring import judge_of
from monitor import secrets, sources
from monitor.clock import Clock
from monitor.errors import SourceError
from monitor.http import HostRateLimiter, Http, Limits, addresses
from monitor.model import Batch, Brand, Json, Term
from monitor.query import Document, parse
from monitor.query.matcher import Matcher
from tests.fake_server import Connection, Server, item, rss, serving
from tests.fakes import post
from tests.player import detour
from tests.sites import said
from tests.sites.hackernews import Site

Init = Callable[..., Result]


def found_by(rule: str, text: str) -> bool:
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
    assert proposed(name).rule == rule


def test_the_rules_find_what_people_write() -> None:
    air, apple = proposed("Acme Air").rule, proposed("Apple").rule
    assert all(found_by(air, text) for text in ("ACME AIR!", "#AcmeAir", "hi @acmeair", "acmeair is late"))
    assert not found_by(air, "acme has no air")
    assert found_by(apple, "An Apple phone")
    assert not found_by(apple, "an apple pie")


def test_aliases_are_other_names_and_never_the_name() -> None:
    assert proposed("Acme Air").aliases == ("acmeair",)
    assert proposed("Oats & Ends GmbH").aliases == ("Oats & Ends", "Oats and Ends", "oatsandends")
    assert proposed("Acmeria").aliases == ()


@pytest.mark.parametrize("name", ["", "=", "!!!", '"', " \n"])
def test_a_name_without_letters_is_refused_in_words(name: str) -> None:
    with pytest.raises(NoRule, match="No rule can be made"):
        proposed(name)


@given(st.text(min_size=1, max_size=80))
def test_whatever_the_name_a_rule_can_be_read_or_none_is_made(name: str) -> None:
    try:
        brand = proposed(name)
    except NoRule:
        return
    parse(brand.rule)
    written = tomllib.loads(table("brands", {"name": brand.name, "rule": brand.rule, "aliases": brand.aliases}))
    assert written["brands"][0] == {"name": brand.name, "rule": brand.rule, "aliases": list(brand.aliases)}


@given(st.text(max_size=50), st.text(max_size=50))
@settings(max_examples=200)
def test_whatever_is_written_into_a_table_comes_back(value: str, comment: str) -> None:
    if any("\ud800" <= c <= "\udfff" for c in value):
        return
    assert tomllib.loads(table("x", {"key": value}, [comment])) == {"x": [{"key": value}]}


def test_names_are_given_once() -> None:
    assert name_for(["", "\x00 ", "Forum"], []) == "Forum"
    assert name_for(["Forum"], ["forum"]) == "Forum 2"
    assert len(name_for(["x" * 99], ["x" * 60])) == 60
    assert name_for([], []) == "Feed"


@pytest.mark.parametrize(
    ("country", "zones"),
    [("DE", {"Europe/Berlin"}), ("GB", {"Europe/London"}), ("AU", {"Australia/Sydney"}), ("US", {"America/New_York"})],
)
def test_a_country_tells_the_time(country: str, zones: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert places.timezone_of(country) in zones
    assert places.timezone_of("JP") == "Asia/Tokyo"
    assert places.timezone_of("XX") == "Asia/Tokyo"


def test_a_country_here_comes_from_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert places.country_here() == "US"
    monkeypatch.setenv("LANG", "de_AT.UTF-8")
    assert (places.country_here(), places.language_of("AT"), places.language_of("NZ")) == ("AT", "de", "en")


# Proposing


def test_every_kind_that_needs_nothing_is_proposed_and_no_other() -> None:
    wanted = keyless([proposed("Acmeria"), proposed("Globex")], "GB", "en")
    assert [one.name for one in wanted[:2]] == ["News about Acmeria", "News about Globex"]
    kinds = [one.kind for one in wanted[2:]]
    for kind in sources.kinds():
        options = sources.load(kind).Options
        needs = [key for key, field in options.model_fields.items() if field.is_required() and key != "name"]
        free = not needs and kind != "feed" and not options.sample and not secrets.secret_names(options(name="x"))
        assert (kind in kinds) == free, kind
    assert {"hackernews", "bluesky", "mastodon", "gdelt"} <= set(kinds)
    assert len({one.name.casefold() for one in wanted}) == len(wanted)


# Trying


class Told:
    """A source that does as it is told."""

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


def look(seconds: float = 20.0, **told: Told) -> dict[str, Found]:
    brands = [Brand("Acme", "acme", ours=True), Brand("Globex", "globex")]
    return Trial(judge_of(brands), Matcher(brands).terms(), Clock(), seconds).look(told)


def test_a_look_counts_what_mentions_each_brand() -> None:
    found = look(a=Told(batch("Acme is fine", "Acme and Globex", "neither")), b=Told(batch()))
    assert str(found["a"]) == "3 posts, mentions: Acme 2, Globex 1"
    assert str(found["b"]) == "nothing just now"
    assert str(look(a=Told(batch("neither")))["a"]) == "1 post, no mention"


def test_a_look_goes_on_while_there_is_more() -> None:
    told = Told(batch("acme one", more=True, cursor=1), batch("acme two", cursor=2))
    assert str(look(a=told)["a"]) == "2 posts, mentions: Acme 2"
    assert told.cursors == [None, 1]


def test_a_look_tells_trouble_in_words_and_keeps_what_came() -> None:
    first = batch("acme", more=True)
    found = look(a=Told(SourceError("It is down.")), b=Told(first, SourceError("It asks us to wait.")))
    assert str(found["a"]) == "could not be read: It is down."
    assert str(found["b"]) == "1 post, mentions: Acme 1; It asks us to wait."


def test_a_look_leaves_behind_what_does_not_answer() -> None:
    hangs = threading.Event()
    found = look(0.3, a=Told(batch("acme"), hangs=hangs), b=Told(batch("acme")))
    hangs.set()
    assert str(found["a"]) == "could not be read: it did not answer within 0.3 seconds."
    assert found["b"].posts == 1


# The command


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A world that holds Hacker News and Google News; all other names are not found."""
    now = datetime.now(UTC)
    hackers = Site(said(1, 2, 3, text="Acmeria is fine, says {n}.", start=now - timedelta(hours=1)))

    def answer(line: Connection) -> None:
        if line.request.path.startswith("/rss/search"):
            date = now.strftime("%a, %d %b %Y %H:%M:%S GMT")
            return line.answer(body=rss(item(1, "Acmeria opens"), item(2, "Nothing", date=date)))
        return hackers(line) if "search_by_date" in line.request.path else line.answer(503)

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
        monkeypatch.setattr(beginning, "open_http", opened)
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


def test_a_config_is_written_that_check_passes(init: Init, outside: Server, tmp_path: Path) -> None:
    result = init(*GIVEN)
    assert result.exit_code == 0, result.output
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


def test_what_cannot_be_read_is_told_in_words(init: Init, outside: Server, tmp_path: Path) -> None:
    result = init(*GIVEN)
    lines = {line.split("  ")[1]: line for line in result.output.splitlines() if line.startswith("  ")}
    for name in ("Mastodon", "Lemmy", "GDELT", "Bluesky"):
        assert "could not be read: " in lines[name]
        assert "Error" not in lines[name]
    checked(tmp_path)


def test_without_a_look_nothing_is_asked(init: Init, outside: Server, tmp_path: Path) -> None:
    assert init(*GIVEN, "--no-look").exit_code == 0
    assert outside.requests == []
    checked(tmp_path)


def test_questions_are_asked_for_what_was_not_given(init: Init, tmp_path: Path) -> None:
    result = init("--no-look", input="Acmeria\nGlobex, =Apple\nDE\n\n")
    assert result.exit_code == 0, result.output
    config = tomllib.loads((tmp_path / "config.toml").read_text())
    assert [brand["name"] for brand in config["brands"]] == ["Acmeria", "Globex", "Apple"]
    assert config["sources"][0]["language"] == "de"
    assert "left unscored" in result.output


def test_an_answer_that_means_nothing_is_asked_for_again(init: Init, tmp_path: Path) -> None:
    result = init("--no-look", input="Acmeria\n\nGermany\nDE\n1\n\n")
    assert result.exit_code == 0, result.output
    assert 'found "Germany"; two letters are wanted' in result.output
    assert tomllib.loads((tmp_path / "config.toml").read_text())["sources"][0]["language"] == "de"


def test_the_rules_are_told_before_anything_is_written(init: Init) -> None:
    told = init("--no-look", "--organisation", "Acmeria", "--competitor", "=Swing").stdout.splitlines()
    assert "  Acmeria  acmeria" in told
    assert "  Swing    =Swing OR @swing   (with these capitals only)" in told


def test_a_machine_without_a_network_is_told_once(
    init: Init, outside: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "connected to the internet" not in init(*GIVEN).output
    (tmp_path / "config.toml").unlink()

    def nowhere(host: str, port: int) -> Any:
        raise OSError("no network in tests")

    monkeypatch.setattr(beginning, "open_http", lambda _config, clock: Http(clock, (), resolve=nowhere))
    result = init(*GIVEN)
    assert result.exit_code == 0
    assert result.output.count("Is this machine connected to the internet?") == 1
    checked(tmp_path)


def test_nobody_to_ask_is_told_with_the_options(init: Init, tmp_path: Path) -> None:
    result = init(input="")
    assert result.exit_code == 2
    assert "--organisation NAME" in result.stderr
    assert not (tmp_path / "config.toml").exists()


def test_a_file_that_is_there_is_left_and_nothing_is_asked(init: Init, outside: Server, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("mine")
    result = init(*GIVEN)
    assert (result.exit_code, result.stdout) == (78, "")
    assert (tmp_path / "config.toml").read_text() == "mine"
    assert outside.requests == []


@pytest.mark.parametrize(
    ("given", "said", "status"),
    [
        (("--organisation", "!!!"), "No rule can be made of the name", 1),
        (("--organisation", "Acmeria", "--country", "Germany"), '--country: found "Germany"', 2),
        (("--organisation", "Acmeria", "--language", "e1"), '--language: found "e1"', 2),
        (("--organisation", "Acmeria", "--competitor", ""), "No rule can be made", 1),
    ],
)
def test_answers_that_make_no_config(init: Init, tmp_path: Path, given: Sequence[str], said: str, status: int) -> None:
    result = init("--no-look", *given)
    assert result.exit_code == status
    assert said in result.stderr
    assert not (tmp_path / "config.toml").exists()


@given(st.lists(st.text(min_size=1, max_size=70), min_size=1, max_size=4))
@settings(max_examples=30, deadline=None)
def test_whatever_the_names_what_is_written_passes_check(tmp_path_factory: Any, names: list[str]) -> None:
    folder = tmp_path_factory.mktemp("init")
    given = [part for name in names[1:] for part in ("--competitor", name)]
    target = str(folder / "config.toml")
    command = ["init", "--config", target, "--no-look", "--organisation", names[0], *given]
    result = CliRunner().invoke(cli, command)
    if result.exit_code == 0:
        checked(folder)
    else:
        assert isinstance(result.exception, SystemExit), result.exception
