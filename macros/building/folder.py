# A site's folder while it is written, and what is known of the one that was written before.
# Hides: that a file which stays as it was is linked and not copied, and that a folder in which
# nothing came or went is not looked into.
# Refuses: to trust a file of an earlier build whose size, time or place on the disk is another.
"""`Folder`: files by path with their digests; those of an earlier build are taken over."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

# A file's SHA-256, and by what a change of it would be seen: size, time, inode. Plain tuples,
# because tens of thousands are kept.
Stamp = tuple[str, int, int, int]
# By what is seen that something came into a folder or left it: its times and inode.
Mark = tuple[int, int, int]
# What came within one step of a disk's clock is not seen. The longest is that of FAT, two seconds;
# where times have parts of a hundredth, a step is one of a system's clock. And some more.
_STEP = 3_000_000_000
_SHORT_STEP = 100_000_000
_HUNDREDTH = 10_000_000


class Left(NamedTuple):
    """A site as a build left it: its files, and the marks of those folders that can be trusted."""

    files: Mapping[str, Stamp] = {}
    marks: Mapping[str, Mark] = {}

    def others(self, path: Path) -> list[str]:
        """What lies below a folder and is not this site's. Folders end in a slash; they stand
        behind what is in them. A folder of the site is none, also where nothing is in it.
        """
        return _others(str(path), self.files, _folders(self.files), self.marks, {})


_NOTHING = Left()


@dataclass
class Folder:
    """Where a site is written. `own`: what is there already; what stays of it is left
    alone. `earlier` and `stamps`: the folder of another site that was written before, and its
    files; what stays of them is linked.
    """

    path: Path
    earlier: Path | None = None
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    own: Left = _NOTHING
    files: dict[str, Stamp] = field(default_factory=dict)
    _made: set[str] = field(default_factory=set)
    _marks: dict[str, Mark] = field(default_factory=dict)
    _new: bool = False

    def __post_init__(self) -> None:
        # Nothing is in it but what is put there now.
        self._new = not (self.path.exists() and any(self.path.iterdir()))

    def keep(self, name: str, sha256: str) -> bool:
        """Take a file over from a site before; False where none has it with that digest."""
        return self._is_there(name, sha256) or self._is_linked(name, sha256)

    def _is_there(self, name: str, sha256: str) -> bool:
        stamp = self.own.files.get(name)
        if stamp is None or stamp[0] != sha256:
            return False
        try:
            if stamp[1:] != _seen(os.lstat(f"{self.path}/{name}")):
                return False
        except OSError:  # gone
            return False
        self.files[name] = stamp
        return True

    def _is_linked(self, name: str, sha256: str) -> bool:
        stamp = self.stamps.get(name)
        if stamp is None or stamp[0] != sha256 or self.earlier is None:
            return False
        source = f"{self.earlier}/{name}"
        try:
            if stamp[1:] != _seen(os.lstat(source)):
                return False
            target = self._place(name)
            try:
                os.link(source, target)
            except FileExistsError:  # another one, or it was linked before
                os.unlink(target)  # noqa: PTH108 as above
                os.link(source, target)
        except OSError:  # gone, or a disk without links
            return False
        self.files[name] = stamp
        return True

    def write(self, name: str, data: bytes, sha256: str = "") -> None:
        """Put a file there, unless the site before has the same."""
        digest = sha256 or hashlib.sha256(data).hexdigest()
        if self.keep(name, digest):
            return
        target = self._place(name)
        # Another file under the old name: the old one may be read, or be a link to the site before.
        fresh = f"{target}.new" if self.own.files or self.stamps else target
        with open(fresh, "wb") as file:  # noqa: PTH123 tens of thousands of files
            file.write(data)
            file.flush()
            found = os.fstat(file.fileno())
        if fresh != target:
            os.replace(fresh, target)  # noqa: PTH105 as above
        self.files[name] = (digest, *_seen(found))

    def prune(self) -> None:
        """Remove all that is there and does not belong to this site."""
        if not self.own.files and not self._new:
            return
        root, gone = str(self.path), self.own.files.keys() - self.files.keys()
        folders, seen = _folders((*self.files, *gone)), dict[str, Mark]()
        now = _now(root)
        since = now - (_SHORT_STEP if now % _HUNDREDTH else _STEP)
        if self._new:
            others, seen = [], {each: _mark(os.lstat(f"{root}/{each}")) for each in folders}
        else:
            others = _others(root, self.files, folders, self.own.marks, seen)
        for name in (*others, *gone):
            if name.endswith("/"):
                os.rmdir(f"{root}/{name}")  # noqa: PTH106 as above
                continue
            with suppress(FileNotFoundError):
                os.unlink(f"{root}/{name}")  # noqa: PTH108 as above
        for name in gone:
            _drop_empty(root, name)
        self._marks = {folder: mark for folder, mark in seen.items() if max(mark[:2]) < since}

    def apart(self) -> Folder:
        """The same place for who puts only some files there and gives them back as `taken`."""
        return Folder(self.path, self.earlier, self.stamps, self.own)

    def taken(self) -> dict[str, Stamp]:
        """What was put there since the last time."""
        found, self.files = self.files, {}
        return found

    def left(self) -> Left:
        """The site as it is now, for the next build. Call it when all is written."""
        return Left(self.files, self._marks)

    def digests(self) -> dict[str, str]:
        """The SHA-256 of every file, in the order of names."""
        return {name: self.files[name][0] for name in sorted(self.files)}

    def _place(self, name: str) -> str:
        target = f"{self.path}/{name}"
        parent = os.path.dirname(target)  # noqa: PTH120 as above
        if parent not in self._made:
            os.makedirs(parent, exist_ok=True)  # noqa: PTH103 as above
            self._made.add(parent)
        return target


def _seen(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_size, found.st_mtime_ns, found.st_ino


def _mark(found: os.stat_result) -> Mark:
    # Whoever sets the one time, as a copy does, changes the other.
    return found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def _now(folder: str) -> int:
    """What time it is on a folder's disk; far in the past where that does not tell what comes."""
    trial = f"{folder}/.new"
    os.utime(folder, (0, 0))
    with open(trial, "wb"):  # noqa: PTH123 as above
        pass
    os.unlink(trial)  # noqa: PTH108 as above
    return os.lstat(folder).st_mtime_ns


def _folders(files: Iterable[str]) -> Collection[str]:
    """The folders in which files are, each before those in it; the first is the root."""
    found = {""}
    for name in files:
        folder = name.rpartition("/")[0]
        while folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return dict.fromkeys(sorted(found))


def _others(
    root: str, files: Container[str], folders: Collection[str], marks: Mapping[str, Mark],
    seen: dict[str, Mark],
) -> list[str]:  # fmt: skip
    """As `Left.others`; `seen` gets the mark that each folder had before it was looked into."""
    found: list[str] = []
    for folder in folders:
        above = folder.rpartition("/")[0]
        try:
            status = os.lstat(f"{root}/{folder}")
        except OSError:
            continue
        # Nothing is followed: what stands where a folder was is found in the one above.
        if (folder and above not in seen) or not stat.S_ISDIR(status.st_mode):
            continue
        seen[folder] = _mark(status)
        if marks.get(folder) != seen[folder]:
            found += _strange(root, f"{folder}/" if folder else "", files, folders)
    return found


def _strange(root: str, below: str, files: Container[str], known: Container[str]) -> Iterator[str]:
    """What in a folder is unknown, with all that is in it."""
    with os.scandir(f"{root}/{below}") as found:
        entries = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in found]
    for each, is_folder in entries:
        name = f"{below}{each}"
        if not is_folder:
            if name not in files:
                yield name
        elif name not in known:
            yield from _strange(root, f"{name}/", files, known)
            yield f"{name}/"


def _drop_empty(root: str, name: str) -> None:
    """Remove the folders of a file that is gone, as far as nothing is in them."""
    with suppress(OSError):
        while name := name.rpartition("/")[0]:
            os.rmdir(f"{root}/{name}")  # noqa: PTH106 as above
