# What git knows of the project: the commit and its day, and the files of another day.
# Refuses: to fail a build. A folder without git (an unpacked archive) has neither commit nor day.
"""The commit that is built, and the sources as they were at a revision."""

from __future__ import annotations

import io
import posixpath
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from macros.problem import EditorError


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit's full id, its time as ISO 8601, and its day in the committer's time zone."""

    id: str
    time: str

    @property
    def day(self) -> date:
        return datetime.fromisoformat(self.time).date()


def head(root: Path) -> Commit | None:
    """The commit checked out at `root`; None without git or before the first commit."""
    said = _said(root, "log", "-1", "--format=%H %cI") or ""
    commit, _, time = said.strip().partition(" ")
    return Commit(commit, time) if time else None


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a tree: its path from the root, its mode and object as git names them."""

    path: str
    mode: str
    object: str

    @property
    def plain(self) -> bool:
        """Whether it is a file and no shortcut or submodule."""
        return self.mode in ("100644", "100755")


def entries(root: Path, commit: str, paths: Sequence[str]) -> list[Entry]:
    """The files of a commit below `paths`, as the objects have them: no attribute is obeyed.

    Raises EditorError where git can't tell.
    """
    listed = _said(root, "ls-tree", "-r", "-z", "--full-tree", commit, "--", *paths)
    if listed is None:
        raise EditorError(f'git không đưa ra được các tệp của mốc "{commit}"')
    found = []
    for line in filter(None, listed.split("\0")):
        facts, _, path = line.partition("\t")
        mode, _, name = facts.split()
        # A tree made by hand can hold any name; git itself looks only where it checks out.
        if posixpath.normpath(path) != path or path.startswith(("../", "/")) or "\\" in path:
            raise EditorError(f'mốc "{commit}" có tệp mang tên không thể có: {path}')
        found.append(Entry(path, mode, name))
    return found


def contents(root: Path, files: Sequence[Entry]) -> Iterator[tuple[Entry, bytes]]:
    """The bytes of each file. Raises EditorError for a clone that has not got all of them."""
    asked = "".join(f"{each.object}\n" for each in files).encode()
    command = ["git", "-C", str(root), "cat-file", "--batch", "--buffer"]
    with tempfile.TemporaryFile() as given:
        given.write(asked)
        given.seek(0)
        with subprocess.Popen(
            command, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as git:
            out = git.stdout or io.BytesIO()
            for each in files:
                said = out.readline().split()
                if len(said) != 3:
                    raise EditorError(f"git không đưa ra được tệp {each.path}")
                data = out.read(int(said[2]))
                out.read(1)
                yield each, data


def extract(root: Path, revision: str, paths: Sequence[str], into: Path) -> None:
    """Write the files below `paths` (none: all) into a folder; what was not there is left out.

    Only plain files are written, none outside the folder. Raises EditorError where `root` has no
    git, git knows no such revision, or it holds a name that is none.
    """
    if head(root) is None:
        raise EditorError(f"{root.resolve()} không nằm trong kho git nào, hay máy không có git")
    commit = _said(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        raise EditorError(f'không có mốc git "{revision}" (commit, nhánh hay thẻ)')
    prefix = (_said(root, "rev-parse", "--show-prefix") or "").strip()
    asked = [f"{prefix}{path}" for path in paths] or ([prefix] if prefix else [])
    plain = [each for each in entries(root, commit.strip(), asked) if each.plain]
    for each, data in contents(root, plain):
        name = each.path.removeprefix(prefix)
        target = into / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        except OSError:
            raise EditorError(f'máy này không ghi được tệp {name} của mốc "{revision}"') from None


def checkout(root: Path, commit: str, into: Path) -> Path:
    """Copy the repository of `root` into a folder, with a commit checked out; returns the project.

    A build there finds the commit as it was, which a folder of bare files would not let it.
    Raises EditorError for a commit that is not in the history of the one checked out: its code
    will be run.
    """
    if head(root) is None:
        raise EditorError(f"{root.resolve()} không nằm trong kho git nào, hay máy không có git")
    if _said(root, "merge-base", "--is-ancestor", commit, "HEAD") is None:
        raise EditorError(
            f"commit {commit} không nằm trong nhánh đang mở ở {root.resolve()}, nên máy không chạy"
            " mã của nó; lấy đủ lịch sử về (git fetch) hay mở nhánh có commit ấy rồi chạy lại"
        )
    top = (_said(root, "rev-parse", "--show-toplevel") or "").rstrip("\n")
    below = (_said(root, "rev-parse", "--show-prefix") or "").rstrip("\n")
    cloned = _said(root, "clone", "--shared", "--no-checkout", "--", top, str(into))
    if cloned is None or _said(into, "checkout", "--detach", commit) is None:
        raise EditorError(f"git không đưa ra được các tệp của commit {commit}")
    return into / below


def is_changed(root: Path, paths: Sequence[str]) -> bool | None:
    """Whether anything below `paths` is not as in the commit; None without git.

    What git ignores counts too: a build reads the folder, not the commit.
    """
    compiled = ":(exclude,glob)**/__pycache__/**"
    said = _said(root, "status", "--porcelain", "--ignored", "--", *paths, compiled)
    return None if said is None else bool(said)


def _said(root: Path, *arguments: str) -> str | None:
    """What a git command prints; None where it fails."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True, check=True, text=True, encoding="utf-8", timeout=30,
            errors="surrogateescape",
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout
