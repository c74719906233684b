"""Streams: connections that stay open, each read by a thread of its own between the passes of its source.

WebSocket (guarded, bounded)  -->  Tap: reads, keeps what is wanted, waits when full  -->  Source.fetch takes it
"""

from monitor.streams.tap import Read, Taken, Tap
from monitor.streams.websockets import MOST_BYTES, WebSocket

__all__ = ["MOST_BYTES", "Read", "Taken", "Tap", "WebSocket"]
