"""Attacks over every door (tests/hostile/), bytes that nobody wrote, and commits made by hand."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros import review, telling
from macros.archive import load
from tests.fuzz import promises
from tests.fuzz.seeds import WORDS, seeds
from tests.hostile.laying import BASE, Case, cases, lay, ran
from tests.test_broken import commit

CASES = cases()
_TOLD = re.compile(r"^\S.*?:\d+:\d+: ([A-Z]\d{3}) (?!\(cảnh báo\))", re.MULTILINE)


def _laid(case: Case, tmp_path: Path) -> Path:
    try:
        return lay(case, tmp_path / "project")
    except (OSError, UnicodeError) as refused:
        pytest.skip(f"this machine has no such file names: {refused}")


def _state(root: Path) -> dict[str, str]:
    """Everything below a folder, with the digests of files."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        if path.is_file() and not path.is_symlink()
        else ""
        for path in root.rglob("*")
        if ".git" not in path.parts
    }


def _unseen(said: str) -> set[str]:
    """What a terminal would obey, or no reader see."""
    bad = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    return {hex(ord(each)) for each in said if unicodedata.category(each) in bad} - {"0xa"}


def _by_kind(*kinds: type) -> list[Case]:
    return [case for case in CASES if type(case.expect) in kinds]


@pytest.mark.parametrize("case", _by_kind(list), ids=lambda case: case.name)
def test_attack_is_refused(case, tmp_path):
    """What must not be published is told with its codes, and printed without harm."""
    code, said = ran(["check"], _laid(case, tmp_path))

    assert (1, case.expect) == (code, sorted(set(_TOLD.findall(said))))
    assert set() == _unseen(said)
    assert len(said) < 200_000


@pytest.mark.parametrize("case", _by_kind(str), ids=lambda case: case.name)
def test_attack_comes_out_inert(case, tmp_path):
    """What may be published has no error, and no element or address of its own on any page."""
    root = _laid(case, tmp_path)

    assert ("inert", 0) == (case.expect, ran(["check"], root)[0])
    archive = load(root).archive
    promises.published(archive)
    promises.as_a_forge_reads(review.tell(promises.base(), archive, ()).markdown())
    for old, new in pairwise((promises.base().agreements[0], *archive.agreements)):
        if not (old.page.report or new.page.report):
            sides = [
                telling.Text(name=each.path, page=each.page, agreement=each) for each in (old, new)
            ]
            promises.as_a_forge_reads(telling.tell(*sides).markdown())


@pytest.mark.parametrize("case", _by_kind(int), ids=lambda case: case.name)
def test_attack_by_command_does_nothing(case, tmp_path, monkeypatch):
    """A command that is used wrongly says so in one line and leaves every file as it was."""
    root = _laid(case, tmp_path)
    monkeypatch.chdir(tmp_path)
    before = _state(tmp_path)

    code, said = ran(case.command, root)

    assert case.expect == code
    assert set() == _unseen(said)
    assert 1 == said.count("\n")
    assert before == _state(tmp_path)


@pytest.mark.parametrize("form", ["github", "json"])
def test_a_forge_obeys_no_line_of_a_page(form, tmp_path):
    """In the log of a forge every line is a command of ours, in JSON every line is JSON."""
    case = next(each for each in CASES if each.name == "dong-lenh-kho")

    _, said = ran(["check", "--format", form], _laid(case, tmp_path))

    assert set() == _unseen(said)
    starts = {re.split(r"[ \[\]{}\"]", line, maxsplit=1)[0] for line in said.splitlines()}
    assert starts <= ({"::error", "::warning"} if form == "github" else {""})


def test_there_are_cases_at_every_door():
    """The corpus does not shrink, and none of its files is dead."""
    doors = {case.door.partition(",")[0] for case in CASES}

    assert len(CASES) >= 250
    assert {
        *("jinja", "front matter", "script", "YAML value", "YAML key", "YAML bomb", "YAML tag"),
        *("YAML escape", "glossary", "clause id", "traversal", "symlink", "encoding", "line ends"),
        *("foreign file", "file name", "size", "homoglyphs", "command line", "comparison", "link"),
        *("bidirectional characters", "invisible characters", "log of a forge"),
    } <= doors
    assert all(case.why and case.does for case in CASES)


EDITION = "truong-thu/cong-doan/2024-2025"
DAY = ["--date", "2025-02-16"]
COMMANDS = [
    ["seal", *DAY, EDITION],
    ["seal", "--all"],
    ["amend", *DAY, "--what", "a", "--why", "b", "--agreed", "union=c", EDITION],
    ["transcribe", *DAY, "--what", "a", "--why", "b", EDITION],
    ["ids"],
    ["new", "--all", "2025-2026"],
    ["new", EDITION.rpartition("/")[0], "2025-2026"],
    ["extend", "--to", "2025-2026", "--evidence", "a", EDITION],
    ["withdraw", *DAY, "--evidence", "a", EDITION],
    ["impact", "hop-giao-ban"],
    ["diff", "--format", "html", EDITION, f"{EDITION}.goc"],
    ["check", "--format", "json", "docs/huong-dan"],
]


@pytest.mark.parametrize("number", range(len(COMMANDS)), ids=lambda n: " ".join(COMMANDS[n][:2]))
def test_commands_stand_hostile_sources(number, tmp_path):
    """Whatever stands in the sources, a command ends with a code and prints nothing to be obeyed."""
    others = [case for case in CASES if not case.command]
    for case in others[number :: len(COMMANDS)]:
        code, said = ran(COMMANDS[number], _laid(case, tmp_path / case.name))

        assert code in (0, 1, 2), case.name
        assert set() == _unseen(said), case.name


# --- commits made by hand ---


def _object(root: Path, kind: str, data: bytes) -> str:
    """Write an object into a repository whatever it holds."""
    command = ["git", "-C", root, "hash-object", "-t", kind, "-w", "--stdin", "--literally"]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()[:-1]


def _tree(root: Path, mode: str, name: str, of: str) -> str:
    return _object(root, "tree", f"{mode} {name}\0".encode() + bytes.fromhex(of))


@pytest.mark.parametrize(
    "names",
    [
        ["..", "..", "..", "DAU.md"],
        ["/DAU.md"],
        ["a/../../../DAU.md"],
        [".", "DAU.md"],
        ["a\\b.md"],
    ],
    ids="/".join,
)
def test_a_commit_writes_nothing_outside(names, tmp_path):
    """A tree with names that climb out of the folder is refused before a file is written."""
    root = Path(shutil.copytree(BASE, tmp_path / "project"))
    commit(root)
    made, mode = _object(root, "blob", b"x"), "100644"
    for name in reversed(["docs", "don-vi", *names]):
        made, mode = _tree(root, mode, name, made), "40000"
    who = "x <x@x.example> 0 +0000"
    hostile = _object(root, "commit", f"tree {made}\nauthor {who}\ncommitter {who}\n\nx\n".encode())
    before = _state(tmp_path)

    code, said = ran(["check", "--base", hostile], root)

    assert (2, before) == (code, _state(tmp_path))
    assert "tên không thể có" in said
    assert not list(Path(tmp_path.anchor).glob("DAU.md"))


# --- bytes that nobody wrote ---


FOUND = sorted((Path(__file__).parent / "fuzz" / "found").iterdir())


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_what_a_fuzzer_found_is_mended(path):
    """Each input that once ended in a traceback keeps the promise that it broke."""
    getattr(promises, path.name.partition("-")[0])(path.read_bytes())


@pytest.mark.parametrize("target", ["page", "yaml", "cli"])
def test_fuzzers_run(target, tmp_path):
    """Each fuzzer starts, tries what it begins with and goes on for a moment without a find."""
    pytest.importorskip("atheris")
    command = [sys.executable, "-m", f"tests.fuzz.fuzz_{target}", "-max_total_time=1"]
    done = subprocess.run(
        [*command, f"-artifact_prefix={tmp_path}/"], cwd=promises.ROOT, capture_output=True,
        text=True, encoding="utf-8", errors="replace",
        env={**os.environ, "PYTHONWARNDEFAULTENCODING": ""},
    )  # fmt: skip

    assert 0 == done.returncode, done.stderr[-3000:]
    assert "Done" in done.stderr


@st.composite
def mutated(draw: st.DrawFn, name: str) -> bytes:
    """A file or command of the project, with a few pieces put in, left out or doubled."""
    given_ = draw(st.sampled_from(sorted(seeds(name), key=len)[:80]))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(given_)))
        end = draw(st.integers(start, min(len(given_), start + 40)))
        piece = draw(
            st.sampled_from([*WORDS, given_[start:end] * 2])
            | st.binary(max_size=6)
            | st.text(max_size=6).map(lambda text: text.encode("utf-8", "ignore"))
        )
        given_ = given_[:start] + piece + given_[end:]
    return given_


@given(mutated("page"))
def test_any_page_is_read(given_):
    """No page text ends in a traceback, and what has no error is published harmlessly."""
    promises.page(given_)


@given(mutated("data"))
def test_any_data_file_is_read(given_):
    """No YAML ends in a traceback, and what has no error is published harmlessly."""
    promises.data(given_)


@given(mutated("command_line"))
def test_any_command_line_is_answered(given_):
    """No arguments and no file in the project end in a traceback: the exit code is 0, 1 or 2."""
    promises.command_line(given_)
