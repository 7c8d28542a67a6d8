# One folder in tests/broken/ for each mistake that an editor can make: base/ is laid first, then
# the folder over it. A file replaces, `<name>.remove` removes, `symlink.txt` makes shortcuts
# (`path -> target`), `expected.txt` is what `check` prints without its last line. Where there is a
# folder `before/`, the project was so before, and `check --base` is what tells.
"""Every problem that `check` reports, as an editor sees it, and its heading in the guide."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from macros import checks
from macros.archive import load, problems_in
from macros.cli import cli
from macros.model import Glossary

ROOT = Path(__file__).resolve().parent.parent
BROKEN = ROOT / "tests" / "broken"
BASE = BROKEN / "base"
FOLDERS = sorted(path for path in BROKEN.iterdir() if path.is_dir() and path != BASE)
GUIDE = (ROOT / "docs" / "huong-dan" / "loi.md").read_text(encoding="utf-8")
WARNING = "(cảnh báo) "
# A page that begins with a declaration also lacks its title there, and is told so.
ALSO = {"G101": {"G102", "G103"}, "S116": {"S107"}}
_CODE = re.compile(r"[GDCRSVY]\d{3}")
_TOLD = re.compile(r"^\S.*?:\d+:\d+: (\S+) ", re.MULTILINE)


def lay(folder: Path, root: Path) -> Path:
    """A project in `root`: the good base with a broken folder over it.

    What was before the mistake is committed there.
    """
    shutil.copytree(BASE, root)
    before = folder / "before"
    if before.is_dir():
        shutil.copytree(before, root, dirs_exist_ok=True)
        commit(root)
    files = (path for path in folder.rglob("*") if path.is_file())
    for path in sorted(path for path in files if not path.is_relative_to(before)):
        target = root / path.relative_to(folder)
        if path.suffix == ".remove":
            target.with_suffix("").unlink()
        elif path.parent != folder:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    links = folder / "symlink.txt"
    for line in links.read_text(encoding="utf-8").splitlines() if links.exists() else ():
        link, _, aim = line.partition(" -> ")
        try:
            (root / link).symlink_to(aim)
        except OSError as refused:
            pytest.skip(f"this machine makes no symbolic links: {refused}")
    return root


def commit(root: Path) -> None:
    """Make the project a git repository whose one commit it is, with no settings of this machine."""
    who = {
        f"GIT_{part}_{what}": "x" for part in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    none = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x"]):
        subprocess.run(
            ["git", "-C", root, *arguments], check=True, env={**os.environ, **who, **none}
        )


def told(root: Path) -> str:
    """What `check` prints of the problems, without its last line that counts them."""
    if (root / ".git").exists():
        output = run("check", "--base", "HEAD", "--root", root).output
        return "".join(output.splitlines(keepends=True)[:-1])
    return "".join(f"{problem.text()}\n" for problem in problems_in(root))


def code_of(folder: Path) -> str:
    """`G101` of `G101-khai-bao-dau-trang`."""
    return folder.name.partition("-")[0]


def codes() -> set[str]:
    """The codes that stand in the program, each as a string of its own."""
    trees = [
        ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "macros").rglob("*.py")
    ]
    strings = {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {text for text in strings if _CODE.fullmatch(text)}


def sections() -> dict[str, str]:
    """What the guide says of each code."""
    parts = re.split(rf"^## ({_CODE.pattern} · .*)$", GUIDE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def run(*arguments: object) -> Result:
    """The command line with these arguments."""
    return CliRunner().invoke(cli, [str(each) for each in arguments])


def check(name: str, tmp_path: Path, *options: str) -> Result:
    """The command `check` on a broken folder."""
    return run("check", "--root", lay(BROKEN / name, tmp_path / "project"), *options)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_mistake_is_told_as_expected(folder, tmp_path, golden):
    """A broken folder gives the problems in its expected.txt, only those of its own code."""
    actual = told(lay(folder, tmp_path / "project"))

    golden(folder / "expected.txt", actual)
    code = code_of(folder)
    assert {code} == set(_TOLD.findall(actual)) - ALSO.get(code, set())


def test_rules_of_files_ask_for_no_words(tmp_path):
    """What `check_files` finds is the same whatever the words of clauses, the wordings and the
    originals are, so it is kept by the unit's files alone.
    """
    found = set()
    for folder in FOLDERS:
        archive = load(lay(folder, tmp_path / folder.name)).archive
        others = [
            replace(
                each,
                page=replace(
                    each.page,
                    clauses=tuple(
                        replace(clause, text="Điều 3. Chữ khác.", rows=())
                        for clause in each.page.clauses
                    ),
                ),
            )
            for each in archive.agreements
        ]
        other = replace(
            archive, agreements=tuple(others), shared={}, sources={}, glossary=Glossary(),
            left_out=frozenset({"data/sources/goc.txt", "data/units/khac.yml"}),
        )  # fmt: skip
        told = [*checks.check_files(archive)]
        assert told == [*checks.check_files(other)], folder.name
        found |= {problem.code for problem in told}

    assert {"G114", "R104", "D208", "D209", "Y101", "Y106", "Y107", "Y109", "G201"} <= found


def test_the_base_is_clean(tmp_path):
    """What the broken folders are laid over has no problem itself."""
    assert told(Path(shutil.copytree(BASE, tmp_path / "project"))) == ""


def test_codes_folders_and_headings_are_in_step():
    """Each code has a broken folder and a heading in the guide, and there are no others."""
    assert codes() == {code_of(folder) for folder in FOLDERS}
    assert sorted(codes()) == sorted(re.findall(rf"^## ({_CODE.pattern})", GUIDE, re.MULTILINE))


@pytest.mark.parametrize("heading", sections(), ids=lambda heading: heading[:4])
def test_headings_help(heading):
    """A heading has its anchor, a wrong and a right example and what to do, and says a warning."""
    code, text = heading[:4], sections()[heading]
    kinds = {
        WARNING in (folder / "expected.txt").read_text(encoding="utf-8")
        for folder in FOLDERS
        if code_of(folder) == code
    }

    assert re.fullmatch(rf"{code} · .+ {{#{code.lower()}}}", heading)
    assert all(each in text for each in ("\nSai:\n", "\nĐúng:\n", "\nCách sửa: ", "```"))
    assert kinds == {"**Cảnh báo.**" in text}


def test_clean_sources_exit_0(tmp_path):
    """Nothing wrong: exit code 0 and one line that says so."""
    result = run("check", "--root", shutil.copytree(BASE, tmp_path / "project"))

    assert (result.exit_code, result.output) == (0, "Không có lỗi nào.\n")


def test_warnings_alone_exit_0(tmp_path):
    """Warnings are printed and counted, and stop nothing."""
    result = check("G201-nhan-khong-noi-tiep", tmp_path)
    expected = (BROKEN / "G201-nhan-khong-noi-tiep" / "expected.txt").read_text(encoding="utf-8")

    assert (0, f"{expected}0 lỗi, 1 cảnh báo.\n") == (result.exit_code, result.output)


def test_errors_exit_1(tmp_path):
    """Errors are printed and counted, and the exit code is 1."""
    result = check("G103-thieu-ma", tmp_path)
    expected = (BROKEN / "G103-thieu-ma" / "expected.txt").read_text(encoding="utf-8")

    assert (1, f"{expected}1 lỗi, 0 cảnh báo.\n") == (result.exit_code, result.output)


@pytest.mark.parametrize(
    "arguments",
    [
        ["chek"],
        ["check", "--fomat", "text"],
        ["check", "--format", "xml"],
        ["check", "--root", "-"],
    ],
    ids=" ".join,
)
def test_wrong_use_exits_2(arguments):
    """A command, option, choice or folder that does not exist: exit code 2."""
    assert run(*arguments).exit_code == 2


def test_github_marks_the_line(tmp_path):
    """With --format github each problem is one workflow command."""
    error = check("G105-ma-trung", tmp_path / "a", "--format", "github")
    warning = check("G201-nhan-khong-noi-tiep", tmp_path / "b", "--format", "github")
    page = "docs/don-vi/truong-thu/cong-doan/2024-2025.md"

    assert error.output == (
        f"::error file={page},line=11,col=44,title=G105::"
        'mã "hop-giao-ban" đã dùng ở dòng 9 Mỗi điều khoản một mã riêng trong trang.\n'
    )
    assert warning.output.startswith(f"::warning file={page},line=11,col=1,title=G201::")


def test_json_has_a_row_for_each_problem(tmp_path):
    """With --format json each problem is an object with all its parts; none is an empty list."""
    result = check("G105-ma-trung", tmp_path, "--format", "json")
    clean = run("check", "--format", "json", "--root", shutil.copytree(BASE, tmp_path / "clean"))

    assert json.loads(clean.output) == []
    assert json.loads(result.output) == [
        {
            "path": "docs/don-vi/truong-thu/cong-doan/2024-2025.md",
            "line": 11,
            "column": 44,
            "code": "G105",
            "severity": "error",
            "message": 'mã "hop-giao-ban" đã dùng ở dòng 9',
            "hint": "Mỗi điều khoản một mã riêng trong trang.",
        }
    ]
