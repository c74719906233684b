"""Where a feed is: its keys in config.toml, and the address that they make."""

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
from monitor.http import check_url
from monitor.secrets import SecretName
from monitor.sources import SourceOptions

_HOW = "It holds the feed's whole address."
_WAYS = ("url", "preset", "secret")
_CHANNEL = "a channel's id, UC and 22 signs; its page tells it under About, Share channel, Copy channel ID"
_LONG = 20
"""Characters; no word of an address is that long."""


def _readable(url: str) -> str:
    try:
        check_url(url)
    except SourceError as error:
        raise ValueError(str(error)) from error
    return url


def _site(text: str) -> str:
    base = presets.base_url(text)
    _readable(base)
    return base


def _known(name: str) -> str:
    if name not in presets.PRESETS:
        near = difflib.get_close_matches(name, presets.PRESETS, n=1)
        hint = f' (did you mean "{near[0]}"?)' if near else ""
        raise ValueError(f"one of {', '.join(presets.PRESETS)}{hint}")
    return name


def _like(pattern: str, words: str) -> AfterValidator:
    """Lets through what ``pattern`` finds in full: its first group, or all of it."""
    form = re.compile(pattern)

    def checked(value: str) -> str:
        found = form.fullmatch(value.strip())
        if not found:
            raise ValueError(words)
        return found[1] if form.groups else found[0]

    return AfterValidator(checked)


def _upper(value: str) -> str:
    return value.upper()


class Options(SourceOptions):
    """Keys of a feed in config.toml: ``url``, or ``preset`` with the keys that it takes, or ``secret`` alone."""

    url: Annotated[str, AfterValidator(_readable)] | None = None
    """The feed's address."""
    preset: Annotated[str, AfterValidator(_known)] | None = None
    """A place whose feeds stand at addresses that nobody needs to know."""
    secret: SecretName | None = None
    """Name of the secret that holds an address which is nobody else's business, or what a preset needs of one."""
    query: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)] | None = None
    site: Annotated[str, AfterValidator(_site)] | None = None
    """A host, such as forum.example, or an address."""
    section: Annotated[str, _like(r"[\w/-]{1,100}", "a forum's number, or a category as slug/number")] | None = None
    tag: Annotated[str, _like(r"#?([\w-]{1,80})", "one tag")] | None = None
    user: Annotated[str, _like(r"[\w.@-]{1,80}", "the name of an account")] | None = None
    subreddit: (
        Annotated[str, _like(r"(?:\S*reddit\.com)?(?:/?r/)?(\w{2,24})(?:/\S*)?", 'a subreddit, such as "askreddit"')]
        | None
    ) = None
    community: (
        Annotated[str, _like(r"(?:https?://\S+/c/)?!?([\w.@-]{1,120})/?", 'a community, such as "technology"')] | None
    ) = None
    channel: Annotated[str, _like(r"(?:\S*youtube\.com/channel/)?(UC[\w-]{22})(?:[/?]\S*)?", _CHANNEL)] | None = None
    playlist: Annotated[str, _like(r"(?:\S+[?&]list=)?([\w-]{10,60})(?:&\S*)?", "a playlist's id")] | None = None
    podcast: (
        Annotated[str, _like(r"(?:\S+/id)?([0-9]{5,15})(?:\?\S*)?", "the number behind id in its address")] | None
    ) = None
    country: Annotated[str, _like(r"[A-Za-z]{2}", 'two letters, such as "GB"'), AfterValidator(_upper)] | None = None
    language: Annotated[str, _like(r"[a-z]{2}", 'two small letters, such as "en"')] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        keys = [key for key in self.model_fields_set - {"name", "url", "preset"} if getattr(self, key) is not None]
        if self.preset is not None and self.url is None:
            if wrong := presets.key_problem(self.preset, keys):
                raise ValueError(wrong)
            if self.secret is None:
                _readable(presets.feed_url(self.preset, self._given()))
            return self
        ways = [key for key in _WAYS if getattr(self, key) is not None]
        if len(ways) != 1:
            raise ValueError(f"exactly one of {', '.join(_WAYS)}")
        if strange := sorted(set(keys) - set(ways)):
            raise ValueError(f"{', '.join(strange)} only together with a preset")
        return self

    def required_secrets(self) -> dict[str, str]:
        """The name of its secret, and what that holds."""
        return {self.secret: self._how} if self.secret else {}

    @property
    def _how(self) -> str:
        return (presets.PRESETS[self.preset].how if self.preset else "") or _HOW

    def place(self) -> Place:
        """Where the feed is now. Raises AuthError where its secret is missing, or is none."""
        if self.url is not None:
            return Place(self.url)
        if self.preset and self.secret is None:
            return Place(presets.feed_url(self.preset, self._given()), directory=presets.PRESETS[self.preset].directory)
        secret = secrets.get(str(self.secret), self._how)
        try:
            made = presets.feed_url(self.preset, {**self._given(), "secret": secret}) if self.preset else secret
            return Place(_readable(made), _telling(secret))
        except ValueError as error:
            why = secrets.redact(str(error), *_telling(secret))
            raise AuthError(f"The key {self.secret} does not lead to a feed: {why} {self._how}") from error

    def _given(self) -> dict[str, str]:
        """What a preset makes its address of, but for the secret."""
        keys = presets.PRESETS[self.preset].keys if self.preset else ()
        return {key: str(value) for key in keys if key != "secret" and (value := getattr(self, key)) is not None}


@dataclass(frozen=True, slots=True)
class Place:
    """The address of a feed, and the parts of it that nobody may see."""

    url: str
    hidden: tuple[str, ...] = ()
    directory: bool = False

    @property
    def key(self) -> str:
        """What stands for the address in the database."""
        return f"secret:{hashlib.sha256(self.url.encode()).hexdigest()[:32]}" if self.hidden else self.url

    def without(self, entry: Entry) -> Entry:
        """``entry`` with nothing of the secret in it; a link that shows some is dropped."""
        if not self.hidden:
            return entry
        words: dict[str, Any] = {
            k: secrets.redact(v, *self.hidden) for k, v in entry._asdict().items() if isinstance(v, str)
        }
        shown = entry._replace(**words)
        return shown if shown.link == entry.link else shown._replace(link="")

    def hide(self, error: SourceError) -> None:
        """Take the secret out of what ``error`` says."""
        if self.hidden:
            error.args = tuple(secrets.redact(str(said), *self.hidden) for said in error.args)
            if isinstance(error, BadResponse):
                error.sample = secrets.redact(error.sample, *self.hidden)


def _telling(secret: str) -> tuple[str, ...]:
    """The secret and, where it is an address, those of its parts that still tell: what looks like no word."""
    try:
        parts = urlsplit(secret)
        values = [value for some in parse_qs(parts.query).values() for value in some]
    except ValueError:
        return (secret,)
    inside = [part for part in (*parts.path.split("/"), *values) if len(part) >= _LONG or any(map(str.isdigit, part))]
    whole = [part for part in (parts.path, parts.query) if any(one in part for one in inside)]
    return (secret, *whole, *inside, *filter(None, [parts.password]))
