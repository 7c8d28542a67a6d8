"""What was made once is kept by what it was made from, and never needed."""

import ast
import os
import subprocess
import sys
import threading
import time
from importlib.util import find_spec
from pathlib import Path

import platformdirs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.cache import FOLDER, Cache
from macros.exchange import documents

ROOT = Path(__file__).resolve().parent.parent


def files(folder: Path) -> list[Path]:
    """The results that are kept, and what else lies among them."""
    return sorted(folder.glob("*/*/*"))


def test_a_result_is_made_once(tmp_path: Path):
    """The second time it is read; another key or kind is another result."""
    made = []
    cache = Cache(tmp_path)

    def make() -> bytes:
        made.append(1)
        return b"%d" % len(made)

    assert b"1" == cache.of("pdf", [b"a"], make)
    assert b"1" == cache.of("pdf", [b"a"], make)
    assert b"2" == cache.of("pdf", [b"b"], make)
    assert b"3" == cache.of("docx", [b"a"], make)


def test_what_is_kept_is_known_without_being_made(tmp_path: Path):
    """A result can be put and asked for; what is not there is None."""
    cache = Cache(tmp_path)
    cache.put("pdf", [b"a"], b"data")
    cache.put("pdf", [b"empty"], b"")

    assert b"data" == cache.get("pdf", [b"a"])
    assert b"" == cache.of("pdf", [b"empty"], lambda: b"never made")
    assert (None, None) == (cache.get("pdf", [b"b"]), cache.get("docx", [b"a"]))


@pytest.mark.parametrize("packed", [False, True])
def test_a_value_comes_back(tmp_path: Path, packed: bool):
    """What was stored is loaded, and only as what is asked for."""
    cache = Cache(tmp_path)
    cache.store("k", [b"a"], {"x": (1, b"2")}, packed=packed)

    assert {"x": (1, b"2")} == cache.load("k", [b"a"], dict, packed=packed)
    assert None is cache.load("k", [b"a"], tuple, packed=packed)
    assert None is cache.load("k", [b"b"], dict, packed=packed)


FOREIGN = {
    "no pickle": b"?",
    "of a class that is gone": b"cmacros.cache\nGone\n.",
    "of a module that is gone": b"cmacros.gone\nGone\n.",
    "of a class with other fields": b"cmacros.problem\nProblem\n)R.",
}


@pytest.mark.parametrize("data", FOREIGN.values(), ids=FOREIGN)
def test_a_foreign_value_is_none(tmp_path: Path, data: bytes):
    """What other code stored, and this code can't make sense of, is as if it were not there."""
    cache = Cache(tmp_path)
    cache.put("k", [b"a"], data)

    assert (None, None) == (
        cache.load("k", [b"a"], object),
        cache.load("k", [b"a"], object, packed=True),
    )


@given(st.lists(st.binary(max_size=9), max_size=4), st.lists(st.binary(max_size=9), max_size=4))
def test_keys_that_differ_never_meet(tmp_path_factory, one, other):
    """The parts of a key are kept apart: `ab`, `c` is not `a`, `bc`."""
    cache = Cache(tmp_path_factory.mktemp("cache"))
    cache.of("k", one, lambda: b"one")

    assert (b"one" if one == other else b"other") == cache.of("k", other, lambda: b"other")


HEAD = 32
HARMS = {
    "cut": lambda data: data[:-3],
    "cut in its head": lambda data: data[:10],
    "emptied": lambda _: b"",
    "zeros": lambda data: bytes(len(data)),
    "longer": lambda data: data + b"!",
    "another digest": lambda data: bytes(32) + data[32:],
    "its head alone": lambda data: data[:HEAD],
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_a_damaged_result_is_none(tmp_path: Path, harm):
    """A cut, emptied or overwritten file is no result: it is made anew."""
    cache = Cache(tmp_path)
    cache.put("pdf", [b"a"], b"whole")
    (path,) = files(tmp_path)
    path.write_bytes(harm(path.read_bytes()))

    assert (None, None) == (cache.get("pdf", [b"a"]), cache.load("pdf", [b"a"], object))
    assert b"again" == cache.of("pdf", [b"a"], lambda: b"again")
    assert b"again" == cache.get("pdf", [b"a"])


def test_changed_bytes_are_never_handed_out(tmp_path: Path):
    """Bytes changed behind a whole head are found when they are read, and made anew."""
    cache = Cache(tmp_path)
    cache.put("pdf", [b"a"], b"whole")
    (path,) = files(tmp_path)
    path.write_bytes(path.read_bytes()[:-1] + b"X")

    assert None is cache.get("pdf", [b"a"])
    assert b"whole" == cache.of("pdf", [b"a"], lambda: b"whole")
    assert b"whole" == cache.get("pdf", [b"a"])


def test_a_disk_that_refuses_costs_nothing(tmp_path: Path):
    """Where nothing can be kept everything is made, and nobody complains."""
    (tmp_path / "cache").write_text("a file", encoding="utf-8")
    cache = Cache(tmp_path / "cache")

    assert b"made" == cache.of("pdf", [b"a"], lambda: b"made")
    assert None is cache.get("pdf", [b"a"])
    cache.tidy()


def test_without_a_folder_everything_is_made():
    """Nothing is kept, and nobody complains."""
    cache = Cache(None)
    cache.put("k", [b"a"], b"data")

    assert b"made" == cache.of("k", [b"a"], lambda: b"made")
    assert (None, None) == (cache.get("k", [b"a"]), cache.spare([b"a"]))
    cache.tidy()


@pytest.mark.skipif(sys.platform == "win32", reason="rights are said otherwise there")
@pytest.mark.parametrize(
    ("mode", "believed"), [(0o700, True), (0o755, True), (0o770, False), (0o707, False)]
)
def test_a_folder_that_others_may_write_to_is_not_believed(
    mode: int,
    believed: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    """Who writes there runs code here: nothing is read of it nor kept in it, and that is said."""
    folder = tmp_path / "cache"
    Cache(folder).put("k", [b"a"], b"data")
    folder.chmod(mode)
    monkeypatch.setenv(FOLDER, str(folder))
    found = Cache.of_user().get("k", [b"a"])

    assert (b"data" if believed else None) == found
    assert [not believed] == [f'chmod go-w "{folder}"' in caplog.text]


def test_many_at_once_read_whole_results(tmp_path: Path):
    """Builds at the same time write the same result; a reader never sees half of it."""
    data = os.urandom(300_000)
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(Cache(tmp_path).of("k", [b"a"], lambda: data)))
        for _ in range(12)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert [data] * 12 == found
    assert 1 == len(files(tmp_path))


FOR_EVER = """
import os, sys
from pathlib import Path
from macros.cache import Cache
cache = Cache(Path(sys.argv[1]))
print("begun", flush=True)
while True:
    for key in range(4):
        cache.put("k", [b"%d" % key], b"%d" % key * 2_000_000)
"""


def test_a_killed_build_leaves_no_half_result(tmp_path: Path):
    """Killed while it writes, at any moment: what is there is whole, the rest is made anew."""
    for _ in range(2):
        with subprocess.Popen(
            [sys.executable, "-c", FOR_EVER, str(tmp_path)], stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        ) as build:  # fmt: skip
            assert build.stdout
            build.stdout.readline()
            while not files(tmp_path):
                time.sleep(0.001)
            build.kill()
        cache = Cache(tmp_path)

        for key in range(4):
            data = b"%d" % key * 2_000_000
            assert cache.get("k", [b"%d" % key]) in (None, data)
            assert data == cache.of("k", [b"%d" % key], lambda: data)  # noqa: B023


DAY = 86_400


def aged(path: Path, days: float) -> None:
    """A file that was last of use so many days ago."""
    os.utime(path, (0, time.time() - days * DAY))


@pytest.mark.parametrize("ask", ["of", "get"])
def test_what_nobody_used_goes(tmp_path: Path, ask: str):
    """Two months without use, and a result is removed; one that is asked for stays."""
    cache = Cache(tmp_path)
    for key in (b"old", b"used", b"new"):
        cache.put("k", [key], b"data")
        for path in files(tmp_path):
            if key != b"new" and path.stat().st_mtime > time.time() - DAY:
                aged(path, 61)
    use = {
        "of": lambda *key: cache.of(*key, lambda: b"?"),
        "get": cache.get,
    }
    use[ask]("k", [b"used"])
    cache.tidy()

    assert [None, b"data", b"data"] == [cache.get("k", [key]) for key in (b"old", b"used", b"new")]


def test_a_site_that_nobody_builds_any_more_goes(tmp_path: Path):
    """The folder of a replaced site goes with all that is in it, after two months."""
    cache = Cache(tmp_path)
    for key, days in ((b"old", 61), (b"new", 1)):
        (cache.spare([key]) / "don-vi").mkdir(parents=True)
        (cache.spare([key]) / "don-vi/index.html").write_bytes(b"x")
        aged(cache.spare([key]), days)
    cache.tidy()

    assert [False, True] == [cache.spare([key]).exists() for key in (b"old", b"new")]


def test_what_was_half_written_goes(tmp_path: Path):
    """The rest of a killed build goes after a day, not before: its build may still be at work."""
    cache = Cache(tmp_path)
    cache.put("k", [b"a"], b"data")
    (whole,) = files(tmp_path)
    old, young = (whole.with_name(f"{whole.name}.{name}") for name in ("old", "young"))
    for path in (old, young):
        path.write_bytes(b"half")
    aged(old, 2)
    cache.tidy()

    assert [whole, young] == files(tmp_path)


def test_it_is_looked_through_once_a_day(tmp_path: Path):
    """Tens of thousands of files are not asked for their age by every build."""
    cache = Cache(tmp_path)
    cache.tidy()
    cache.put("k", [b"a"], b"data")
    (path,) = files(tmp_path)
    aged(path, 61)
    cache.tidy()
    kept = files(tmp_path)
    (marker,) = (each for each in tmp_path.iterdir() if each.is_file())
    aged(marker, 1.01)
    cache.tidy()

    assert ([path], []) == (kept, files(tmp_path))


def test_a_clock_that_was_wrong_stops_no_tidying(tmp_path: Path):
    """A mark from the future is no reason to wait for it."""
    cache = Cache(tmp_path)
    cache.put("k", [b"a"], b"data")
    cache.tidy()
    (marker,) = (each for each in tmp_path.iterdir() if each.is_file())
    aged(marker, -1000)
    (path,) = files(tmp_path)
    aged(path, 61)
    cache.tidy()

    assert [] == files(tmp_path)


def test_it_lies_outside_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """QCPH_CACHE names the folder; empty or absent, it is the user's own, never the project's."""
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path / "own"))
    for number, (named, folder) in enumerate(
        ((None, "own"), ("", "own"), (str(tmp_path / "named"), "named"))
    ):
        monkeypatch.delenv(FOLDER, raising=False)
        if named is not None:
            monkeypatch.setenv(FOLDER, named)
        before = files(tmp_path / folder)
        Cache.of_user().put("k", [b"%d" % number], b"data")

        assert len(before) + 1 == len(files(tmp_path / folder))


@pytest.mark.skipif(os.name != "posix", reason="the system keeps the user's folder private")
def test_nobody_else_can_put_anything_into_it(tmp_path: Path):
    """The folder is the user's alone from the start: what is kept is believed."""
    Cache(tmp_path / "own").put("k", [b"a"], b"data")

    assert 0o700 == (tmp_path / "own").stat().st_mode & 0o777


def test_the_folder_of_the_user_is_not_in_the_project():
    """What a proposed change brings into the checkout is never taken for a result."""
    folder = Path(platformdirs.user_cache_dir("qcph", appauthor=False))

    assert folder.is_absolute()
    assert not folder.is_relative_to(ROOT)


def test_the_key_of_a_document_covers_all_code_that_makes_it():
    """Every module that a document's makers import is in what its results are kept under; names
    and numbers of the model come in by value, but for how a date and a period are written.
    """
    listed = {module.__name__ for module in documents.MAKERS}
    waiting, known = list(listed), set(listed)
    while waiting:
        spec = find_spec(waiting.pop())
        assert spec
        assert spec.origin
        for node in ast.walk(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("macros"):
                names = {module_of(node.module or "", each.name) for each in node.names}
                waiting += names - known
                known |= names

    assert {"macros.problem"} == known - listed


def module_of(module: str, name: str) -> str:
    """The module that `from module import name` reads: `name` may be one itself."""
    try:
        return f"{module}.{name}" if find_spec(f"{module}.{name}") else module
    except ModuleNotFoundError:
        return module
