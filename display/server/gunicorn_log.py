"""gunicorn's own records go through the program's log: the same format, without secrets, and in words for operators."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

TIMEOUT = "WORKER TIMEOUT (pid:%s)"
ENDED = "Worker (pid:%s) was sent %s!"
"""How gunicorn's message about a worker that a signal has ended begins."""
MEMORY_HINT = " If nobody killed it, the machine may be out of memory: see `journalctl --dmesg`."


class ForwardingLogger(Logger):  # type: ignore[misc]
    """gunicorn's logger without handlers of its own. The root logger's handler writes its records."""

    def setup(self, cfg: Any) -> None:
        """Apply gunicorn's settings. gunicorn calls this at the start and when it reloads them."""
        super().setup(cfg)
        self._hanging: set[object] = set()
        self.error_log.handlers.clear()
        self.error_log.propagate = True

    def critical(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log that a worker hangs, or what gunicorn says otherwise."""
        if msg == TIMEOUT:
            self._hanging.add(args[0])
            msg = "The worker (process %s) hangs and is ended."
        super().critical(msg, *args, **kwargs)

    def error(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log why a worker has ended, or what gunicorn says otherwise."""
        super().error(self._reworded(msg, args), *args, **kwargs)

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Like ``error``."""
        super().warning(self._reworded(msg, args), *args, **kwargs)

    def _reworded(self, msg: str, args: tuple[Any, ...]) -> str:
        """gunicorn suspects a lack of memory after every SIGKILL, also after its own."""
        if not msg.startswith(ENDED):
            return msg
        hint = MEMORY_HINT if args[1] == "SIGKILL" and args[0] not in self._hanging else ""
        return f"The worker (process %s) was ended by %s.{hint}"
