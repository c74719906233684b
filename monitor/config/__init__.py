"""Reads and checks config.toml: ``load`` returns a Config, or raises a ConfigError that lists every problem at once.

Each problem says where it is (the TOML path, counted from 0), what was found and what is expected. Unknown keys are
rejected, because a misspelt key would otherwise be ignored silently. A problem with the kind of a source, or with the
keys of that kind, affects only that source: it is in its ``SourceConfig``. The file should contain no secret. Addresses
may contain one anyway, so problems quote only their host.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from monitor import secrets
from monitor.config.checks import RawTable, cross_table_problems, numbered_tables
from monitor.config.problems import Problem
from monitor.config.sign_in import PASSWORDS_ONLY, SignIn
from monitor.config.source_tables import KindOptions, OptionsOf, OptionsReader, SourceConfig, reject_mixed_samples
from monitor.config.tables import FileTables, Server, SourceTable
from monitor.config.validation import problems_of
from monitor.config.walls import Wall
from monitor.errors import ConfigError, IntentFileError
from monitor.intent import IntentRules, parse_intent_rules
from monitor.model import Brand, OwnModel, Topic

LOCAL_FILE = Path("config.toml")
OWN_FILE = Path("config.local.toml")
"""Preferred over LOCAL_FILE, which in a clone of the project is the annotated example."""
SYSTEM_FILE = Path("/etc/wallflower/config.toml")
SYSTEM_DATA = Path("/var/lib/wallflower")
"""The data folder of a system-wide installation, whose config is SYSTEM_FILE."""
PLACES = (OWN_FILE, LOCAL_FILE, SYSTEM_FILE)
"""Where commands look for a config that is not named, in this order."""

_HOW_TO_CREATE = "Create one with `wallflower init`, or pass yours with --config PATH."


@dataclass(frozen=True, slots=True)
class Config:
    """A config file that can be used."""

    path: Path
    data: Path
    """Folder of the database file, and of what else the installation keeps; absolute."""
    timezone: ZoneInfo
    server: Server
    brands: tuple[Brand, ...]
    sources: tuple[SourceConfig, ...]
    allow_hosts: frozenset[str] = frozenset()
    """``host`` or ``host:port`` on a private network that sources may read."""
    topics: tuple[Topic, ...] = ()
    walls: tuple[Wall, ...] = (Wall(),)
    """At least one. The first is also served at /wall."""
    keep: timedelta | None = None
    """How long posts are kept, unless their source has a ``keep`` of its own; None: forever."""
    backup_folder: Path | None = None
    """Folder of backups, absolute; None: the default, see ``backups``."""
    sign_in: SignIn = PASSWORDS_ONLY
    languages_on: tuple[str, ...] = ()
    """Languages that the language model is to score although it does not by default."""
    languages_off: tuple[str, ...] = ()
    """Languages that it must not score."""
    encoder_weights: Path | None = None
    """Its weights, absolute; None: those that are installed."""
    own_model: OwnModel | None = None
    """A language model to use in place of the installed one."""
    keep_backups: int = 7
    """How many backups stay in their folder."""
    intents: tuple[IntentRules, ...] | None = None
    """The rules of a file of one's own; None: those of the program."""
    learn_from_answers: bool = True
    """Whether scores are adjusted by what people's answers taught."""
    postgres_url: str | None = None
    """The address of a PostgreSQL database, without its password; None: the database is a file in ``data``."""
    database_password: str | None = None
    """The name of the secret with its password."""

    @property
    def is_sample(self) -> bool:
        """Whether all posts are made up. They have a database of their own, so that they never mix with real ones."""
        return any(source.is_sample for source in self.sources)

    @property
    def database(self) -> Path:
        """The database file within ``data``; see ``postgres_url``."""
        return self.data / ("sample.db" if self.is_sample else "wallflower.db")

    @property
    def database_url(self) -> str:
        """The URL that ``monitor.store.open_store`` takes. It names the secret with the password."""
        if self.postgres_url is None:
            return f"sqlite:///{self.database}"
        if self.database_password is None:
            return self.postgres_url
        separator = "&" if "?" in self.postgres_url else "?"
        return f"{self.postgres_url}{separator}password_secret={self.database_password}"

    @property
    def database_name(self) -> str:
        """Where the database is, for people."""
        return str(self.database) if self.postgres_url is None else self.postgres_url.partition("?")[0]

    @property
    def installation(self) -> Path:
        """The file with the id of this installation, which a PostgreSQL database has too."""
        return self.data / "installation"

    @property
    def backups(self) -> Path:
        """The folder of backups."""
        return self.backup_folder or self.data / "backups"

    @property
    def keep_by_source(self) -> dict[str, timedelta]:
        """Source -> how long its posts are kept, for sources with a ``keep`` of their own."""
        return {source.name: source.keep for source in self.sources if source.keep is not None}

    @property
    def secret_names(self) -> frozenset[str]:
        """The names of all secrets that it refers to."""
        oidc = self.sign_in.oidc
        own = {oidc.client_secret} if oidc and oidc.client_secret else set()
        own |= {self.database_password} if self.database_password else set()
        return frozenset(own.union(*(secrets.secret_names(s.options) for s in self.sources if s.options)))

    def check(self) -> None:
        """Raise ConfigError if any source has problems, even though the others can be read."""
        if problems := [str(problem) for source in self.sources for problem in source.problems]:
            raise ConfigError(self.path, problems)


def find_file(given: Path | None = None, places: Sequence[Path] = PLACES) -> Path:
    """The config file to use: ``given``, else the first of ``places`` that exists. Raises ConfigError."""
    found = next((place for place in places if place.exists()), None) if given is None else given
    if found is None:
        tried = " nor ".join(str(place) for place in places)
        raise ConfigError(places[0], [f"there is no config file: neither {tried} exists. {_HOW_TO_CREATE}"])
    return found


def new_file(folder: Path = Path()) -> Path:
    """Where to write a config of one's own in ``folder``: beside the annotated example, else in its usual place."""
    return folder / (OWN_FILE if is_example(folder / LOCAL_FILE) else LOCAL_FILE)


def is_example(file: Path) -> bool:
    """Whether ``file`` is a config without a real source, such as the annotated example."""
    try:
        tables = [table for _, table in numbered_tables(_parse(_read_text(file), file), "sources")]
    except ConfigError:
        return False
    return bool(tables) and all(table.get("kind") == "sample" for table in tables)


def load(
    file: Path, options_of: OptionsOf, kinds: Collection[str] = (), wall_languages: Collection[str] = ()
) -> Config:
    """Read and check ``file``; see ``load_text``. Raises ConfigError also if it cannot be read."""
    return load_text(_read_text(file), file, options_of, kinds, wall_languages)


def load_text(
    text: str, file: Path, options_of: OptionsOf, kinds: Collection[str] = (), wall_languages: Collection[str] = ()
) -> Config:
    """Check ``text`` as the content of ``file``.

    ``kinds``: all kinds of source, for suggestions. ``wall_languages``: those that a wall can have; if empty, any.
    Raises ConfigError with every problem, those of sources included, unless only sources have problems.
    """
    raw = _parse(text, file)
    reader = OptionsReader(options_of, kinds)
    numbered = numbered_tables(raw, "sources")
    options = reject_mixed_samples(numbered, [reader.read(number, table) for number, table in numbered])
    problems: list[Problem] = []
    tables = _validate(raw, problems)
    problems += cross_table_problems(raw, wall_languages)
    intents = _intents(file, tables, problems)
    if problems or tables is None:
        of_sources = [problem for one in options for problem in one.problems]
        raise ConfigError(file, [str(problem) for problem in (*problems, *of_sources)])
    return _config(file, tables, options, intents)


def _config(
    file: Path, tables: FileTables, options: Sequence[KindOptions], intents: tuple[IntentRules, ...] | None
) -> Config:
    backup_folder, weights = tables.backup.to, tables.languages.weights
    return Config(
        path=file,
        data=_folder(file, tables.wallflower.data),
        timezone=tables.wallflower.timezone,
        allow_hosts=frozenset(tables.wallflower.allow_hosts),
        server=tables.server,
        sign_in=tables.sign_in,
        brands=tuple(Brand(**dict(table)) for table in tables.brands),
        sources=tuple(_source(table, one) for table, one in zip(tables.sources, options, strict=True)),
        topics=tuple(Topic(**dict(table)) for table in tables.topics),
        walls=tuple(tables.walls) or (Wall(),),
        keep=tables.wallflower.keep,
        backup_folder=None if backup_folder is None else _folder(file, backup_folder),
        keep_backups=tables.backup.keep,
        own_model=_own_model(file, tables),
        languages_on=tables.languages.on,
        languages_off=tables.languages.off,
        encoder_weights=None if weights is None else _folder(file, weights),
        intents=intents,
        learn_from_answers=tables.wallflower.learn_from_answers,
        postgres_url=tables.wallflower.database,
        database_password=tables.wallflower.database_password,
    )


def _own_model(file: Path, tables: FileTables) -> OwnModel | None:
    own = tables.models
    return OwnModel(_folder(file, own.folder), own.languages, own.trusted, own.labels) if own.folder else None


def _intents(file: Path, tables: FileTables | None, problems: list[Problem]) -> tuple[IntentRules, ...] | None:
    name = tables and tables.wallflower.intents
    if not name:
        return None
    try:
        return parse_intent_rules(_folder(file, name).read_text(encoding="utf-8-sig"), name)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        problems.append(Problem(("wallflower", "intents"), f"{name} cannot be read: {reason}."))
    except IntentFileError as error:
        problems += [Problem(("wallflower", "intents"), f"{name}: {problem}") for problem in error.problems]
    return None


def _folder(file: Path, text: str) -> Path:
    """A file or folder that ``file`` names, absolute or relative to the file."""
    return (file.absolute().parent / Path(text).expanduser()).resolve()


def _source(table: SourceTable, own: KindOptions) -> SourceConfig:
    return SourceConfig(table.kind, table.name, table.every, own.options, own.problems, table.keep)


def _read_text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(file, [f"the file does not exist. {_HOW_TO_CREATE}"]) from None
    except OSError as error:
        raise ConfigError(file, [f"the file cannot be read: {error.strerror}."]) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(file, [f"line {line} is not UTF-8 text. Save the file as UTF-8."]) from error


def _parse(text: str, file: Path) -> RawTable:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(file, [f"the file is not valid TOML: {error}."]) from error


def _validate(raw: RawTable, problems: list[Problem]) -> FileTables | None:
    try:
        return FileTables.model_validate(raw)
    except ValidationError as error:
        problems += problems_of(error, FileTables)
        return None
