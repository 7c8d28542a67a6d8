"""`serve` notices each edit, by looking at the files again and again."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from macros.server import _looked_at


def edit(folder: Path) -> None:
    """Change letters of a file and nothing of its size."""
    (folder / "a/b.md").write_text("hai", encoding="utf-8")


def swap(folder: Path) -> None:
    """Put another file of the same size and time in its place, as some editors do."""
    before = (folder / "a/b.md").stat()
    (folder / "moi").write_text("hai", encoding="utf-8")
    os.utime(folder / "moi", ns=(before.st_atime_ns, before.st_mtime_ns))
    (folder / "moi").replace(folder / "a/b.md")


def add(folder: Path) -> None:
    (folder / "a/c.md").write_text("ba", encoding="utf-8")


def remove(folder: Path) -> None:
    (folder / "a/b.md").unlink()


def rename(folder: Path) -> None:
    (folder / "a").rename(folder / "d")


@pytest.mark.parametrize("change", [edit, swap, add, remove, rename])
def test_each_edit_is_seen(tmp_path: Path, change: Callable[[Path], None]) -> None:
    """After any edit of a folder it looks otherwise, and without one it looks the same."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b.md").write_text("một", encoding="utf-8")
    os.utime(tmp_path / "a/b.md", (1, 1))
    before = _looked_at(str(tmp_path))

    assert before == _looked_at(str(tmp_path))
    change(tmp_path)
    assert before != _looked_at(str(tmp_path))


def test_a_file_is_looked_at_too(tmp_path: Path) -> None:
    """The configuration is one file; where it is gone nothing fails."""
    path = tmp_path / "mkdocs.yml"
    seen = [_looked_at(str(path))]
    path.write_text("a", encoding="utf-8")
    seen.append(_looked_at(str(path)))
    path.write_text("ab", encoding="utf-8")
    seen.append(_looked_at(str(path)))

    assert 3 == len({repr(each) for each in seen})
