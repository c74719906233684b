"""Streams: connections that stay open, each read by a thread between the passes of its source.

WebSocketStream (guarded, bounded)  -->  StreamReader: parses and buffers, blocks when full  -->  Source.fetch
"""

from monitor.streams.stream_reader import StreamBatch, StreamMessage, StreamReader
from monitor.streams.websockets import MAX_MESSAGE_BYTES, WebSocketStream

__all__ = ["MAX_MESSAGE_BYTES", "StreamBatch", "StreamMessage", "StreamReader", "WebSocketStream"]
