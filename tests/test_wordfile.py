"""The Word file of an agreement: every word of it, in the form of Nghị định 30/2020/NĐ-CP."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import docx
import pytest
from docx.document import Document
from docx.table import Table
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from macros.archive import load
from macros.exchange.wordfile import agreement_docx
from macros.grammar import parse
from macros.model import (
    Agreement,
    Decision,
    Page,
    Printed,
    PrintedDate,
    Recipients,
    Side,
    Signature,
)
from macros.problem import EditorError

ROOT = Path(__file__).resolve().parent.parent
AGREEMENTS = load(ROOT).archive.agreements
NAMES = [f"{each.unit_id}-{each.period}-{each.version}" for each in AGREEMENTS]
REPORT = next(each for each in AGREEMENTS if each.page.report)
SAMPLE = next(each for each in AGREEMENTS if each.unit.sample and each.facts.signatures)
DRAFT = next(each for each in AGREEMENTS if each.facts.draft)
REAL = next(each for each in AGREEMENTS if not each.unit.sample and each.facts.signatures)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# The order that the schema wants, of those that occur.
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore pBdr tabs spacing ind jc outlineLvl rPr pPrChange",
    "rPr": "ins del moveFrom moveTo rFonts b i color sz szCs lang",
    "tblPr": "tblW tblInd tblBorders tblLayout tblCellMar",
    "tblCellMar": "top left bottom right",
    "tbl": "tblPr tblGrid tr",
    "tr": "trPr tc",
    "trPr": "cantSplit tblHeader ins del",
    "tc": "tcPr p",
    "sectPr": "headerReference footerReference pgSz pgMar titlePg",
    "settings": (
        "zoom defaultTabStop characterSpacingControl compat themeFontLang decimalSymbol listSeparator"
    ),
    "style": "name basedOn uiPriority semiHidden unhideWhenUsed qFormat pPr rPr tblPr",
}


def opened(data: bytes) -> Document:
    return docx.Document(BytesIO(data))


def printed(data: bytes) -> list[str]:
    """All paragraphs in the order of the file, those of tables row by row and cell by cell."""
    found = []
    for part in opened(data).iter_inner_content():
        if isinstance(part, Table):
            found += [
                line.text for row in part.rows for cell in row.cells for line in cell.paragraphs
            ]
        else:
            found.append(part.text)
    return [text for text in found if text]


def made(text: str = "", base: Agreement = SAMPLE, **facts: object) -> Agreement:
    """An agreement with another text or other facts."""
    page = base.page
    if text:
        parsed = parse(text, "trang.md", lambda _: ("C101", "", ""))
        assert parsed.problems == ()
        page = parsed.page
    edition = replace(base.edition, **facts)
    series = replace(base.series, editions={**base.series.editions, base.period: edition})
    unit = replace(base.unit, series={**base.unit.series, base.series_id: series})
    return replace(base, page=page, unit=unit)


def expected(agreement: Agreement, *, beside: bool) -> list[str]:
    """The words of page and facts in the form's order; `beside`: the recipients by the signatures."""
    facts, page = agreement.facts, agreement.page
    if page.report:
        around = facts.report
        return [
            around.section, *page.title, around.published.printed, *page.report, around.byline,
        ]  # fmt: skip
    lines = [*facts.issuer, *facts.motto]
    lines += [facts.number.printed] if facts.number else []
    place = [each.printed for each in (facts.place, facts.date) if each]
    lines += [" ".join(place)] if place else []
    lines += page.title
    lines += [facts.issued_by.printed] if facts.issued_by else []
    for clause in page.clauses:
        cells = [cell for row in clause.rows for cell in row]
        lines += cells or [f"{clause.label} {clause.text}".strip()]
    signed = [line for each in facts.signatures for line in each.lines]
    block = facts.recipients
    copies = [block.heading, *block.lines] if block else []
    # Level with the signatures they stand at the left, and so before them.
    return lines + (copies + signed if beside else signed + copies)


@pytest.mark.parametrize("agreement", AGREEMENTS, ids=NAMES)
def test_every_word_is_there(agreement: Agreement):
    """The paragraphs are those of page and facts, label and text as printed, and no others."""
    lines = [line.replace("\n", " ") for line in printed(agreement_docx(agreement))]
    orders = [expected(agreement, beside=beside) for beside in (True, False)]

    assert lines in [[line for line in order if line] for order in orders]


@pytest.mark.parametrize("agreement", AGREEMENTS, ids=NAMES)
def test_package(agreement: Agreement):
    """Each part has a type, each relation a part; what is in a part stands in the schema's order."""
    with ZipFile(BytesIO(agreement_docx(agreement))) as files:
        parts = {name: etree.fromstring(files.read(name)) for name in files.namelist()}
        assert {ZIP_STORED} == {each.compress_type for each in files.infolist()}
        assert {(1980, 1, 1, 0, 0, 0)} == {each.date_time for each in files.infolist()}
        assert files.testzip() is None
    typed = {each.get("PartName") for each in parts["[Content_Types].xml"] if each.get("PartName")}
    related = [each.get("Target") for each in parts["_rels/.rels"]]
    related += [f"word/{each.get('Target')}" for each in parts["word/_rels/document.xml.rels"]]
    whole = {name for name in parts if "rels" not in name and name != "[Content_Types].xml"}
    assert whole == set(related) == {name.removeprefix("/") for name in typed}
    ids = {each.get("Id") for each in parts["word/_rels/document.xml.rels"]}
    used = parts["word/document.xml"].xpath("//@*[local-name()='id']")
    assert set(used) <= ids
    for part in parts.values():
        for each in part.iter(f"{W}*"):
            check_order(each)


def check_order(element: etree._Element) -> None:
    """The children of an element stand in the order that Word wants."""
    order = ORDER.get(etree.QName(element).localname, "").split()
    names = [etree.QName(each).localname for each in element]
    if order:
        assert sorted(names, key=order.index) == names
    if names and etree.QName(element).localname == "tc":
        assert "p" == names[-1]


@pytest.mark.parametrize("agreement", AGREEMENTS, ids=NAMES)
def test_every_style_exists(agreement: Agreement):
    """No paragraph has a style that the file lacks, and no text is dressed past its style."""
    data = agreement_docx(agreement)
    with ZipFile(BytesIO(data)) as files:
        styles = etree.fromstring(files.read("word/styles.xml"))
        known = {each.get(f"{W}styleId") for each in styles.iter(f"{W}style")}
        for name in files.namelist():
            used = {e.get(f"{W}val") for e in etree.fromstring(files.read(name)).iter(f"{W}pStyle")}
            assert used <= known
    assert [] == [run for line in opened(data).paragraphs for run in line.runs if run.bold]


def test_form():
    """Paper, margins, font and the number at the head are those of the decree."""
    document = opened(agreement_docx(SAMPLE))
    section = document.sections[0]
    centimetres = [
        round(length.cm, 1)
        for length in (
            section.page_width, section.page_height, section.top_margin, section.bottom_margin,
            section.left_margin, section.right_margin,
        )
    ]  # fmt: skip
    defaults = document.styles.element.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")

    assert [21.0, 29.7, 2.0, 2.0, 3.0, 2.0] == centimetres
    assert "Times New Roman" == defaults.find(f"{W}rFonts").get(f"{W}ascii")
    assert "28" == defaults.find(f"{W}sz").get(f"{W}val")
    assert "vi-VN" == defaults.find(f"{W}lang").get(f"{W}val")
    assert section.different_first_page_header_footer
    assert "PAGE" in etree.tostring(section.header._element, encoding="unicode")
    assert "PAGE" not in etree.tostring(section.first_page_header._element, encoding="unicode")


MARKED = [(DRAFT, "DỮ LIỆU MẪU – BẢN THẢO"), (SAMPLE, "DỮ LIỆU MẪU"), (REAL, "")]


@pytest.mark.parametrize(("agreement", "mark"), MARKED, ids=["draft", "sample", "real"])
def test_marks(agreement: Agreement, mark: str):
    """What must not be taken for a signed text says so on its first page and on every other."""
    section = opened(agreement_docx(agreement)).sections[0]
    heads = [section.first_page_header, section.header]
    feet = [section.first_page_footer, section.footer]

    assert [mark] * 2 == [head.paragraphs[-1].text for head in heads]
    assert ["string" in etree.tostring(head._element, encoding="unicode") for head in heads] == [
        bool(mark)
    ] * 2
    assert len({foot.paragraphs[0].text for foot in feet}) == 1


DEPTHS = """# QUY CHẾ

## **Chương I** QUY ĐỊNH CHUNG {#chung}

### **Điều 1.** Phạm vi {#pham-vi}

**1.** Một. {#mot}

# QUY CHẾ KÈM THEO {#kem-theo}

## **I.** Hai {#hai}
"""


def test_headings():
    """Headings are real ones, as deep as they are; a Chương has its title below, in the middle."""
    decision = Decision(printed="(Ban hành kèm theo Quyết định số 1)")
    document = opened(agreement_docx(made(DEPTHS, issued_by=decision)))
    found = [(line.style.style_id, line.text) for line in document.paragraphs if line.text]

    assert [
        ("Title", "QUY CHẾ"),
        ("Centred1", "Chương I\nQUY ĐỊNH CHUNG"),
        ("Heading2", "Điều 1. Phạm vi"),
        ("BodyText", "1. Một."),
        ("Part", "QUY CHẾ KÈM THEO"),
        ("IssuedBy", "(Ban hành kèm theo Quyết định số 1)"),
        ("Heading2", "I. Hai"),
    ] == found[:7]
    levels = {
        style.style_id: style.element.find(f".//{W}outlineLvl").get(f"{W}val")
        for style in document.styles
        if style.element.find(f".//{W}outlineLvl") is not None
    }
    assert ("0", "0", "1") == (levels["Part"], levels["Heading1"], levels["Heading2"])


def signature(*lines: str) -> Signature:
    return Signature(lines=lines, side=Side.UNION, name=lines[-1])


COPIES = Recipients(heading="Nơi nhận:", lines=("- Như trên;", "- Lưu: VT."))
LONG = "CHỦ TỊCH LIÊN ĐOÀN LAO ĐỘNG HUYỆN MẪU"
# how many signatures, of which width, the columns of the table and whether copies stand in it
ENDS = [
    ((("HIỆU TRƯỞNG", "Nguyễn Văn A"),), 2, True),
    ((("HIỆU TRƯỞNG", "Nguyễn Văn A"), ("CHỦ TỊCH", "Trần Thị B")), 3, True),
    (((LONG, "Nguyễn Văn A"), (LONG, "Trần Thị B")), 2, False),
    (((LONG, "Nguyễn Văn A"), (LONG, "Trần Thị B"), ("CHỦ TỊCH", "Nguyễn Văn A")), 2, False),
    ((("HIỆU TRƯỞNG",),), 2, True),
]


@pytest.mark.parametrize(("signed", "columns", "beside"), ENDS)
def test_end(signed: tuple[tuple[str, ...], ...], columns: int, beside: bool):
    """Signatures keep their order; the recipients stand level with them where there is room."""
    facts = {"signatures": tuple(signature(*each) for each in signed), "recipients": COPIES}
    data = agreement_docx(made(**facts))
    table = opened(data).tables[-1]

    assert columns == len(table.columns)
    assert beside == ("Nơi nhận:" in table.cell(0, 0).text)
    told = "\n".join(printed(data))
    assert sorted(told.index(each[0]) for each in signed) == [told.index(e[0]) for e in signed]


def test_core_properties():
    """The file has the agreement's title and date, and the name of nobody."""
    core = opened(agreement_docx(REAL)).core_properties
    date = REAL.facts.date.value.first

    assert " ".join(REAL.page.title) == core.title
    assert ("", "") == (core.author, core.last_modified_by)
    assert datetime(date.year, date.month, date.day, tzinfo=UTC) == core.created


@pytest.mark.parametrize(
    "facts", [{"date": None}, {"date": PrintedDate(printed="ngày … tháng … năm …")}]
)
def test_no_date(facts: dict[str, object]):
    """A file without a date of its own has a constant one, never today's."""
    assert 1980 == opened(agreement_docx(made(**facts))).core_properties.created.year


HOSTILE = (
    """& < > " ' &amp; <w:p/> ]]> {{ config }} {% x %} #eval(1) {0} %s $HOME \\u0041 אבג 𠀀 Ẫ"""
)


def test_hostile_texts():
    """Whatever a text looks like, it is printed as it is."""
    text = Page(title=(HOSTILE,), clauses=SAMPLE.page.clauses)
    clause = replace(SAMPLE.page.clauses[-1], label="&1.", text=f"{HOSTILE} {'x' * 5000}")
    page = replace(text, clauses=(clause,))
    number = Printed(printed="<b>&")
    lines = printed(agreement_docx(replace(made(number=number), page=page)))

    assert {HOSTILE, f"&1. {HOSTILE} {'x' * 5000}", "<b>&"} <= set(lines)


@pytest.mark.parametrize("char", ["\x00", "\x0b", "\x1f", "\ufffe", "\ud800"], ids=ascii)
def test_what_no_word_file_can_hold(char: str):
    """A character that XML cannot hold is refused with its number and its neighbourhood."""
    clause = replace(SAMPLE.page.clauses[0], text=f"trước{char}sau")
    agreement = replace(SAMPLE, page=Page(title=("A",), clauses=(clause,)))
    with pytest.raises(EditorError, match=f'"[^"]*trước□sau" có ký tự U\\+{ord(char):04X}'):
        agreement_docx(agreement)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1, max_size=60))
def test_any_text(text: str):
    """Any text comes back character for character."""
    clause = replace(SAMPLE.page.clauses[0], label="", text=text)
    agreement = replace(REAL, page=Page(clauses=(clause,)))

    assert text in printed(agreement_docx(agreement))


DIGESTS = """
import hashlib, sys
from pathlib import Path
from macros.archive import load
from macros.exchange.wordfile import agreement_docx
for each in load(Path(sys.argv[1])).archive.agreements:
    print(hashlib.sha256(agreement_docx(each)).hexdigest())
"""


def test_same_bytes_everywhere(tmp_path: Path):
    """Hash seed, time zone, language and folder make no difference to a single byte."""
    own = [hashlib.sha256(agreement_docx(each)).hexdigest() for each in AGREEMENTS]
    foreign = {"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "LANG": "tr_TR.UTF-8"}
    environment = {**os.environ, **foreign, "PYTHONPATH": str(ROOT)}
    found = subprocess.run(
        [sys.executable, "-c", DIGESTS, ROOT], env=environment, cwd=tmp_path,
        capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip

    assert own == found.stdout.split()
