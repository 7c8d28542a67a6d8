# A site's folder while it is written, and what is known of the one that was written before.
# Hides: that a file which stays as it was is linked and not copied.
# Refuses: to trust a file of an earlier build whose size, time or place on the disk is another.
"""`Folder`: files by path with their digests; those of an earlier build are taken over."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Stamp:
    """A file's SHA-256, and by what a change of it would be seen."""

    sha256: str
    size: int
    time: int
    inode: int

    def fits(self, found: os.stat_result) -> bool:
        """Whether the file is still the one that was written."""
        return (self.size, self.time, self.inode) == (
            found.st_size, found.st_mtime_ns, found.st_ino,
        )  # fmt: skip


@dataclass
class Folder:
    """Where a site is written. `earlier` and `stamps`: the folder of the site that was written
    before, and its files; it may be this folder itself, and then what stays is left alone.
    """

    path: Path
    earlier: Path | None = None
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    files: dict[str, Stamp] = field(default_factory=dict)
    _folders: set[str] = field(default_factory=set)

    def keep(self, name: str, sha256: str) -> bool:
        """Take a file over from the site before; False where it has none with that digest."""
        stamp = self.stamps.get(name)
        if stamp is None or stamp.sha256 != sha256 or self.earlier is None:
            return False
        source = f"{self.earlier}/{name}"
        try:
            if not stamp.fits(os.lstat(source)):
                return False
            if self.earlier != self.path:
                os.link(source, self._place(name))
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
        # Another file under the old name: who reads the old one now reads it to its end.
        fresh = f"{target}.new" if self.earlier == self.path else target
        with open(fresh, "wb") as file:  # noqa: PTH123 tens of thousands of files
            file.write(data)
            file.flush()
            found = os.fstat(file.fileno())
        if fresh != target:
            os.replace(fresh, target)  # noqa: PTH105 as above
        self.files[name] = Stamp(digest, found.st_size, found.st_mtime_ns, found.st_ino)

    def prune(self) -> None:
        """Remove what the site before had and this one has not."""
        if self.earlier != self.path:
            return
        for name in self.stamps.keys() - self.files.keys():
            target = self.path / name
            target.unlink(missing_ok=True)
            for folder in target.parents:
                if folder == self.path or any(folder.iterdir()):
                    break
                folder.rmdir()
        self.stamps = dict(self.files)

    def digests(self) -> dict[str, str]:
        """The SHA-256 of every file, in the order of names."""
        return {name: stamp.sha256 for name, stamp in sorted(self.files.items())}

    def _place(self, name: str) -> str:
        target = f"{self.path}/{name}"
        parent = os.path.dirname(target)  # noqa: PTH120 as above
        if parent not in self._folders:
            os.makedirs(parent, exist_ok=True)  # noqa: PTH103 as above
            self._folders.add(parent)
        return target


def written(path: Path, files: Iterable[tuple[str, bytes, str]]) -> dict[str, Stamp]:
    """Write files with their digests into a new site; what they are then."""
    folder = Folder(path)
    for name, data, sha256 in files:
        folder.write(name, data, sha256)
    return folder.files
