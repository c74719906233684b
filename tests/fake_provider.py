"""An OpenID provider on loopback that signs in anybody at once, and can be told to answer wrongly."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT_ID, CLIENT_SECRET = "wallflower", "a secret of sixteen characters"
KEYS = tuple(RSAKey.generate_key(2048, {"kid": f"key{n}"}) for n in range(2))
PERSON = {"sub": "248289", "preferred_username": "dana", "name": "Dana Kim", "groups": ["comms"]}


class FakeProvider:
    """``claims`` are those of whoever signs in next; ``token_claims`` replaces some of the ID token's."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = dict(PERSON)
        self.token_claims: dict[str, Any] = {}
        self.algorithm = "RS256"
        self.signing_key = published = KEYS[0]
        self.published = [published]
        self.short_token = False
        """Whether the ID token has only ``sub``, and the rest is in the user info."""
        self.requests: list[str] = []
        self._codes: dict[str, Mapping[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(provider.get(urlsplit(self.path).path, self.headers.get("Authorization", "")))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._send(provider.token(dict(parse_qsl(body)), self.headers.get("Authorization", "")))

            def _send(self, answer: tuple[int, object]) -> None:
                status, content = answer
                data = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def authorize(self, url: str) -> str:
        """What a browser is redirected to after its person signed in at ``url``."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        code = f"code{len(self._codes)}"
        self._codes[code] = asked
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def get(self, path: str, authorization: str) -> tuple[int, object]:
        self.requests.append(path)
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/me",
                "jwks_uri": f"{self.issuer}/keys",
                "end_session_endpoint": f"{self.issuer}/end",
            }
        if path == "/keys":
            return 200, KeySet(self.published).as_dict(private=False)
        if path == "/me" and authorization == "Bearer access":
            return 200, self.claims
        return 404, {}

    def token(self, form: Mapping[str, str], authorization: str) -> tuple[int, object]:
        """The answer of the token endpoint: checks the code, its PKCE verifier and the client's secret."""
        self.requests.append("/token")
        asked = self._codes.pop(form.get("code", ""), None)
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or challenge != asked["code_challenge"] or authorization != f"Basic {expected}":
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"sub": self.claims["sub"]} if self.short_token else self.claims
        token = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **claims}
        token = {name: value for name, value in {**token, **self.token_claims}.items() if value is not None}
        return 200, {"access_token": "access", "token_type": "Bearer", "id_token": self._signed(token)}

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.algorithm == "none":
            parts = ({"alg": "none"}, claims)
            return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts) + "."
        return jwt.encode({"alg": self.algorithm, "kid": self.signing_key.kid}, claims, self.signing_key)
