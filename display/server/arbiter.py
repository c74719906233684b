"""gunicorn's parent process, supervised by the heartbeats of its worker."""

from __future__ import annotations

from typing import Any

from gunicorn.arbiter import Arbiter
from gunicorn.errors import HaltServer

from display.server.exit_request import RESTART, ExitRequest
from display.server.supervision import Supervisor


class SupervisedArbiter(Arbiter):  # type: ignore[misc]
    """An Arbiter that reports to systemd and ends a worker without heartbeats.

    ``app`` has a ``supervisor`` and an ``exit_request``.
    """

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self._supervisor: Supervisor = app.supervisor
        self._exit_request: ExitRequest = app.exit_request

    def spawn_worker(self) -> Any:
        """Fork a worker. gunicorn calls this whenever one is missing; it returns in the parent only.

        Raises HaltServer, which ends the program, if the last worker asked for that.
        """
        if self._exit_request.code == RESTART:
            raise HaltServer("A restart was requested on a page.", 0)
        if code := self._exit_request.code:
            raise HaltServer("The worker cannot continue.", code)
        pid = super().spawn_worker()
        self._supervisor.worker_started()
        return pid

    def murder_workers(self) -> None:
        """End a worker that hangs. gunicorn calls this in each pass of its loop, at least once a second."""
        super().murder_workers()
        number = self._supervisor.check()
        if number is not None:
            self.kill_workers(number)

    def stop(self, graceful: bool = True) -> None:
        """Stop the worker. gunicorn calls this when it has received a signal that ends it."""
        self._supervisor.stopping(restarts=self._exit_request.code == RESTART)
        super().stop(graceful)
