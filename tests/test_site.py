"""A site comes to its place whole or not at all, and its record is read as a stranger's."""

from __future__ import annotations

import errno
import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from macros.cli import cli
from macros.problem import EditorError
from macros.site import (
    MAKERS,
    NotPlacedError,
    _alone,
    _replace,
    _swapped,
    build_record,
    differences,
    digests,
    packages,
    placing,
    read_record,
)

ROOT = Path(__file__).resolve().parents[1]
LOCK = "qcph-build.lock"
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="promised on Linux only")


def make(site: Path, text: str) -> None:
    """A site of three files."""
    (site / "a").mkdir(parents=True)
    (site / "index.html").write_text(text, encoding="utf-8")
    (site / "a/b.html").write_text(text * 2, encoding="utf-8")
    record = build_record(digests(site), None, None, date(2026, 11, 21), dirty=None)
    (site / "build.json").write_bytes(record)


def put(target: Path, text: str) -> None:
    """Build and place it."""
    with placing(target) as fresh:
        make(fresh, text)


def seen(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize(
    "before", ["nothing", "empty", "site", pytest.param("link", marks=on_linux)]
)
def test_a_new_site_takes_the_place(tmp_path: Path, before: str) -> None:
    """The new site stands at the target and nothing else is left, whatever stood there before."""
    target = tmp_path / "site"
    real = tmp_path / "www" if before == "link" else target
    if before == "link":
        target.symlink_to(real)
    if before == "empty":
        target.mkdir()
    if before in ("site", "link"):
        put(target, "cũ")
        (real / "a").chmod(0o700)
        real.chmod(0o711)

    put(target, "mới")

    assert "mới" == (target / "index.html").read_text(encoding="utf-8")
    assert sorted({target, real}) == sorted(tmp_path.iterdir())
    if before in ("site", "link") and sys.platform != "win32":
        assert 0o711 == real.stat().st_mode & 0o777


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failed_build_changes_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    """What stops a build half-way passes on, and the old site stands byte for byte."""
    put(tmp_path / "site", "cũ")
    before = seen(tmp_path)

    with pytest.raises(error), placing(tmp_path / "site") as fresh:  # noqa: PT012
        make(fresh, "mới")
        raise error

    assert before == seen(tmp_path)


def write(name: str) -> Callable[[Path], object]:
    """Put a file into a folder."""

    def wrote(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("giữ lại", encoding="utf-8")

    return wrote


def site_with(name: str) -> Callable[[Path], object]:
    """A site with another file in it."""

    def made(folder: Path) -> None:
        make(folder / "site", "cũ")
        write(f"site/{name}")(folder)

    return made


NO_PLACE: dict[str, tuple[Callable[[Path], object], str]] = {
    "file": (write("site"), "là một tệp"),
    "others": (write("site/note.txt"), "không phải một trang đã dựng"),
    "nested": (write("site/a/note.txt"), "không phải một trang đã dựng"),
    "site and note": (site_with("note.txt"), "có note.txt không do lệnh build ghi"),
    "site and hidden": (site_with(".well-known/x"), "có .well-known/x không do lệnh build ghi"),
    "site and nested": (site_with("a/build.json"), "có a/build.json không do lệnh build ghi"),
    "another's record": (site_with("build.json"), "không phải do lệnh build ghi"),
    "work folder taken": (write("site.new/note.txt"), "site.new có tệp khác"),
    "work folder a file": (write("site.new"), "site.new: trên đường dẫn có một tệp"),
}


@pytest.mark.parametrize("name", NO_PLACE)
def test_a_place_with_other_files_is_refused(tmp_path: Path, name: str) -> None:
    """What no build wrote is never lost: the build refuses the place before it begins."""
    prepare, said = NO_PLACE[name]
    prepare(tmp_path)
    before = seen(tmp_path)

    with pytest.raises(EditorError, match=said), placing(tmp_path / "site"):
        pytest.fail("it began to build")

    assert before == seen(tmp_path)


def test_compressed_copies_are_no_strangers(tmp_path: Path) -> None:
    """What a web server's tools make of our files goes with the old site."""
    put(tmp_path / "site", "cũ")
    for name in ("index.html.gz", "a/b.html.br", "build.json.gz"):
        write(f"site/{name}")(tmp_path)

    put(tmp_path / "site", "mới")

    assert ["a/b.html", "build.json", "index.html"] == sorted(seen(tmp_path / "site"))


@pytest.mark.parametrize("target", ["/", "."])
def test_a_folder_that_is_no_place(tmp_path: Path, target: str, monkeypatch) -> None:
    """The root of the disk and the folder of a project are refused."""
    monkeypatch.chdir(tmp_path)
    write("mkdocs.yml")(tmp_path)

    with pytest.raises(EditorError), placing(Path(target)):
        pytest.fail("it began to build")


@pytest.mark.parametrize("state", ["building", "old is out", "new is in", "being removed"])
def test_what_a_killed_build_left_is_mended(tmp_path: Path, state: str) -> None:
    """Wherever a build was killed, the next one, even one that fails, leaves the whole site."""
    target, work = tmp_path / "site", tmp_path / "site.new"
    put(target, "cũ")
    old = seen(target)
    write(f"site.new/{LOCK}")(tmp_path)
    if state in ("building", "old is out"):
        make(work / "site", "mới")
        (work / "site/build.json").unlink()
    if state == "old is out":  # between the two renames
        target.rename(work / "old")
    if state == "new is in":
        make(work / "old", "rất cũ")
    if state == "being removed":
        write("site.new/gone/a/b.html")(tmp_path)

    with pytest.raises(ZeroDivisionError), placing(target):
        raise ZeroDivisionError

    assert old == seen(target)
    assert [target] == list(tmp_path.iterdir())


def test_two_renames_do_what_a_swap_does(tmp_path: Path, monkeypatch) -> None:
    """Where two folders can't be swapped in one step the new site still comes to its place."""
    target, work = tmp_path / "site", tmp_path / "site.new"
    put(target, "cũ")
    make(work / "site", "mới")
    monkeypatch.setattr("macros.site._swapped", lambda *_: False)

    _replace(target, work)

    assert "mới" == (target / "index.html").read_text(encoding="utf-8")
    # What is removed next is no longer where the next build would look for a site to put back.
    assert ["gone"] == [path.name for path in work.iterdir()]


@on_linux
def test_folders_are_swapped_in_one_step_here(tmp_path: Path) -> None:
    """The file system here swaps: or the tests of one step would test the other way."""
    write("a/x")(tmp_path)
    write("b/y")(tmp_path)

    assert _swapped(tmp_path / "a", tmp_path / "b")
    assert ["a/y", "b/x"] == sorted(seen(tmp_path))


@on_linux
def test_readers_never_miss_the_site(tmp_path: Path) -> None:
    """While a site is replaced thirty times, whoever opens a page finds it."""
    target = tmp_path / "site"
    put(target, "0")
    done = threading.Event()
    missed: list[OSError] = []
    reads: list[bytes] = []

    def read() -> None:
        while not done.is_set():
            try:
                reads.append((target / "index.html").read_bytes())
            except OSError as failed:
                missed.append(failed)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 31):
        put(target, str(number))
    done.set()
    reader.join()

    assert [] == missed
    assert len(set(reads)) > 5


HOLD = """
import sys
from pathlib import Path
from macros.site import placing
with placing(Path(sys.argv[1])):
    print("holding", flush=True)
    sys.stdin.read()
"""


def test_the_second_of_two_builds_says_so(tmp_path: Path) -> None:
    """While a build is at work another refuses; once it is killed, the next one may."""
    target = tmp_path / "site"
    put(target, "cũ")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(target)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    with holder:
        assert holder.stdout is not None
        assert b"holding" == holder.stdout.readline().strip()
        with pytest.raises(NotPlacedError, match="Một lệnh build khác"), placing(target):
            pytest.fail("both build")
        assert "cũ" == (target / "index.html").read_text(encoding="utf-8")
        holder.kill()
    put(target, "mới")

    assert "mới" == (target / "index.html").read_text(encoding="utf-8")
    assert [target] == list(tmp_path.iterdir())


def test_many_builds_at_once_take_turns(tmp_path: Path) -> None:
    """Of builds that start together one is at work at a time, the others say so."""
    work, mark = tmp_path / "site.new", tmp_path / "mark"
    wrong: list[BaseException] = []
    turns: list[int] = []

    def one(number: int) -> None:
        for _ in range(300):
            try:
                with _alone(work):
                    mark.touch(exist_ok=False)
                    mark.unlink()
                    turns.append(number)
            except NotPlacedError:
                pass
            except OSError as failed:
                wrong.append(failed)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ([], True) == (wrong, len(set(turns)) > 1)
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, "đĩa đã đầy"),
        (errno.EROFS, "chỉ cho đọc"),
        (errno.EACCES, "không có quyền"),
        (errno.EBUSY, "gốc của một ổ đĩa"),
    ],
)
def test_what_the_disk_refuses_is_said_plainly(tmp_path: Path, code: int, said: str) -> None:
    """One Vietnamese line names the place and the reason, and says that the old site stands."""
    put(tmp_path / "site", "cũ")
    before = seen(tmp_path)

    with pytest.raises(NotPlacedError) as failed, placing(tmp_path / "site"):
        raise OSError(code, os.strerror(code), "/x/y")

    assert said in str(failed.value)
    assert "/x/y" in str(failed.value)
    assert str(failed.value).endswith("Trang cũ vẫn nguyên.")
    assert before == seen(tmp_path)


def test_a_bug_stays_a_bug(tmp_path: Path) -> None:
    """An error that is not the disk's is not told as one."""
    with pytest.raises(FileNotFoundError), placing(tmp_path / "site"):
        raise FileNotFoundError(errno.ENOENT, "x", "x")


# --- the record ---

GOOD = {
    "schema": 1,
    "commit": "a" * 40,
    "time": "2026-11-21T21:24:28+00:00",
    "dirty": False,
    "as_of": "2026-11-21",
    "packages": {"mkdocs": "1.6.1"},
    "files": {"a/b.html": "0" * 64},
}
# Where a record is not as it may be, and what is then said.
HOSTILE: dict[str, tuple[str | bytes, str]] = {
    "no json": ("{", "không đọc được"),
    "empty": ("", "không đọc được"),
    "not utf-8": (b'{"schema": 1, "x": "\xff"}', "không đọc được"),
    "deep": ("[" * 100_000, "không đọc được"),
    "list": ("[]", "không đọc được"),
    "no fields": ("{}", '"schema"'),
    "long number": (
        json.dumps({**GOOD, "schema": 0}).replace("0", "9" * 9999, 1),
        "không đọc được",
    ),
    "commit option": (json.dumps({**GOOD, "commit": "--output=x"}), '"commit"'),
    "commit name": (json.dumps({**GOOD, "commit": "HEAD"}), '"commit"'),
    "commit and more": (json.dumps({**GOOD, "commit": "a" * 40 + "\n"}), '"commit"'),
    "time": (json.dumps({**GOOD, "time": "\x1b[2J"}), '"time"'),
    "dirty": (json.dumps({**GOOD, "dirty": "no"}), '"dirty"'),
    "day": (json.dumps({**GOOD, "as_of": "2026-02-31"}), '"as_of"'),
    "day as number": (json.dumps({**GOOD, "as_of": 0}), '"as_of"'),
    "packages": (json.dumps({**GOOD, "packages": {"x": "\x1b[2J"}}), '"packages → x"'),
    "files": (json.dumps({**GOOD, "files": ["a"]}), '"files"'),
    "digest": (json.dumps({**GOOD, "files": {"a": "0"}}), '"files → a"'),
    "digest type": (json.dumps({**GOOD, "files": {"a": None}}), '"files → a"'),
    "up": (json.dumps({**GOOD, "files": {"../a": "0" * 64}}), '"files → ../a'),
    "up inside": (json.dumps({**GOOD, "files": {"a/../../b": "0" * 64}}), '"files → a/../../b'),
    "absolute": (json.dumps({**GOOD, "files": {"/etc/passwd": "0" * 64}}), '"files → /etc/passwd'),
    "nothing": (json.dumps({**GOOD, "files": {"": "0" * 64}}), '"files'),
    "lone surrogate": (json.dumps({**GOOD, "files": {"\ud800": "0" * 64}}), "không đọc được"),
    "long name": (json.dumps({**GOOD, "files": {"/" + "a" * 99_999: "0" * 64}}), '"files → /aaa'),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_record_is_refused(tmp_path: Path, name: str) -> None:
    """verify says in one short line what is wrong with a record, and asks git nothing."""
    data, said = HOSTILE[name]
    (tmp_path / "build.json").write_bytes(data if isinstance(data, bytes) else data.encode())

    done = CliRunner().invoke(cli, ["verify", str(tmp_path)])
    lines = done.stderr.splitlines()

    assert 2 == done.exit_code
    assert f"{tmp_path / 'build.json'} không phải do lệnh build ghi: " in lines[-1]
    assert said in lines[-1]
    assert len(lines[-1]) < 500 + len(str(tmp_path))
    assert "\x1b" not in done.output


@on_linux
def test_a_record_that_leads_elsewhere_is_not_read(tmp_path: Path) -> None:
    """A record that is a link is none."""
    (tmp_path / "x").write_text(json.dumps(GOOD), encoding="utf-8")
    (tmp_path / "build.json").symlink_to(tmp_path / "x")

    with pytest.raises(EditorError, match=r"không có tệp build\.json"):
        read_record(tmp_path)


def test_a_record_as_big_as_a_disk_is_not_read(tmp_path: Path) -> None:
    """A record beyond all measure is refused by its size."""
    with (tmp_path / "build.json").open("wb") as file:
        file.truncate(10_000_000_000)

    with pytest.raises(EditorError, match="lớn hơn 64 MB"):
        read_record(tmp_path)


def test_a_good_record_is_read(tmp_path: Path) -> None:
    """The rows above fail for what is wrong in them and for nothing else; old records are read."""
    old = {key: GOOD[key] for key in ("schema", "commit", "time", "as_of", "files")}
    for record in (GOOD, old, {**GOOD, "new": [1]}):
        (tmp_path / "build.json").write_text(json.dumps(record), encoding="utf-8")

        assert {"a/b.html": "0" * 64} == read_record(tmp_path).files


def test_the_record_names_every_other_file(tmp_path: Path) -> None:
    """Digests are of all files, hidden ones and another build.json further down included."""
    (tmp_path / "a").mkdir()
    for name in ("index.html", ".nojekyll", "a/build.json", "a/ô.txt", "build.json"):
        (tmp_path / name).write_text(name, encoding="utf-8")

    record = json.loads(
        build_record(digests(tmp_path), "b" * 40, GOOD["time"], date(2026, 1, 2), dirty=True)
    )

    assert [".nojekyll", "a/build.json", "a/ô.txt", "index.html"] == list(record["files"])
    assert {**record, "files": {}, "packages": {}} == {
        "schema": 1, "commit": "b" * 40, "time": GOOD["time"], "dirty": True,
        "as_of": "2026-01-02", "packages": {}, "files": {},
    }  # fmt: skip
    assert packages() == record["packages"]


def test_all_that_makes_bytes_is_recorded() -> None:
    """Every package that the site is built with is in the record; four make no bytes of it."""
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    named = {line.split("<")[0].split("=")[0].strip() for line in lines if line[:1].isalnum()}

    assert set() == named - {*MAKERS, "click", "lxml", "platformdirs", "pypdfium2"}


@pytest.mark.parametrize(
    ("expected", "found", "lines"),
    [
        ({"a": "1", "b": "2"}, {"b": "2", "a": "1"}, []),
        ({"a": "1", "b": "2"}, {"a": "1"}, ["thiếu: b"]),
        ({"a": "1"}, {"a": "1", "b": "2"}, ["thừa: b"]),
        ({"a": "1"}, {"a": "2"}, ["khác: a"]),
        ({"a": "1"}, {"a": ""}, ["khác: a"]),
        ({"c": "1", "a": "1"}, {"c": "2", "b": "", "d": "1"}, ["thiếu: a", "khác: c", "thừa: b", "thừa: d"]),
    ],
)  # fmt: skip
def test_differences(expected: dict[str, str], found: dict[str, str], lines: list[str]) -> None:
    """Each file that is missing, too much or changed has one line."""
    assert lines == differences(expected, found)


@on_linux
def test_quick_verify_lists_what_is_wrong(tmp_path: Path) -> None:
    """Changed, missing and added files are named, each once; links are not followed."""
    site = tmp_path / "site"
    put(site, "trang")
    whole = CliRunner().invoke(cli, ["verify", "--quick", str(site)])
    (site / "index.html").write_text("khác", encoding="utf-8")
    (site / "a/b.html").unlink()
    (site / "a/b.html").symlink_to(tmp_path)
    (site / "evil\x1b[2J.html").write_text("", encoding="utf-8")
    (site / "ra").symlink_to("/etc")
    broken = CliRunner().invoke(cli, ["verify", "--quick", str(site)])

    assert (0, "2 tệp đúng như build.json nêu.\n") == (whole.exit_code, whole.output)
    assert (1, [
        "khác: a/b.html", "khác: index.html", "thừa: evil\\u001b[2J.html", "thừa: ra",
        "4 tệp không đúng như build.json nêu.",
    ]) == (broken.exit_code, broken.output.splitlines())  # fmt: skip


def test_a_long_list_is_cut(tmp_path: Path) -> None:
    """Of thousands of files fifty are listed and the others counted."""
    put(tmp_path / "site", "trang")
    for number in range(60):
        (tmp_path / "site" / f"{number}.html").write_text("", encoding="utf-8")

    lines = (
        CliRunner().invoke(cli, ["verify", "--quick", str(tmp_path / "site")]).output.split("\n")
    )

    assert (50, "… và 10 tệp nữa", "60 tệp không đúng như build.json nêu.") == (
        len([line for line in lines if line.startswith("thừa: ")]), lines[50], lines[51]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("site", "said"),
    [
        ("https://quyche.example/", "xem một thư mục trên máy này"),
        ("không-có", "không có tệp build.json"),
        (str(ROOT / "README.md"), "không có tệp build.json"),
        (str(ROOT / "docs"), "không có tệp build.json"),
    ],
)
def test_what_is_no_site_is_said(site: str, said: str) -> None:
    """An address, a file, and a folder without a record are wrong use."""
    done = CliRunner().invoke(cli, ["verify", site])

    assert (2, True) == (done.exit_code, said in done.output)


def test_a_site_without_commit_is_not_called_the_same(tmp_path: Path) -> None:
    """What can't be rebuilt is not verified."""
    put(tmp_path / "site", "trang")

    done = CliRunner().invoke(cli, ["verify", str(tmp_path / "site")])

    assert (1, True) == (done.exit_code, "build.json không nêu commit" in done.output)


KILLED = """
import sys
from datetime import date
from pathlib import Path
from macros.site import build_record, digests, placing
number = 0
while True:
    number += 1
    with placing(Path(sys.argv[1])) as fresh:
        fresh.mkdir()
        for name in range(20):
            (fresh / f"{name}.html").write_text(str(number) * 1000, encoding="utf-8")
        record = build_record(digests(fresh), None, None, date(2026, 11, 21), dirty=None)
        (fresh / "build.json").write_bytes(record)
    if number == 2:
        print("started", flush=True)
"""


@on_linux
def test_killed_around_the_swap(tmp_path: Path) -> None:
    """Killed while it does nothing but replace sites, ten times, it always leaves a whole one."""
    seed = random.randrange(10**9)
    print("seed", seed)  # noqa: T201 shown when it fails
    chance = random.Random(seed)
    target = tmp_path / "site"
    for _ in range(10):
        worker = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(target)],
            cwd=ROOT, stdout=subprocess.PIPE,
        )  # fmt: skip
        with worker:
            assert worker.stdout is not None
            worker.stdout.readline()
            threading.Event().wait(chance.uniform(0, 0.2))
            worker.kill()

        assert read_record(target).files == digests(target)
    put(target, "cuối")
    assert [target] == list(tmp_path.iterdir())
