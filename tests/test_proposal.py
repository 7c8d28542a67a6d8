# The whole way, against which the short one is held: both sides read with all their files.
# The archive is that of tests/golden/review/base with two units more: `truong-khac` is as
# `truong-thu` but unsealed, `truong-la` calls no shared clause and has the others' ids as aliases.
"""A change is told from the few files that matter as it would be from all of them."""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from macros import keeping, proposal, review
from macros.archive import load, problems_in
from macros.git import extract
from macros.problem import Problem
from tests.test_diff import git
from tests.test_review import BASE, FACTS, OPEN, SCENARIOS, SEALED, WORDING, Edit, copied, gone, put
from tests.test_review import report as told

STRANGE = "docs/don-vi/truong-la/cong-doan/2025-2026.md"
OTHER = "docs/don-vi/truong-khac/cong-doan/2025-2026.md"
PICTURE = "docs/huong-dan/hinh.png"
SOURCE = "data/sources/goc.txt"


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
        text = text.replace("sample: true\n", "sample: true\naliases: [truong-cu, truong-khac]\n")
        put(path.replace("truong-thu", "truong-la"), text)(root)


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
    for edit in (copied, strange, raw(PICTURE, b"\x89PNG"), put(SOURCE, "Văn bản\n"),
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


def files(root: Path, revision: str | None, folder: Path) -> dict[str, tuple[str, bytes]]:
    """All files of docs/ and data/ with their bytes, and the shortcuts; `folder` has the files."""
    found: dict[str, tuple[str, bytes]] = {}
    for path in (p for top in ("docs", "data") for p in (folder / top).rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = ("link", os.fsencode(path.readlink()))
        elif path.is_file():
            found[name] = ("file", path.read_bytes())
    if revision is not None:
        listed = ["git", "-C", str(root), "ls-tree", "-r", revision, "docs", "data"]
        for line in subprocess.run(listed, capture_output=True, check=True).stdout.splitlines():
            mode, _, name = line.partition(b" ")
            if mode == b"120000":
                found[name.partition(b"\t")[2].decode()] = ("link", name.split()[1])
    return found


def whole(root: Path, base: str, head: str | None, found: Iterable[Problem]) -> review.Review:
    """What is told where both sides are read whole, of the problems that were found."""
    with tempfile.TemporaryDirectory() as folder:
        old, new = Path(folder, "old"), Path(folder, "new") if head else root
        for revision, place in ((base, old), (head, new)):
            if revision:
                extract(root, revision, ("docs", "data"), place)
        before, after = load(old).archive, load(new).archive
        was, now = files(root, base, old), files(root, head, new)
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


def check_at(root: Path, revision: str, folder: Path) -> set[Problem]:
    """All problems at a revision, checked out into a folder."""
    git(folder.parent, "clone", "-q", str(root), folder.name)
    git(folder, "checkout", "-q", "--detach", revision)
    return wrong(problems_in(folder))


@pytest.mark.parametrize("names", [*((name,) for name in EDITS), *TOGETHER], ids="+".join)
def test_as_the_whole_way(names: Sequence[str], project: Path, tmp_path: Path):
    """Whatever changes, in the folder or between two commits: the same is told, and of problems all
    that were not there before.
    """
    for name in names:
        EDITS[name](project)
    here = told(project), told(project, form="json")
    found = proposal.read(project, "HEAD").problems
    of_folder = whole(project, "HEAD", None, found)
    before, now = check_at(project, "HEAD", tmp_path / "before"), wrong(problems_in(project))

    assert now - before <= wrong(found) <= now
    assert [of_folder.markdown(), of_folder.json()] == [each.stdout_bytes.decode() for each in here]

    git(project, "add", "-A", "-f")
    git(project, "commit", "-q", "--allow-empty", "-m", "y")
    between = told(project, "HEAD~1..HEAD", "json")
    found = proposal.read(project, "HEAD~1", "HEAD").problems
    of_commits = whole(project, "HEAD~1", "HEAD", found)
    now = check_at(project, "HEAD", tmp_path / "now")

    assert now - before <= wrong(found) <= now
    assert of_commits.json() == between.stdout_bytes.decode()


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenarios_as_the_whole_way(name: str, project: Path):
    """What the pages of golden/review/ tell is told of two commits too."""
    for edit in SCENARIOS[name]:
        edit(project)
    git(project, "add", "-A")
    git(project, "commit", "-q", "--allow-empty", "-m", "y")

    found = proposal.read(project, "HEAD~1", "HEAD").problems
    assert whole(project, "HEAD~1", "HEAD", found).json() == (
        told(project, "HEAD~1..HEAD", "json").stdout_bytes.decode()
    )


def units(project: Path) -> set[str]:
    """The units that are read for the change in the folder."""
    found = proposal.read(project, "HEAD")
    return {*found.base.units, *found.head.units}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["guide", "picture", "original", "wording-new"], set()),
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
