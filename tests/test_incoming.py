"""Any file from outside: what it really is, hostile ones, and the child that reads it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.exchange import incoming
from macros.exchange.incoming import read_file
from macros.foreign.plaintext import read_text
from macros.manuscript import Grid, LeftOut, Manuscript, Printed
from macros.problem import EditorError
from tests.incoming_files import HOSTILE, bare_docx, document, paragraph, pdf

ROOT = Path(__file__).parent.parent
FILES = {
    "a.txt": "Quy chế".encode(),
    "a.TXT": "Quy chế".encode("utf-16"),
    "a.md": "# Quy chế".encode(),
    "a.html": "<html><p>Quy chế".encode(),
    "fragment.htm": "<p>Quy chế</p>".encode(),
    "a.pdf": pdf("Quy chế"),
    "a.docx": bare_docx(document(paragraph("Quy chế"))),
}


def texts(manuscript: Manuscript) -> list[str]:
    return [line.text for line in manuscript.lines()]


def listing(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*"))


@pytest.mark.parametrize("name", FILES)
def test_forms(name, tmp_path):
    """Each form is read for what it is."""
    path = tmp_path / name
    path.write_bytes(FILES[name])

    assert ["Quy chế"] == texts(read_file(path)[0])


def test_child_gives_back_all():
    """What a reader gives comes through the pipe unchanged."""
    path = ROOT / "data/sources/000_46c9ba5516c9198f.txt"

    assert (read_text(path.read_bytes()), path.read_bytes()) == read_file(path)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name, tmp_path):
    """A hostile or broken file: one clear line that names it, and nothing written."""
    file, make, told = HOSTILE[name]
    path = tmp_path / file
    path.write_bytes(make())
    before = listing(tmp_path)
    if told is None:  # odd, but a text
        assert read_file(path)[0].parts
    else:
        with pytest.raises(EditorError) as caught:
            read_file(path)
        message = str(caught.value)
        assert message.startswith(f'tệp "{file}": ')
        assert told in message
        assert message.isprintable()

    assert before == listing(tmp_path)


def test_no_link_is_followed(tmp_path):
    """A link is refused even where it points to a good file."""
    (tmp_path / "a.txt").write_bytes(FILES["a.txt"])
    try:
        (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    except OSError as refused:
        pytest.skip(f"this machine makes no links: {refused}")

    with pytest.raises(EditorError, match="symlink"):
        read_file(tmp_path / "b.txt")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_no_pipe_is_waited_for(tmp_path):
    """A named pipe is refused at once."""
    os.mkfifo(tmp_path / "a.txt")

    with pytest.raises(EditorError, match="thiết bị"):
        read_file(tmp_path / "a.txt")


@pytest.mark.parametrize(
    ("name", "told"),
    [("a.txt", "không có tệp này"), ("folder", "thư mục"), ("a\u202e\nb.txt", 'tệp "a��b.txt"')],
    ids=["missing", "folder", "name"],
)
def test_no_file(name, told, tmp_path):
    """What can't be opened is told; a name can't print what no reader sees."""
    (tmp_path / "folder").mkdir()

    with pytest.raises(EditorError) as caught:
        read_file(tmp_path / name)
    assert told in str(caught.value)


LIMITED = [({"seconds": 0.05}, "thời gian; .* chia tệp"), ({"memory": 30_000_000}, "bộ nhớ")]


@pytest.mark.skipif(sys.platform != "linux", reason="limits as Linux keeps them")
@pytest.mark.parametrize(("limit", "told"), LIMITED, ids=["time", "memory"])
def test_limits(limit, told, tmp_path):
    """A child without time or memory ends with an error, whatever the file."""
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf("#lorem(20000)"))

    with pytest.raises(EditorError, match=told):
        read_file(path, **limit)


LINES = st.builds(
    Printed, text=st.text(max_size=9), place=st.text(max_size=9), label=st.text(max_size=3),
    hard=st.booleans(), gap=st.booleans(), bold=st.booleans(), italic=st.booleans(),
    centred=st.booleans(), level=st.integers(0, 9), page=st.integers(0, 300),
)  # fmt: skip
CELLS = st.lists(LINES, max_size=2).map(tuple)
GRIDS = st.builds(
    Grid, rows=st.lists(st.lists(CELLS, max_size=2).map(tuple), max_size=2).map(tuple),
    place=st.text(max_size=9), ruled=st.booleans(),
)  # fmt: skip
MANUSCRIPTS = st.builds(
    Manuscript, st.lists(LINES | GRIDS, max_size=4).map(tuple),
    st.lists(st.builds(LeftOut, *[st.text(max_size=9)] * 3), max_size=2).map(tuple),
    st.lists(st.text(max_size=9), max_size=2).map(tuple),
)  # fmt: skip


@given(MANUSCRIPTS)
def test_pipe_keeps_manuscripts(manuscript):
    """Every manuscript survives its way through JSON."""
    sent = json.loads(json.dumps(incoming._as_plain(manuscript)))

    assert manuscript == incoming._from_plain(sent)


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {},
        {"error": 1},
        {"parts": [{"text": "a"}], "left_out": [], "notes": []},
        {"parts": [{"text": 1, "place": "a"}], "left_out": [], "notes": []},
        {"parts": [{"text": "a", "place": "b", "level": True}], "left_out": [], "notes": []},
        {"parts": [{"text": "a", "place": "b", "evil": "c"}], "left_out": [], "notes": []},
        {"parts": [], "left_out": [["a", "b"]], "notes": []},
        {"parts": [], "left_out": [], "notes": ["\ud800"]},
        {"parts": [{"rows": 1, "place": "a", "ruled": False}], "left_out": [], "notes": []},
    ],
    ids=repr,
)
def test_wrong_answers_are_refused(answer):
    """A child that was taken over can hand back nothing but a manuscript."""
    with pytest.raises((ValueError, TypeError, KeyError)):
        incoming._from_plain(answer)


def test_doc_needs_an_office(tmp_path, monkeypatch):
    """Without LibreOffice a .doc is refused with what to do in Word."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(incoming, "_OFFICES", ())
    path = tmp_path / "a.doc"
    path.write_bytes(b"{\\rtf1 a}")

    with pytest.raises(EditorError, match=r"Save As\) \.docx"):
        read_file(path)


@pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")
def test_doc(tmp_path):
    """A .doc is read through LibreOffice."""
    source = tmp_path / "a.docx"
    source.write_bytes(bare_docx(document(paragraph("Quy chế phối hợp") + paragraph("Công đoàn"))))
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
         "--convert-to", "doc", "--outdir", tmp_path, source],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip

    assert ["Quy chế phối hợp", "Công đoàn"] == texts(read_file(tmp_path / "a.doc")[0])
