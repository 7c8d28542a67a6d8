# The guide's worked examples are run: a `console` block is typed line by line in a project made of
# the guide's own whole example, a `diff` block is an edit of a file in it. Blocks of a page run in
# their order. `pytest --update-golden` writes what the commands print into the pages.
"""What the editors' guide shows being done can be done, and prints what it says."""

from __future__ import annotations

import dataclasses
import io
import re
import shlex
from contextlib import redirect_stderr, redirect_stdout
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from macros.archive import load
from macros.cli import run
from macros.exchange.wordfile import agreement_docx
from macros.model import Agreement, PartialDate, Period
from tests.test_docs import GUIDE, fences

PAGES = ("dieu-khoan-chung.md", "nam-moi.md", "nhap-tu-word.md", "niem-phong.md")
_BLOCK = re.compile(r"^```(console|diff)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture
def project(tmp_path):
    """The school of the guide, and the Word file that it has for the year after."""
    school(tmp_path)
    word = tmp_path / "quy-che-2026-2027.docx"
    word.write_bytes(agreement_docx(next_year(load(tmp_path).archive.agreements[0])))
    return tmp_path


def school(root: Path) -> None:
    """Its page, its facts, its original and a shared clause."""
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
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8", newline="\n")


def next_year(of: Agreement) -> Agreement:
    """The school's text for the year after, as somebody would type it into last year's file."""
    edits = {
        "2025-2026": "2026-2027", "2024-2025": "2025-2026", "ngày 12 tháng 9 năm 2025": "ngày 11 tháng 9 năm 2026",
        "05/QC-THVD": "07/QC-THVD", "Thu, chi của các quỹ.": "Thu, chi của các quỹ và các khoản tài trợ.",
    }  # fmt: skip

    def changed(value: Any) -> Any:
        if isinstance(value, str) and not isinstance(value, StrEnum):
            for old, new in edits.items():
                value = value.replace(old, new)
            return value
        if isinstance(value, tuple):
            return tuple(map(changed, value))
        if dataclasses.is_dataclass(value) and not isinstance(value, (type, Period, PartialDate)):
            parts = {
                each.name: changed(getattr(value, each.name)) for each in dataclasses.fields(value)
            }
            return dataclasses.replace(value, **parts)
        return value

    edition = dataclasses.replace(changed(of.edition), seal=None)
    series = dataclasses.replace(of.series, editions={of.period: edition})
    unit = dataclasses.replace(of.unit, series={of.series_id: series}, sample=False)
    return dataclasses.replace(of, unit=unit, page=changed(of.page))


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
def test_worked_examples_print_what_the_guide_says(page, project, request, monkeypatch):
    """Each command of a guide page, typed in order, prints exactly what stands below it."""

    def renewed(found: re.Match[str]) -> str:
        language, block = found[1], found[2]
        if language == "diff":
            edit(block, project)
            return found[0]
        return f"```console\n{typed(block, project).rstrip()}\n```"

    monkeypatch.chdir(project)
    text = (GUIDE / page).read_text(encoding="utf-8")
    now = _BLOCK.sub(renewed, text)
    if request.config.getoption("--update-golden"):
        (GUIDE / page).write_text(now, encoding="utf-8", newline="\n")

    assert "```console\n" in text
    assert now == (GUIDE / page).read_text(encoding="utf-8")
