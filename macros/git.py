# What git knows of the project: the commit and its day.
# Refuses: to fail. A folder without git (an unpacked archive) has neither.
"""The commit that is built."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path


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
    try:
        said = subprocess.run(
            ["git", "-C", str(root), "log", "-1", "--format=%H %cI"],
            capture_output=True, check=True, text=True, encoding="utf-8", timeout=30,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    commit, _, time = said.stdout.strip().partition(" ")
    return Commit(commit, time) if time else None
