"""config.toml: what is accepted, and every problem that is reported."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime, time, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from pydantic import AfterValidator, BaseModel

from display.cli.dependencies import load_config
from display.wall_state.i18n import catalogue
from monitor import sources
from monitor.config import find_file, load, new_file
from monitor.config.problems import quoted
from monitor.config.source_tables import OptionsReader
from monitor.config.walls import DEFAULT_NIGHT, Night, Wall
from monitor.errors import BadResponse, ConfigError
from monitor.model import OwnModel, Topic
from monitor.sources import SourceOptions

ROOT = Path(__file__).resolve().parents[1]

GOOD = """
[wallflower]
data = "data"
timezone = "Europe/London"

[server]
host = "127.0.0.1"
port = 8750

[[brands]]
name = "Acme"
ours = true
rule = 'acme OR @acmehelp'
aliases = ["Acme Corp"]
colour = "#1f6feb"

[[brands]]
name = "Globex"
rule = 'globex'

[[sources]]
kind = "feed"
name = "Acme forum"
url = "https://forum.example/latest.rss"
every = "10m"
"""


def web_address(url: str) -> str:
    if not url.startswith("http"):
        raise ValueError("Only the web is read.") from BadResponse("Only the web is read.")
    return url


class FeedOptions(SourceOptions):
    url: Annotated[str, AfterValidator(web_address)]
    items: int = 100


class OtherOptions(SourceOptions):
    token_from: str = "X"


def options_of(kind: str) -> type[BaseModel]:
    if kind == "nosdk":
        raise ModuleNotFoundError("No module named 'praw'")
    return {"feed": FeedOptions, "sample": OtherOptions}[kind]


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def loaded(tmp_path: Path, text: str) -> Any:
    return load(written(tmp_path, text), options_of, kinds=["feed", "sample", "nosdk"])


def problems(tmp_path: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as raised:
        loaded(tmp_path, text).check()
    return raised.value.problems


def test_a_valid_file_is_loaded(tmp_path: Path) -> None:
    config = loaded(tmp_path, GOOD)
    assert config.data == (tmp_path / "data").resolve()
    assert config.database.parent == config.data
    assert config.timezone.key == "Europe/London"
    assert (config.server.host, config.server.port) == ("127.0.0.1", 8750)
    acme, globex = config.brands
    assert (acme.name, acme.ours, acme.aliases, acme.colour) == ("Acme", True, ("Acme Corp",), "#1f6feb")
    assert not globex.ours
    (forum,) = config.sources
    assert (forum.kind, forum.name, forum.every) == ("feed", "Acme forum", timedelta(minutes=10))
    assert forum.options == FeedOptions(name="Acme forum", url="https://forum.example/latest.rss")


def with_database(*lines: str) -> str:
    return GOOD.replace("[wallflower]\n", "\n".join(["[wallflower]", *lines, ""]))


def test_a_database_on_a_server_names_the_secret_with_its_password(tmp_path: Path) -> None:
    address = "postgresql://ann@db.example.org/wall"
    config = loaded(tmp_path, with_database(f'database = "{address}"', 'database_password = "DATABASE_PASSWORD"'))
    assert (config.postgres_url, config.database_name) == (address, address)
    assert config.database_url == f"{address}?password_secret=DATABASE_PASSWORD"
    assert "DATABASE_PASSWORD" in config.secret_names
    config = loaded(tmp_path, with_database(f'database = "{address}?sslmode=require"'))
    assert (config.database_url, config.database_name) == (f"{address}?sslmode=require", address)
    assert loaded(tmp_path, GOOD).database_url == f"sqlite:///{tmp_path / 'data' / 'wallflower.db'}"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("postgresql://ann:hush-hush@db/wall", "without a password"),
        ("postgresql://ann:hush/hush@db/wall", "without a password"),
        ("postgresql://ann@db/wall?password=hush-hush", "without a password"),
        ("postgresql://ann@db/wall?sslmode=require&PASSWORD=hush-hush", "without a password"),
        ("postgresql://ann@db/wall?password_secret=HUSH", "without a password"),
        ("postgresql://ann:hush?hush@db/wall", "of a PostgreSQL database"),
        ("postgresql://ann:hush#hush@db/wall", "of a PostgreSQL database"),
        ("postgresql://ann@[db/wall?password=hush-hush", "of a PostgreSQL database"),
        ("mysql://ann@db/hush", "of a PostgreSQL database"),
        ("postgresql://ann@db", "of a PostgreSQL database"),
        ("sqlite:///hush.db", "of a PostgreSQL database"),
    ],
)
def test_an_address_with_a_password_or_of_another_engine_is_refused_and_not_quoted(
    tmp_path: Path, address: str, expected: str
) -> None:
    (problem,) = problems(tmp_path, with_database(f'database = "{address}"'))
    assert problem.startswith("wallflower.database: ")
    assert expected in problem
    assert "hush" not in problem.lower()


def test_a_password_needs_a_database_and_is_the_name_of_a_secret(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, with_database('database_password = "DATABASE_PASSWORD"'))
    assert "no `database`" in problem
    lines = 'database = "postgresql://db/wall"', 'database_password = "hush-hush"'
    (problem,) = problems(tmp_path, with_database(*lines))
    assert "never the secret itself" in problem
    assert "hush-hush" not in problem


def test_only_brands_are_required(tmp_path: Path) -> None:
    config = loaded(tmp_path, "[[brands]]\nname = 'A'\nours = true\nrule = 'a'")
    assert (config.server.host, config.server.port, config.sources) == ("127.0.0.1", 8750, ())
    assert config.timezone.key == "UTC"


def test_hosts_in_a_private_network_can_be_allowed(tmp_path: Path) -> None:
    config = loaded(
        tmp_path, GOOD.replace("[server]", 'allow_hosts = ["127.0.0.1:8000", "wiki.local", "[::1]:80"]\n[server]')
    )
    assert config.allow_hosts == {"127.0.0.1:8000", "wiki.local", "[::1]:80"}


def test_a_reverse_proxy_can_be_configured(tmp_path: Path) -> None:
    keys = 'hosts = ["wallflower.example", "10.0.0.5"]\nproxies = ["127.0.0.1", "10.0.0.0/8", "fd00::/8"]'
    server = loaded(tmp_path, GOOD.replace("port = 8750", f"port = 8750\n{keys}")).server
    assert server.hosts == ("wallflower.example", "10.0.0.5")
    assert server.proxies == (ip_network("127.0.0.1/32"), ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ('proxies = ["10.0.0.7/8"]', 'server.proxies[0]: expected an address or a network, such as "10.0.0.7"'),
        ('proxies = ["proxy.example"]', 'server.proxies[0]: expected an address or a network, such as "10.0.0.7"'),
        ('proxies = ["127.0.0.1", "0.0.0.0/0"]', "server.proxies[1]: "),
        ('proxies = ["::/0"]', "not every address, because then everybody would be believed"),
        ('hosts = ["https://wallflower.example/"]', "server.hosts[0]: "),
        ('hosts = ["wallflower.example:443"]', "without a port"),
    ],
)
def test_a_wrong_proxy_or_host_is_a_problem(tmp_path: Path, key: str, said: str) -> None:
    (problem,) = problems(tmp_path, GOOD.replace("port = 8750", f"port = 8750\n{key}"))
    assert said in problem


def test_the_data_folder_is_relative_to_the_file_unless_absolute(tmp_path: Path) -> None:
    assert loaded(tmp_path, GOOD.replace('"data"', '"../elsewhere"')).data == (tmp_path.parent / "elsewhere").resolve()
    assert loaded(tmp_path, GOOD.replace('"data"', '"/var/lib/w"')).data == Path("/var/lib/w").resolve()


@pytest.mark.parametrize(
    ("every", "seconds"), [("30s", 30), ("10m", 600), ("2h", 7200), ("1d", 86400), ("1s", 1), ("30d", 2592000)]
)
def test_durations(tmp_path: Path, every: str, seconds: int) -> None:
    assert loaded(tmp_path, GOOD.replace("10m", every)).sources[0].every == timedelta(seconds=seconds)


@pytest.mark.parametrize("every", ['"10"', '"m"', '"0s"', '"31d"', '"10 minutes"', '"-5m"', "600", '""', "true"])
def test_invalid_durations(tmp_path: Path, every: str) -> None:
    (problem,) = problems(tmp_path, GOOD.replace('"10m"', every))
    assert problem.startswith("sources[0].every: expected a number with s, m, h or d")
    assert '"10m"' in problem


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "port = 8750",
            "prot = 8750",
            'server.prot: unknown key. Did you mean "port"? Allowed: host, hosts, mcp, port, proxies, url.',
        ),
        ("[server]", "[sever]", 'sever: unknown key. Did you mean "server"?'),
        ("aliases =", "alias =", 'brands[0].alias: unknown key. Did you mean "aliases"?'),
        ("url =", "ulr =", 'sources[0].ulr: unknown key. Did you mean "url"?'),
        ('every = "10m"', 'evry = "10m"', 'sources[0].evry: unknown key. Did you mean "every"?'),
        (
            'kind = "feed"',
            'kind = "fede"',
            'sources[0].kind: there is no kind "fede". Did you mean "feed"? Allowed: feed, nosdk, sample.',
        ),
        ('kind = "feed"', 'kind = "../feed"', 'sources[0].kind: there is no kind "../feed".'),
        ("port = 8750", 'port = "8750"', 'server.port: expected a whole number, found "8750".'),
        ("port = 8750", "port = 99999", "server.port: expected at most 65535, found 99999."),
        ("ours = true", 'ours = "yes"', 'brands[0].ours: expected true or false, found "yes".'),
        ("rule = 'globex'", "", "brands[1].rule: this key is required."),
        ("rule = 'globex'", "rule = ''", 'brands[1].rule: expected text that is not empty, found "".'),
        (
            '"Europe/London"',
            '"Europe/Lodnon"',
            'wallflower.timezone: expected the name of a time zone, such as "Europe/London" or "UTC", found',
        ),
        ('"Europe/London"', '"../../etc/passwd"', "wallflower.timezone: expected the name of a time zone"),
        ('"#1f6feb"', '"blue"', 'brands[0].colour: expected a colour such as "#0b6e4f", found "blue".'),
        ('name = "Globex"', 'name = "ACME"', 'brands[1].name: "ACME" is already the name of brands[0].'),
        ('url = "https', 'url = "ftp', 'sources[0].url: Only the web is read. Found an address at "forum.example".'),
        ("ours = true", "ours = false", 'brands: none is ours (found "Acme", "Globex").'),
        (
            'data = "data"',
            'allow_hosts = ["http://x"]',
            "wallflower.allow_hosts[0]: expected a host, or host:port",
        ),
        ('["Acme Corp"]', '"Acme Corp"', 'brands[0].aliases: expected a list, found "Acme Corp".'),
    ],
)
def test_a_problem_says_where_it_is_and_what_is_expected(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    assert any(problem.startswith(said) for problem in problems(tmp_path, GOOD.replace(old, new, 1)))


def test_two_sources_cannot_share_a_name(tmp_path: Path) -> None:
    twice = GOOD + '[[sources]]\nkind = "sample"\nname = "acme FORUM"\n'
    assert problems(tmp_path, twice) == ('sources[1].name: "acme FORUM" is already the name of sources[0].',)


def test_the_problem_of_a_rule_has_its_column(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, GOOD.replace("rule = 'globex'", "rule = '(globex'"))
    assert problem.startswith('brands[1].rule: column 1 of "(globex": ')


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    bad = (
        GOOD.replace("port = 8750", "port = 0")
        .replace("Europe/London", "Nowhere")
        .replace("'globex'", "'\"globex'")
        .replace('"10m"', '"soon"')
        .replace("url =", "link =")
    )
    paths = {problem.split(":")[0] for problem in problems(tmp_path, bad)}
    assert paths == {
        "wallflower.timezone",
        "server.port",
        "brands[1].rule",
        "sources[0].every",
        "sources[0].link",
        "sources[0].url",
    }


def test_no_problem_is_reported_twice(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD.replace('name = "Acme forum"', "name = 3").replace("'globex'", "3"))
    assert sorted(p.split(":")[0] for p in found) == ["brands[1].rule", "sources[0].name"]


def test_a_kind_without_its_package_is_reported(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, GOOD.replace('kind = "feed"', 'kind = "nosdk"'))
    assert problem.startswith('sources[0].kind: "nosdk" cannot be used here: No module named')


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ('kind = "feed"', 'kind = "fede"', "kind", 'there is no kind "fede". Did you mean "feed"?'),
        ('kind = "feed"', 'kind = "nosdk"', "kind", '"nosdk" cannot be used here: No module named'),
        ("url =", "ulr =", "ulr", 'unknown key. Did you mean "url"?'),
        ("url =", "token_from =", "token_from", "this is an option of sample, not of feed."),
        ("every =", "topic = 3 #", "topic", "unknown key."),
        ('url = "https', 'items = "ten"\nurl = "https', "items", "expected "),
    ],
)
def test_a_problem_of_a_source_affects_only_that_source(
    tmp_path: Path, old: str, new: str, key: str, said: str
) -> None:
    config = loaded(tmp_path, GOOD.replace(old, new, 1) + '[[sources]]\nkind = "sample"\nname = "Sample"\n')
    broken, whole = config.sources
    assert (broken.name, broken.options) == ("Acme forum", None)
    assert f"sources[0].{key}" in {problem.path for problem in broken.problems}
    assert f"`{key}`: {said}" in broken.explanation
    assert broken.explanation.endswith(" Correct it in the config, then reload or restart Wallflower.")
    assert "Allowed: " not in broken.explanation
    assert (whole.options, whole.problems, whole.explanation) == (OtherOptions(name="Sample"), (), "")


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('kind = "feed"', "", "sources[0].kind"),
        ('name = "Acme forum"', "", "sources[0].name"),
        ('every = "10m"', 'every = "soon"', "sources[0].every"),
        ("rule = 'globex'", "rule = '(globex'", "brands[1].rule"),
    ],
)
def test_any_other_problem_prevents_the_start_and_is_reported_with_those_of_sources(
    tmp_path: Path, old: str, new: str, where: str
) -> None:
    bad = GOOD.replace(old, new, 1) + '[[sources]]\nkind = "fede"\nname = "Other"\n'
    with pytest.raises(ConfigError) as raised:
        loaded(tmp_path, bad)
    assert {problem.split(":")[0] for problem in raised.value.problems} == {where, "sources[1].kind"}


def test_a_value_that_could_be_a_secret_is_not_quoted(tmp_path: Path) -> None:
    secret = "s3cr3t-canary"
    bad = GOOD.replace('every = "10m"', f'every = "https://a.example/{secret}"\ntoken = "{secret}"')
    bad = bad.replace('url = "https', f'items = "https://u:{secret}@b.example/?key={secret}"\nurl = "https')
    assert secret not in "\n".join(problems(tmp_path, bad))
    assert secret not in loaded(tmp_path, bad.replace("every", "evry", 1)).sources[0].explanation


@pytest.mark.parametrize("key", ["token", "api_key", "client_secret", "Password"])
def test_the_value_of_a_key_for_a_secret_is_not_quoted(key: str) -> None:
    assert "s3cr3t-canary" not in quoted("s3cr3t-canary", key)
    assert quoted("plain", "keyword") == '"plain"'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[server\nport = 1", "is not valid TOML: "),
        ("[[brands]]\nname = 'A'\nname = 'B'\nours = true", "at line 3"),
        ("brands = 3", "brands: expected a list, found 3."),
        ("brands = [3]", "brands[0]: expected a table, found 3."),
        ("brands = []", "brands: expected at least one, found a list of 0."),
        ("", "brands: this key is required."),
        ("wallflower = 3\n" + GOOD.replace("[wallflower]", "[other]"), "wallflower: expected a table, found 3."),
    ],
)
def test_files_that_are_no_config(tmp_path: Path, text: str, said: str) -> None:
    assert any(said in problem for problem in problems(tmp_path, text))


def test_text_in_another_encoding_is_reported_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(b"[server]\n# caf\xe9\n")
    with pytest.raises(ConfigError, match="line 2 is not UTF-8"):
        load(file, options_of)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--config PATH"):
        load(tmp_path / "none.toml", options_of)
    with pytest.raises(ConfigError, match=r"neither .* nor .* exists.*--config PATH"):
        find_file(None, places=[tmp_path / "a.toml", tmp_path / "b.toml"])


def test_the_first_existing_file_is_used(tmp_path: Path) -> None:
    here, system = tmp_path / "config.toml", tmp_path / "etc.toml"
    system.touch()
    assert find_file(None, places=[here, system]) == system
    here.touch()
    assert find_file(None, places=[here, system]) == here
    assert find_file(system, places=[here]) == system


def test_a_config_of_ones_own_is_preferred_and_the_example_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    example, own = Path("config.toml"), Path("config.local.toml")
    assert new_file() == example
    example.write_text('[[sources]]\nkind = "sample"\nname = "Sample"\n')
    assert (find_file(), new_file()) == (example, own)
    own.touch()
    assert find_file() == own
    example.write_text('[[sources]]\nkind = "feed"\nname = "Forum"\n[[sources]]\nkind = "sample"\nname = "Sample"\n')
    assert new_file() == example
    example.write_text("[[sources]")
    assert new_file() == example


# Walls and topics


def test_without_a_wall_table_one_wall_shows_everything(tmp_path: Path) -> None:
    assert loaded(tmp_path, GOOD).walls == (Wall(),)


def test_a_wall_has_the_values_of_its_table(tmp_path: Path) -> None:
    table = """
[[walls]]
name = "reception-2"
brands = ["Acme", "Acme"]
languages = ["en", "und"]
timezone = "Europe/Berlin"
mask_authors = true
never_show = ["damn it", "@rude"]
quiet = ["Acme forum"]
night = "20:00-07:00"
rotation = false

[[walls]]
name = "office"
night = "off"
"""
    reception, office = loaded(tmp_path, GOOD + table).walls
    assert reception == Wall(
        "reception-2",
        brands=("Acme",),
        languages=("en", "und"),
        timezone=ZoneInfo("Europe/Berlin"),
        mask_authors=True,
        never_show=("damn it", "@rude"),
        quiet=("Acme forum",),
        night=Night(time(20), time(7)),
        rotation=False,
    )
    assert office == Wall("office", night=None)


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ('name = "Reception"', "walls[0].name: expected letters a to z, digits and hyphens"),
        ('name = "pairing"', "walls[0].name: expected any name except \"pairing\""),
        ('name = "-a"', "walls[0].name: expected letters a to z"),
        ("mask_authors = true", "walls[0].name: this key is required."),
        ('brands = ["Acmee"]', 'walls[0].brands[0]: no brand is called "Acmee". Did you mean "Acme"?'),
        ('brands = "Acme"', 'walls[0].brands: expected a list, found "Acme".'),
        ('languages = ["English"]', 'walls[0].languages[0]: expected the code of a language such as'),
        ('timezone = "Berlin"', "walls[0].timezone: expected the name of a time zone"),
        ('mask_authors = "yes"', 'walls[0].mask_authors: expected true or false, found "yes".'),
        ('never_show = ["..."]', 'walls[0].never_show[0]: expected a word or a phrase'),
        ("never_show = ['say \"no\"']", "walls[0].never_show[0]: expected a word or a phrase"),
        ('quiet = [""]', "walls[0].quiet[0]: expected text that is not empty"),
        ('night = "22-6"', 'walls[0].night: expected two different times such as "22:00-06:30"'),
        ('night = "22:00-22:00"', "walls[0].night: expected"),
        ('night = "24:00-06:00"', "walls[0].night: expected"),
        ("rotation = 1", "walls[0].rotation: expected true or false, found 1."),
        ('masks = true', "walls[0].masks: unknown key."),
    ],
)  # fmt: skip
def test_problems_of_walls(tmp_path: Path, key: str, problem: str) -> None:
    name = "" if "name" in key or key.startswith("mask_authors = true") else 'name = "lobby"\n'
    assert problems(tmp_path, f"{GOOD}\n[[walls]]\n{name}{key}\n")[0].startswith(problem)


def test_two_walls_cannot_share_a_name(tmp_path: Path) -> None:
    twice = '\n[[walls]]\nname = "a"\n\n[[walls]]\nname = "a"\n'
    assert problems(tmp_path, GOOD + twice) == ('walls[1].name: "a" is already the name of walls[0].',)


@pytest.mark.parametrize(
    ("hours", "dark", "light"),
    [
        (DEFAULT_NIGHT, ["22:00", "23:59", "00:00", "06:29"], ["06:30", "12:00", "21:59"]),
        (Night(time(1), time(5)), ["01:00", "04:59"], ["05:00", "00:59", "23:00"]),
    ],
)
def test_night_includes_its_start_and_excludes_its_end(hours: Night, dark: list[str], light: list[str]) -> None:
    at = [datetime.fromisoformat(f"2026-03-04T{t}") for t in (*dark, *light)]
    assert [hours.contains(t) for t in at] == [True] * len(dark) + [False] * len(light)


def test_topics_have_a_name_and_a_rule(tmp_path: Path) -> None:
    table = "\n[[topics]]\nname = \"delivery\"\nrule = 'parcel OR courier'\n"
    assert loaded(tmp_path, GOOD + table).topics == (Topic("delivery", "parcel OR courier"),)
    assert problems(tmp_path, GOOD + table.replace("OR", "OR OR"))[0].startswith("topics[0].rule: column ")
    assert problems(tmp_path, GOOD + 2 * table)[0].startswith('topics[1].name: "delivery" is already the name')


@pytest.mark.parametrize(
    ("kind", "table", "said"),
    [
        ("appstore", {"app": "123456", "countries": ["GB"]}, ['countries[0]: expected text like "gb", found "GB".']),
        ("mastodon", {"hashtags": ["acme"] * 31}, ["hashtags: expected at most 30, found a list of 31."]),
        ("github", {"qualifiers": "x" * 101}, ["expected text of at most 100 characters"]),
        ("stackexchange", {"site": "Stack Overflow"}, ['expected text like "stackoverflow", found "Stack Overflow".']),
        ("twitter", {}, ['there is no kind "twitter". Did you mean "x"?']),
        ("RSS", {}, ['there is no kind "RSS". Did you mean "feed"?']),
    ],
)
def test_problems_with_the_keys_of_a_kind_are_reported_once(kind: str, table: dict[str, Any], said: list[str]) -> None:
    reader = OptionsReader(lambda name: sources.load(name).Options, sources.kinds())
    found = reader.read(0, {"kind": kind, "name": "Here", **table}).problems
    assert len(found) == len(said)
    assert all(words in str(problem) for problem, words in zip(found, said, strict=True))


@pytest.mark.parametrize(("language", "ok"), [("en", True), ("xx", False), ("", False)])
def test_a_wall_speaks_one_of_the_known_languages(tmp_path: Path, language: str, ok: bool) -> None:
    file = written(tmp_path, f'{GOOD}[[walls]]\nname = "office"\nlanguage = "{language}"\n')
    if ok:
        assert load(file, options_of, wall_languages=["fr", "en"]).walls[0].language == language
        return
    with pytest.raises(ConfigError) as raised:
        load(file, options_of, wall_languages=["fr", "en"])
    (problem,) = raised.value.problems
    assert problem.startswith("walls[0].language: expected ")


def test_the_walls_of_the_program_speak_every_language_in_its_catalogue(tmp_path: Path) -> None:
    for language in (*catalogue(), "xx"):
        brand, wall = '[[brands]]\nname = "Acme"\nrule = "acme"\nours = true\n', '[[walls]]\nname = "office"\n'
        file = written(tmp_path, f'{brand}{wall}language = "{language}"\n')
        with (
            nullcontext() if language in catalogue() else pytest.raises(ConfigError, match="language: expected one of")
        ):
            assert load_config(file).walls[0].language == language
    assert Wall().language in catalogue()


class SampleOptions(SourceOptions):
    history: float = 14.0
    sample: ClassVar[bool] = True


SAMPLE = '[[sources]]\nkind = "sample"\nname = "Sample"\n'


def with_samples(tmp_path: Path, text: str) -> Any:
    models: dict[str, type[BaseModel]] = {"feed": FeedOptions, "sample": SampleOptions}
    return load(written(tmp_path, text), models.__getitem__, kinds=models)


def test_made_up_posts_have_a_database_of_their_own(tmp_path: Path) -> None:
    brands = GOOD.partition("[[sources]]")[0]
    config = with_samples(tmp_path, brands + SAMPLE)
    assert (config.is_sample, config.database.name) == (True, "sample.db")
    assert config.sources[0].sample_history == timedelta(days=14)
    assert with_samples(tmp_path, GOOD).database.name == "wallflower.db"


def test_made_up_posts_are_not_read_beside_real_sources(tmp_path: Path) -> None:
    config = with_samples(tmp_path, GOOD + SAMPLE)
    assert (config.is_sample, config.database.name) == (False, "wallflower.db")
    forum, sample = config.sources
    assert not forum.problems
    assert "made up" in sample.explanation
    with pytest.raises(ConfigError) as raised:
        config.check()
    assert raised.value.problems == (
        "sources[1].kind: its posts are made up and would mix with real ones. Remove this table, or all other sources.",
    )


ONLY_BRAND = "[[brands]]\nname = 'A'\nours = true\nrule = 'a'"


def test_a_language_model_of_ones_own_is_relative_to_the_file(tmp_path: Path) -> None:
    text = '[models]\nfolder = "models/mine"\nlanguages = ["en", "ja"]\ntrusted = ["ja"]\nlabels = [-1, 0, 1]\n'
    config = loaded(tmp_path, f"{text}[languages]\non = ['tr']\noff = ['pt']\nweights = 'e5.bin'\n{ONLY_BRAND}")

    assert config.own_model == OwnModel(tmp_path / "models" / "mine", ("en", "ja"), ("ja",), (-1, 0, 1))
    assert (config.languages_on, config.languages_off) == (("tr",), ("pt",))
    assert config.encoder_weights == tmp_path / "e5.bin"


@pytest.mark.parametrize(
    "line", ['[languages]\non = ["turkish"]', "[models]\nlabels = [2]", '[models]\nlanguages = "de"']
)
def test_a_wrong_language_or_label_is_a_problem(tmp_path: Path, line: str) -> None:
    assert problems(tmp_path, f"{line}\n{ONLY_BRAND}")
