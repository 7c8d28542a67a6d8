"""A site's folder: what of an earlier build is trusted, and what is looked at again."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from macros.building import folder as module
from macros.building.folder import Folder, Left

PAGES = {"index.html": b"a", "b/index.html": b"b", "b/c/index.html": b"c", "d/e.json": b"{}"}


NOTHING = Left()


def put(path: Path, own: Left = NOTHING, pages: dict[str, bytes] = PAGES) -> Folder:
    """A site with these pages, written over what was left there."""
    path.mkdir(exist_ok=True)
    folder = Folder(path, own=own)
    for name, data in pages.items():
        folder.write(name, data)
    folder.prune()
    return folder


def contents(path: Path) -> dict[str, bytes]:
    """All that is below a folder; of folders in which nothing is, nothing but the name."""
    return {
        each.relative_to(path).as_posix(): b"" if each.is_dir() else each.read_bytes()
        for each in path.rglob("*")
        if not each.is_dir() or not any(each.iterdir())
    }


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Left]:
    """A site all of whose folders have marks, as when it was built long ago."""
    for step in ("_STEP", "_SHORT_STEP"):
        monkeypatch.setattr(module, step, -(10**12))
    site = tmp_path / "site"
    left = put(site, put(site).left()).left()
    time.sleep(0.02)  # a disk's clock has steps
    assert {"", "b", "b/c", "d"} == set(left.marks)
    return site, left


@pytest.mark.parametrize("again", [b"a", b"khac"], ids=["same", "other"])
@pytest.mark.parametrize("begun", [False, True], ids=["new", "begun"])
def test_a_linked_file_is_not_written_into(begun: bool, again: bytes, tmp_path: Path):
    """What is taken over, and then put there once more: readers have the earlier one untouched."""
    earlier = put(tmp_path / "earlier")
    page = tmp_path / "earlier/index.html"
    before = page.stat()
    own = put(tmp_path / "site", pages={"index.html": b"old"}).left() if begun else NOTHING
    folder = Folder(tmp_path / "site", earlier.path, earlier.files, own)
    apart = folder.apart()
    for each in (folder, apart):
        assert each.keep("index.html", earlier.files["index.html"][0])
    apart.write("index.html", again)
    after = page.stat()

    assert b"a" == page.read_bytes()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert again == (tmp_path / "site/index.html").read_bytes()
    assert {"index.html"} == apart.taken().keys()


def add_file(site: Path) -> None:
    (site / "b/c/la.html").write_bytes(b"x")


def add_folder(site: Path) -> None:
    (site / "b/x/y").mkdir(parents=True)
    (site / "b/x/y/z.txt").write_bytes(b"x")


def add_empty_folder(site: Path) -> None:
    (site / "d/x").mkdir()


def replace_by_folder(site: Path) -> None:
    """Remove a file and put a folder of its name there."""
    (site / "d/e.json").unlink()
    (site / "d/e.json").mkdir()
    (site / "d/e.json/f").write_bytes(b"x")


def add_and_set_back(site: Path) -> None:
    """Add a file, and give the folder its time again, as copying programs do."""
    before = (site / "b").stat()
    (site / "b/la.html").write_bytes(b"x")
    os.utime(site / "b", ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (add_file, ["b/c/la.html"]),
        (add_folder, ["b/x/y/z.txt", "b/x/y/", "b/x/"]),
        (add_empty_folder, ["d/x/"]),
        (replace_by_folder, ["d/e.json/f", "d/e.json/"]),
        pytest.param(
            add_and_set_back,
            ["b/la.html"],
            marks=pytest.mark.skipif(
                sys.platform == "win32", reason="no time of change that nobody sets"
            ),
        ),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_what_came_into_a_folder_is_found_and_removed(
    trusted: tuple[Path, Left], change: Callable[[Path], None], expected: list[str]
) -> None:
    """A folder's mark no longer fits when something came into it."""
    site, left = trusted
    change(site)

    assert expected == left.others(site)
    if change is not replace_by_folder:  # a build can't write where a folder is
        put(site, left)
        assert contents(site) == PAGES


def test_what_was_changed_or_removed_is_written_again(trusted: tuple[Path, Left]) -> None:
    """Marks tell of names only: each file is looked at."""
    site, left = trusted
    (site / "b/index.html").write_bytes(b"khac")
    (site / "b/c/index.html").unlink()
    (site / "b/c").rmdir()
    put(site, left)

    assert contents(site) == PAGES


def test_what_no_longer_belongs_goes_with_its_folders(trusted: tuple[Path, Left]) -> None:
    """Files that the new site does not have are removed also where nothing came or went."""
    site, left = trusted
    fewer = {"index.html": b"a", "b/index.html": b"b"}
    again = put(site, left, fewer).left()

    assert contents(site) == fewer
    assert [] == again.others(site)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_no_link_is_followed(trusted: tuple[Path, Left], tmp_path: Path) -> None:
    """Where a folder was and a link to another one is now, the link goes and not what it leads to."""
    site, left = trusted
    (tmp_path / "khac/c").mkdir(parents=True)
    (tmp_path / "khac/c/quy.txt").write_bytes(b"x")
    (site / "b").rename(tmp_path / "b")
    (site / "b").symlink_to(tmp_path / "khac")

    assert ["b"] == left.others(site)
    put(site, left, {"index.html": b"a"})
    assert {"index.html": b"a"} == contents(site)
    assert (tmp_path / "khac/c/quy.txt").is_file()


@pytest.mark.parametrize("clock", [10**9, 10**9 + 4_000_000])
def test_a_folder_that_has_just_changed_gets_no_mark(
    clock: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within one step of the disk's clock a second change would not be seen; where it has parts of
    a second, the step is short.
    """
    site, now = tmp_path / "site", module._now
    monkeypatch.setattr(module, "_now", lambda root: now(root) // 10**9 * 10**9 + clock % 10**9)

    assert {} == put(site, put(site).left()).left().marks


def test_a_folder_made_long_ago_gets_a_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Where a disk tells parts of a second, a moment is long; a new folder has nothing but its site."""
    site, now = tmp_path / "site", module._now
    soon = 2 * 10**9 + 4_000_000  # wherever in its second this runs
    monkeypatch.setattr(module, "_now", lambda root: now(root) // 10**9 * 10**9 + soon)
    left = put(site).left()
    assert {"", "b", "b/c", "d"} == set(left.marks)
    time.sleep(0.02)  # a disk's clock has steps
    add_file(site)

    assert ["b/c/la.html"] == left.others(site)


def test_a_folder_in_which_something_was_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Of what lay there before nothing is known, so it is looked for the next time."""
    for step in ("_STEP", "_SHORT_STEP"):
        monkeypatch.setattr(module, step, -(10**12))
    site = tmp_path / "site"
    site.mkdir()
    (site / "la.html").write_bytes(b"x")
    left = put(site).left()

    assert ["la.html"] == left.others(site)


def test_a_disk_that_does_not_tell_gets_no_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a folder's time stays as it is (FAT), each folder is looked into."""
    monkeypatch.setattr(module, "_STEP", 0)
    monkeypatch.setattr(module, "_now", lambda _: 0)
    site = tmp_path / "site"

    assert {} == put(site, put(site).left()).left().marks
