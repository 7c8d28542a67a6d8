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
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from struct import Struct
from typing import BinaryIO
from uuid import uuid4

import platformdirs

# The environment variable that names another folder than the user's own.
FOLDER = "QCPH_CACHE"
_DAY = 86_400
# Results that nobody asked for so long go.
_KEPT = 60 * _DAY
_TIDIED = "tidied"
# Before the bytes of a result: their SHA-256, their number, and the first bytes of the SHA-256 of
# these two. So what a result is can be known, and believed, without reading it.
_HEAD = Struct(">32sQ8s")
_TOLD = Struct(">32sQ")


class Cache:
    """Results below a folder, each under its kind (a plain word) and the digest of its key.

    A key names everything that a result depends on, code too.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def of_user(cls) -> Cache:
        """The cache that all builds of this user share: where the system keeps such things, or
        where QCPH_CACHE says.

        A checkout is no place for it: its files come from whoever proposes a change, and what is
        kept here is believed.
        """
        named = os.environ.get(FOLDER)
        return cls(Path(named or platformdirs.user_cache_dir("qcph", appauthor=False)))

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

    def put(self, kind: str, key: Iterable[bytes], data: bytes) -> None:
        """Keep a result. Best effort: a full or read-only disk costs time, never a build."""
        self._keep(self._path(kind, key), data)

    def digest(self, kind: str, key: Iterable[bytes]) -> str | None:
        """The SHA-256 of what is kept for this key, not read; None where nothing whole is.

        Bytes that were changed in place are found only by `of` and `get`, which read them.
        """
        try:
            with self._path(kind, key).open("rb") as file:
                told = _told(file)
        except OSError:
            return None
        return told.hex() if told else None

    def spare(self, key: Iterable[bytes]) -> Path:
        """A folder for what is no result: a site that was replaced, to begin the next one with."""
        return self._path("spare", key)

    def tidy(self) -> None:
        """Remove what was of no use for two months, and what a killed build left half-written.

        It looks at most once a day.
        """
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

    def _path(self, kind: str, key: Iterable[bytes]) -> Path:
        digest = hashlib.sha256()
        for part in key:
            digest.update(len(part).to_bytes(8, "big") + part)
        name = digest.hexdigest()
        return self._folder / kind / name[:2] / name[2:]

    def _keep(self, path: Path, data: bytes) -> None:
        digest = hashlib.sha256(data).digest()
        head = _HEAD.pack(digest, len(data), _check(digest, len(data)))
        # Its name has a dot, and no result's has: what has a result's name is whole.
        fresh = path.with_name(f"{path.name}.{uuid4().hex}")
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # nobody else writes here
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(head + data)
            fresh.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                fresh.unlink()


def _told(file: BinaryIO) -> bytes | None:
    """The digest of a result by its head, where that is whole and as many bytes follow."""
    head = file.read(_HEAD.size)
    status = os.fstat(file.fileno())
    if len(head) != _HEAD.size:
        return None
    digest, size, check = _HEAD.unpack(head)
    if check != _check(digest, size) or status.st_size != _HEAD.size + size:
        return None
    if time.time() - status.st_mtime > _DAY:
        with contextlib.suppress(OSError):
            os.utime(file.name)  # it was of use today
    return bytes(digest)


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            digest = _told(file)
            data = file.read()
    except OSError:
        return None
    return data if digest and hashlib.sha256(data).digest() == digest else None


def _check(digest: bytes, size: int) -> bytes:
    return hashlib.sha256(_TOLD.pack(digest, size)).digest()[:8]


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
