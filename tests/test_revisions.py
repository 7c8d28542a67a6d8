"""The redline in Word: rejecting every change gives the old edition, accepting all the new one."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from macros.archive import load
from macros.compare import compare
from macros.exchange.revisions import redline_docx
from macros.exchange.wordfile import agreement_docx
from macros.foreign.word import read_word
from macros.model import Agreement, Page, Recipients, Side, Signature
from tests.test_compare import edited
from tests.test_wordfile import SAMPLE, check_order, made

ROOT = Path(__file__).resolve().parent.parent
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
AGREEMENTS = load(ROOT).archive.agreements
FULL = [each for each in AGREEMENTS if not each.page.report]
SAMPLES = [each for each in FULL if each.unit.sample]
# What a change leaves of the document on each side.
TAKEN = {True: ("del", "moveFrom"), False: ("ins", "moveTo")}


def redline(old: Agreement, new: Agreement) -> bytes:
    same = (old.unit_id, old.series_id) == (new.unit_id, new.series_id)
    return redline_docx(old, new, compare(old.page, new.page, ids_decide=same))


def body(data: bytes) -> etree._Element:
    with ZipFile(BytesIO(data)) as files:
        return etree.fromstring(files.read("word/document.xml")).find(f"{W}body")


def text_of(run: etree._Element) -> str:
    kinds = {f"{W}br": "\n", f"{W}tab": "\t"}
    return "".join(kinds.get(each.tag, each.text or "") for each in run)


def settled(block: etree._Element, *, accept: bool) -> list[object]:
    """A body or cell with every change accepted or rejected: paragraphs as `style|text`, tables as
    rows of cells. Empty paragraphs are no words of anybody.
    """
    taken = TAKEN[accept]
    found: list[object] = []
    held = ""
    for each in block:
        if each.tag == f"{W}tbl":
            assert held == "", "an end is taken away right before a table"
            rows = [
                [settled(cell, accept=accept) for cell in row.findall(f"{W}tc")]
                for row in each.findall(f"{W}tr")
                if not any(row.find(f"{W}trPr/{W}{mark}") is not None for mark in taken)
            ]
            found += [rows] if rows else []
        elif each.tag == f"{W}p":
            for run in each.iter(f"{W}r"):
                mark = etree.QName(run.getparent()).localname
                held += "" if mark in taken else text_of(run)
            style = each.find(f"{W}pPr/{W}pStyle").get(f"{W}val")
            was = each.find(f"{W}pPr/{W}pPrChange/{W}pPr/{W}pStyle")
            if was is not None and not accept:
                style = was.get(f"{W}val")
            if not any(each.find(f"{W}pPr/{W}rPr/{W}{mark}") is not None for mark in taken):
                found += [f"{style}|{held}"] if held else []
                held = ""
    assert held == ""
    return found


def check(old: Agreement, new: Agreement) -> etree._Element:
    """Both sides come back from their redline, and Word can read it."""
    block = body(redline(old, new))
    plain = [settled(body(agreement_docx(each)), accept=True) for each in (old, new)]

    assert plain == [settled(block, accept=accept) for accept in (False, True)]
    for each in block.iter(f"{W}*"):
        check_order(each)
    ids = [e.get(f"{W}id") for e in block.iter() if not e.tag.endswith("RangeEnd")]
    ids = [each for each in ids if each is not None]
    assert len(ids) == len(set(ids))
    return block


def agreement(text: str | Page = "", **facts: object) -> Agreement:
    """An edition of the sample unit with another text and other facts."""
    return made(text, **facts) if isinstance(text, str) else replace(SAMPLE, page=text)


def told(block: etree._Element) -> list[str]:
    """The paragraphs with changes, these between brackets; `¶` an end that comes or goes."""
    signs = {"ins": "+", "del": "-", "moveFrom": "<", "moveTo": ">"}
    found = []
    for each in block.iter(f"{W}p"):
        line = ""
        for run in each.iter(f"{W}r"):
            sign = signs.get(etree.QName(run.getparent()).localname, "")
            line += f"[{sign}{text_of(run)}]" if sign else text_of(run)
        marks = each.find(f"{W}pPr/{W}rPr")
        line += f"[{signs[etree.QName(marks[0]).localname]}¶]" if marks is not None else ""
        line += "[s]" if each.find(f"{W}pPr/{W}pPrChange") is not None else ""
        found += [line] if "[" in line else []
    return found


@pytest.mark.parametrize(
    ("old", "new"),
    [*pairwise(FULL), *((b, a) for a, b in pairwise(FULL))],
    ids=lambda each: f"{each.unit_id}-{each.period}-{each.version}",
)
def test_neighbours_of_the_archive(old: Agreement, new: Agreement):
    """Between any two neighbours in the archive, of one unit or of two, both sides come back."""
    check(old, new)


BEGUN = "# QUY CHẾ\n\n"
ONE = "**1.** Nhà trường báo trước mười ngày. {#a}"
TWO = "**2.** Công đoàn góp ý bằng văn bản. {#b}"
THREE = "**3.** Hai bên lưu kế hoạch đã ký trong hồ sơ. {#c}"
BOTH = "**1.** Nhà trường báo trước mười ngày. Công đoàn góp ý bằng văn bản. {#a}"
GRID = (
    "| Cuộc họp | Chủ trì |\n|---|---|\n| Giao ban | Hiệu trưởng |\n| Đối thoại | Chủ tịch |\n{#t}"
)
ROWS = [
    ("nothing", [ONE], [ONE], []),
    (
        "one word",
        [ONE],
        [ONE.replace("mười", "chín")],
        ["1. Nhà trường báo trước[- mười][+ chín] ngày."],
    ),
    (
        "an insertion and what it renumbers",
        [ONE, TWO],
        [ONE, THREE.replace("3", "2"), TWO.replace("2", "3")],
        [
            "[+2. Hai bên lưu kế hoạch đã ký trong hồ sơ.][+¶]",
            "[-2. ][+3. ]Công đoàn góp ý bằng văn bản.",
        ],
    ),
    (
        "a clause left out",
        [ONE, TWO, THREE],
        [ONE, THREE],
        ["[-2. Công đoàn góp ý bằng văn bản.][-¶]"],
    ),
    (
        "a move with a new label, and what it renumbers",
        [ONE, TWO, THREE],
        [TWO.replace("2", "1"), ONE.replace("1", "2"), THREE],
        [
            "[<1. ][<Nhà trường báo trước mười ngày.][<¶]",
            "[-2. ][+1. ]Công đoàn góp ý bằng văn bản.",
            "[>2. ][>Nhà trường báo trước mười ngày.][>¶]",
        ],
    ),
    (
        "a move with a new word",
        [ONE, TWO, THREE],
        [TWO, ONE.replace("mười", "chín"), THREE],
        [
            "[<1. ][<Nhà trường báo trước][- mười][< ngày.][<¶]",
            "[>1. ][>Nhà trường báo trước][+ chín][> ngày.][>¶]",
        ],
    ),
    (
        "a clause parted in two",
        [BOTH],
        [ONE, TWO],
        [
            "1. Nhà trường báo trước mười ngày.[- ][+¶]",
            "[+2. ]Công đoàn góp ý bằng văn bản.",
        ],
    ),
    (
        "two clauses joined",
        [ONE, TWO],
        [BOTH],
        [
            "1. Nhà trường báo trước mười ngày.[+ ][-¶]",
            "[-2. ]Công đoàn góp ý bằng văn bản.",
        ],
    ),
    (
        "a clause that becomes a heading",
        [ONE],
        [f"## {ONE}"],
        ["1. Nhà trường báo trước mười ngày.[s]"],
    ),
    (
        "a cell and a row of a table",
        [ONE, GRID],
        [
            ONE,
            GRID.replace("Hiệu trưởng", "Phó Hiệu trưởng").replace(
                "| Đối thoại | Chủ tịch |\n", ""
            ),
        ],
        ["[+Phó ]Hiệu trưởng", "[-Đối thoại][-¶]", "[-Chủ tịch][-¶]"],
    ),
    (
        "another column is another table",
        [GRID],
        ["| Cuộc họp |\n|---|\n| Giao ban |\n{#t}"],
        [
            *[f"[-{cell}][-¶]" for cell in "Cuộc họp,Chủ trì,Giao ban,Hiệu trưởng".split(",")],
            *[f"[-{cell}][-¶]" for cell in "Đối thoại,Chủ tịch".split(",")],
            *[f"[+{cell}][+¶]" for cell in "Cuộc họp,Giao ban".split(",")],
        ],
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "expected"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS]
)
def test_changes(old: list[str], new: list[str], expected: list[str]):
    """Each change is tracked as what it is: words, ends of paragraphs, moves, rows of tables."""
    sides = [agreement(BEGUN + "\n\n".join(side)) for side in (old, new)]

    assert expected == told(check(*sides))


COPIES = Recipients(heading="Nơi nhận:", lines=("- Như trên;", "- Lưu: VT."))
ONE_SIGNED = (Signature(lines=("HIỆU TRƯỞNG", "Nguyễn Văn A"), side=Side.MANAGEMENT),)
OTHER_SIGNED = (Signature(lines=("KT. HIỆU TRƯỞNG", "Trần Thị B"), side=Side.MANAGEMENT),)
FACTS = [
    {"number": None},
    {"number": None, "place": None, "date": None, "issuer": (), "motto": ()},
    {"issuer": ("UBND XÃ MẪU", "TRƯỜNG MẪU", "CÔNG ĐOÀN TRƯỜNG MẪU")},
    {"signatures": ()},
    {"signatures": ONE_SIGNED},
    {"signatures": OTHER_SIGNED},
    {"signatures": ONE_SIGNED, "recipients": None},
    {"signatures": ONE_SIGNED, "recipients": COPIES},
    {"signatures": OTHER_SIGNED, "recipients": Recipients(heading="Nơi nhận:", lines=("- A;",))},
    {"signatures": (), "recipients": COPIES},
]


@pytest.mark.parametrize("old", [{}, *FACTS], ids=str)
@pytest.mark.parametrize("new", [{}, *FACTS], ids=str)
def test_facts(old: dict[str, object], new: dict[str, object]):
    """What stands around the clauses is tracked too, also where one side has none of it."""
    check(agreement(**old), agreement(**new))


def test_moves_are_paired():
    """A moved paragraph has two places of one name, and each range its end."""
    old, new = SAMPLES[1:3]
    block = check(old, new)
    names = {
        kind: [each.get(f"{W}name") for each in block.iter(f"{W}{kind}RangeStart")]
        for kind in ("moveFrom", "moveTo")
    }

    assert names["moveFrom"]
    assert sorted(names["moveFrom"]) == sorted(names["moveTo"])
    for kind in names:
        ends = [
            [each.get(f"{W}id") for each in block.iter(f"{W}{kind}Range{end}")]
            for end in ("Start", "End")
        ]
        assert ends[0] == ends[1]


def test_who_and_when():
    """Changes are those of the comparison, not of a person, on the new agreement's day."""
    old, new = SAMPLES[:2]
    block = body(redline(old, new))
    changes = [each for each in block.iter() if each.get(f"{W}author")]

    assert {"So sánh tự động"} == {each.get(f"{W}author") for each in changes}
    assert {str(new.facts.date.value.first)} == {each.get(f"{W}date")[:10] for each in changes}


def test_what_is_compared():
    """The foot of each page says which two texts stand in the file."""
    old, new = [each for each in SAMPLES if len(each.versions) > 1][:2]
    with ZipFile(BytesIO(redline(old, new))) as files:
        foot = "".join(etree.fromstring(files.read("word/footer-default.xml")).itertext())

    assert foot.startswith(
        "So sánh năm học 2025-2026 (bản gốc) với năm học 2025-2026 (bản ngày 16/02/2026). "
    )


def test_texts_are_literal():
    """What looks like marks or code in a text is text in its redline too."""
    hostile = "<w:ins> & {{ x }} ]]> \" '"
    clause = replace(SAMPLE.page.clauses[-1], text=f"một {hostile} hai")
    other = replace(clause, text=f"{hostile} ba")
    check(*(agreement(Page(title=(hostile,), clauses=(each,))) for each in (clause, other)))


def test_reports_are_refused():
    """A report about an agreement has no clauses."""
    report = next(each for each in AGREEMENTS if each.page.report)
    comparison = compare(SAMPLE.page, SAMPLE.page, ids_decide=True)
    with pytest.raises(ValueError, match="no clauses"):
        redline_docx(report, SAMPLE, comparison)


@pytest.mark.parametrize("accept", [False, True])
def test_read_back(accept: bool):
    """The reader of Word files finds the old text where it rejects and the new where it accepts."""
    old, new = SAMPLES[1:3]
    expected = read_word(agreement_docx(new if accept else old))
    found = read_word(redline(old, new), accept=accept)

    assert [each.text for each in expected.lines() if each.text] == [
        each.text for each in found.lines() if each.text
    ]


@given(edited(), st.booleans())
def test_any_edits(both: tuple[Page, Page], ids_decide: bool):
    """Whatever was done to a text, both sides come back."""
    old, new = (agreement(page) for page in both)
    data = redline_docx(old, new, compare(*both, ids_decide=ids_decide))
    plain = [settled(body(agreement_docx(each)), accept=True) for each in (old, new)]

    assert plain == [settled(body(data), accept=accept) for accept in (False, True)]


OFFICE = shutil.which("soffice")
# Run by the Python that has LibreOffice's bindings: prints each document's paragraphs, the changes
# rejected or accepted first.
ASK_OFFICE = """
import json, subprocess, sys, time, uno
from com.sun.star.beans import PropertyValue

folder, jobs = sys.argv[1], json.loads(sys.argv[2])
pipe = f"pipe,name=redline{abs(hash(folder))};urp"
profile = f"-env:UserInstallation=file://{folder}/profile"
office = subprocess.Popen(["soffice", profile, "--headless", "--norestore", f"--accept={pipe};"])
local = uno.getComponentContext()
create = local.ServiceManager.createInstanceWithContext
resolver = create("com.sun.star.bridge.UnoUrlResolver", local)
for _ in range(90):
    try:
        remote = resolver.resolve(f"uno:{pipe};StarOffice.ComponentContext")
        break
    except Exception:
        time.sleep(1)
create = remote.ServiceManager.createInstanceWithContext
desktop = create("com.sun.star.frame.Desktop", remote)
dispatcher = create("com.sun.star.frame.DispatchHelper", remote)
hidden = PropertyValue()
hidden.Name, hidden.Value = "Hidden", True

def lines(text):
    found, parts = [], text.createEnumeration()
    while parts.hasMoreElements():
        part = parts.nextElement()
        if part.supportsService("com.sun.star.text.TextTable"):
            for name in part.getCellNames():
                found += lines(part.getCellByName(name))
        else:
            found.append(part.String.strip("\\u200d"))
    return [line for line in found if line]

told = []
try:
    for name, command in jobs:
        url = f"file://{folder}/{name}"
        document = desktop.loadComponentFromURL(url, "_blank", 0, (hidden,))
        if command:
            frame = document.CurrentController.Frame
            dispatcher.executeDispatch(frame, f".uno:{command}AllTrackedChanges", "", 0, ())
        told.append(lines(document.Text))
        document.close(True)
finally:
    try:
        desktop.terminate()
    except Exception:
        pass
    office.wait(60)
print(json.dumps(told))
"""


@pytest.mark.skipif(not OFFICE, reason="LibreOffice is not installed")
def test_in_libreoffice(tmp_path: Path):
    """LibreOffice too finds the old edition behind the changes and the new one before them."""
    python = "/usr/bin/python3"
    if subprocess.run([python, "-c", "import uno"], capture_output=True).returncode:
        pytest.skip("LibreOffice's Python bindings are not installed")
    jobs: list[tuple[str, str]] = []
    for number, (old, new) in enumerate(pairwise(FULL)):
        files = {"old": agreement_docx(old), "new": agreement_docx(new), "both": redline(old, new)}
        for name, data in files.items():
            (tmp_path / f"{number}-{name}.docx").write_bytes(data)
        jobs += [(f"{number}-old.docx", ""), (f"{number}-both.docx", "Reject")]
        jobs += [(f"{number}-new.docx", ""), (f"{number}-both.docx", "Accept")]
    asked = subprocess.run(
        [python, "-c", ASK_OFFICE, tmp_path, json.dumps(jobs)], capture_output=True,
        encoding="utf-8", check=True, timeout=500,
    )  # fmt: skip
    told = json.loads(asked.stdout)

    assert len(jobs) == len(told)
    assert told[::2] == told[1::2]
