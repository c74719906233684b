"""config.toml, read and checked: ``load`` returns a Config or raises a ConfigError that holds every problem at once.

Each problem says where (the TOML path, counted from 0), what was found and what is allowed. Unknown keys are refused,
for a misspelt key would otherwise be ignored in silence. No secret belongs into the file; still, of an address, which
may carry one, a problem quotes only the host.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from monitor.config.problems import did_you_mean, path, problems_of, shown
from monitor.config.tables import BrandTable, FileTables, SourceTable
from monitor.errors import ConfigError, QueryError
from monitor.model import Brand
from monitor.query import parse

HERE = Path("config.toml")
SYSTEM = Path("/etc/wallflower/config.toml")

OptionsOf = Callable[[str], type[BaseModel]]
"""kind -> the model of its keys. Raises ImportError for a kind that does not exist or cannot be used at all."""

Raw = dict[str, Any]
Numbered = list[tuple[int, Raw]]

_HOW = "Begin one with `wallflower init`, or name yours with --config PATH."
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Server:
    """Where the pages are served."""

    host: str = "127.0.0.1"
    port: int = 8750


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """A ``[[sources]]`` table. ``options`` holds the keys of its kind, validated by the kind's own model."""

    kind: str
    name: str
    every: timedelta | None
    options: BaseModel


@dataclass(frozen=True, slots=True)
class Config:
    """A config file that can be used."""

    path: Path
    data: Path
    """Folder of the database, absolute."""
    timezone: ZoneInfo
    server: Server
    brands: tuple[Brand, ...]
    sources: tuple[SourceConfig, ...]
    allow_hosts: frozenset[str] = frozenset()
    """``host`` or ``host:port`` in a private network that sources may read all the same."""

    @property
    def database(self) -> Path:
        """The database file within ``data``."""
        return self.data / "wallflower.db"


def find(given: Path | None = None, places: Sequence[Path] = (HERE, SYSTEM)) -> Path:
    """The config file to use: ``given``, else the first of ``places`` that exists. Raises ConfigError."""
    found = next((place for place in places if place.exists()), None) if given is None else given
    if found is None:
        looked = " nor ".join(str(p) for p in places)
        raise ConfigError(places[0], [f"there is no config file: neither {looked} exists. {_HOW}"])
    return found


def load(file: Path, options_of: OptionsOf, kinds: Collection[str] = ()) -> Config:
    """Read and check ``file``. ``kinds`` are the kinds of source there are, for suggestions.

    Raises ConfigError with every problem there is.
    """
    raw = _read(file)
    brands, sources = _listed(raw, "brands"), _listed(raw, "sources")
    problems: list[str] = []
    tables = _validated(FileTables, raw, problems)
    options = [_options(n, table, options_of, kinds, problems) for n, table in sources]
    problems += [p for n, table in brands for p in _rule_problems(n, table)]
    problems += [*_twice("brands", brands), *_twice("sources", sources), *_ours_problems(brands)]
    if problems or tables is None:
        raise ConfigError(file, problems)
    return Config(
        path=file,
        data=(file.absolute().parent / Path(tables.wallflower.data).expanduser()).resolve(),
        timezone=ZoneInfo(tables.wallflower.timezone),
        allow_hosts=frozenset(tables.wallflower.allow_hosts),
        server=Server(tables.server.host, tables.server.port),
        brands=tuple(map(_brand, tables.brands)),
        sources=tuple(_source(table, own) for table, own in zip(tables.sources, options, strict=True) if own),
    )


def _brand(table: BrandTable) -> Brand:
    return Brand(table.name, table.rule, table.ours, tuple(table.aliases), table.colour)


def _source(table: SourceTable, options: BaseModel) -> SourceConfig:
    return SourceConfig(table.kind, table.name, table.every, options)


def _read(file: Path) -> Raw:
    try:
        return tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(file, [f"the file does not exist. {_HOW}"]) from None
    except OSError as error:
        raise ConfigError(file, [f"cannot be read: {error.strerror}."]) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(file, [f"line {line} is not UTF-8 text. Save the file as UTF-8."]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(file, [f"is not valid TOML: {error}."]) from error


def _listed(raw: Raw, name: str) -> Numbered:
    """The tables of ``[[name]]`` with their numbers; what else stands there is the models' to refuse."""
    found = raw.get(name)
    return [(n, t) for n, t in enumerate(found) if isinstance(t, dict)] if isinstance(found, list) else []


def _validated(model: type[_Model], raw: Raw, problems: list[str]) -> _Model | None:
    try:
        return model.model_validate(raw, strict=True)
    except ValidationError as error:
        problems += problems_of(error, model)
        return None


def _options(
    number: int, table: Raw, options_of: OptionsOf, kinds: Collection[str], problems: list[str]
) -> BaseModel | None:
    """The keys of the table's kind, or None and the problems with them."""
    kind, at = table.get("kind"), ("sources", number)
    if not isinstance(kind, str) or not kind:
        return None
    try:
        if kinds and kind not in kinds:
            raise ModuleNotFoundError(kind)
        model = options_of(kind)
    except ImportError as error:
        problems.append(f"{path((*at, 'kind'))}: {_no_kind(kind, kinds, error)}")
        return None
    own = {key: value for key, value in table.items() if key not in ("kind", "every")}
    try:
        return model.model_validate(own)
    except ValidationError as error:
        found = problems_of(error, model, at, known=SourceTable.model_fields)
        problems += [p for p in found if not p.startswith(path((*at, "name")) + ":")]
        return None


def _no_kind(kind: str, kinds: Collection[str], error: ImportError) -> str:
    if kind in kinds:
        return f'"{kind}" cannot be used here: {error}. Install what is missing.'
    allowed = f" Allowed: {', '.join(sorted(kinds))}." if kinds else ""
    return f"found {shown(kind)}; there is no such kind.{did_you_mean(kind, kinds)}{allowed}"


def _rule_problems(number: int, table: Raw) -> list[str]:
    rule = table.get("rule")
    if not isinstance(rule, str) or not rule:
        return []
    try:
        parse(rule)
    except QueryError as error:
        why = " ".join(part for part in (error.reason, error.suggestion) if part)
        return [f"{path(('brands', number, 'rule'))}: column {error.column} of {shown(rule)}: {why}"]
    return []


def _twice(where: str, tables: Numbered) -> list[str]:
    """Names that an earlier table has as well; case makes no difference."""
    first: dict[str, int] = {}
    problems = []
    for number, table in tables:
        name = table.get("name")
        if not isinstance(name, str):
            continue
        earlier = first.setdefault(name.strip().casefold(), number)
        if earlier != number:
            taken = path((where, earlier))
            problems.append(f"{path((where, number, 'name'))}: found {shown(name)}; {taken} has that name already.")
    return problems


def _ours_problems(brands: Numbered) -> list[str]:
    if not brands or any(table.get("ours") is True for _, table in brands):
        return []
    names = ", ".join(shown(table.get("name")) for _, table in brands)
    return [f"brands: none is ours (found {names}). Write ours = true at your own organisation."]
