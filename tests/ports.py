"""Free loopback ports, for servers that need to know their port before they start."""

from __future__ import annotations

import socket


def free_port() -> int:
    """A port that nothing listens on, and that the kernel will not assign to anyone else for a minute.

    Other tests open servers between this call and the start of the server that gets the port. A connection closed by
    the server side keeps its port from being assigned automatically; binding to it by number still works.
    """
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        server.accept()[0].close()
        port: int = server.getsockname()[1]
        return port
