# The guide is tested: what it shows works, and what exists is in it.
"""The editors' guide in docs/huong-dan/."""

from __future__ import annotations

import dataclasses
import functools
import re
import typing
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace

import jinja2
import pytest
from mkdocs.utils.yaml import yaml_load

import macros
from macros.archive import load, problems_in
from macros.calendar import WORDS
from macros.clauses import wording
from macros.cli import cli
from macros.grammar import parse
from macros.links import EXTENSIONS
from macros.model import Edition, Glossary, SharedClause, Unit
from macros.reading import read

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "huong-dan"
PAGES = sorted(path.name for path in GUIDE.glob("*.md"))
TERMS = {"union": "Công đoàn", "management": "Nhà trường"}


@functools.cache
def shared_clauses():
    """The shared clauses of the project, which the examples call."""
    return load(ROOT).archive.shared


def macro_names() -> list[str]:
    """The macros that editors may call."""
    found = []
    macros.define_env(SimpleNamespace(macro=lambda made: found.append(made.__name__) or made))
    return found


def shown(page: str) -> str:
    """A page of the guide as mkdocs-macros leaves it: any call that is not shown would fail."""
    config = yaml_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    options = next(each["macros"] for each in config["plugins"] if "macros" in each)
    environment = jinja2.Environment(
        comment_start_string=options["j2_comment_start_string"],
        comment_end_string=options["j2_comment_end_string"],
        undefined=jinja2.StrictUndefined,
        autoescape=False,
    )
    return environment.from_string((GUIDE / page).read_text(encoding="utf-8")).render()


def fences(page: str, language: str) -> list[str]:
    """The fenced examples of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", shown(page), re.DOTALL | re.MULTILINE)


def first_line(example: str) -> str:
    """A test's name."""
    return example.splitlines()[0]


def classes(of: type) -> set[type]:
    """A class of the model and all classes of its fields."""
    found, waiting = set(), [of]
    while waiting:
        each = waiting.pop()
        waiting += typing.get_args(each)
        if isinstance(each, type) and each not in found:
            found.add(each)
            if dataclasses.is_dataclass(each) and each.__module__ == "macros.model":
                waiting += typing.get_type_hints(each, include_extras=False).values()
    return found


DATA = classes(Unit) | classes(SharedClause) | classes(Glossary)
FIELDS = sorted(
    {
        field.name
        for each in DATA
        if dataclasses.is_dataclass(each) and hasattr(each, "__pydantic_fields__")
        for field in dataclasses.fields(each)
    }
)
VALUES = sorted({value for each in DATA if issubclass(each, StrEnum) for value in each})


@pytest.mark.parametrize("page", PAGES)
def test_pages_call_no_macro_by_accident(page):
    """Every page passes through mkdocs-macros as it is meant: what shows a call is kept."""
    text = shown(page)

    assert "{% raw" not in re.sub(r"`[^`\n]*`", "", text)
    assert text.count("\n```") % 2 == 0


@pytest.mark.parametrize("example", fences("van-ban.md", "markdown"), ids=first_line)
def test_examples_of_text_are_right(example):
    """Every example of a page's text is read without problems; a part is read below a title."""
    whole = example if example.startswith("# ") else f"# QUY CHẾ PHỐI HỢP\n\n{example}"

    parsed = parse(whole, "van-ban.md", lambda use: wording(use, shared_clauses(), TERMS))

    assert parsed.problems == ()


@pytest.mark.parametrize("example", fences("du-lieu.md", "yaml"), ids=first_line)
def test_examples_of_data_are_right(example):
    """Every example of a data file is read without problems; a part as part of an edition."""
    whole = {"names:": Unit, "title:": SharedClause, "abbreviations:": Glossary}
    into = whole.get(example.split()[0])
    text = example
    if into is None:
        into, text = Edition, example if "kind: reg" in example else f"kind: regulation\n{example}"

    assert read(text, "du-lieu.md", into).problems == ()


def test_the_two_whole_examples_belong_together(tmp_path):
    """The whole page, its facts and its original are an archive in which nothing is wrong."""
    page, facts = fences("van-ban.md", "markdown")[0], fences("du-lieu.md", "yaml")[0]
    original = fences("du-lieu.md", "text")[0]
    files = {
        "docs/don-vi/truong-vi-du/cong-doan/2025-2026.md": page,
        "data/units/truong-vi-du.yml": facts,
        "data/sources/truong-vi-du-2025-2026.txt": original,
        "data/clauses/hop-giao-ban.yml": next(
            each for each in fences("du-lieu.md", "yaml") if each.startswith("title:")
        ),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8", newline="\n")

    assert problems_in(tmp_path) == ()


def test_the_guide_itself_has_no_problems():
    """The check finds nothing in the guide: no broken link, no hidden character."""
    assert [p.text() for p in problems_in(ROOT) if p.path.startswith("docs/huong-dan/")] == []


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_command_is_explained(command):
    """Every command of the command line is on the guide's first page."""
    assert f"`python -m macros {command}`" in shown("index.md")


@pytest.mark.parametrize("name", macro_names())
def test_every_macro_is_explained(name):
    """Every macro that a page can call is shown in the guide."""
    assert any(f"{{{{ {name}(" in shown(page) for page in PAGES)


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_is_explained(name):
    """Every field of the data files is on the page about them."""
    text = shown("du-lieu.md")

    assert f"`{name}`" in text or re.search(rf"^[- ]*{name}:", text, re.MULTILINE)


@pytest.mark.parametrize("value", VALUES)
def test_every_value_is_explained(value):
    """Every value of a list that a field takes is on the page about them."""
    assert f"`{value}`" in shown("du-lieu.md")


@pytest.mark.parametrize("standing", WORDS, ids=str)
def test_every_state_is_explained(standing):
    """Every state that a page can show is on the page for readers."""
    assert f"| {WORDS[standing]} |" in shown("doc-trang.md")


def test_links_are_read_with_the_site_s_markdown():
    """The check reads hand-written pages with the extensions that the site is built with."""
    config = yaml_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    names = {
        each if isinstance(each, str) else next(iter(each))
        for each in config["markdown_extensions"]
    }

    assert names == set(EXTENSIONS)
