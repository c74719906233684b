"""The soak's helpdesk: brings posts to the webhook, signed; again where it was not taken, twice at times."""

from __future__ import annotations

import hashlib
import hmac
import json
import urllib.error
import urllib.request
from collections import Counter
from typing import Any
from urllib.parse import quote

from bench._soak_pen import Pen

AT_ONCE = 5
PATIENCE = 10.0


class Sender:
    """Brings what it wrote to ``url``."""

    def __init__(self, pen: Pen, port: int, name: str, secret: str) -> None:
        self._pen, self._secret = pen, secret.encode()
        self._url = f"http://127.0.0.1:{port}/in/{quote(name)}"
        self._waiting: list[dict[str, Any]] = []
        self.answers: Counter[str] = Counter()

    def write(self) -> None:
        """Bring some more posts, an edit and a deletion now and then, and whatever was not taken before."""
        for _ in range(AT_ONCE):
            n, words = self._pen.new()
            self._waiting.append({"id": n, "text": words, "author": "helpdesk"})
            if n % 7 == 0:
                self._waiting.append({"id": n, "text": self._pen.again(n), "author": "helpdesk"})
            if n % 13 == 0:
                self._pen.delete(n)
                self._waiting.append({"id": n, "deleted": True})
        self.bring()

    def bring(self) -> None:
        """One delivery of all that waits, and a forged one beside it. What is taken once is brought twice at times."""
        while self._waiting and self._post(self._waiting[:1]) == 202:
            taken = self._waiting.pop(0)
            if taken["id"] % 5 == 0:
                self._post([taken])
        if self._pen.count % 50 == 0:
            self._post([{"id": "forged", "text": "Acme forged"}], signature="sha256=" + "0" * 64)

    def delete_some(self) -> None:
        """It does all the time."""

    def _post(self, posts: list[dict[str, Any]], signature: str = "") -> int:
        body = json.dumps(posts).encode()
        signed = signature or "sha256=" + hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": signed, "Content-Type": "application/json"}
        request = urllib.request.Request(self._url, body, headers, method="POST")
        status = 0
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                status = answer.status
        except urllib.error.HTTPError as error:
            status = error.code
        except OSError:
            pass
        self.answers[str(status or "no answer")] += 1
        return status
