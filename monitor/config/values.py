"""The types of values in config.toml. Each validator raises a ValueError that says what is expected."""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, TypeAlias, TypeVar
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, PlainValidator, StringConstraints

from monitor.errors import HiddenValue, QueryError
from monitor.query import parse

MAX_NAME_CHARS = 60
MIN_DURATION, MAX_DURATION = timedelta(seconds=1), timedelta(days=30)
_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"([0-9]{1,9})\s*([smhd])")
_EXPECTED_DURATION = 'a number with s, m, h or d, such as "10m" or "2h", from "1s" to "30d"'
MAX_DAYS = 36_500
_DAYS = re.compile(r"([0-9]{1,5})\s*d")
_EXPECTED_DAYS = f'a number of days, such as "400d", from "1d" to "{MAX_DAYS}d"'
_EXPECTED_DATABASE = 'the address of a PostgreSQL database, such as "postgresql://wallflower@db.example.org/wallflower"'
_EXPECTED_WITHOUT_PASSWORD = (
    "an address without a password: put the password into a secret, and name that in `database_password`, "
    'such as "DATABASE_PASSWORD"'
)
_RESERVED_WALL_NAME = "pairing"
"""Not allowed as the name of a wall, because /wall/pairing shows how to pair one."""

T = TypeVar("T")
IPNetwork: TypeAlias = IPv4Network | IPv6Network


def parse_duration(value: object) -> timedelta:
    """``"10m"`` as a timedelta."""
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError(_EXPECTED_DURATION)
    seconds = int(found[1]) * _UNIT_SECONDS[found[2]]
    if not MIN_DURATION.total_seconds() <= seconds <= MAX_DURATION.total_seconds():
        raise ValueError(_EXPECTED_DURATION)
    return timedelta(seconds=seconds)


def parse_days(value: object) -> timedelta:
    """``"400d"`` as a timedelta. Other units would be dangerous: "13m" could be meant as months."""
    found = _DAYS.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or not 1 <= int(found[1]) <= MAX_DAYS:
        raise ValueError(_EXPECTED_DAYS)
    return timedelta(days=int(found[1]))


def parse_zone(value: object) -> ZoneInfo:
    """``"Europe/London"`` as a ZoneInfo."""
    try:
        return ZoneInfo(value if isinstance(value, str) else "")
    except (OSError, ValueError, LookupError):
        raise ValueError('the name of a time zone, such as "Europe/London" or "UTC"') from None


def parse_network(value: object) -> IPNetwork:
    """``"10.0.0.7"`` or ``"10.0.0.0/8"`` as a network. Every address is refused: it would not exclude anybody."""
    expected = 'an address or a network, such as "10.0.0.7" or "10.0.0.0/8"'
    try:
        network = ip_network(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError(expected) from None
    if network.prefixlen == 0:
        raise ValueError(f"{expected}; not every address, because then everybody would be believed")
    return network


def _matching(pattern: str, expected: str) -> AfterValidator:
    """Requires that ``pattern`` matches the whole text."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(expected)
        return value

    return AfterValidator(check)


def _check_printable(value: str) -> str:
    if value != value.strip() or not value.isprintable():
        raise ValueError("a name of printable characters, without spaces around it")
    return value


def _check_not_reserved(value: str) -> str:
    if value == _RESERVED_WALL_NAME:
        raise ValueError(f'any name except "{_RESERVED_WALL_NAME}", whose address is in use')
    return value


def _check_database(value: str) -> str:
    """The address of a database, which contains no password: it is shown, and the config is no place for secrets."""
    try:
        parts = urlsplit(value)
        in_query = {"password", "password_secret"} & parse_qs(parts.query.lower()).keys()
        has_password = bool(parts.password is not None or in_query or "@" in parts.path)
    except ValueError:
        parts, has_password = urlsplit(""), False
    if has_password:
        raise HiddenValue(_EXPECTED_WITHOUT_PASSWORD)
    if parts.scheme != "postgresql" or len(parts.path) < 2 or parts.fragment or not value.isprintable():
        raise HiddenValue(_EXPECTED_DATABASE)
    return value


def _check_searchable(value: str) -> str:
    try:
        parse(f'"{value}"')
    except QueryError:
        raise ValueError("a word or a phrase, without quotes") from None
    return value


def _without_duplicates(values: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))


Text = Annotated[str, StringConstraints(min_length=1)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME_CHARS), AfterValidator(_check_printable)]
Unique = Annotated[tuple[T, ...], AfterValidator(_without_duplicates)]
"""A list, as a tuple without duplicates."""
Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
DatabaseAddress = Annotated[str, AfterValidator(_check_database)]
"""Of PostgreSQL, without a password."""
Days = Annotated[timedelta, BeforeValidator(parse_days)]
"""How long posts are kept."""
Zone = Annotated[ZoneInfo, BeforeValidator(parse_zone)]
Colour = Annotated[str, _matching(r"#[0-9a-fA-F]{6}", 'a colour such as "#0b6e4f"')]
Host = Annotated[
    str,
    _matching(
        r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?",
        'a host, or host:port, such as "wiki.local" or "127.0.0.1:8000"',
    ),
]
HostName = Annotated[
    str,
    _matching(
        r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}",
        'the name in the address of the pages, without a port, such as "wallflower.example.org"',
    ),
]
WebAddress = Annotated[
    str,
    _matching(
        r"https?://[A-Za-z0-9._:\[\]-]{1,253}(?:/[A-Za-z0-9._~/-]*)?",
        'the address of the pages, such as "https://wallflower.example.org"',
    ),
]
Network = Annotated[IPv4Network | IPv6Network, PlainValidator(parse_network)]
LanguageCode = Annotated[str, _matching(r"[a-z]{2}", 'the two-letter code of a language, such as "tr"')]
PostLanguage = Annotated[str, _matching(r"[a-z]{2,3}", 'the code of a language such as "en", or "und" for unknown')]
WallName = Annotated[
    str,
    _matching(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", 'letters a to z, digits and hyphens, such as "reception"'),
    AfterValidator(_check_not_reserved),
]
Phrase = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_check_searchable)]
"""A word, or several in a row, that can be searched for."""
Muted = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""An author, site or source."""
