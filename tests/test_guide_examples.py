# The guide's worked examples are run: a `console` block is typed line by line in a project made of
# the guide's own whole example, a `diff` block is an edit of a file in it. Blocks of a page run in
# their order. `pytest --update-golden` writes what the commands print into the pages.
"""What the editors' guide shows being done can be done, and prints what it says."""

from __future__ import annotations

import io
import re
import shlex
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from macros.cli import run
from tests.test_docs import GUIDE, fences

PAGES = ("dieu-khoan-chung.md", "nam-moi.md", "niem-phong.md")
_BLOCK = re.compile(r"^```(console|diff)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture
def project(tmp_path):
    """The school of the guide: its page, its facts, its original and a shared clause."""
    original = fences("du-lieu.md", "text")[0]
    files = {
        "docs/don-vi/truong-vi-du/cong-doan/2025-2026.md": fences("van-ban.md", "markdown")[0],
        "data/units/truong-vi-du.yml": fences("du-lieu.md", "yaml")[0],
        "data/sources/truong-vi-du-2025-2026.txt": original,
        "data/clauses/hop-giao-ban.yml": next(
            each for each in fences("du-lieu.md", "yaml") if each.startswith("title:")
        ),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8", newline="\n")
    return tmp_path


def typed(block: str, root: Path) -> str:
    """A console block with what its commands print now."""
    shown = []
    for line in block.splitlines():
        if not line.startswith("$ qcph "):
            continue
        command, *rest = shlex.split(line.removeprefix("$ qcph "))
        printed = io.StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            run([command, "--root", str(root), *rest])
        shown += [line, *printed.getvalue().rstrip("\n").split("\n"), ""]
    return "\n".join(shown)


def edit(block: str, root: Path) -> None:
    """Apply a diff block: its first line names the file, `-` lines become `+` lines."""
    path, *lines = block.splitlines()
    target = root / path.removeprefix("--- ")
    old = "".join(f"{line[1:]}\n" for line in lines if line.startswith(("-", " ")))
    new = "".join(f"{line[1:]}\n" for line in lines if line.startswith(("+", " ")))
    text = target.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{path}: {old!r}"
    target.write_text(text.replace(old, new), encoding="utf-8", newline="\n")


@pytest.mark.parametrize("page", PAGES)
def test_worked_examples_print_what_the_guide_says(page, project, request):
    """Each command of a guide page, typed in order, prints exactly what stands below it."""

    def renewed(found: re.Match[str]) -> str:
        language, block = found[1], found[2]
        if language == "diff":
            edit(block, project)
            return found[0]
        return f"```console\n{typed(block, project).rstrip()}\n```"

    text = (GUIDE / page).read_text(encoding="utf-8")
    now = _BLOCK.sub(renewed, text)
    if request.config.getoption("--update-golden"):
        (GUIDE / page).write_text(now, encoding="utf-8", newline="\n")

    assert "```console\n" in text
    assert now == (GUIDE / page).read_text(encoding="utf-8")
