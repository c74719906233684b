"""/setup/begin: from the name of an organisation to a config, as ``wallflower init`` does it.

the questions --"See what it finds"--> rules and sources, with what each finds now
              --"Start collecting"--> the file --> reload, or restart
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from babel import Locale
from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.access.permissions import requires
from display.pages.context import page_context
from display.pages.setup.rule_errors import rule_error
from display.pages.setup.saving import Change, Refusal, record
from display.pages.setup.trial_view import ShownTrial, shown_trials
from display.pages.setup.trials import setup_service
from display.setup import countries
from display.setup.config_file import FileChanged, FileText, NotWritable, check_text, diff_lines, replace_file
from display.setup.config_text import config_text
from display.setup.rule_proposals import BrandProposal, InvalidName, as_brands, propose_brands
from display.setup.sample import sample_config
from display.setup.service import CannotTry
from display.setup.source_proposals import SourceProposal, propose_sources
from monitor.config import SYSTEM_DATA, SYSTEM_FILE, Config, new_file
from monitor.errors import ConfigError
from monitor.model.people import Role

TASK = "set up Wallflower"
MAX_COMPETITORS = 20
RESTART_SECONDS = 8
"""How long the page waits before it opens the restarted program."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What was typed."""

    organisation: str
    competitors: str
    country: str
    language: str

    @classmethod
    def from_request(cls) -> Answers:
        """The answers in the form, with defaults."""
        form = request.form
        country = form.get("country", "") or countries.country_from_locale()
        language = form.get("language", "").strip().lower()
        return cls(form.get("organisation", "").strip(), form.get("competitors", ""), country, language)

    @property
    def names(self) -> list[str]:
        """The organisation, then its competitors."""
        listed = [name.strip() for name in self.competitors.replace(",", "\n").split("\n")]
        return [self.organisation, *list(filter(None, listed))[:MAX_COMPETITORS]]

    @property
    def news_language(self) -> str:
        """Two letters."""
        is_code = len(self.language) == 2 and self.language.isascii() and self.language.isalpha()
        return self.language if is_code else countries.news_language(self.country)


def register(blueprint: Blueprint) -> None:
    """Add the views of this module."""
    blueprint.add_url_rule("/begin", "begin", begin, methods=["GET", "POST"])
    blueprint.add_url_rule("/sample", "sample", sample, methods=["POST"])


def is_due(config: Config) -> bool:
    """Whether there is no organisation yet: no config, or only sample data."""
    return not config.brands or (config.is_sample and not setup_service().config_is_given)


@requires(Role.ADMIN, TASK)
def begin() -> str | tuple[str, int] | AnyResponse:
    """Ask, propose, and write the config."""
    if not is_due(page_context().config):
        return redirect(url_for("setup.overview"), 303)
    answers = Answers.from_request()
    if request.method != "POST" or "back" in request.form:
        return _questions(answers)
    if not answers.organisation:
        return _questions(answers, "Type the name of your organisation."), 400
    try:
        brands = _with_typed_rules(propose_brands(answers.names))
    except InvalidName as error:
        return _questions(answers, str(error)), 400
    proposals = propose_sources(brands, answers.country, answers.news_language)
    if any(rule_error(brand.rule) for brand in brands):
        return _review(answers, brands, proposals, problem="A rule is not valid."), 400
    if "start" not in request.form:
        return _preview(answers, brands, proposals)
    chosen = [one for one in proposals if one.name in request.form.getlist("source")]
    timezone = countries.timezone_of(answers.country)
    return _write(config_text(brands, chosen, {}, timezone, _data_folder(target())), answers.organisation)


@requires(Role.ADMIN, TASK)
def sample() -> str | tuple[str, int] | AnyResponse:
    """Show made-up posts: write the annotated example as the config."""
    if page_context().config.brands:
        return redirect(url_for("setup.overview"), 303)
    try:
        return _write(sample_config(target()), "sample data")
    except ConfigError as error:
        return _questions(Answers.from_request(), " ".join(error.problems)), 500


def target() -> Path:
    """Where the config is written: beside the example, else in the place that was found to be empty."""
    config = page_context().config
    return config.path if not config.brands else new_file(config.path.parent)


def _write(text: str, what: str) -> str | tuple[str, int] | AnyResponse:
    context, file = page_context(), target()
    change = Change(lambda text: text, "set up", what, {"file": str(file)})
    try:
        check_text(text, file)
        replace_file(FileText(file, "", ""), text)
    except ConfigError as error:
        return _result(Refusal("This cannot be used.", error.problems), file), 400
    except FileChanged:
        return _result(Refusal(f"{file} exists by now. It was left unchanged."), file), 409
    except NotWritable as error:
        title = f"{error} Create it in an editor with these lines, then start Wallflower again."
        return _result(Refusal(title, by_hand=tuple(diff_lines("", text))), file), 400
    record(context, change)
    status = context.config_file.reload()
    if not status.needs_restart and not status.problems:
        return redirect(url_for("sources.listing"), 303)
    restart = setup_service().restart
    if restart is not None:
        restart()
    return _result(None, file)


def _preview(answers: Answers, brands: Sequence[BrandProposal], proposals: Sequence[SourceProposal]) -> str:
    context = page_context()
    try:
        results = setup_service().trials.proposed(as_brands(brands), proposals)
    except CannotTry as error:
        return _review(answers, brands, proposals, problem=str(error))
    trials = shown_trials(results, context.clock.now(), context.config.timezone)
    return _review(answers, brands, proposals, trials)


def _with_typed_rules(brands: Sequence[BrandProposal]) -> list[BrandProposal]:
    """The proposals, with the rules that were changed on the page."""
    typed = {brand.name: " ".join(request.form.get(f"rule {brand.name}", "").split()) for brand in brands}
    return [replace(brand, rule=typed[brand.name] or brand.rule) for brand in brands]


def _questions(answers: Answers, problem: str = "") -> str:
    territories = Locale("en").territories
    names = sorted((name, code) for code, name in territories.items() if len(code) == 2 and code.isalpha())
    return render_template(
        "setup/questions.html",
        answers=answers,
        countries=[(code, name) for name, code in names if code not in ("ZZ", "EU", "UN", "EZ", "XA", "XB", "QO")],
        problem=problem,
        is_sample=page_context().config.is_sample,
        file=target(),
    )


def _review(
    answers: Answers,
    brands: Sequence[BrandProposal],
    proposals: Sequence[SourceProposal],
    trials: Sequence[ShownTrial] = (),
    problem: str = "",
) -> str:
    chosen = request.form.getlist("source") or [one.name for one in proposals]
    return render_template(
        "setup/review.html",
        answers=answers,
        brands=brands,
        errors={brand.name: error for brand in brands if (error := rule_error(brand.rule))},
        proposals=proposals,
        trials={trial.name: trial for trial in trials},
        nothing_worked=bool(trials) and all(trial.failed for trial in trials),
        chosen=chosen,
        problem=problem,
        file=target(),
    )


def _result(refusal: Refusal | None, file: Path) -> str:
    restarts = setup_service().restart is not None
    return render_template("setup/result.html", refusal=refusal, file=file, restarts=restarts, seconds=RESTART_SECONDS)


def _data_folder(file: Path) -> str:
    return str(SYSTEM_DATA) if file == SYSTEM_FILE else "data"
