# The sources as they lay on the disk at one moment; no text is read again later, so what a text was
# checked as is what is published. Originals may be large and are read when they are asked for.
# Hides: walking, encodings of file names, sizes.
# Refuses: symbolic links, and files too large to be read; each is a Problem.
"""`snapshot(root)`: every file of docs/ and data/ by its path from the root."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from macros import limits
from macros.problem import Problem

_ORIGINALS = "data/sources/"
_UNITS, _PAGES = "data/units/", "docs/don-vi/"
_PLAIN, _PROGRAM, _SHORTCUT = "100644", "100755", "120000"  # modes of git


@dataclass(frozen=True, eq=False)
class Originals(Mapping[str, bytes]):
    """data/sources/ by file name; the bytes are read when they are asked for."""

    root: Path
    names: tuple[str, ...] = ()
    left_out: AbstractSet[str] = frozenset()

    def __getitem__(self, name: str) -> bytes:
        if name not in self.names:
            raise KeyError(name)
        return (self.root / _ORIGINALS / name).read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def digest(self, name: str) -> bytes:
        """The SHA-256 of an original; where there is none of that name something shorter."""
        if name in self.left_out:
            return b"left out"
        return hashlib.sha256(self[name]).digest() if name in self.names else b""


@dataclass(frozen=True)
class Snapshot:
    """`texts`: the bytes of Markdown and YAML files by path; `others`: the paths of all other files
    and of those too large to be read; `folders`: of all folders. `shortcuts` were not followed.
    All in the order of paths, part by part. `left_out`: those that there are, but not in this copy.
    """

    root: Path
    texts: Mapping[str, bytes]
    others: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    shortcuts: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    left_out: AbstractSet[str] = frozenset()

    def __contains__(self, path: str) -> bool:
        return path in self.texts or path in self.others

    @cached_property
    def originals(self) -> Originals:
        """What lies directly in data/sources/ and may be read."""
        found = (*self.texts, *self.others)
        large = {problem.path for problem in self.problems if problem.code == "S108"}
        names = (
            path.removeprefix(_ORIGINALS)
            for path in found
            if path.startswith(_ORIGINALS) and path not in large
        )
        away = {path.removeprefix(_ORIGINALS) for path in self.left_out}
        return Originals(self.root, tuple(name for name in names if "/" not in name), away)

    @cached_property
    def units(self) -> Mapping[str, Snapshot]:
        """By unit its own files: its data, and all that is in its folder."""
        texts: dict[str, dict[str, bytes]] = {}
        for path, data in self.texts.items():
            texts.setdefault(unit_of(path), {})[path] = data
        others = _by_unit(self.others)
        shortcuts = _by_unit(self.shortcuts)
        away = _by_unit(self.left_out)
        names = sorted(({*texts, *others} | {*shortcuts}) - {""})
        return {
            unit: Snapshot(
                self.root, texts.get(unit, {}), tuple(others.get(unit, ())),
                shortcuts=(*shortcuts.get("", ()), *shortcuts.get(unit, ())), left_out=frozenset(away.get(unit, ())),
            )
            for unit in names
        }  # fmt: skip


def _by_unit(paths: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in paths:
        found.setdefault(unit_of(path), []).append(path)
    return found


def unit_of(path: str) -> str:
    """The unit whose file or folder a path is; empty for what belongs to none."""
    if path.startswith(_UNITS):
        name = path.removeprefix(_UNITS)
        return "" if "/" in name else name.removesuffix(".yml") if name.endswith(".yml") else ""
    return path.removeprefix(_PAGES).partition("/")[0] if path.startswith(_PAGES) else ""


def snapshot(
    root: Path, only: Container[str] | None = None, left_out: AbstractSet[str] = frozenset()
) -> Snapshot:
    """Read docs/ and data/. Raises OSError only where the disk itself fails.

    `only`: of these units, and no page that stands beside the agreements. `left_out`: the files
    that there are, but not in this copy (`git.left_out`).
    """
    texts: dict[str, bytes] = {}
    others: list[str] = []
    folders: list[str] = []
    shortcuts: list[str] = []
    programs: set[str] = set()
    problems: list[Problem] = []
    names: list[str] = []
    for name, entry in _walked(root, shortcuts, folders):
        names.append(name)
        status = entry.stat(follow_symlinks=False)
        if status.st_mode & 0o111:
            programs.add(name)
        read = _is_text(name)
        if only is not None and (
            unit_of(name) not in only if unit_of(name) else name[:5] != "data/"
        ):
            read = False
        weighed = read or name.startswith((_ORIGINALS, "data/clauses/"))
        if found := limits.too_large(name, status.st_size) if weighed else None:
            problems.append(found)
            read = False
        if read:
            with open(entry.path, "rb", buffering=0) as file:  # noqa: PTH123 thousands of files
                texts[name] = file.read()
        else:
            others.append(name)
    problems += [*_of_names(names, programs), *_not_followed(shortcuts)]
    return Snapshot(
        root, texts, tuple(others), tuple(folders), tuple(shortcuts), tuple(problems), left_out
    )  # fmt: skip


def given(
    root: Path, files: Mapping[str, bytes], others: Iterable[str], tree: Mapping[str, str]
) -> Snapshot:
    """A snapshot of files whose bytes are given, and of `others` by their names. `tree`: the paths
    of all that there are with their modes as git names them; the rest is left out. What is wrong
    in names is not looked for: `misnamed` does that.
    """
    texts: dict[str, bytes] = {}
    rest = {*others} - files.keys()
    problems: list[Problem] = []
    for name, data in files.items():
        if found := limits.too_large(name, len(data)):
            problems.append(found)
        if _is_text(name) and not found:
            texts[name] = data
        else:
            rest.add(name)
    known = sorted({*texts, *rest}, key=_parts)
    shortcuts = sorted(_of_mode(tree, _SHORTCUT), key=_parts)
    folders = {str(each) for name in known for each in PurePosixPath(name).parents}
    return Snapshot(
        root,
        {name: texts[name] for name in known if name in texts},
        tuple(name for name in known if name in rest),
        tuple(sorted(folders - {".", "docs", "data"}, key=_parts)),
        tuple(shortcuts),
        (*problems, *_not_followed(shortcuts)),
        frozenset(tree) - {*known, *shortcuts},
    )


def misnamed(tree: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong in how files are called and marked; `tree` as in `given`."""
    names = sorted((name for name in tree if tree[name] != _SHORTCUT), key=_parts)
    yield from _of_names(names, {*_of_mode(tree, _PROGRAM)})


def _of_mode(tree: Mapping[str, str], mode: str) -> list[str]:
    return [name for name, each in tree.items() if each == mode]


def files_below(root: Path) -> dict[str, str]:
    """All files below docs/ and data/, with their modes as git names them."""
    shortcuts: list[str] = []
    found = {}
    for name, entry in _walked(root, shortcuts, []):
        program = entry.stat(follow_symlinks=False).st_mode & 0o111
        found[name] = _PROGRAM if program else _PLAIN
    return found | dict.fromkeys(shortcuts, _SHORTCUT)


def _parts(name: str) -> list[str]:
    return name.split("/")


def _is_text(name: str) -> bool:
    return name.endswith(".yml" if name.startswith("data/") else ".md")


def _of_names(names: Sequence[str], programs: AbstractSet[str]) -> Iterator[Problem]:
    """What is wrong in how files are called and marked."""
    # A disk that can't tell says of all that they are programs.
    yield from limits.paths(names, frozenset() if programs == set(names) else programs)


def _not_followed(shortcuts: Iterable[str]) -> Iterator[Problem]:
    for path in shortcuts:
        message = "tệp hay thư mục này chỉ là lối tắt (symlink) tới chỗ khác"
        yield Problem(path, 1, 1, "R103", message, "Thay bằng chính tệp đó.")


def _walked(
    root: Path, shortcuts: list[str], folders: list[str]
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """All files below docs/ and data/, in order."""
    for name in ("data", "docs"):
        if (root / name).is_symlink():
            shortcuts.append(name)
        elif (root / name).is_dir():
            yield from _below(str(root / name), name, shortcuts, folders)


def _below(
    folder: str, name: str, shortcuts: list[str], folders: list[str]
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        path = f"{name}/{entry.name}"
        if entry.is_symlink():
            shortcuts.append(path)
        elif entry.is_dir(follow_symlinks=False):
            folders.append(path)
            yield from _below(entry.path, path, shortcuts, folders)
        elif entry.is_file(follow_symlinks=False):
            yield path, entry
