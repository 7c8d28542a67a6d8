# Bytes that were made once, kept by what they were made from.
# Hides: where they lie, how a half-written or damaged one is known, what goes when.
# Refuses: to be needed. Whatever is missing is made again; the folder can be deleted at any time.
"""A folder of results by the digest of all that they depend on.

Nothing is ever changed in it, so builds at the same time and of several branches can share it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from uuid import uuid4

# Results that nobody asked for so long go.
_KEPT_DAYS = 60


class Cache:
    """Results below a folder, each under its kind and the digest of its key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, kind: str, key: Iterable[bytes], make: Callable[[], bytes]) -> bytes:
        """What `make` gives for this key; `key` names everything that it depends on, code too."""
        path = self._path(kind, key)
        data = self._read(path)
        if data is None:
            data = make()
            self._keep(path, data)
        return data

    def holds(self, kind: str, key: Iterable[bytes]) -> bool:
        """Whether a result is there, so that nothing is to be made."""
        return self._read(self._path(kind, key)) is not None

    def _path(self, kind: str, key: Iterable[bytes]) -> Path:
        digest = hashlib.sha256()
        for part in key:
            digest.update(len(part).to_bytes(8, "big") + part)
        name = digest.hexdigest()
        return self._folder / kind / name[:2] / name[2:]

    def _read(self, path: Path) -> bytes | None:
        try:
            held = path.read_bytes()
        except OSError:
            return None
        digest, data = held[:32], held[32:]
        if hashlib.sha256(data).digest() != digest:
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # it was of use today
        return data

    def _keep(self, path: Path, data: bytes) -> None:
        """Best effort: a full or read-only disk costs time, never a build."""
        fresh = path.with_name(f"{path.name}.{uuid4().hex}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(hashlib.sha256(data).digest() + data)
            fresh.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                fresh.unlink()

    def tidy(self) -> None:
        """Remove what was of no use for two months."""
        oldest = time.time() - _KEPT_DAYS * 86_400
        for path in self._folder.glob("*/??/*"):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink()
