"""config.toml, read and checked: ``load`` returns a Config or raises a ConfigError that holds every problem at once.

Each problem says where (the TOML path, counted from 0), what was found and what is allowed. Unknown keys are refused,
for a misspelt key would otherwise be ignored in silence. What is wrong with the kind of a source or the keys of that
stops nothing but that source: it stands in its ``SourceConfig``. No secret belongs into the file; still, of an
address, which may carry one, a problem quotes only the host.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from monitor.config.problems import Problem, path, problems_of, shown
from monitor.config.source_tables import OptionsOf, Own, SourceConfig, SourceReader
from monitor.config.tables import BrandTable, FileTables, SourceTable
from monitor.config.walls import Wall, brand_problems, wall
from monitor.errors import ConfigError, QueryError
from monitor.model import Brand, Topic
from monitor.query import parse

HERE = Path("config.toml")
SYSTEM = Path("/etc/wallflower/config.toml")

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
    topics: tuple[Topic, ...] = ()
    walls: tuple[Wall, ...] = (Wall(),)
    """At least one; the first is the one without a name in its address."""

    @property
    def database(self) -> Path:
        """The database file within ``data``."""
        return self.data / "wallflower.db"

    def check(self) -> None:
        """Raise ConfigError for what is wrong with sources; the others can be read all the same."""
        if problems := [str(problem) for source in self.sources for problem in source.problems]:
            raise ConfigError(self.path, problems)


def find(given: Path | None = None, places: Sequence[Path] = (HERE, SYSTEM)) -> Path:
    """The config file to use: ``given``, else the first of ``places`` that exists. Raises ConfigError."""
    found = next((place for place in places if place.exists()), None) if given is None else given
    if found is None:
        looked = " nor ".join(str(p) for p in places)
        raise ConfigError(places[0], [f"there is no config file: neither {looked} exists. {_HOW}"])
    return found


def load(file: Path, options_of: OptionsOf, kinds: Collection[str] = ()) -> Config:
    """Read and check ``file``. ``kinds`` are the kinds of source there are, for suggestions.

    Raises ConfigError with every problem there is, those of sources among them; but not for these alone.
    """
    raw = _read(file)
    brands, listed = _tables(raw, "brands"), _tables(raw, "sources")
    problems: list[Problem] = []
    tables = _validated(FileTables, raw, problems)
    reader = SourceReader(options_of, kinds)
    of_sources = [reader.read(n, table) for n, table in listed]
    topics, walls = _tables(raw, "topics"), _tables(raw, "walls")
    for where, named in (("brands", brands), ("sources", listed), ("topics", topics), ("walls", walls)):
        problems += _twice(where, named)
    problems += [p for n, table in brands for p in _rule_problems("brands", n, table)]
    problems += [p for n, table in topics for p in _rule_problems("topics", n, table)]
    problems += [*_ours_problems(brands), *brand_problems(walls, [str(table.get("name")) for _, table in brands])]
    if problems or tables is None:
        raise ConfigError(file, list(map(str, [*problems, *(p for own in of_sources for p in own.problems)])))
    return Config(
        path=file,
        data=(file.absolute().parent / Path(tables.wallflower.data).expanduser()).resolve(),
        timezone=ZoneInfo(tables.wallflower.timezone),
        allow_hosts=frozenset(tables.wallflower.allow_hosts),
        server=Server(tables.server.host, tables.server.port),
        brands=tuple(map(_brand, tables.brands)),
        sources=tuple(map(_source, tables.sources, of_sources)),
        topics=tuple(Topic(table.name, table.rule) for table in tables.topics),
        walls=tuple(map(wall, tables.walls)) or (Wall(),),
    )


def _brand(table: BrandTable) -> Brand:
    return Brand(table.name, table.rule, table.ours, tuple(table.aliases), table.colour)


def _source(table: SourceTable, own: Own) -> SourceConfig:
    return SourceConfig(table.kind, table.name, table.every, own.options, own.problems)


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


def _tables(raw: Raw, name: str) -> Numbered:
    """The tables of ``[[name]]`` with their numbers; what else stands there is the models' to refuse."""
    found = raw.get(name)
    return [(n, t) for n, t in enumerate(found) if isinstance(t, dict)] if isinstance(found, list) else []


def _validated(model: type[_Model], raw: Raw, problems: list[Problem]) -> _Model | None:
    try:
        return model.model_validate(raw, strict=True)
    except ValidationError as error:
        problems += problems_of(error, model)
        return None


def _rule_problems(named: str, number: int, table: Raw) -> list[Problem]:
    rule = table.get("rule")
    if not isinstance(rule, str) or not rule:
        return []
    try:
        parse(rule)
    except QueryError as error:
        why = " ".join(part for part in (error.reason, error.suggestion) if part)
        where = path((named, number, "rule"))
        return [Problem(where, f"column {error.column} of {shown(rule)}: {why}")]
    return []


def _twice(where: str, tables: Numbered) -> list[Problem]:
    """Names that an earlier table has as well; case makes no difference."""
    first: dict[str, int] = {}
    problems = []
    for number, table in tables:
        name = table.get("name")
        if not isinstance(name, str):
            continue
        earlier = first.setdefault(name.strip().casefold(), number)
        if earlier != number:
            words = f"found {shown(name)}; {path((where, earlier))} has that name already."
            problems.append(Problem(path((where, number, "name")), words))
    return problems


def _ours_problems(brands: Numbered) -> list[Problem]:
    if not brands or any(table.get("ours") is True for _, table in brands):
        return []
    names = ", ".join(shown(table.get("name")) for _, table in brands)
    return [Problem("brands", f"none is ours (found {names}). Write ours = true at your own organisation.")]
