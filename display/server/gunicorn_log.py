"""gunicorn's own records go through the program's log: the same format, and without secrets."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger


class ForwardingLogger(Logger):  # type: ignore[misc]
    """gunicorn's logger without handlers of its own. The root logger's handler writes its records."""

    def setup(self, cfg: Any) -> None:
        """Apply gunicorn's settings. gunicorn calls this at the start and when it reloads them."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
