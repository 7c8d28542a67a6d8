# What git knows of the project: the commit and its day, and the files of another day.
# Hides: which files of the folder git need not read again, what a sparse checkout leaves out, what
# a partial clone has to fetch.
# Refuses: to fail a build. A folder without git (an unpacked archive) has neither commit nor day.
"""The commit that is built, and the sources as they were at a revision."""

from __future__ import annotations

import hashlib
import io
import os
import posixpath
import stat
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
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
    """A file of a tree: its path from the root, its mode and object as git names them. One that is
    `here` lies in the folder and is read there, as it is.
    """

    path: str
    mode: str
    object: str
    here: bool = False

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
    asked = [each.object for each in files if not each.here]
    _fetch(root, asked)
    command = ["git", "-C", str(root), "cat-file", "--batch", "--buffer"]
    with tempfile.TemporaryFile() as given:
        given.write("".join(f"{name}\n" for name in asked).encode())
        given.seek(0)
        with subprocess.Popen(
            command, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as git:
            out = git.stdout or io.BytesIO()
            for each in files:
                if each.here:
                    yield each, _read(root, each.path)
                    continue
                said = out.readline().split()
                if len(said) != 3:
                    raise EditorError(f"git không đưa ra được tệp {each.path}")
                data = out.read(int(said[2]))
                out.read(1)
                yield each, data


def tree(root: Path, revision: str | None, paths: Sequence[str]) -> dict[str, Entry]:
    """The files below `paths` at a revision, by path from `root`.

    None is the folder itself: each file as it lies there, whether git minds it or not, and those
    that a sparse checkout leaves out as they will be committed. Raises EditorError where `root` has
    no git, git knows no such revision, or it holds a name that is none.
    """
    now = head(root)
    if now is None:
        raise EditorError(f"{root.resolve()} không nằm trong kho git nào, hay máy không có git")
    if revision is None:
        return {each.path: each for each in _in_folder(root, paths, now)}
    commit = _said(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        raise EditorError(f'không có mốc git "{revision}" (commit, nhánh hay thẻ)')
    prefix = (_said(root, "rev-parse", "--show-prefix") or "").rstrip("\n")
    asked = [f"{prefix}{path}" for path in paths] or ([prefix] if prefix else [])
    found = entries(root, commit.strip(), asked)
    names = ((each.path.removeprefix(prefix), each) for each in found)
    return {name: replace(each, path=name) for name, each in names}


def left_out(root: Path, paths: Sequence[str]) -> frozenset[str]:
    """The files below `paths` that a sparse checkout leaves out of the folder; none without git."""
    listed = _said(root, "ls-files", "-v", "-z", "--", *paths) or ""
    marked = (line[2:] for line in listed.split("\0") if line[:1] in ("S", "s"))
    return frozenset(path for path in marked if not os.path.lexists(root / path))


def _in_folder(root: Path, paths: Sequence[str], now: Commit) -> Iterator[Entry]:
    """The files of the folder, and in their places those that a sparse checkout leaves out."""
    told = [
        _said(root, *asked, "-z", "--", *paths)
        for asked in (
            ("ls-files", "--stage", "-v"),
            ("diff", "--name-only", "--relative", "--no-renames"),
            ("ls-files", "--others"),
        )
    ]
    if None in told:
        raise EditorError(f"git không xem được các tệp trong {root.resolve()}")
    staged, edited, others = ([line for line in (each or "").split("\0") if line] for each in told)
    tracked = [(*line.partition("\t")[0].split(), line.partition("\t")[2]) for line in staged]
    unsure = {*edited, *others}
    # Attributes beside the texts could call a file unchanged that is read otherwise.
    attributes = any(
        posixpath.basename(path) == ".gitattributes"
        for path in (*unsure, *(each[-1] for each in tracked))
    )
    for tag, mode, name, stage, path in tracked:
        if tag in ("S", "s") and not os.path.lexists(root / path):
            yield Entry(path, mode, name)
        elif attributes or tag != "H" or stage != "0" or mode == "160000":
            unsure.add(path)
        elif path not in unsure:
            yield Entry(path, mode, name, here=True)
    for path in sorted(unsure):
        yield from _looked_at(root, path.removesuffix("/"), "sha256" if now.id[40:] else "sha1")


def _looked_at(root: Path, path: str, digest: str) -> Iterator[Entry]:
    """A file as it lies in the folder, with the object that git would make of its bytes; of a
    repository in the folder all its files; nothing where nothing is.
    """
    try:
        mode = (root / path).lstat().st_mode
        if stat.S_ISDIR(mode):
            for name in sorted(os.listdir(root / path)):  # noqa: PTH208 names, not paths
                yield from _looked_at(root, f"{path}/{name}", digest)
            return
        link = stat.S_ISLNK(mode)
        data = os.fsencode((root / path).readlink()) if link else _read(root, path)
    except OSError:
        return
    made = hashlib.new(digest, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    kind = "120000" if link else "100755" if mode & 0o111 else "100644"
    yield Entry(path, kind, made, here=True)


def _read(root: Path, path: str) -> bytes:
    return (root / path).read_bytes()


def _fetch(root: Path, objects: Iterable[str]) -> None:
    """Get at once what a partial clone has not got: git itself would ask for one after another."""
    named = _said(root, "config", "--get-regexp", r"^remote\..*\.promisor$") or ""
    remotes = [line.split(" ")[0] for line in named.splitlines() if line.endswith(" true")]
    if not remotes:
        return
    remote = remotes[0].removeprefix("remote.").removesuffix(".promisor")
    held = ("cat-file", "--batch-all-objects", "--batch-check=%(objectname)", "--unordered")
    lacking = dict.fromkeys(objects).keys() - (_said(root, *held) or "").split()
    if lacking:
        # As git's own fetching of what is lacking does it (promisor-remote.c).
        fetch = ("fetch", remote, "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no")
        plain = ("-c", "fetch.negotiationAlgorithm=noop")
        asked = "".join(f"{name}\n" for name in sorted(lacking))
        _said(root, *plain, *fetch, "--filter=blob:none", "--stdin", given=asked, seconds=600)


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


def _said(root: Path, *arguments: str, given: str = "", seconds: int = 30) -> str | None:
    """What a git command prints; None where it fails."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True, check=True, input=given.encode(), timeout=seconds,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "surrogateescape")
