"""The addresses of channels, encrypted: they contain passwords and tokens, and the database is copied and backed up.

The key is a file beside the database, which no backup contains. A database that was restored on another machine
without it keeps its channels, but a person has to enter their addresses again.
"""

from __future__ import annotations

import importlib
import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from monitor.errors import NotificationError

KEY_FILE = "channels.key"
LOST = "Its address cannot be read, because the key file {name} is missing or is another one. Enter it again."


class Vault:
    """Encrypts and decrypts addresses. Thread-safe."""

    def __init__(self, key_file: Path) -> None:
        """The file is created when the first address is encrypted."""
        self._file, self._lock = key_file, threading.Lock()

    def seal(self, address: Mapping[str, Any]) -> bytes:
        """``address`` encrypted. Raises NotificationError if the key file cannot be read or written."""
        with self._lock:
            try:
                key = self._file.read_bytes() if self._file.exists() else self._create()
                sealed: bytes = _fernet().Fernet(key).encrypt(json.dumps(dict(address)).encode())
                return sealed
            except (OSError, ValueError) as error:
                raise NotificationError(f"The key file {self._file.name} cannot be used: {error}.") from error

    def open(self, sealed: bytes) -> dict[str, Any]:
        """The address in ``sealed``. Raises NotificationError if the key is missing or another one."""
        fernet = _fernet()
        try:
            address: dict[str, Any] = json.loads(fernet.Fernet(self._file.read_bytes()).decrypt(sealed))
        except (OSError, ValueError, fernet.InvalidToken) as error:
            raise NotificationError(LOST.format(name=self._file.name)) from error
        return address

    def _create(self) -> bytes:
        key: bytes = _fernet().Fernet.generate_key()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with open(descriptor, "wb") as stream:
            stream.write(key)
            stream.flush()
            os.fsync(descriptor)
        return key


def _fernet() -> Any:
    """Loaded when the first channel is used: it takes 6 MB, which an installation without channels saves."""
    return importlib.import_module("cryptography.fernet")
