"""The keys of a feed in config.toml, and the feed's address that results from them."""

from __future__ import annotations

import difflib
import hashlib
import re
from dataclasses import dataclass
from typing import Annotated, Any, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, StringConstraints, model_validator

from monitor import secrets
from monitor.errors import AuthError, BadResponse, SourceError
from monitor.feeds import presets
from monitor.feeds.entries import Entry
from monitor.secrets import SecretName
from monitor.sources import SourceOptions
from monitor.sources._options import readable_url

_SECRET_HELP = "It must hold the feed's whole address."
_ADDRESS_KEYS = ("url", "preset", "secret")
_CHANNEL_HELP = "a channel's id: UC and 22 characters, on its page under About, Share channel, Copy channel ID"
_MIN_TOKEN_CHARS = 20
"""A part of an address with this many characters is not a word, and may be a secret."""


def _site_url(text: str) -> str:
    return readable_url(presets.base_url(text))


def _preset_name(name: str) -> str:
    if name not in presets.PRESETS:
        similar = difflib.get_close_matches(name, presets.PRESETS, n=1)
        hint = f' (did you mean "{similar[0]}"?)' if similar else ""
        raise ValueError(f"one of {', '.join(presets.PRESETS)}{hint}")
    return name


def _matching(pattern: str, allowed: str) -> AfterValidator:
    """Accepts values that match ``pattern`` in full, and keeps its first group, or the whole match if it has none."""
    compiled = re.compile(pattern)

    def validate(value: str) -> str:
        found = compiled.fullmatch(value.strip())
        if not found:
            raise ValueError(allowed)
        return found[1] if compiled.groups else found[0]

    return AfterValidator(validate)


def _upper(value: str) -> str:
    return value.upper()


class Options(SourceOptions):
    """Keys of a feed in config.toml: ``url``, or ``preset`` with the keys that it takes, or ``secret`` alone."""

    url: Annotated[str, AfterValidator(readable_url)] | None = None
    """The feed's address."""
    preset: Annotated[str, AfterValidator(_preset_name)] | None = None
    """A site whose feed addresses Wallflower knows how to build."""
    secret: SecretName | None = None
    """Name of the secret that holds a private address, or the private part that a preset needs."""
    query: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)] | None = None
    site: Annotated[str, AfterValidator(_site_url)] | None = None
    """A host, such as forum.example, or an address."""
    section: Annotated[str, _matching(r"[\w/-]{1,100}", "a forum's number, or a category as slug/number")] | None = None
    tag: Annotated[str, _matching(r"#?([\w-]{1,80})", "one tag")] | None = None
    user: Annotated[str, _matching(r"[\w.@-]{1,80}", "the name of an account")] | None = None
    subreddit: (
        Annotated[
            str, _matching(r"(?:\S*reddit\.com)?(?:/?r/)?(\w{2,24})(?:/\S*)?", 'a subreddit, such as "askreddit"')
        ]
        | None
    ) = None
    community: (
        Annotated[str, _matching(r"(?:https?://\S+/c/)?!?([\w.@-]{1,120})/?", 'a community, such as "technology"')]
        | None
    ) = None
    channel: (
        Annotated[str, _matching(r"(?:\S*youtube\.com/channel/)?(UC[\w-]{22})(?:[/?]\S*)?", _CHANNEL_HELP)] | None
    ) = None
    playlist: Annotated[str, _matching(r"(?:\S+[?&]list=)?([\w-]{10,60})(?:&\S*)?", "a playlist's id")] | None = None
    podcast: (
        Annotated[str, _matching(r"(?:\S+/id)?([0-9]{5,15})(?:\?\S*)?", "the number after id in its address")] | None
    ) = None
    country: Annotated[str, _matching(r"[A-Za-z]{2}", 'two letters, such as "GB"'), AfterValidator(_upper)] | None = (
        None
    )
    language: Annotated[str, _matching(r"[a-z]{2}", 'two lower-case letters, such as "en"')] | None = None

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        keys = [key for key in self.model_fields_set - {"name", "url", "preset"} if getattr(self, key) is not None]
        if self.preset is not None and self.url is None:
            if problem := presets.key_problem(self.preset, keys):
                raise ValueError(problem)
            if self.secret is None:
                readable_url(presets.feed_url(self.preset, self._preset_values()))
            return self
        address_keys = [key for key in _ADDRESS_KEYS if getattr(self, key) is not None]
        if len(address_keys) != 1:
            raise ValueError(f"exactly one of {', '.join(_ADDRESS_KEYS)}")
        if unused := sorted(set(keys) - set(address_keys)):
            raise ValueError(f"{', '.join(unused)} only together with a preset")
        return self

    def required_secrets(self) -> dict[str, str]:
        """Its secret, and what that must hold."""
        return {self.secret: self._secret_help} if self.secret else {}

    @property
    def _secret_help(self) -> str:
        return (presets.PRESETS[self.preset].secret_help if self.preset else "") or _SECRET_HELP

    def address(self) -> FeedAddress:
        """The feed's address. Raises AuthError if its secret is missing or does not result in an address."""
        if self.url is not None:
            return FeedAddress(self.url)
        if self.preset and self.secret is None:
            url = presets.feed_url(self.preset, self._preset_values())
            return FeedAddress(url, is_directory=presets.PRESETS[self.preset].is_directory)
        secret = secrets.get(str(self.secret), self._secret_help)
        try:
            url = secret
            if self.preset:
                url = presets.feed_url(self.preset, {**self._preset_values(), "secret": secret})
            return FeedAddress(readable_url(url), _secret_parts(secret))
        except ValueError as error:
            reason = secrets.redact(str(error), *_secret_parts(secret))
            raise AuthError(f"The key {self.secret} does not lead to a feed: {reason} {self._secret_help}") from error

    def _preset_values(self) -> dict[str, str]:
        """The values from which a preset builds its address, except the secret."""
        keys = presets.PRESETS[self.preset].keys if self.preset else ()
        return {key: str(value) for key in keys if key != "secret" and (value := getattr(self, key)) is not None}


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """The address of a feed, and the parts of it that must not be shown."""

    url: str
    secret_parts: tuple[str, ...] = ()
    is_directory: bool = False
    """Whether the address returns JSON that names the feed, not the feed itself."""

    @property
    def key(self) -> str:
        """What identifies the address in the database: a digest if it is secret."""
        return f"secret:{hashlib.sha256(self.url.encode()).hexdigest()[:32]}" if self.secret_parts else self.url

    def redact_entry(self, entry: Entry) -> Entry:
        """``entry`` without the secret parts; a link that contains one is removed."""
        if not self.secret_parts:
            return entry
        fields: dict[str, Any] = {
            name: secrets.redact(value, *self.secret_parts)
            for name, value in entry._asdict().items()
            if isinstance(value, str)
        }
        redacted = entry._replace(**fields)
        return redacted if redacted.link == entry.link else redacted._replace(link="")

    def redact_error(self, error: SourceError) -> None:
        """Remove the secret parts from the message of ``error``, in place."""
        if self.secret_parts:
            error.args = tuple(secrets.redact(str(arg), *self.secret_parts) for arg in error.args)
            if isinstance(error, BadResponse):
                error.sample = secrets.redact(error.sample, *self.secret_parts)


def _secret_parts(secret: str) -> tuple[str, ...]:
    """The secret and, if it is an address, the parts that look like tokens rather than words."""
    try:
        parts = urlsplit(secret)
        values = [value for parameter in parse_qs(parts.query).values() for value in parameter]
    except ValueError:
        return (secret,)
    candidates = (*parts.path.split("/"), *values)
    tokens = [part for part in candidates if len(part) >= _MIN_TOKEN_CHARS or any(map(str.isdigit, part))]
    containers = [part for part in (parts.path, parts.query) if any(token in part for token in tokens)]
    return (secret, *containers, *tokens, *filter(None, [parts.password]))
