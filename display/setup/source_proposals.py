"""Proposes sources to start with: news for each brand, and every kind that needs no key and no address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from display.setup.rule_proposals import BrandProposal
from display.setup.toml_writer import Value, comment_line, table, unique_name
from monitor import secrets, sources
from monitor.http import Http
from monitor.sources import Source, SourceModule, SourceOptions

MAX_TITLE_CHARS = 30


@dataclass(frozen=True, slots=True)
class SourceProposal:
    """A proposed source: its keys in config.toml, and the module of its kind."""

    kind: str
    keys: Mapping[str, Value]
    description: str
    module: SourceModule

    @property
    def name(self) -> str:
        """Its name, unique among the proposals."""
        return str(self.keys["name"])

    def source(self, http: Http) -> Source:
        """The source, for trying it."""
        options = {key: value for key, value in self.keys.items() if key != "kind"}
        return self.module.Source(self.module.Options.model_validate(options), http)

    def table(self, comments: Sequence[str]) -> str:
        """Its table for config.toml, with its description and ``comments`` above."""
        return table("sources", self.keys, [self.description, *comments])


def propose_sources(brands: Sequence[BrandProposal], country: str, language: str) -> list[SourceProposal]:
    """The sources that can be read without further input."""
    proposals = [_news(brand, country, language) for brand in brands]
    for kind, module in _installed_modules():
        name = unique_name([_title(kind, module)], [proposal.name for proposal in proposals])
        options = _default_options(module, name)
        if options is not None and not options.sample and not secrets.secret_names(options):
            proposals.append(SourceProposal(kind, {"kind": kind, "name": name}, _description(module), module))
    return proposals


def other_kinds() -> Iterator[str]:
    """A comment line for each kind that needs a key or other input first."""
    for kind, module in _installed_modules():
        options = _default_options(module, "Here")
        if options is None or secrets.secret_names(options):
            keys = [key for key, field in module.Options.model_fields.items() if field.is_required() and key != "name"]
            names = secrets.secret_names(options) if options is not None else ()
            needs = " and ".join([*keys, *(f"the secret {name}" for name in names)])
            yield comment_line(f'kind = "{kind}"' + (f" needs {needs}. " if needs else ": ") + _description(module))


def _news(brand: BrandProposal, country: str, language: str) -> SourceProposal:
    keys: dict[str, Value] = {"kind": "feed", "name": unique_name([f"News about {brand.name}"], [])}
    keys |= {"preset": "google-news", "query": f'"{brand.short_name}"', "country": country, "language": language}
    return SourceProposal("feed", keys, f"Google News about {brand.short_name}.", sources.load("feed"))


def _installed_modules() -> Iterator[tuple[str, SourceModule]]:
    """Each kind whose package is installed, with its module."""
    for kind in sources.kinds():
        try:
            yield kind, sources.load(kind)
        except ImportError:
            continue


def _default_options(module: SourceModule, name: str) -> SourceOptions | None:
    """The options of the kind with only a name; None if it requires others."""
    try:
        return module.Options(name=name)
    except ValidationError:
        return None


def _description(module: SourceModule) -> str:
    """The first line of the module's docstring."""
    return (module.__doc__ or "").strip().partition("\n")[0].replace("``", "`")


def _title(kind: str, module: SourceModule) -> str:
    """The part of the description before a colon if it is short, else the kind."""
    title, colon, _ = _description(module).partition(":")
    return title if colon and len(title) <= MAX_TITLE_CHARS else kind.capitalize()
