"""``wallflower init``: from the name of an organisation to a config that listens to what is said about it.

questions or options --> rules (naming) --> sources (proposing) --> a live look (trying) --> config.toml
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from textwrap import shorten

import click
from rich.console import Console
from rich.text import Text

from display.cli.setup import countries as places
from display.cli.setup.rule_proposals import Proposal, proposed
from display.cli.setup.source_proposals import Wanted, keyless, others
from display.cli.setup.source_trials import Found, Trial
from display.cli.setup.toml_writer import Value, commented, table, written
from display.cli.wiring import judge_of, load_config, open_http, with_config
from monitor.clock import Clock
from monitor.config import LOCAL_FILE
from monitor.errors import ConfigError
from monitor.model import Brand
from monitor.query.matcher import Matcher

SECONDS = 20.0
LONGEST_COMMENT = 160

_HEAD = """\
# Wallflower's config for {name}, begun by `wallflower init`. `wallflower check` tells every problem in it at once.
# It holds no secret: where a source needs a key, it takes the name of an environment variable.

[wallflower]
data = "data"                    # folder of the database, relative to this file
timezone = {timezone}  # the days and hours that the pages show
# allow_hosts = ["wiki.local"]   # hosts of a private network that sources may read; all others there are refused

[server]
host = "127.0.0.1"               # this machine only
port = 8750

# ---- Brands: your organisation (ours = true) and its competitors. -------------------------------------------------
# A rule finds a brand's mentions. Words and "phrases", AND (or just a space), OR, NOT or -, brackets, NEAR/5, prefix*,
# @handle, #tag, =Exact (case counts), and the fields author: site: lang: source:
# The handles below are guesses: put in the real ones. Try a rule: wallflower match 'acme -jobs' some-texts.txt
# aliases are other names that people write; they help to tell which brand a sentence is about.

"""
_SOURCES = """\
# ---- Sources: the places that are read. ----------------------------------------------------------------------------
# every = "10m" is how often to look (s, m, h, d). Without it Wallflower follows the source's own pace.
# One pass of one of them, and why it matched what it did: wallflower fetch NAME --dry-run

"""
_OTHERS = """\
# ---- More kinds of source, which need something from you first. The README tells what. ------------------------------
# Feeds of a page: wallflower feeds URL. Feeds of another reader: wallflower opml FILE.
"""
_ORDINARY = (
    "This name is short or an ordinary word: only with these capitals is it taken for the brand.",
    "Words that go with it help, as in: =Acme (phone OR shop)",
)


_NOTHING = (
    "None of them could be read from here. Is this machine connected to the internet? What is written holds all the "
    "same; look again later with: wallflower fetch NAME --dry-run"
)


@dataclass(frozen=True, slots=True)
class Answers:
    """What the person said."""

    organisation: str
    competitors: tuple[str, ...]
    country: str
    language: str


@click.command()
@with_config
@click.option("--organisation", metavar="NAME", help="Yours. With it nothing is asked. = before a name: a common word.")
@click.option("--competitor", "competitors", metavar="NAME", multiple=True, help="May be given several times.")
@click.option("--country", metavar="XX", help="Two letters; whose news is searched, and whose time is shown.")
@click.option("--language", metavar="xx", help="Two letters; of the news.")
@click.option("--look/--no-look", default=True, help="Whether to try each source now.  [default: look]")
@click.option("--seconds", type=click.FloatRange(1, 300), default=SECONDS, show_default=True, help="For that look.")
@click.option("--sample", is_flag=True, help="Write the example instead: made-up brands and made-up posts.")
def init(
    config_path: Path | None,
    organisation: str | None,
    competitors: Sequence[str],
    country: str | None,
    language: str | None,
    look: bool,
    seconds: float,
    sample: bool,
) -> None:
    """Write a config.toml for your organisation: rules, and sources that need no key. Never replaces a file.

    Asks for what it needs to know, or takes it as options. Shows what each source would find now.
    """
    target = config_path or LOCAL_FILE
    if target.exists():
        raise ConfigError(target, ["is here already; it was left as it is."])
    if sample:
        _write(target, _example(target))
        click.echo(f"Wrote {target}. Edit it, then: wallflower check, and wallflower run")
        return
    answers = _answers(organisation, competitors, country, language)
    brands = _brands(answers)
    _tell_rules(brands)
    wanted = keyless(brands, answers.country, answers.language)
    found = _look(brands, wanted, seconds) if look else {}
    text = _text(brands, wanted, found, places.timezone_of(answers.country))
    _check(text, target)
    _write(target, text)
    _say_what_next(target, answers)


def _answers(
    organisation: str | None, competitors: Sequence[str], country: str | None, language: str | None
) -> Answers:
    """What was given, or what is asked for. Raises UsageError."""
    asking = organisation is None
    if organisation is None:
        click.echo("Which organisation are you listening for? (= before a name says that it is an ordinary word)")
        organisation = _asked("Organisation", "--organisation NAME")
    if asking and not competitors:
        listed = _asked("Competitors, with commas between them", "--competitor NAME", default="")
        competitors = [name for name in listed.split(",") if name.strip()]
    if asking and country is None:
        country = _asked_letters("Country, two letters", "--country", places.country_here())
    country = _letters("--country", country or places.country_here()).upper().replace("UK", "GB")
    if asking and language is None:
        language = _asked_letters("Language of the news, two letters", "--language", places.language_of(country))
    language = _letters("--language", language or places.language_of(country)).lower()
    return Answers(organisation, tuple(competitors), country, language)


def _asked_letters(question: str, option: str, default: str) -> str:
    """Asked for again until it is what is wanted."""
    return _asked(question, f"{option} XX", default, lambda given: _letters(option, given))


def _asked(question: str, option: str, default: str | None = None, check: Callable[[str], str] | None = None) -> str:
    try:
        return str(click.prompt(question, default=default, show_default=bool(default), value_proc=check))
    except click.Abort:
        if sys.stdin.isatty():
            raise
        raise click.UsageError(f"There is nobody to ask. Give {option}; see wallflower init --help.") from None


def _letters(option: str, given: str) -> str:
    text = given.strip()
    if len(text) != 2 or not text.isascii() or not text.isalpha():
        raise click.UsageError(f'{option}: found "{text[:20]}"; two letters are wanted.')
    return text


def _brands(answers: Answers) -> list[Proposal]:
    """Ours first; a name that comes twice counts once."""
    brands: dict[str, Proposal] = {}
    for name in (answers.organisation, *answers.competitors):
        brand = proposed(name)
        brands.setdefault(brand.name.casefold(), brand)
    return list(brands.values())


def _tell_rules(brands: Sequence[Proposal]) -> None:
    click.echo("Rules, to be made better in the file:")
    width = max(len(brand.name) for brand in brands)
    for brand in brands:
        only = "   (with these capitals only)" if brand.ordinary else ""
        click.echo(f"  {brand.name:<{width}}  {brand.rule}{only}")


def _look(brands: Sequence[Proposal], wanted: Sequence[Wanted], seconds: float) -> Mapping[str, Found]:
    """What each source finds now, told as well."""
    clock, console = Clock(), Console(highlight=False)
    known = [Brand(b.name, b.rule, n == 0, b.aliases) for n, b in enumerate(brands)]
    click.echo(f"Looking what {len(wanted)} sources would find now, for {seconds:.0f} seconds at most …")
    with closing(open_http(None, clock)) as http:
        trial = Trial(judge_of(known), Matcher(known).terms(), clock, seconds)
        found = trial.look({one.name: one.source(http) for one in wanted})
    width = max(map(len, found), default=0)
    for name, what in found.items():
        console.print(Text(f"  {name:<{width}}  {commented(str(what))[2:]}"), soft_wrap=True)
        if what.example:
            console.print(Text(f"  {'':<{width}}  “{commented(what.example)[2:]}”"), soft_wrap=True)
    if found and all(what.trouble and not what.posts for what in found.values()):
        click.echo(_NOTHING)
    return found


def _text(brands: Sequence[Proposal], wanted: Sequence[Wanted], found: Mapping[str, Found], timezone: str) -> str:
    """The whole config."""
    parts = [_HEAD.format(name=commented(brands[0].name)[2:], timezone=written(timezone))]
    parts += [_brand_table(brand, ours=n == 0) for n, brand in enumerate(brands)]
    parts.append(_SOURCES)
    for one in wanted:
        what = found.get(one.name)
        parts.append(one.table([shorten(f"When this was written: {what}", LONGEST_COMMENT)] if what else []))
    parts.append(_OTHERS)
    parts += [f"{line}\n" for line in others()]
    return "".join(parts)


def _brand_table(brand: Proposal, *, ours: bool) -> str:
    keys: dict[str, Value] = {"name": brand.name, "ours": True, "rule": brand.rule, "aliases": brand.aliases}
    left_out = {"" if ours else "ours", "" if brand.aliases else "aliases"}
    kept = {key: value for key, value in keys.items() if key not in left_out}
    return table("brands", kept, _ORDINARY if brand.ordinary else ())


def _check(text: str, target: Path) -> None:
    """Raise ConfigError where `wallflower check` would find a problem."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "config.toml"
        draft.write_text(text, encoding="utf-8")
        try:
            load_config(draft).check()
        except ConfigError as error:
            raise ConfigError(target, [*error.problems, "Nothing was written."]) from error


def _write(target: Path, text: str) -> None:
    """Write a new file. Raises ConfigError where there is one, or none can be made."""
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ConfigError(target, ["is here already; it was left as it is."]) from None
    except OSError as error:
        raise ConfigError(target, [f"cannot be written: {error.strerror}."]) from error


def _say_what_next(target: Path, answers: Answers) -> None:
    option = "" if target == LOCAL_FILE else f" --config {target}"
    click.echo(f"Wrote {target}. Look at its rules and sources, then:")
    click.echo(f"  wallflower check{option}")
    click.echo(f"  wallflower run{option}      and open http://127.0.0.1:8750/wall")
    if answers.language != "en":
        click.echo("Mentions in languages other than English are found and counted; their sentiment is left unscored.")


def _example(target: Path) -> str:
    """The example as it was installed. Raises ConfigError where it was not."""
    try:
        found = next((f.locate() for f in files("wallflower") or () if f.name == "config.toml"), None)
    except PackageNotFoundError:
        found = None
    if found is None:
        raise ConfigError(target, ["the example was not installed. Install Wallflower again."])
    return Path(str(found)).read_text(encoding="utf-8")
