"""The soak's webhook sender. It signs posts, retries deliveries that were not accepted, and repeats some."""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
import urllib.error
import urllib.request
from collections import Counter
from typing import Any
from urllib.parse import quote

from bench._soak_plan import Plan
from bench._soak_post_generator import PostGenerator

SECRET_NAME, SECRET = "SOAK_HOOK", "an-example-for-the-soak"
POSTS_PER_WRITE = 5
TIMEOUT_SECONDS = 10.0


class Hook:
    """The address of the webhook source ``name``, for somebody who knows its secret."""

    def __init__(self, plan: Plan, name: str) -> None:
        self._url = f"{plan.url}/in/{quote(name)}"
        self._tls = ssl.create_default_context(cafile=plan.certificate) if plan.certificate else None

    def deliver(self, posts: list[dict[str, Any]], signature: str = "") -> int:
        """Deliver posts, signed unless ``signature`` is given; return the status, or 0 if there is no answer."""
        body = json.dumps(posts).encode()
        signature = signature or "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": signature, "Content-Type": "application/json"}
        request = urllib.request.Request(self._url, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS, context=self._tls) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


class WebhookSender:
    """Delivers generated posts to a webhook."""

    def __init__(self, generator: PostGenerator, hook: Hook) -> None:
        self._generator, self._hook = generator, hook
        self._waiting: list[dict[str, Any]] = []
        self.answers: Counter[str] = Counter()

    def write(self) -> None:
        """Deliver new posts, some edits and deletions, and what was not accepted before."""
        for _ in range(POSTS_PER_WRITE):
            n, text = self._generator.new_post()
            self._waiting.append({"id": n, "text": text, "author": "helpdesk"})
            if n % 7 == 0:
                self._waiting.append({"id": n, "text": self._generator.edit(n), "author": "helpdesk"})
            if n % 13 == 0:
                self._generator.delete(n)
                self._waiting.append({"id": n, "deleted": True})
        self.deliver()

    def deliver(self) -> None:
        """Deliver all waiting posts, some of them twice, and sometimes a forged one."""
        while self._waiting and self._post(self._waiting[:1]) == 202:
            accepted = self._waiting.pop(0)
            if accepted["id"] % 5 == 0:
                self._post([accepted])
        if self._generator.count % 50 == 0:
            self._post([{"id": "forged", "text": "Acme forged"}], signature="sha256=" + "0" * 64)

    def delete_posts(self) -> None:
        """Do nothing: ``write`` deletes posts all the time."""

    def _post(self, posts: list[dict[str, Any]], signature: str = "") -> int:
        status = self._hook.deliver(posts, signature)
        self.answers[str(status or "no answer")] += 1
        return status
