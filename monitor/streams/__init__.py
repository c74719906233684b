"""Streams: connections that stay open, each read by a thread of its own between the passes of its source.

WebSocketStream (guarded, bounded)  -->  StreamReader: reads, waits when full  -->  Source.fetch takes it
"""

from monitor.streams.tap import StreamBatch, StreamMessage, StreamReader
from monitor.streams.websockets import MAX_MESSAGE_BYTES, WebSocketStream

__all__ = ["MAX_MESSAGE_BYTES", "StreamBatch", "StreamMessage", "StreamReader", "WebSocketStream"]
