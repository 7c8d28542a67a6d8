# The commands of docs/huong-dan/index.md (#mot-don-vi) are typed with real git, against a bare repository
# that filters, made of the guide's own school and of others with the same texts.
"""Who works on one unit need not have the others, and is told the same of it."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from macros import git, proposal
from macros.cli import cli
from tests.test_diff import git as run_git
from tests.test_docs import fences
from tests.test_guide_examples import school

UNIT = "truong-vi-du"
PAGE = f"docs/don-vi/{UNIT}/cong-doan/2025-2026.md"
OTHERS = ("truong-khac", "truong-la", "truong-xa")
WORDING = "data/clauses/hop-giao-ban.yml"
# What leads to units that are not there: a link, a wording that only they use.
BESIDE = {
    "docs/huong-dan/index.md": "# Hướng dẫn\n\n[Trường khác](../don-vi/truong-khac/index.md)\n",
    "data/clauses/hop-rieng.yml": 'title: Họp riêng\nwordings:\n  2024-2025: "{Union} được họp."\n',
}
COMMANDS = fences("index.md", "sh")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of four units that lets clones filter."""
    folder = tmp_path_factory.mktemp("server")
    root = folder / "project"
    school(root)
    for other in OTHERS:
        for path in (PAGE, f"data/units/{UNIT}.yml"):
            target = root / path.replace(UNIT, other)
            target.parent.mkdir(parents=True, exist_ok=True)
            text = (root / path).read_text(encoding="utf-8").replace("Ví Dụ", other)
            text = re.sub(r"        (?:seal|source):\n(          .*\n|        - .*\n)+", "", text)
            target.write_text(text, encoding="utf-8", newline="\n")
    for path, text in BESIDE.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8", newline="\n")
    edited(root, PAGE.replace(UNIT, "truong-khac"), "hop-giao-ban", "hop-rieng")
    run_git(root, "init", "-q", "-b", "main")
    run_git(root, "add", "-A")
    run_git(root, "commit", "-q", "-m", "x")
    bare = folder / "quy-che.git"
    run_git(folder, "clone", "-q", "--bare", str(root), str(bare))
    run_git(bare, "config", "uploadpack.allowFilter", "true")
    return bare


def typed(commands: str, at: Path, server: Path) -> Path:
    """Type the lines of a block; the folder in which one stands then."""
    for line in commands.splitlines():
        name, *rest = shlex.split(
            line.replace("https://git.example/to-chuc/quy-che.git", server.as_uri())
        )
        if name == "cd":
            at = at / rest[0]
        elif name == "git":
            run_git(at, *rest)
        else:
            result = told(at, *rest)
            assert (name, 0) == ("qcph", result.exit_code), result.output
    return at


def told(root: Path, command: str, *rest: str) -> Result:
    """A command of the house on a project."""
    return CliRunner().invoke(cli, [command, "--root", str(root), *rest])


@pytest.fixture
def sparse(server: Path, tmp_path: Path) -> Path:
    """The clone that the guide makes."""
    return typed(COMMANDS[0], tmp_path, server)


@pytest.fixture
def full(server: Path, tmp_path: Path) -> Path:
    """A clone with everything."""
    run_git(tmp_path, "clone", "-q", server.as_uri(), "full")
    return tmp_path / "full"


def held(root: Path) -> set[str]:
    """The objects that a clone has."""
    command = ["git", "-C", str(root), "cat-file", "--batch-all-objects", "--batch-check"]
    return set(
        subprocess.run(command, capture_output=True, check=True).stdout.decode().splitlines()
    )


def written(root: Path) -> set[str]:
    """The files of docs/ and data/ in a folder."""
    found = (path for top in ("docs", "data") for path in (root / top).rglob("*"))
    return {path.relative_to(root).as_posix() for path in found if path.is_file()}


def edited(root: Path, path: str, old: str, new: str) -> None:
    """Replace words of a file that stand there."""
    text = (root / path).read_text(encoding="utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new), encoding="utf-8", newline="\n")


def test_only_one_unit_is_fetched(sparse: Path, full: Path):
    """The clone of the guide has the unit, its original and what all share, and no other text."""
    away = git.left_out(sparse, proposal.FOLDERS)

    assert written(full) == written(sparse) | away
    assert {each for each in written(full) if any(other in each for other in OTHERS)} == away
    assert len(held(sparse)) < len(held(full))
    assert frozenset() == git.left_out(full, proposal.FOLDERS)


def test_the_commands_of_the_guide(sparse: Path, server: Path, tmp_path: Path):
    """A draft made in it comes to the server as the change of one unit."""
    typed(COMMANDS[1], sparse, server)
    run_git(tmp_path, "clone", "-q", "-b", "nam-hoc-moi", server.as_uri(), "after")
    found = json.loads(
        told(tmp_path / "after", "report", "--format", "json", "HEAD~1..HEAD").stdout
    )
    run_git(server, "branch", "-D", "nam-hoc-moi")

    assert [f"{UNIT}/cong-doan/2026-2027"] == [each["agreement"] for each in found["agreements"]]
    assert ([], []) == (found["units"], found["files"])


def test_more_units(sparse: Path, full: Path, server: Path):
    """Another unit comes beside it, and then all of them."""
    typed(COMMANDS[2], sparse, server)
    more = {each for each in written(full) if UNIT not in each and "truong-khac" in each}
    assert more == {each for each in written(sparse) if "truong-khac" in each}
    typed(COMMANDS[3], sparse, server)

    assert written(full) == written(sparse)


@pytest.mark.parametrize(
    "path", [PAGE, f"data/units/{UNIT}.yml", WORDING, "docs/huong-dan/index.md"]
)
def test_a_change_is_told_as_in_a_full_clone(path: str, sparse: Path, full: Path):
    """Whatever is edited, also what units use that are not there: those are fetched at once."""
    for root in (sparse, full):
        data = (root / path).read_bytes()
        (root / path).write_bytes(data.replace("tổng kết".encode(), "sơ kết".encode()) + b"\n# x\n")
    changes = [proposal.read(root, "HEAD") for root in (sparse, full)]
    one, other = ((each.base.texts, each.head.texts, each.others) for each in changes)

    assert one == other


def test_a_base_that_is_ahead(sparse: Path, full: Path):
    """What differs in units that are not there is told from git's objects."""
    other = PAGE.replace(UNIT, "truong-khac")
    run_git(full, "switch", "-q", "-c", "khac")
    edited(full, other, "Năm học", "Năm")
    run_git(full, "commit", "-q", "-a", "-m", "y")
    run_git(sparse, "fetch", "-q", str(full), "khac:khac")
    found = proposal.read(sparse, "khac")

    assert {"truong-khac"} == {*found.base.units, *found.head.units}
    assert found.base.texts[other] != found.head.texts[other]


def test_a_clone_that_cannot_fetch(sparse: Path, tmp_path: Path):
    """Without the server it is said which file is not there."""
    run_git(sparse, "remote", "set-url", "origin", (tmp_path / "khong-co.git").as_uri())
    edited(sparse, WORDING, "giao ban", "giao ban tuần")
    result = told(sparse, "report", "HEAD..")

    assert 2 == result.exit_code
    assert "git không đưa ra được tệp docs/don-vi/" in result.stderr


def test_no_git_leaves_nothing_out(tmp_path: Path):
    """A folder that git does not know is whole."""
    assert frozenset() == git.left_out(tmp_path, proposal.FOLDERS)


# --- what is said where units are not there ---


def test_absent_units_are_not_missing(sparse: Path, full: Path):
    """Links, successors and shared clauses that lead to them are no problems, and it is said that
    not all was looked at.
    """
    for root in (sparse, full):
        edited(root, f"data/units/{UNIT}.yml", "\nseries:", "\nsuccessor: truong-khac\nseries:")
    here, there = told(sparse, "check"), told(full, "check")

    assert (0, 0) == (here.exit_code, there.exit_code), there.output
    assert there.stdout == here.stdout
    assert "Máy này chỉ có một phần kho: 6 tệp" in here.stderr
    assert "" == there.stderr


def test_an_original_that_is_not_there_is_not_missing(sparse: Path):
    """The text is not held against it here; an original that nobody has is missing."""
    source = f"data/sources/{UNIT}-2025-2026.txt"
    run_git(sparse, "sparse-checkout", "add", f"!{source}")
    assert not (sparse / source).exists()
    assert 0 == told(sparse, "check").exit_code
    edited(sparse, f"data/units/{UNIT}.yml", f"{UNIT}-2025-2026.txt", "khong-co.txt")

    assert "V103" in told(sparse, "check").stdout


@pytest.mark.parametrize("command", [
    ("new", "truong-khac/cong-doan", "2026-2027"),
    ("seal", "truong-khac/cong-doan/2025-2026"),
    ("import", "--as", "truong-khac/cong-doan/2026-2027", "--unit-name", "Trường Khác"),
])  # fmt: skip
def test_commands_on_a_unit_that_is_not_there(
    command: tuple[str, ...], sparse: Path, tmp_path: Path
):
    """They are refused, say how it is fetched, and write nothing."""
    file = tmp_path / "quy-che.txt"
    file.write_text(
        (sparse / f"data/sources/{UNIT}-2025-2026.txt").read_text(encoding="utf-8"),
        encoding="utf-8",
    )
    before = written(sparse)
    result = told(sparse, *command, *([str(file)] if command[0] == "import" else []))

    assert 2 == result.exit_code, result.output
    assert "/huong-dan/#lay-them" in result.stderr
    assert before == written(sparse)


def test_half_an_archive_is_not_published(sparse: Path):
    """`build` refuses the clone, in one line, and writes nothing."""
    (sparse / "mkdocs.yml").write_text("site_name: A\n", encoding="utf-8")
    command = ["build", "--config", str(sparse / "mkdocs.yml")]
    result = CliRunner().invoke(cli, command)

    assert 2 == result.exit_code
    assert "máy này chỉ có một phần kho" in result.output
    assert not (sparse / "site").exists()
