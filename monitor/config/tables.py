"""The tables of config.toml: their keys, with type and default. ``checks`` has the rules that involve several keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from monitor.config.sign_in import PASSWORDS_ONLY, SignIn
from monitor.config.values import (
    Colour,
    DatabaseAddress,
    Days,
    Duration,
    Host,
    HostName,
    LanguageCode,
    Name,
    Network,
    Text,
    Unique,
    WebAddress,
    Zone,
)
from monitor.config.walls import Wall
from monitor.secrets import SecretName


class Table(BaseModel):
    """A table whose keys are all known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class GeneralTable(Table):
    """``[wallflower]``"""

    data: Text = "data"
    database: DatabaseAddress | None = None
    database_password: SecretName | None = None
    timezone: Zone = Field(default="UTC", validate_default=True)
    allow_hosts: Unique[Host] = ()
    keep: Days | None = None
    intents: Text | None = None
    learn_from_answers: StrictBool = True


class BackupTable(Table):
    """``[backup]``"""

    to: Text | None = None
    keep: Annotated[StrictInt, Field(ge=1, le=10_000)] = 7


@dataclass(frozen=True, slots=True)
class Server:
    """``[server]``: where the pages are served."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    host: Text = "127.0.0.1"
    port: Annotated[StrictInt, Field(ge=1, le=65535)] = 8750
    hosts: Unique[HostName] = ()
    """Further names by which people reach the pages, such as the name of a reverse proxy."""
    proxies: Unique[Network] = ()
    """The reverse proxies whose X-Forwarded-* headers are believed."""
    url: WebAddress | None = None
    """The address at which people open the pages, for the links in messages; None: as far as the rest says it."""
    mcp: StrictBool = False
    """Whether assistants may read through /mcp."""


class LanguagesTable(Table):
    """``[languages]``: what the language model scores."""

    on: Unique[LanguageCode] = ()
    off: Unique[LanguageCode] = ()
    weights: Text | None = None


class ModelsTable(Table):
    """``[models]``: a language model of one's own."""

    folder: Text | None = None
    languages: Unique[LanguageCode] = ()
    trusted: Unique[LanguageCode] = ()
    labels: tuple[Annotated[StrictInt, Field(ge=-1, le=1)], ...] = ()


class BrandTable(Table):
    """``[[brands]]``"""

    name: Name
    rule: Text
    ours: StrictBool = False
    aliases: Unique[Name] = ()
    colour: Colour | None = None


class SourceTable(BaseModel):
    """``[[sources]]``: the keys that every kind has. The others belong to the kind's own model."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: Text
    name: Name
    every: Duration | None = None
    keep: Days | None = None


class TopicTable(Table):
    """``[[topics]]``"""

    name: Name
    rule: Text


class FileTables(Table):
    """The whole file."""

    wallflower: GeneralTable = GeneralTable()
    server: Server = Server()
    sign_in: SignIn = PASSWORDS_ONLY
    backup: BackupTable = BackupTable()
    languages: LanguagesTable = LanguagesTable()
    models: ModelsTable = ModelsTable()
    brands: Annotated[list[BrandTable], Field(min_length=1)]
    sources: list[SourceTable] = []
    topics: Annotated[list[TopicTable], Field(max_length=50)] = []
    walls: list[Wall] = []
