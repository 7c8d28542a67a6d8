# Bytes that were made once, kept by what they were made from.
# Hides: where they lie, how a half-written or damaged one is known, what goes when.
# Refuses: to be needed. Whatever is missing is made again; the folder can be deleted at any time.
"""A folder of results by the digest of all that they depend on.

Nothing is ever changed in its place, so builds at the same time and of several branches can share
it. What is kept by a name, because it tells of the last build, is replaced as a whole and says of
each thing in it by what key it was made.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import pickle
import shutil
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import platformdirs

# The environment variable that names another folder than the user's own.
FOLDER = "QCPH_CACHE"
_DAY = 86_400
# Results that nobody asked for so long go.
_KEPT = 60 * _DAY
_TIDIED = "tidied"
# Before the bytes of a result stands their SHA-256.
_HEAD = 32
_FOR_OTHERS = 0o022
_FAST = 1  # of zlib: pages shrink to an eighth at little cost
V = TypeVar("V")
_LOG = logging.getLogger(__name__)


class Cache:
    """Results below a folder, each under its kind (a plain word) and the digest of its key.

    A key names everything that a result depends on, code too. Without a folder nothing is kept.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    @classmethod
    def of_user(cls) -> Cache:
        """The cache that all builds of this user share: where the system keeps such things, or
        where QCPH_CACHE says.

        A checkout is no place for it: its files come from whoever proposes a change, and what is
        kept here is believed. For the same reason a folder in which others may write is none.
        """
        named = os.environ.get(FOLDER)
        folder = Path(named or platformdirs.user_cache_dir("qcph", appauthor=False))
        if _is_for_others(folder):
            _LOG.warning(
                "Không dùng kho tạm %s vì người khác ghi được vào đó, nên việc này lâu hơn;"
                ' chạy: chmod go-w "%s"', folder, folder,
            )  # fmt: skip
            return cls(None)
        return cls(folder)

    def of(self, kind: str, key: Iterable[bytes], make: Callable[[], bytes]) -> bytes:
        """What is kept for this key; else what `make` gives, kept from now on."""
        path = self._path(kind, key)
        data = _read(path)
        if data is None:
            data = make()
            self._keep(path, data)
        return data

    def get(self, kind: str, key: Iterable[bytes]) -> bytes | None:
        """What is kept for this key, whole; None where nothing is, or it is damaged."""
        return _read(self._path(kind, key))

    def has(self, kind: str, key: Iterable[bytes]) -> bool:
        """Whether something is kept for this key."""
        path = self._path(kind, key)
        return path is not None and path.is_file()

    def put(self, kind: str, key: Iterable[bytes], data: bytes) -> None:
        """Keep a result. Best effort: a full or read-only disk costs time, never a build."""
        self._keep(self._path(kind, key), data)

    def load(
        self, kind: str, key: Iterable[bytes], of: type[V], *, packed: bool = False
    ) -> V | None:
        """The value of that type that was stored for this key; None where there is no such one."""
        data = self.get(kind, key)
        if data is None:
            return None
        try:
            data = zlib.decompress(data) if packed else data
            found = pickle.loads(data)  # noqa: S301 the user's own cache, outside of every checkout
        except Exception:  # noqa: BLE001 whatever a value says that other code stored
            return None
        return found if isinstance(found, of) else None

    def store(
        self, kind: str, key: Iterable[bytes], value: object, *, packed: bool = False
    ) -> None:
        """Keep a value, as `put` does; `packed` where it is large."""
        data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        self.put(kind, key, zlib.compress(data, _FAST) if packed else data)

    def spare(self, key: Iterable[bytes]) -> Path | None:
        """A folder for what is no result: a site that was replaced, to begin the next one with."""
        return self._path("spare", key)

    def tidy(self) -> None:
        """Remove what was of no use for two months, and what a killed build left half-written.

        It looks at most once a day.
        """
        if self._folder is None:
            return
        marker = self._folder / _TIDIED
        now = time.time()
        try:
            if 0 <= now - marker.stat().st_mtime < _DAY:
                return
        except OSError:
            pass
        with contextlib.suppress(OSError):
            # Before the work: of builds at the same time one does it.
            marker.touch()
        for each in _files(self._folder):
            with contextlib.suppress(OSError):
                unfinished = "." in each.name
                if each.stat().st_mtime >= now - (_DAY if unfinished else _KEPT):
                    continue
                if each.is_dir(follow_symlinks=False):  # a spare one
                    shutil.rmtree(each.path, ignore_errors=True)
                else:
                    Path(each).unlink()

    def _path(self, kind: str, key: Iterable[bytes]) -> Path | None:
        if self._folder is None:
            return None
        name = digest_of(*key).hex()
        return self._folder / kind / name[:2] / name[2:]

    def _keep(self, path: Path | None, data: bytes) -> None:
        if self._folder is None or path is None:
            return
        # Its name has a dot, and no result's has: what has a result's name is whole.
        fresh = path.with_name(f"{path.name}.{uuid4().hex}")
        try:
            if not path.parent.is_dir():
                # Nobody else writes here.
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(hashlib.sha256(data).digest() + data)
            fresh.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                fresh.unlink()


def digest_of(*parts: bytes | str) -> bytes:
    """The SHA-256 of parts, which tells where each of them ends."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.digest()


def _read(path: Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 thousands of files
            data = file.read()
            status = os.fstat(file.fileno())
    except OSError:
        return None
    digest, data = data[:_HEAD], data[_HEAD:]
    if hashlib.sha256(data).digest() != digest:
        return None
    if time.time() - status.st_mtime > _DAY:
        with contextlib.suppress(OSError):
            os.utime(path)  # it was of use today
    return data


def _is_for_others(folder: Path) -> bool:
    if sys.platform == "win32":  # rights are said otherwise there
        return False
    try:
        return bool(folder.stat().st_mode & _FOR_OTHERS)
    except OSError:
        return False


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Every file three folders down, where results lie, with what the folder says of it."""
    folders = [str(folder)]
    for _ in range(2):
        entries = (each for within in folders for each in _entries(within))
        folders = [each.path for each in entries if each.is_dir(follow_symlinks=False)]
    for within in folders:
        yield from _entries(within)


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except OSError:
        return []
