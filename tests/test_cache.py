"""What was made once is kept by what it was made from, and never needed."""

import ast
import os
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.cache import Cache
from macros.exchange import documents


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
    assert cache.holds("pdf", [b"a"])
    assert not cache.holds("pdf", [b"c"])


@given(st.lists(st.binary(max_size=9), max_size=4), st.lists(st.binary(max_size=9), max_size=4))
def test_keys_that_differ_never_meet(tmp_path_factory, one, other):
    """The parts of a key are kept apart: `ab`, `c` is not `a`, `bc`."""
    cache = Cache(tmp_path_factory.mktemp("cache"))
    cache.of("k", one, lambda: b"one")

    assert (b"one" if one == other else b"other") == cache.of("k", other, lambda: b"other")


@pytest.mark.parametrize(
    "harm",
    [lambda data: data[:10], lambda _: b"", lambda data: data[:-1] + b"X", lambda d: d + b"!"],
)
def test_a_damaged_result_is_made_again(tmp_path: Path, harm):
    """A cut, emptied or changed file is no result."""
    cache = Cache(tmp_path)
    cache.of("pdf", [b"a"], lambda: b"whole")
    (path,) = tmp_path.glob("*/*/*")
    path.write_bytes(harm(path.read_bytes()))

    assert b"again" == cache.of("pdf", [b"a"], lambda: b"again")


def test_a_disk_that_refuses_costs_nothing(tmp_path: Path):
    """Where nothing can be kept everything is made, and nobody complains."""
    (tmp_path / "cache").write_text("a file", encoding="utf-8")
    cache = Cache(tmp_path / "cache")

    assert b"made" == cache.of("pdf", [b"a"], lambda: b"made")
    cache.tidy()


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
    assert 1 == len(list(tmp_path.glob("*/*/*")))


def test_what_nobody_used_goes(tmp_path: Path):
    """Two months without use, and a result is removed; one that is used stays."""
    cache = Cache(tmp_path)
    for key in (b"old", b"used", b"new"):
        cache.of("k", [key], lambda: b"data")
    for path in tmp_path.glob("*/*/*"):
        os.utime(path, (0, time.time() - 61 * 86_400))
    cache.of("k", [b"used"], lambda: b"?")
    cache.tidy()

    assert [False, True, False] == [cache.holds("k", [key]) for key in (b"old", b"used", b"new")]


def test_the_key_of_a_document_covers_all_code_that_makes_it():
    """Every module that a document's makers import is in what its results are kept under; names
    and numbers of the model come in by value, but for how a date and a period are written.
    """
    house = Path(documents.__file__).parents[1]
    listed = {Path(each.__file__) for each in documents.MAKERS}
    waiting, known = list(listed), set(listed)
    while waiting:
        tree = ast.parse(waiting.pop().read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("macros"):
                path = house.joinpath(*(node.module or "").split(".")[1:]).with_suffix(".py")
                if path.exists() and path not in known:
                    known.add(path)
                    waiting.append(path)

    assert {"problem.py"} == {path.name for path in known - listed}
