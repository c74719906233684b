"""Ports of loopback for servers that are told theirs before they start."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A port that nothing listens on, and that for a minute nobody is given who takes any.

    Between here and the start of the server that is told it, other tests open servers of their own. A connection that
    the server's side has closed keeps its port out of their reach; who names the port gets it.
    """
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        server.accept()[0].close()
        port: int = server.getsockname()[1]
        return port
