# The golden runner: an expectation lies in a file beside its input; `pytest --update-golden`
# rewrites it, and the diff is reviewed like content.
"""Comparison of a result with the file that says what is expected."""

from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent / "golden"
Golden = Callable[[Path, str], None]


def cases(folder: str, suffix: str) -> list[Path]:
    """The inputs of a folder below tests/golden/, in order."""
    return sorted((HERE / folder).glob(f"*{suffix}"))


def compare(path: Path, actual: str, *, update: bool) -> None:
    """`actual` is what `path` holds; with `update` it is written there."""
    if update:
        path.write_text(actual, encoding="utf-8", newline="\n")
    expected = path.read_text(encoding="utf-8") if path.exists() else ""

    assert expected == actual, f"{path.name}: nếu đúng là phải đổi, chạy pytest --update-golden"
