"""Removes secrets from a text before anyone reads it: known values, and what looks like a secret by its surroundings.

A log record can contain text from anywhere: the URL of a request in a traceback, the headers of a site's answer, the
repr of an object of an SDK. Redacting too much costs a word; redacting too little costs a key.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection

from monitor import secrets
from monitor.urls import redact as redact_url

REFRESH_SECONDS = 5.0
"""How long known values are used before they are read again, so that a rotated key is known soon."""
MAX_CHARS = 32_000
"""Longer texts lose their middle, so that no record fills the log or takes long to redact."""
_OMITTED = "\n[… shortened …]\n"

_QUOTED = r"""b?"(?:[^"\\\n]|\\.)*"|b?'(?:[^'\\\n]|\\.)*'"""
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}KEY-----|\Z)", re.DOTALL)
_HEADER = re.compile(
    r"""(\b(?:(?:proxy-)?authorization|(?:set-)?cookie|x-hub-signature(?:-256)?|x-[a-z-]{0,40}(?:key|token|secret))"""
    rf"""(?:\s*[:=]\s*|["']\s*[:,]\s*))({_QUOTED}|[^\r\n]+)""",
    re.IGNORECASE,
)
"""A header as HTTP has it, or in the repr of a dict or of a list of pairs; without quotes, its value ends the line."""
_SCHEME = re.compile(r"\b((?i:bearer|basic)\s+)(?=\S*(?:\d|[a-z]\S*[A-Z]))[\w.~+/=-]{8,}")
"""The credentials of an Authorization header; not "basic authentication"."""
_NAMES = (
    r"[\w-]{0,40}(?:(?:api|access|private)[_-]{0,2}key|token|secret|passw(?:or)?d|passphrase|signature|session_?id)"
)
_ASSIGNMENT = re.compile(
    rf"""(\b{_NAMES}(?:\s?=\s?|["']\s*[:=,]\s*))({_QUOTED}|[^\s,;&'")\]}}]+)""",
    re.IGNORECASE,
)
"""``token=…`` as in a query or a repr, ``"token": …`` as in JSON, but not "the token: …" as in a sentence."""
_URL = re.compile(r"\b(?!file:|sqlite:)[a-z][a-z0-9+.-]{1,20}://[^\s'\"<>]*[^\s'\"<>).,;:!]", re.IGNORECASE)
_QUERY = re.compile(r"(?<=[\w/…])\?[^\s'\"<>?]{0,200}=[^\s'\"<>]*[^\s'\"<>).,;:!]")
"""The query of a URL without its scheme and host, as in messages of urllib3."""
_WELL_KNOWN = re.compile(
    r"\beyJ[\w-]{10,}\.[\w-]{5,}\.[\w-]*|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bwfl_[\w-]{20,}|\bAIza[\w-]{30,}|\bxox[abprs]-[\w-]{10,}"
)
"""JSON Web Tokens, and keys of GitHub, Wallflower itself, Google and Slack."""


def redact_patterns(text: str) -> str:
    """``text`` without everything that looks like a secret by its form or by what stands before it."""
    text = _PRIVATE_KEY.sub("…", text)
    text = _HEADER.sub(_keep_name, text)
    text = _SCHEME.sub(r"\1…", text)
    text = _URL.sub(lambda match: redact_url(match[0]), text)
    text = _QUERY.sub("?…", text)
    text = _ASSIGNMENT.sub(_keep_name, text)
    return _WELL_KNOWN.sub("…", text)


def _keep_name(match: re.Match[str]) -> str:
    value = match[2].removeprefix("b")
    quote = value[0] if value[:1] in ("'", '"') else ""
    return f"{match[1]}{quote}…{quote}"


class Redactor:
    """Redacts known secrets and patterns. Thread-safe."""

    def __init__(
        self,
        known_values: Callable[[], Collection[str]] = secrets.visible_values,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``known_values`` reads the secrets. Values that it returned once are redacted ever after."""
        self._known_values, self._monotonic = known_values, monotonic
        self._values: frozenset[str] = frozenset()
        self._read_at = float("-inf")

    def __call__(self, text: str) -> str:
        """``text`` without secrets."""
        if len(text) > MAX_CHARS:
            text = text[: MAX_CHARS // 2] + _OMITTED + text[-MAX_CHARS // 2 :]
        return redact_patterns(secrets.redact(text, *self._known()))

    def _known(self) -> list[str]:
        now = self._monotonic()
        if now - self._read_at >= REFRESH_SECONDS:
            self._read_at = now
            self._values |= frozenset(self._known_values())
        # The longest first: a value may contain another one.
        return sorted(self._values, key=len, reverse=True)
