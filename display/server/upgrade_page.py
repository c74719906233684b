"""What the address of the pages answers while the database is migrated, before the server itself starts.

Every page is a 503 that says how far the migration is and reloads itself; /healthz says that the process is alive, and
/readyz that it is not ready.
"""

from __future__ import annotations

import contextlib
import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET, AF_INET6
from types import TracebackType
from typing import Any

from display.server.plain_response import RETRY_AFTER_SECONDS
from display.server.security import HEADERS
from monitor.model import MigrationProgress

REQUEST_SECONDS = 5
"""How long a client may take."""
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="{seconds}">
<title>Upgrading - Wallflower</title></head>
<body><h1>Wallflower is being upgraded</h1><p>{text}.</p>
<p>Nothing is lost, and this page reloads by itself. Sources are read again as soon as it is done.</p></body></html>
"""

log = logging.getLogger("wallflower")


class UpgradePage:
    """Answers at ``host`` and ``port`` from the first ``report`` until the end of the block.

    If the address cannot be used, the migration goes on without the page.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._server: _Server | None = None
        self._failed = False

    def __enter__(self) -> UpgradePage:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def report(self, progress: MigrationProgress) -> None:
        """Show ``progress``."""
        if self._server is None and not self._failed:
            self._start()
        if self._server is not None:
            self._server.text = str(progress)

    def _start(self) -> None:
        try:
            self._server = _Server(self._host, self._port)
        except OSError as error:
            self._failed = True
            log.warning("The progress of the upgrade cannot be shown at port %s: %s", self._port, error.strerror)
            return
        threading.Thread(target=self._server.serve_forever, args=(0.1,), name="upgrade-page", daemon=True).start()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    text = ""

    def __init__(self, host: str, port: int) -> None:
        self.address_family = AF_INET6 if ":" in host else AF_INET
        super().__init__((host, port), _Request)

    def _ignore_error(self, request: Any, client_address: Any) -> None:
        """A client that went away or sent nonsense is no error of ours."""

    handle_error = _ignore_error  # socketserver would print a traceback


class _Request(BaseHTTPRequestHandler):
    timeout = REQUEST_SECONDS

    def answer(self) -> None:
        """Answer any path."""
        text = self.server.text  # type: ignore[attr-defined]
        path = self.path.partition("?")[0]
        if path.endswith("/healthz"):
            self._answer(200, "application/json", json.dumps({"upgrading": True}))
        elif path.endswith("/readyz"):
            self._answer(503, "application/json", json.dumps({"ready": False, "reasons": [f"{text}."]}))
        else:
            self._answer(503, "text/html; charset=utf-8", _PAGE.format(text=text, seconds=RETRY_AFTER_SECONDS))

    do_GET = do_HEAD = do_POST = answer

    def _answer(self, status: int, content_type: str, text: str) -> None:
        body = text.encode()
        self.send_response_only(status)
        for name, value in (("Content-Type", content_type), ("Content-Length", str(len(body))), *HEADERS):
            self.send_header(name, value)
        if status == 503:
            self.send_header("Retry-After", str(RETRY_AFTER_SECONDS))
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        if self.command != "HEAD":
            with contextlib.suppress(OSError):
                self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Requests are not logged."""
