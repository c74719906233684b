"""OpenID Connect: the authorization code flow with PKCE, by Authlib, which takes a tenth of a second to import.

    begin  --> the provider's page, and what the browser has to keep meanwhile, in a cookie
    finish --> the code is exchanged for an ID token, which is checked --> ExternalPerson

Nothing is kept on the server between the two, so any process can finish what another one began.
"""

from __future__ import annotations

import hmac
import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from authlib.common.security import generate_token
from authlib.common.urls import add_params_to_uri
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from display.access.external_accounts import ExternalPerson
from display.access.single_sign_on import TRY_AGAIN, Attempt, ProviderError
from monitor import secrets as configured_secrets
from monitor.config.sign_in import Oidc
from monitor.errors import AuthError

TIMEOUT_SECONDS = 10.0
METADATA_SECONDS = 3600.0
"""How long the provider's addresses and keys are used before they are read again."""
KEY_RETRY_SECONDS = 60.0
"""After this long, a signature that does not fit makes us read the keys again: the provider may have new ones."""
LEEWAY_SECONDS = 60
"""How far the provider's clock may be off."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Only signatures with a private key: never "none", nor a hash that anybody with the client secret can compute."""
NOT_SET_UP = "Signing in with {name} is not set up correctly. Tell an admin."
UNREACHABLE = "{name} cannot be reached. Try again later, or ask an admin."

log = logging.getLogger("wallflower.access")


class OidcProvider:
    """One OpenID provider. Any thread may use it."""

    def __init__(self, options: Oidc, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.options = options
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._metadata: Mapping[str, Any] = {}
        self._keys: KeySet | None = None
        self._metadata_at = self._keys_at = float("-inf")

    def begin(self, redirect_uri: str, target: str) -> tuple[str, Attempt]:
        """The URL of the provider where the person signs in, and what to keep. Raises ProviderError."""
        attempt = Attempt(secrets.token_urlsafe(24), secrets.token_urlsafe(24), generate_token(48), target)
        endpoint = self._load_metadata()["authorization_endpoint"]
        with self._session(redirect_uri) as session:
            url, _ = session.create_authorization_url(
                endpoint, state=attempt.state, nonce=attempt.nonce, code_verifier=attempt.verifier
            )
        return str(url), attempt

    def finish(self, redirect_uri: str, answer: Mapping[str, str], attempt: Attempt) -> ExternalPerson:
        """The person who signed in. ``answer``: the parameters of the redirect, untrusted. Raises ProviderError."""
        if not hmac.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise ProviderError(TRY_AGAIN)
        if "error" in answer:
            log.warning("%s refused to sign somebody in: %.100r", self.options.issuer, answer["error"])
            raise ProviderError(f"{self.options.name} did not sign you in.")
        try:
            token = self._exchange(redirect_uri, answer.get("code", ""), attempt)
            claims = dict(self._checked_claims(token, attempt))
            if self.options.groups_claim not in claims or "name" not in claims:
                claims = self._with_user_info(claims, token)
        except (OAuthError, JoseError, ValueError, KeyError, TypeError) as error:
            log.warning("The answer of %s is not valid: %s: %.200s", self.options.issuer, type(error).__name__, error)
            raise ProviderError(TRY_AGAIN) from error
        return self._person(claims)

    def sign_out_url(self, back_to: str) -> str | None:
        """Where the person can sign out of the provider, too; None if it has no such page or cannot be reached."""
        try:
            endpoint = self._load_metadata().get("end_session_endpoint")
        except ProviderError:
            return None
        parameters = [("client_id", self.options.client_id), ("post_logout_redirect_uri", back_to)]
        return add_params_to_uri(endpoint, parameters) if isinstance(endpoint, str) else None

    def _session(self, redirect_uri: str) -> OAuth2Session:
        options = self.options
        session = OAuth2Session(
            options.client_id,
            self._client_secret(),
            token_endpoint_auth_method="client_secret_basic" if options.client_secret else "none",
            scope=" ".join(options.scopes),
            redirect_uri=redirect_uri,
            default_timeout=TIMEOUT_SECONDS,
            code_challenge_method="S256",
        )
        session.trust_env = False
        return session

    def _client_secret(self) -> str | None:
        name = self.options.client_secret
        try:
            return configured_secrets.get(name) if name else None
        except AuthError as error:
            log.error("Nobody can sign in with %s: %s", self.options.name, error)
            raise ProviderError(
                f"Signing in with {self.options.name} is not set up completely. Tell an admin."
            ) from error

    def _exchange(self, redirect_uri: str, code: str, attempt: Attempt) -> Mapping[str, Any]:
        """The tokens for ``code``."""
        endpoint = self._load_metadata()["token_endpoint"]
        try:
            with self._session(redirect_uri) as session:
                found: Mapping[str, Any] = session.fetch_token(endpoint, code=code, code_verifier=attempt.verifier)
        except OSError as error:  # every error of requests
            raise self._unreachable(error) from error
        return found

    def _checked_claims(self, token: Mapping[str, Any], attempt: Attempt) -> CodeIDToken:
        """The claims of the ID token. Raises JoseError unless the provider made it, for us and for this attempt."""
        decoded = self._decode(str(token["id_token"]))
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {"iss": {"essential": True, "value": self.options.issuer}, "aud": {"value": self.options.client_id}},
            {"nonce": attempt.nonce, "client_id": self.options.client_id, "access_token": token.get("access_token")},
        )
        claims.validate(leeway=LEEWAY_SECONDS)
        return claims

    def _decode(self, id_token: str) -> jwt.Token:
        try:
            return jwt.decode(id_token, self._load_keys(), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if self._monotonic() - self._keys_at < KEY_RETRY_SECONDS:
                raise
        return jwt.decode(id_token, self._load_keys(again=True), algorithms=ALGORITHMS)

    def _with_user_info(self, claims: dict[str, Any], token: Mapping[str, Any]) -> dict[str, Any]:
        """``claims`` with those of the provider's user info. Some providers keep the ID token short."""
        endpoint = self._load_metadata().get("userinfo_endpoint")
        if not isinstance(endpoint, str) or "access_token" not in token:
            return claims
        found = self._get(endpoint, {"Authorization": f"Bearer {token['access_token']}"})
        return {**found, **claims} if found.get("sub") == claims["sub"] else claims

    def _person(self, claims: Mapping[str, Any]) -> ExternalPerson:
        groups = claims.get(self.options.groups_claim, [])
        groups = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        name = next((claims[key] for key in ("preferred_username", "email", "sub") if claims.get(key)), "")
        return ExternalPerson(
            f"{self.options.issuer} {claims['sub']}",
            str(name),
            str(claims.get("name") or ""),
            frozenset(map(str, groups)),
        )

    def _load_metadata(self) -> Mapping[str, Any]:
        """The provider's discovery document. Raises ProviderError."""
        with self._lock:
            if self._monotonic() - self._metadata_at > METADATA_SECONDS:
                found = self._get(f"{self.options.issuer.rstrip('/')}/.well-known/openid-configuration")
                if found.get("issuer") != self.options.issuer:
                    log.error("%s says that it is %.100r", self.options.issuer, found.get("issuer"))
                    raise ProviderError(NOT_SET_UP.format(name=self.options.name))
                self._metadata, self._metadata_at = found, self._monotonic()
            return self._metadata

    def _load_keys(self, *, again: bool = False) -> KeySet:
        """The keys with which the provider signs. Raises ProviderError."""
        address = self._load_metadata()["jwks_uri"]
        with self._lock:
            is_old = self._monotonic() - self._keys_at > METADATA_SECONDS
            if self._keys is None or is_old or again:
                self._keys = KeySet.import_key_set(self._get(address))  # type: ignore[arg-type]
                self._keys_at = self._monotonic()
            return self._keys

    def _get(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The JSON object at ``url``. Raises ProviderError."""
        try:
            with self._session("") as session:
                response = session.request("GET", url, withhold_token=True, headers=headers)
                response.raise_for_status()
                found = response.json()
        except (OSError, ValueError) as error:  # OSError: every error of requests
            raise self._unreachable(error) from error
        if not isinstance(found, dict):
            raise self._unreachable(ValueError(f"{url} is not a JSON object"))
        return found

    def _unreachable(self, error: Exception) -> ProviderError:
        log.warning("%s cannot be used: %.300s", self.options.issuer, error)
        return ProviderError(UNREACHABLE.format(name=self.options.name))
