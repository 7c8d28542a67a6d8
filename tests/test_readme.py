"""What the README, CONTRIBUTING and the technical pages say is so."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOORS = ("README.md", "CONTRIBUTING.md")
_PATH = re.compile(r"\.?[A-Za-z_][\w.-]*(?:/[\w.-]+)*/?")
_SUFFIXES = {".md", ".py", ".yml", ".yaml", ".toml", ".in", ".lock", ".sh", ".svg"}


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def code(text: str) -> list[str]:
    """What stands in backticks, within a line or as a block."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    inline = re.findall(
        r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    )
    return [*inline, *blocks]


def paths(text: str) -> list[str]:
    """Files and folders of the project that are named in backticks or linked to."""
    made = set(read(".gitignore").split())
    named = [word for word in code(text) if _PATH.fullmatch(word)]
    named = [word for word in named if "/" in word or Path(word).suffix in _SUFFIXES]
    linked = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    linked = [target for target in linked if target and "://" not in target]
    generated = {"sitemap.xml", "build.json"}
    return [word for word in (*named, *linked) if word not in made | generated]


def dependencies(path: str) -> list[str]:
    lines = [line.split("#")[0].strip() for line in read(path).splitlines()]
    return [
        re.split(r"[<>=!~\[; ]", line)[0] for line in lines if line and not line.startswith("-")
    ]


@pytest.mark.parametrize("door", DOORS)
def test_named_paths_exist(door):
    """Every path that README and CONTRIBUTING name is there."""
    missing = [path for path in paths(read(door)) if not (ROOT / path).exists()]

    assert not missing


@pytest.mark.parametrize("door", DOORS)
def test_named_targets_exist(door):
    """Every `make X` that README and CONTRIBUTING name is a target with a help text."""
    known = set(re.findall(r"^([a-z]+):.*## ", read("Makefile"), re.MULTILINE))
    named = {name for part in code(read(door)) for name in re.findall(r"\bmake ([a-z]+)", part)}

    assert named
    assert set() == named - known


def test_named_settings_exist():
    """Every setting that the README explains stands in mkdocs.yml, set or as a comment."""
    keys = set(re.findall(r"^[# ]*(\w+):", read("mkdocs.yml"), re.MULTILINE))
    explained = set(re.findall(r"`(\w+_(?:url|uri))`", read("README.md")))

    assert {"site_url", "repo_url", "report_url", "edit_uri"} == explained
    assert explained <= keys


def test_editors_are_sent_to_the_guide():
    """The README opens with three lines, in Vietnamese, that lead to the guide."""
    opening = read("README.md").split("\n\n")[0].split("\n")

    assert len(opening) == 3
    assert "(docs/huong-dan/index.md)" in "".join(opening)


@pytest.mark.parametrize("path", ["requirements.in", "requirements-dev.in"])
def test_dependencies_are_explained(path):
    """Every dependency has its heading on the page of libraries, and no other has one."""
    headings = re.findall(r"^### `([^`]+)`", read("docs/ky-thuat/thu-vien.md"), re.MULTILINE)
    known = {*dependencies("requirements.in"), *dependencies("requirements-dev.in")}

    assert set(dependencies(path)) <= set(headings)
    assert known == set(headings)


@pytest.mark.parametrize("page", ["docs/ky-thuat/kien-truc.md", "docs/assets/kien-truc.svg"])
def test_modules_are_named(page):
    """Every module is on the architecture page and in its drawing."""
    modules = {path.stem for path in (ROOT / "macros").glob("*.py")}
    modules |= {path.parent.name for path in (ROOT / "macros").glob("*/__init__.py")}
    if page.endswith(".md"):
        named = set(re.findall(r"^\| \d \| `(\w+)` \|", read(page), re.MULTILINE))
    else:
        named = set(re.findall(r'class="m"[^>]*>(\w+)<', read(page)))

    assert modules <= named


def test_drawing_is_drawn():
    """The drawing is what scripts/drawing.py draws; nobody edits it by hand."""
    drawn = subprocess.run(
        [sys.executable, "-c", "import drawing, sys; sys.stdout.buffer.write(drawing.drawing().encode())"],
        cwd=ROOT / "scripts", capture_output=True, check=True,
    ).stdout  # fmt: skip

    assert drawn.decode() == read("docs/assets/kien-truc.svg")


def test_imports_point_down():
    """A module imports only from floors below its own, as the architecture page numbers them."""
    rows = re.findall(r"^\| (\d) \| `(\w+)` \|", read("docs/ky-thuat/kien-truc.md"), re.MULTILINE)
    floors = {name: int(floor) for floor, name in rows}
    wrong = [
        f"{path.stem} imports {name}"
        for path in sorted((ROOT / "macros").glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in imported(node)
        if floors[name] >= floors[path.stem]
    ]

    assert not wrong


def imported(node: ast.AST) -> list[str]:
    """The modules of macros/ that a statement imports."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom) and node.module == "macros":
        names = [f"macros.{alias.name}" for alias in node.names]
    else:
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    return [name.split(".")[1] for name in names if name.startswith("macros.")]


def test_decisions_are_listed():
    """Every decision is on the list of decisions, in order."""
    folder = ROOT / "docs/ky-thuat/quyet-dinh"
    pages = sorted(path.name for path in folder.glob("[0-9]*.md"))
    listed = re.findall(r"\]\((\d[^)]+)\)", (folder / "index.md").read_text(encoding="utf-8"))

    assert pages == listed


def test_the_project_speaks_of_itself_alone():
    """No file of the project names a place outside it or the host of a package index."""
    # Written in halves, so that this file does not find itself.
    strange = ["../" + "shared", "pypi" + ".org", "registry" + ".", "/" + "work/"]
    asked = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(asked, capture_output=True, check=True).stdout.decode("utf-8")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git repository")
    found = []
    for name in filter(None, listed.split("\0")):
        data = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        found += [
            f"{name}: {word}" for word in strange if b"\0" not in data and word.encode() in data
        ]

    assert not found
