"""Sources to begin with: every kind that needs no key and no address, as it is found, and news for each brand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from display.cli.setup.rule_proposals import Proposal
from display.cli.setup.toml_writer import Value, commented, name_for, table
from monitor import secrets, sources
from monitor.http import Http
from monitor.sources import Source, SourceModule, SourceOptions

LONGEST_TITLE = 30


@dataclass(frozen=True, slots=True)
class Wanted:
    """A source as it is proposed: its keys in config.toml, and what reads them."""

    kind: str
    keys: Mapping[str, Value]
    about: str
    module: SourceModule

    @property
    def name(self) -> str:
        """Its name, which no other of the proposed has."""
        return str(self.keys["name"])

    def source(self, http: Http) -> Source:
        """The source itself, to look what it finds."""
        own = {key: value for key, value in self.keys.items() if key != "kind"}
        return self.module.Source(self.module.Options.model_validate(own), http)

    def table(self, comments: Sequence[str]) -> str:
        """As it stands in config.toml."""
        return table("sources", self.keys, [self.about, *comments])


def keyless(brands: Sequence[Proposal], country: str, language: str) -> list[Wanted]:
    """What can be read at once."""
    found = [_news(brand, country, language) for brand in brands]
    for kind, module in _modules():
        name = name_for([_title(kind, module)], [one.name for one in found])
        options = _bare(module, name)
        if options is not None and not options.sample and not secrets.secret_names(options):
            found.append(Wanted(kind, {"kind": kind, "name": name}, _about(module), module))
    return found


def others() -> Iterator[str]:
    """A comment for each kind that needs something of a person first."""
    for kind, module in _modules():
        options = _bare(module, "Here")
        if options is None or secrets.secret_names(options):
            needs = [key for key, field in module.Options.model_fields.items() if field.is_required() and key != "name"]
            names = secrets.secret_names(options) if options is not None else ()
            wants = " and ".join([*needs, *(f"the secret {name}" for name in names)])
            yield commented(f'kind = "{kind}"' + (f" needs {wants}. " if wants else ": ") + _about(module))


def _news(brand: Proposal, country: str, language: str) -> Wanted:
    keys: dict[str, Value] = {"kind": "feed", "name": name_for([f"News about {brand.name}"], [])}
    keys |= {"preset": "google-news", "query": f'"{brand.spoken}"', "country": country, "language": language}
    return Wanted("feed", keys, f"News that Google finds for {brand.spoken}.", sources.load("feed"))


def _modules() -> Iterator[tuple[str, SourceModule]]:
    """Each kind whose SDK is here."""
    for kind in sources.kinds():
        try:
            yield kind, sources.load(kind)
        except ImportError:
            continue


def _bare(module: SourceModule, name: str) -> SourceOptions | None:
    """The kind's options with nothing set; None where it needs some."""
    try:
        return module.Options(name=name)
    except ValidationError:
        return None


def _about(module: SourceModule) -> str:
    return (module.__doc__ or "").strip().partition("\n")[0].replace("``", "`")


def _title(kind: str, module: SourceModule) -> str:
    title, colon, _ = _about(module).partition(":")
    return title if colon and len(title) <= LONGEST_TITLE else kind.capitalize()
