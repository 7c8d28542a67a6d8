import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# DESIGN §5: imports point down only, never sideways or up.
FLOORS = [
    "problem model labels words postings manuscript",
    "grammar citing reading clauses verbatim links limits calendar compare markup seal matter editing against mentions layout legacy foreign duties",
    "checks render redline export telling keeping ways renewal usage touched safety serving counterparts importing almanac coverage",
    "archive publish lists git site review asking search naming intake exchange cache",
    "building proposal",
    "__init__ hooks server",
    "cli",
    "__main__",
]
FLOOR_OF = {name: floor for floor, names in enumerate(FLOORS) for name in names.split()}
# A package stands on one floor as a whole; its modules may import each other.
MODULES = sorted({*ROOT.glob("macros/*.py"), *ROOT.glob("macros/*/*.py")})


def box(path: Path) -> str:
    """The module or package of the house that a file belongs to."""
    return path.stem if path.parent.name == "macros" else path.parent.name


PURE = [path for path in MODULES if FLOOR_OF.get(box(path), 9) <= 2]
# What reaches the disk, the clock, the network, other programs or the environment.
OUTSIDE = (
    "asyncio glob http locale os pathlib platform random requests secrets shutil signal socket"
    " sqlite3 subprocess sys tempfile threading time urllib.request"
).split()
ASKING = "open read_text write_text read_bytes write_bytes today now utcnow environ getenv".split()


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of each import of a module, also of those inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            whole = "." * node.level + (node.module or "")
            if whole in ("macros", "."):  # modules of the house, each by its name
                yield from ((node.lineno, f"macros.{each.name}") for each in node.names)
            else:
                yield node.lineno, whole


def is_outside(name: str) -> bool:
    """Whether an import reaches outside the program."""
    return any(name == each or name.startswith(f"{each}.") for each in OUTSIDE)


def test_every_module_has_a_floor():
    """The list above names all modules of macros/ and no others."""
    assert sorted(FLOOR_OF) == sorted({box(path) for path in MODULES})


def test_the_architecture_page_has_the_same_floors():
    """What programmers read about the floors is what holds."""
    page = (ROOT / "docs/ky-thuat/kien-truc.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d) \| `(\w+)` \|", page, re.MULTILINE)

    assert FLOOR_OF == {name: int(floor) for floor, name in rows}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_imports_point_down(path: Path):
    """A module imports from lower floors only, and by the full name of the module."""
    own = FLOOR_OF[box(path)]
    wrong = []
    for line, name in imports(path):
        package, _, module = name.partition(".")
        if name.startswith("."):
            wrong.append(f"{path.name}:{line}: relative import")
        elif package == "macros" and module.partition(".")[0] == box(path) != path.stem:
            continue
        elif package == "macros" and FLOOR_OF.get(module.partition(".")[0], own) >= own:
            wrong.append(f"{path.name}:{line}: floor {own} imports {name}")

    assert [] == wrong


@pytest.mark.parametrize("path", PURE, ids=lambda path: path.stem)
def test_pure_floors_ask_nobody(path: Path):
    """Floors 0 to 2 touch no disk, clock, network, program or environment."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    wrong = [f"{line}: import {name}" for line, name in imports(path) if is_outside(name)]
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        name = getattr(called, "id", None) or getattr(called, "attr", None)
        if name in ASKING:
            wrong.append(f"{node.lineno}: {name}()")

    assert [] == wrong


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("os", True),
        ("os.path", True),
        ("pathlib", True),
        ("urllib.request", True),
        ("urllib.parse", False),
        ("posixpath", False),
        ("datetime", False),
        ("html.parser", False),
    ],
)
def test_what_reaches_outside(name: str, expected: bool):
    """The list of modules that reach outside catches their parts, and nothing that sounds alike."""
    assert expected == is_outside(name)
