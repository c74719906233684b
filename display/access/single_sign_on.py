"""What single sign-on needs besides its protocol, which ``oidc`` has: that module is imported only where it is used."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass

from monitor.errors import PeopleError

TRY_AGAIN = "Signing in did not work. Try again."


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the browser keeps while its person signs in there."""

    state: str
    nonce: str
    verifier: str
    target: str
    """Our own path where the person wanted to go."""

    def to_cookie(self) -> str:
        """As the value of a cookie."""
        return urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()

    @classmethod
    def from_cookie(cls, value: str) -> Attempt | None:
        """From the value of a cookie, which is untrusted; None if it is not one."""
        try:
            found = json.loads(urlsafe_b64decode(value.encode()))
            attempt = cls(**found)
        except (ValueError, TypeError):
            return None
        return attempt if all(isinstance(text, str) for text in asdict(attempt).values()) else None


class ProviderError(PeopleError):
    """Signing in did not work. The message is for the person; the log has the reason."""
