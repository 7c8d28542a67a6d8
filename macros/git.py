# What git knows of the project: the commit and its day, and the files of another day.
# Refuses: to fail a build. A folder without git (an unpacked archive) has neither commit nor day.
"""The commit that is built, and the sources as they were at a revision."""

from __future__ import annotations

import subprocess
import tarfile
from collections.abc import Sequence
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


def extract(root: Path, revision: str, paths: Sequence[str], into: Path) -> None:
    """Write the files below `paths` into a folder as they were; what was not there is left out.

    Only plain files are written, none outside the folder. Raises EditorError where `root` has no
    git or git knows no such revision.
    """
    if head(root) is None:
        raise EditorError(f"{root.resolve()} không nằm trong kho git nào, hay máy không có git")
    commit = _said(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        raise EditorError(f'không có mốc git "{revision}" (commit, nhánh hay thẻ)')
    there = _said(root, "ls-tree", "--name-only", "-z", commit.strip(), *paths)
    found = (there or "").split("\0")[:-1]
    if not found:
        return

    def plain(member: tarfile.TarInfo, path: str) -> tarfile.TarInfo | None:
        try:
            return tarfile.data_filter(member, path) if member.isfile() else None
        except tarfile.FilterError:
            return None

    command = ["git", "-C", str(root), "archive", "--format=tar", commit.strip(), "--", *found]
    try:
        with (
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as git,
            tarfile.open(fileobj=git.stdout, mode="r|") as tar,
        ):
            tar.extractall(into, filter=plain)  # noqa: S202 `plain` keeps it inside
    except tarfile.TarError:  # a clone that has not got all files
        raise EditorError(f'git không đưa ra được các tệp của mốc "{revision}"') from None


def _said(root: Path, *arguments: str) -> str | None:
    """What a git command prints; None where it fails."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True, check=True, text=True, encoding="utf-8", timeout=30,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout
