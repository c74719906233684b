"""``wallflower init``: write a config for an organisation, from its name.

questions or options --> rules (rule_proposals) --> sources (source_proposals) --> trial (source_trials) --> file
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from display.cli.dependencies import config_option, create_database, create_judge, load_config, open_http
from display.setup import countries
from display.setup.config_file import check_text
from display.setup.config_text import config_text
from display.setup.rule_proposals import BrandProposal, as_brands, propose_brands
from display.setup.sample import sample_config
from display.setup.source_proposals import SourceProposal, propose_sources
from display.setup.source_trials import Trial, TrialResult
from display.setup.toml_writer import on_one_line
from monitor.clock import Clock
from monitor.config import LOCAL_FILE, PLACES, SYSTEM_DATA, SYSTEM_FILE, is_example, new_file
from monitor.errors import ConfigError, StoreError
from monitor.judging import HOW_TO_INSTALL, choose_model
from monitor.query.matcher import Matcher

TRIAL_SECONDS = 20.0
ALREADY_EXISTS = "already exists and was left unchanged. {advice}"
CHANGE_IT = (
    "Change it on the page /setup while `wallflower run` runs, or in an editor and with `wallflower check`. "
    "To begin again, move it away first."
)
NOTHING_WORKED = (
    "No source could be read from here. Is this machine connected to the internet? The config is written anyway; "
    "try a source later with `wallflower fetch NAME --dry-run`."
)


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to the questions, from options or prompts."""

    organisation: str
    competitors: tuple[str, ...]
    country: str
    """Two capital letters."""
    language: str
    """Two lower-case letters."""


@click.command()
@config_option
@click.option("--organisation", metavar="NAME", help="Your organisation. Without this option, init asks questions.")
@click.option(
    "--competitor", "competitors", metavar="NAME", multiple=True, help="A competitor. May be given several times."
)
@click.option("--country", metavar="XX", help="Country of the news and the time zone, as two letters.")
@click.option("--language", metavar="xx", help="Language of the news, as two letters.")
@click.option("--look/--no-look", default=True, help="Whether to try each source now.  [default: look]")
@click.option(
    "--seconds",
    type=click.FloatRange(1, 300),
    default=TRIAL_SECONDS,
    show_default=True,
    help="Time limit for trying the sources.",
)
@click.option("--sample", is_flag=True, help="Write the annotated example instead, with made-up brands and posts.")
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
    """Write a config for your organisation.

    Proposes rules, and sources that need no key, and shows what each source returns now. Asks questions unless you give
    the answers as options. Put = before a name that is a common word, as in =Apple. An existing file is never replaced.
    Also creates the database.
    """
    target = config_path or (LOCAL_FILE if sample else new_file())
    if target.exists():
        raise _already_exists(target)
    if sample:
        _write(target, sample_config(target))
        click.echo(f"Wrote {target}. Edit it, then run `wallflower check` and `wallflower run --create`.")
        return
    answers = _answers(organisation, competitors, country, language)
    brands = propose_brands((answers.organisation, *answers.competitors))
    _print_rules(brands)
    proposals = propose_sources(brands, answers.country, answers.language)
    results = _try_sources(brands, proposals, seconds) if look else {}
    text = config_text(brands, proposals, results, countries.timezone_of(answers.country), _data_folder(target))
    _check(text, target)
    _write(target, text)
    _create_database(target)
    _print_next_steps(target, answers)


def _answers(
    organisation: str | None, competitors: Sequence[str], country: str | None, language: str | None
) -> Answers:
    """The answers from the options; prompts for missing ones if no organisation is given. Raises UsageError."""
    interactive = organisation is None
    if organisation is None:
        click.echo("Which organisation do you want to follow? (Put = before a name that is a common word.)")
        organisation = _prompt("Organisation", "--organisation NAME")
    if interactive and not competitors:
        listed = _prompt("Competitors, separated by commas", "--competitor NAME", default="")
        competitors = [name for name in listed.split(",") if name.strip()]
    if interactive and country is None:
        country = _prompt_letters("Country, two letters", "--country", countries.country_from_locale())
    country = _two_letters("--country", country or countries.country_from_locale()).upper().replace("UK", "GB")
    if interactive and language is None:
        default = countries.news_language(country)
        language = _prompt_letters("Language of the news, two letters", "--language", default)
    language = _two_letters("--language", language or countries.news_language(country)).lower()
    return Answers(organisation, tuple(competitors), country, language)


def _prompt_letters(question: str, option: str, default: str) -> str:
    """Prompt until the answer is two letters."""
    return _prompt(question, f"{option} XX", default, lambda answer: _two_letters(option, answer))


def _prompt(question: str, option: str, default: str | None = None, check: Callable[[str], str] | None = None) -> str:
    """The answer to a question. If input ends and is not a terminal, raises a UsageError that names ``option``."""
    try:
        return str(click.prompt(question, default=default, show_default=bool(default), value_proc=check))
    except click.Abort:
        if sys.stdin.isatty():
            raise
        raise click.UsageError(
            f"There is no input to read the answer from. Give {option}; see `wallflower init --help`."
        ) from None


def _two_letters(option: str, given: str) -> str:
    text = given.strip()
    if len(text) != 2 or not text.isascii() or not text.isalpha():
        raise click.UsageError(f'{option}: found "{text[:20]}"; must be two letters.')
    return text


def _print_rules(brands: Sequence[BrandProposal]) -> None:
    click.echo("Rules, which you can refine in the file:")
    width = max(len(brand.name) for brand in brands)
    for brand in brands:
        hint = "   (case-sensitive)" if brand.case_sensitive else ""
        click.echo(f"  {brand.name:<{width}}  {brand.rule}{hint}")


def _try_sources(
    brands: Sequence[BrandProposal], proposals: Sequence[SourceProposal], seconds: float
) -> Mapping[str, TrialResult]:
    """Try the sources and print the results. Returns name -> result."""
    clock, console = Clock(), Console(highlight=False)
    known = as_brands(brands)
    click.echo(f"Trying {len(proposals)} sources, for at most {seconds:.0f} seconds …")
    with closing(open_http(None, clock)) as http:
        trial = Trial(create_judge(known), Matcher(known).terms(), clock, seconds)
        results = trial.run({proposal.name: proposal.source(http) for proposal in proposals})
    width = max(map(len, results), default=0)
    for name, result in results.items():
        console.print(Text(f"  {name:<{width}}  {on_one_line(str(result))}"), soft_wrap=True)
        if result.example:
            console.print(Text(f"  {'':<{width}}  “{on_one_line(result.example)}”"), soft_wrap=True)
    if results and all(result.problem and not result.posts for result in results.values()):
        click.echo(NOTHING_WORKED)
    return results


def _data_folder(target: Path) -> str:
    """The value of ``data``: beside the config, except in a system-wide installation."""
    return str(SYSTEM_DATA) if target == SYSTEM_FILE else "data"


def _check(text: str, target: Path) -> None:
    """Raise ConfigError if `wallflower check` would find a problem."""
    try:
        check_text(text, target)
    except ConfigError as error:
        raise ConfigError(target, [*error.problems, "Nothing was written."]) from error


def _write(target: Path, text: str) -> None:
    """Write a new file. Raises ConfigError if it exists or cannot be written."""
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise _already_exists(target) from None
    except OSError as error:
        raise ConfigError(target, [f"cannot be written: {error.strerror}."]) from error


def _already_exists(target: Path) -> ConfigError:
    option = "" if target in PLACES else f" --config {target}"
    advice = f"It is the example: `wallflower run{option}` shows it." if is_example(target) else CHANGE_IT
    return ConfigError(target, [ALREADY_EXISTS.format(advice=advice)])


def _create_database(target: Path) -> None:
    """Create the database that ``wallflower run`` expects to find, or say how to create it later."""
    config = load_config(target)
    try:
        create_database(config)
    except StoreError as error:
        click.echo(f"{error} The first time, start Wallflower with `wallflower run --create`.", err=True)
    else:
        click.echo(f"Created the database {config.database_name}.")


def _about_languages() -> str:
    """What is scored in languages other than English, and how to get more."""
    if choose_model().choice is None:
        return f"Only English is scored; other languages need the language model: {HOW_TO_INSTALL}"
    return "The language model scores mentions in other languages too; see docs/languages.md."


def _print_next_steps(target: Path, answers: Answers) -> None:
    option = "" if target in PLACES else f" --config {target}"
    click.echo(f"Wrote {target}. Review its rules and sources, then run:")
    click.echo(f"  wallflower check{option}")
    click.echo(f"  wallflower run{option}      and open http://127.0.0.1:8750/wall")
    if answers.language != "en":
        click.echo(_about_languages())
