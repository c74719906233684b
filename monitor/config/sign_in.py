"""``[sign_in]``: how people sign in besides with a password, and which role they get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, StrictBool

from monitor.config.values import Name, Network, Text, Unique
from monitor.secrets import SecretName

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
EVERYBODY = "*"
"""In a list of groups: everybody who can sign in there."""


def _check_issuer(value: str) -> str:
    parts = urlsplit(value)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK_HOSTS)
    if not is_safe or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError('the https:// address of an OpenID provider, such as "https://login.example.org"')
    return value


def _check_header(value: str) -> str:
    if not value.replace("-", "").isalnum() or not value.isascii():
        raise ValueError('the name of a header, such as "X-Remote-User"')
    return value


Issuer = Annotated[Text, AfterValidator(_check_issuer)]
HeaderName = Annotated[Text, AfterValidator(_check_header)]


@dataclass(frozen=True, slots=True)
class Roles:
    """``[sign_in.roles]``: role -> groups whose people get it; "*" is everybody. The highest role counts."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    admin: Unique[Text] = ()
    member: Unique[Text] = ()
    viewer: Unique[Text] = ()


@dataclass(frozen=True, slots=True)
class Oidc:
    """``[sign_in.oidc]``: single sign-on by OpenID Connect."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    issuer: Issuer
    client_id: Text
    client_secret: SecretName | None = None
    """The name of the secret; a public client has none."""
    name: Name = "single sign-on"
    """What people call it: "Sign in with NAME"."""
    scopes: Unique[Text] = ("openid", "profile", "email")
    groups_claim: Text = "groups"
    """The claim with the groups of a person: a text or a list of texts."""


@dataclass(frozen=True, slots=True)
class TrustedHeader:
    """``[sign_in.header]``: a reverse proxy has signed people in, and names them in a header."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: HeaderName
    """Contains the name with which the person signs in."""
    addresses: Annotated[Unique[Network], Field(min_length=1)]
    """The only addresses from which the header is believed."""
    groups: HeaderName | None = None
    """A header with the groups of the person, separated by commas."""
    full_name: HeaderName | None = None


@dataclass(frozen=True, slots=True)
class SignIn:
    """``[sign_in]``."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    passwords: StrictBool = True
    """Whether people can sign in with a password, too."""
    oidc: Oidc | None = None
    header: TrustedHeader | None = None
    roles: Roles = Roles(viewer=(EVERYBODY,))


PASSWORDS_ONLY = SignIn()
