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
from typing import NamedTuple


class Stamp(NamedTuple):
    """A file's SHA-256, and by what a change of it would be seen."""

    sha256: str
    size: int
    time: int
    inode: int

    def fits(self, found: os.stat_result) -> bool:
        """Whether the file is still the one that was written."""
        return (
            self.size == found.st_size
            and self.time == found.st_mtime_ns
            and self.inode == found.st_ino
        )


@dataclass(frozen=True, slots=True)
class Site:
    """Where processes write their parts of a site; `begun`: files of another are there."""

    path: Path
    begun: bool


@dataclass
class Folder:
    """Where a site is written. `own`: the files that are there already; what stays of them is left
    alone. `earlier` and `stamps`: the folder of another site that was written before, and its
    files; what stays of them is linked. `live`: readers have the folder while it is written.
    `begun`: files may be there of which nothing is known here.
    """

    path: Path
    earlier: Path | None = None
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    own: Mapping[str, Stamp] = field(default_factory=dict)
    live: bool = False
    begun: bool = False
    files: dict[str, Stamp] = field(default_factory=dict)
    _folders: set[str] = field(default_factory=set)

    def keep(self, name: str, sha256: str) -> bool:
        """Take a file over from a site before; False where none has it with that digest."""
        return self._is_there(name, sha256) or self._is_linked(name, sha256)

    def _is_there(self, name: str, sha256: str) -> bool:
        stamp = self.own.get(name)
        if stamp is None or stamp.sha256 != sha256:
            return False
        try:
            if not stamp.fits(os.lstat(f"{self.path}/{name}")):
                return False
        except OSError:  # gone
            return False
        self.files[name] = stamp
        return True

    def _is_linked(self, name: str, sha256: str) -> bool:
        stamp = self.stamps.get(name)
        if stamp is None or stamp.sha256 != sha256 or self.earlier is None:
            return False
        source = f"{self.earlier}/{name}"
        try:
            if not stamp.fits(os.lstat(source)):
                return False
            target = self._place(name)
            if self.own:  # another file may stand there
                Path(target).unlink(missing_ok=True)
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
        fresh = f"{target}.new" if self.own or self.begun else target
        with open(fresh, "wb") as file:  # noqa: PTH123 tens of thousands of files
            file.write(data)
            file.flush()
            found = os.fstat(file.fileno())
        if fresh != target:
            os.replace(fresh, target)  # noqa: PTH105 as above
        self.files[name] = Stamp(digest, found.st_size, found.st_mtime_ns, found.st_ino)

    def prune(self) -> None:
        """Remove all that is there and does not belong to this site."""
        if self.own:
            self._prune(str(self.path), "")

    def _prune(self, folder: str, below: str) -> bool:
        """Whether anything stays in a folder."""
        stays = False
        files = self.files
        folders = []
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry)
                elif below + entry.name in files:
                    stays = True
                else:
                    Path(entry.path).unlink()
        for entry in folders:
            if self._prune(entry.path, f"{below}{entry.name}/"):
                stays = True
            else:
                Path(entry.path).rmdir()
        return stays

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


def written(site: Site, files: Iterable[tuple[str, bytes, str]]) -> dict[str, Stamp]:
    """Write files with their digests into a site; what they are then."""
    folder = Folder(site.path, begun=site.begun)
    for name, data, sha256 in files:
        folder.write(name, data, sha256)
    return folder.files
