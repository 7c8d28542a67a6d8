# The whole way, against which the short one is held: both sides read with all their files.
# The archive is that of tests/golden/review/base with two units more: `truong-khac` is as
# `truong-thu` but unsealed, `truong-la` calls no shared clause, has the others' ids as aliases and
# `truong-khac` as its successor, a blank's term and an original. The guide links to `truong-khac`.
"""A change is told from the few files that matter as it would be from all of them."""

from __future__ import annotations

import hashlib
import os
import random
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from macros import keeping, proposal, review
from macros.archive import load, problems_in
from macros.model import Archive
from macros.problem import Problem
from tests.test_diff import git
from tests.test_review import BASE, FACTS, OPEN, SCENARIOS, SEALED, WORDING, Edit, copied, gone, put
from tests.test_review import report as told

STRANGE = "docs/don-vi/truong-la/cong-doan/2025-2026.md"
OTHER = "docs/don-vi/truong-khac/cong-doan/2025-2026.md"
PICTURE = "docs/huong-dan/hinh.png"
SOURCE = "data/sources/goc.txt"
GUIDE = "docs/huong-dan/index.md"
NUMBER = "          value: 15/QC"
ORIGINAL = b"V\xc4\x83n b\xe1\xba\xa3n\n"
SCAN = f"        - {{role: file, file: goc.txt, sha256: {hashlib.sha256(ORIGINAL).hexdigest()}}}\n"


def sub(path: str, old: str, new: str) -> Edit:
    """Replace words of a file, where they stand."""

    def edit(root: Path) -> None:
        if (root / path).is_file():
            data = (root / path).read_bytes()
            (root / path).write_bytes(data.replace(old.encode(), new.encode()))

    return edit


def raw(path: str, data: bytes) -> Edit:
    """Write the bytes of a file."""

    def edit(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)

    return edit


def drop(path: str) -> Edit:
    """Take a file or folder away, where it is."""
    return lambda root: gone(path)(root) if (root / path).exists() else None


def strange(root: Path) -> None:
    """A unit that uses no shared clause, with the ids of the others as aliases."""
    for path in (FACTS, OPEN, SEALED):
        text = (root / path).read_text(encoding="utf-8").replace("Trường Thử", "Trường Lạ")
        text = re.sub(r"        seal:\n(          .*\n)+", "", text)
        text = re.sub(r"\{\{.*\}\}", "Hai bên cùng họp.", text)
        more = "aliases: [truong-cu, truong-khac]\nsuccessor: truong-khac\n"
        text = text.replace("sample: true\n", f"sample: true\n{more}")
        text = text.replace(f"{NUMBER}\n", f"{NUMBER}\n        source:\n{SCAN}")
        put(path.replace("truong-thu", "truong-la"), text)(root)


def guided(root: Path) -> None:
    """A guide that links to a clause and calls a wording, and another one that links to it."""
    more = "\n## Ví dụ {#vi-du}\n\n[Kinh phí](../don-vi/truong-khac/cong-doan/2025-2026/index.md#kinh-phi)\n"
    index = root / GUIDE
    index.write_text(index.read_text(encoding="utf-8") + more, encoding="utf-8", newline="\n")
    put("docs/huong-dan/khac.md", "# Khác\n\n[Ví dụ](index.md#vi-du)\n")(root)


def uncalled(*units: str) -> Edit:
    """No page of these units calls the shared clause."""

    def edit(root: Path) -> None:
        for path in (
            path for unit in units for path in (root / "docs/don-vi" / unit).rglob("*.md")
        ):
            text = re.sub(r"\{\{.*\}\}", "Hai bên cùng họp.", path.read_text(encoding="utf-8"))
            path.write_text(text, encoding="utf-8", newline="\n")

    return edit


def renamed(root: Path) -> None:
    """A unit has a new id, and its old one as an alias."""
    shutil.move(root / "docs/don-vi/truong-thu", root / "docs/don-vi/truong-moi")
    shutil.move(root / FACTS, root / "data/units/truong-moi.yml")
    sub("data/units/truong-moi.yml", "sample: true\n", "sample: true\naliases: [truong-thu]\n")(
        root
    )


def linked(root: Path) -> None:
    """A page that is only a shortcut to another."""
    (root / STRANGE).unlink(missing_ok=True)
    (root / STRANGE).symlink_to("2024-2025.md")


def unwatched(root: Path) -> None:
    """An edit in a file that git was told not to look at."""
    git(root, "update-index", "--assume-unchanged", OTHER)
    sub(OTHER, "5.000.000", "5.500.000")(root)


def hidden(root: Path) -> None:
    """Texts that differ only in what attributes beside them tell git to disregard."""
    put("docs/.gitattributes", "*.md ident\n")(root)
    sub(STRANGE, "$Id$", "$Id: một lời khác $")(root)


EDITS: dict[str, Edit] = {
    "page": sub(STRANGE, "5.000.000", "6.000.000"),
    "page-as-it-was": lambda root: os.utime(root / OTHER, (1, 1)),
    "page-line-ends": sub(OTHER, "\n", "\r\n"),
    "page-unreadable": raw(OTHER, "# Quy chế".encode("utf-16")),
    "page-unreadable-still": sub("docs/don-vi/truong-la/cong-doan/2024-2025.md", "\xff", "\xfe"),
    "page-away": drop(OTHER),
    "page-shortcut": linked,
    "page-of-nobody": put("docs/don-vi/truong-la/cong-doan/2030-2031.md", "# A\n\nA. {#a}\n"),
    "page-that-git-ignores": lambda root: [
        put(".gitignore", "*.tmp.md\n")(root),
        put("docs/huong-dan/nhap.tmp.md", "# Nháp\n")(root),
    ],
    "page-unwatched": unwatched,
    "page-hidden": hidden,
    "sealed": sub(SEALED, "5.000.000", "9.000.000"),
    "id": sub(STRANGE, "{#kinh-phi}", "{#tien}"),
    "facts": sub(FACTS.replace("thu", "khac"), "15/QC", "16/QC"),
    "facts-unreadable": sub(FACTS.replace("thu", "khac"), "type: primary", "type: truong"),
    "term": sub("data/units/mam-non-thu.yml", "2024-2025: Công đoàn", "2024-2025: Công đoàn ta"),
    "wording": sub(WORDING, "giao ban của", "giao ban hằng tuần của"),
    "wording-away": drop(WORDING),
    "wording-unreadable": sub(WORDING, "title:", "tile:"),
    "wording-new": put("data/clauses/khac.yml", 'title: Khác\nwordings:\n  2025-2026: "Khác."\n'),
    "wording-below": put("data/clauses/cu/hop-giao-ban.yml", "title: Khác\n" * 100_000),
    "glossary": sub("data/glossary.yml", "GV: giáo viên", "GV: giáo viên các cấp"),
    "glossary-away": drop("data/glossary.yml"),
    "unit-renamed": renamed,
    "unit-away": lambda root: [drop("docs/don-vi/truong-khac")(root),
                               drop(FACTS.replace("thu", "khac"))(root)],
    "unit-away-but-its-pages": drop(FACTS.replace("thu", "khac")),
    "alias-away": sub(FACTS.replace("thu", "la"), ", truong-khac", ""),
    "alias-spelled": sub(FACTS.replace("thu", "la"), "truong-khac", '"truong\\u002dkhac"'),
    "alias-taken": sub("data/units/mam-non-thu.yml", "sample: true\n",
                       "sample: true\naliases: [truong-cu]\n"),
    "unit-under-alias": lambda root: [
        shutil.copytree(root / "docs/don-vi/mam-non-thu", root / "docs/don-vi/truong-cu"),
        shutil.copy(root / "data/units/mam-non-thu.yml", root / "data/units/truong-cu.yml")],
    "type": sub("data/units/mam-non-thu.yml", "type: preschool", "type: primary"),
    "linked-id": sub(OTHER, "{#kinh-phi}", "{#tien}"),
    "link": sub(GUIDE, "khac/cong-doan/2025-2026/index.md#kinh-phi", "la/cong-doan/2025-2026/index.md#khong-co"),
    "link-that-is": sub(GUIDE, "khac/cong-doan/2025-2026/index.md#kinh-phi",
                        "la/cong-doan/2025-2026/index.md#kinh-phi"),
    "linked-heading": sub(GUIDE, "{#vi-du}", "{#mau}"),
    "calls-away": uncalled("truong-khac", "truong-thu", "mam-non-thu"),
    "calls-away-but-one": uncalled("truong-khac", "truong-thu"),
    "blank-away": sub(WORDING, "{management}", "Nhà trường"),
    "original-away": drop(SOURCE),
    "guide": sub("docs/huong-dan/index.md", "Cách dùng", "Cách xem"),
    "guide-away": drop("docs/huong-dan/index.md"),
    "picture": raw(PICTURE, b"\x89PNG other"),
    "picture-away": drop(PICTURE),
    "picture-new": raw("docs/don-vi/truong-la/anh.png", b"\x89PNG new"),
    "picture-for-all": lambda root: (root / PICTURE).chmod(0o755),
    "style": put("docs/assets/kieu.css", "p { color: red }\n"),
    "original": put(SOURCE, "Văn bản khác\n"),
    "original-large": put("data/sources/lon.txt", "một dòng\n" * 200_000),
    "original-below": put("data/sources/cu/goc.txt", "Văn bản\n"),
    "data-odd": put("data/khac.md", "# Khác\n"),
}  # fmt: skip
TOGETHER = [
    ("unit-away", "facts", "wording"), ("alias-spelled", "unit-away"), ("glossary", "page"),
    ("unit-renamed", "sealed", "wording"), ("wording-away", "term", "picture-away"),
    *(tuple(random.Random(seed).sample(sorted(EDITS), 5)) for seed in range(5)),
]  # fmt: skip


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The four units, committed."""
    root = tmp_path_factory.mktemp("proposal") / "base"
    shutil.copytree(BASE, root)
    for edit in (copied, strange, guided, raw(PICTURE, b"\x89PNG"), raw(SOURCE, ORIGINAL),
                 sub(STRANGE, "Hai bên cùng", "Hai bên ($Id$) cùng")):  # fmt: skip
        edit(root)
    old = root / "docs/don-vi/truong-la/cong-doan/2024-2025.md"
    old.write_bytes(old.read_bytes() + b"\xff\n")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "x")
    return root


@pytest.fixture
def project(repository: Path, tmp_path: Path) -> Path:
    """A copy of it to edit."""
    root = tmp_path / "project"
    shutil.copytree(repository, root, symlinks=True)
    return root


@pytest.fixture(scope="module")
def base(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is committed, in a folder that nobody writes into."""
    return at(repository, "HEAD", tmp_path_factory.mktemp("proposal") / "committed")


def at(root: Path, revision: str, folder: Path) -> Path:
    """The project at a revision, checked out into a folder; no attribute changes a byte."""
    git(folder.parent, "clone", "-q", "--no-checkout", str(root), folder.name)
    (folder / ".git/info/attributes").write_text("* -ident\n", encoding="utf-8")
    git(folder, "checkout", "-q", "--detach", revision)
    return folder


def files(folder: Path) -> dict[str, tuple[str, bytes]]:
    """All files of docs/ and data/ with their bytes, and the shortcuts."""
    found: dict[str, tuple[str, bytes]] = {}
    for path in (p for top in ("docs", "data") for p in (folder / top).rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = ("link", os.fsencode(path.readlink()))
        elif path.is_file():
            found[name] = ("file", path.read_bytes())
    return found


@cache
def _archive(folder: Path) -> Archive:
    """All of a folder that does not change."""
    return load(folder).archive


def whole(old: Path, new: Path, found: Iterable[Problem]) -> review.Review:
    """What is told where both sides are read whole, of the problems that were found. Nobody writes
    into the `old` folder.
    """
    before, after = _archive(old), load(new).archive
    was, now = files(old), files(new)
    others = {
        path: "added" if path not in was else "changed" if path in now else "removed"
        for path in was.keys() | now.keys()
        if was.get(path) != now.get(path)
        if path not in before.texts and path not in after.texts
    }
    problems = sorted({*found, *keeping.since(before, after)})
    return review.tell(before, after, problems, others)


def wrong(problems: Iterable[Problem]) -> set[Problem]:
    """Problems without their hints, which may name what was not read."""
    return {replace(each, hint="") for each in problems}


@cache
def _wrong_in(folder: Path) -> set[Problem]:
    """Of a folder that does not change."""
    return wrong(problems_in(folder))


@pytest.mark.parametrize("names", [*((name,) for name in EDITS), *TOGETHER], ids="+".join)
def test_as_the_whole_way(names: Sequence[str], project: Path, base: Path, tmp_path: Path):
    """Whatever changes, in the folder or between two commits: the same is told, and of problems all
    that were not there before.
    """
    before = _wrong_in(base)
    for name in names:
        EDITS[name](project)
    here = told(project), told(project, form="json")
    found = proposal.read(project, "HEAD").problems
    of_folder, now = whole(base, project, found), wrong(problems_in(project))

    assert now - before <= wrong(found) <= now
    assert [of_folder.markdown(), of_folder.json()] == [each.stdout_bytes.decode() for each in here]

    git(project, "add", "-A", "-f")
    git(project, "commit", "-q", "--allow-empty", "-m", "y")
    between = told(project, "HEAD~1..HEAD", "json")
    found = proposal.read(project, "HEAD~1", "HEAD").problems
    head = at(project, "HEAD", tmp_path / "head")
    of_commits, now = whole(base, head, found), wrong(problems_in(head))

    assert now - before <= wrong(found) <= now
    assert of_commits.json() == between.stdout_bytes.decode()


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenarios_as_the_whole_way(name: str, project: Path, tmp_path: Path):
    """What the pages of golden/review/ tell is told of two commits too."""
    for edit in SCENARIOS[name]:
        edit(project)
    git(project, "add", "-A")
    git(project, "commit", "-q", "--allow-empty", "-m", "y")

    found = proposal.read(project, "HEAD~1", "HEAD").problems
    base, head = (at(project, each, tmp_path / each) for each in ("HEAD~1", "HEAD"))

    assert whole(base, head, found).json() == (
        told(project, "HEAD~1..HEAD", "json").stdout_bytes.decode()
    )


def units(project: Path) -> set[str]:
    """The units that are read for the change in the folder."""
    found = proposal.read(project, "HEAD")
    return {*found.base.units, *found.head.units}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["guide"], {"truong-khac"}),
        (["picture", "wording-new"], set()),
        (["original"], {"truong-la"}),
        (["linked-id"], {"truong-khac"}),
        (["alias-taken"], {"mam-non-thu", "truong-la"}),
        (["page"], {"truong-la"}),
        (["page-as-it-was"], set()),
        (["facts", "picture-new"], {"truong-khac", "truong-la"}),
        (["wording"], {"truong-thu", "truong-khac", "mam-non-thu"}),
        (["unit-away"], {"truong-khac", "truong-la"}),
        (["glossary"], {"truong-thu", "truong-khac", "truong-la", "mam-non-thu"}),
    ],
)
def test_what_is_read(names: list[str], expected: set[str], project: Path):
    """Only the units that can read otherwise after the change."""
    for name in names:
        EDITS[name](project)

    assert expected == units(project)


@pytest.mark.parametrize(("names", "expected"), [
    (["unit-away"], {"R108", "R201"}),
    (["unit-under-alias"], {"R109"}),
    (["alias-taken"], {"R109"}),
    (["linked-id"], {"R105", "R202"}),
    (["link"], {"R202"}),
    (["link-that-is"], set()),
    (["linked-heading"], {"R202"}),
    (["wording-away"], {"C101", "C105"}),
    (["wording-new"], {"C108"}),
    (["calls-away"], {"C108", "V105"}),
    (["calls-away-but-one"], {"V105"}),
    (["blank-away"], {"C105"}),
    (["original"], {"V102"}),
    (["original-away"], {"V103"}),
    (["picture-for-all"], {"S115"}),
])  # fmt: skip
def test_what_is_wrong_elsewhere(names: list[str], expected: set[str], project: Path):
    """What one unit or page does to others that nobody edited is found, with nothing kept."""
    before = wrong(problems_in(project))
    for name in names:
        EDITS[name](project)
    found = wrong(proposal.read(project, "HEAD").problems) - before

    assert expected == {each.code for each in found}


@pytest.mark.parametrize(("asked", "expected"), [
    (["truong-thu"], {"truong-thu"}),
    (["truong-tu"], {"truong-thu"}),
    (["trung-tam-moi-toanh"], set()),
    (None, {"truong-thu", "truong-khac", "truong-la", "mam-non-thu"}),
])  # fmt: skip
def test_what_a_command_reads(asked: list[str] | None, expected: set[str], project: Path):
    """A command that writes reads the units it names, or those it seems to mean."""
    assert expected == {*proposal.Folder(project, frozenset()).loaded(asked).archive.units}


@pytest.mark.parametrize(("name", "path", "expected"), [
    ("alias-taken", "data/units/mam-non-thu.yml", {"R109"}),
    ("linked-id", OTHER, {"R105", "R202"}),
    ("original", SOURCE, {"V102"}),
    ("page-as-it-was", OTHER, set()),
])  # fmt: skip
def test_an_edit_is_judged_elsewhere(name: str, path: str, expected: set[str], project: Path):
    """What a command broke in units that it did not read is told, and what was broken is not."""
    folder = proposal.Folder(project, frozenset())
    before = (project / path).read_bytes()
    EDITS[name](project)
    was, now = folder.edited({path: before})

    assert expected == {each.code for each in wrong(now) - wrong(was)}
