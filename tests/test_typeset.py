"""Agreements and comparisons as PDF files: what they print, claim, refuse, and that they stand still."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from macros.archive import load
from macros.compare import compare, fact_changes
from macros.exchange.documents import documents
from macros.exchange.typeset import agreement_pdf, comparison_pdf
from macros.grammar import parse
from macros.layout import Layout, layout_of
from macros.model import (
    Agreement,
    Clause,
    ClauseId,
    ClauseKind,
    Decision,
    Edition,
    Kind,
    Page,
    PartialDate,
    Period,
    Printed,
    PrintedDate,
    Recipients,
    Series,
    SeriesId,
    Side,
    Signature,
    TextState,
    Unit,
    UnitId,
    UnitName,
    UnitType,
)
from macros.problem import EditorError
from macros.redline import Pair
from tests.golden import HERE, Golden

ROOT = Path(__file__).resolve().parent.parent
ARCHIVE = load(ROOT).archive
AGREEMENTS = ARCHIVE.agreements
PERIOD = Period(2024, 2025)


def pages_of(pdf: bytes, *, hyphen: str = "-") -> list[str]:
    """The text of each page, in the order in which it is set.

    The reader takes a dash at the end of a line for a broken word, and joins the lines.
    """
    with pypdfium2.PdfDocument(pdf) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    return [text.replace("\ufffe", hyphen) for text in texts]


def marks(layout: Layout) -> list[str]:
    """The words that stand at the top of every page."""
    said = {"BẢN THẢO": layout.draft, "DỮ LIỆU MẪU": layout.sample}
    return " · ".join(mark for mark, holds in said.items() if holds).split()


def printed(pdf: bytes, layout: Layout, *, hyphen: str = "-") -> list[str]:
    """All words of a PDF but those around the text of every page, which must be there."""
    found: list[str] = []
    for number, text in enumerate(pages_of(pdf, hyphen=hyphen), 1):
        words = text.split()
        top = [*([str(number)] if number > 1 else []), *marks(layout)]
        foot = layout.said.split()

        assert (top, foot) == (words[: len(top)], words[-len(foot) :])

        found += words[len(top) : -len(foot)]
    return found


def expected(layout: Layout, *, recipients_first: bool) -> list[str]:
    """The words of a layout in the order of print."""
    around = [layout.section, layout.published, *layout.report, layout.byline]
    lines = [*layout.issuer, *layout.motto, layout.number, layout.place_and_date, *layout.title]
    parts = [n for n, one in enumerate(layout.body) if one.level == 1]
    if not parts:
        lines.append(layout.issued_by)
    lines += around
    for n, one in enumerate(layout.body):
        lines += [one.label, *([cell for row in one.rows for cell in row] or [one.text])]
        if parts and n == parts[-1]:
            lines.append(layout.issued_by)
    signed = [line for each in layout.signed for line in (*each.above, each.name)]
    recipients = [layout.recipients_heading, *layout.recipients]
    lines += [*recipients, *signed] if recipients_first else [*signed, *recipients]
    return " ".join(lines).split()


def made(
    *clauses: Clause, title: tuple[str, ...] = ("QUY CHẾ",), sample: bool = False, **facts: object
) -> Agreement:
    """An agreement of a unit of its own, with these clauses and facts."""
    edition = Edition(kind=Kind.REGULATION, **facts)
    unit = Unit(
        names=(UnitName(name="Trường Mẫu"),), type=UnitType.PRIMARY, sample=sample,
        sides={Side.MANAGEMENT: "Nhà trường", Side.UNION: "Công đoàn"},
        series={"cong-doan": Series(counterpart=Side.UNION, editions={PERIOD: edition})},
    )  # fmt: skip
    return Agreement(
        unit_id=UnitId("truong-mau"), unit=unit, series_id=SeriesId("cong-doan"), period=PERIOD,
        version="goc", page=Page(title=title, clauses=clauses), path="docs/don-vi/x.md",
    )  # fmt: skip


def clause(text: str, name: str = "mot") -> Clause:
    return Clause(id=ClauseId(name), kind=ClauseKind.CLAUSE, label="1.", text=text)


def read(name: str) -> tuple[Clause, ...]:
    """The clauses of a page in tests/golden/typeset/."""
    text = (HERE / "typeset" / name).read_text(encoding="utf-8")
    parsed = parse(text, name, lambda _: "")

    assert () == parsed.problems

    return parsed.page.clauses


def signature(side: Side, *lines: str) -> Signature:
    return Signature(side=side, lines=lines, name=lines[-1])


def joint() -> Agreement:
    """Two issuers, a decision with its regulation, chapters, a table, four signatures."""
    return made(
        *read("hai-ben.md"),
        title=("QUYẾT ĐỊNH", "Về việc ban hành Quy chế phối hợp"),
        issuer=("PHÒNG GIÁO DỤC VÀ ĐÀO TẠO", "TRƯỜNG MẪU", "CÔNG ĐOÀN TRƯỜNG MẪU"),
        motto=("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"),
        number=Printed(printed="Số: 05/QC-TM", value="05/QC-TM"),
        place=Printed(printed="Xã Mẫu,", value="Xã Mẫu"),
        date=PrintedDate(printed="ngày 05 tháng 01 năm 2025", value=PartialDate(2025, 1, 5)),
        issued_by=Decision(printed="(Ban hành kèm theo Quyết định số 05/QĐ-TM)"),
        signatures=(
            signature(Side.MANAGEMENT, "HIỆU TRƯỞNG", "Nguyễn Văn A"),
            signature(Side.UNION, "TM. BAN CHẤP HÀNH", "CHỦ TỊCH", "Trần Thị B"),
            signature(Side.MANAGEMENT, "KT. HIỆU TRƯỞNG", "PHÓ HIỆU TRƯỞNG", "Nguyễn Văn A"),
            Signature(side=Side.UNION, lines=("Phó Chủ tịch",)),
        ),
        recipients=Recipients(heading="Nơi nhận:", lines=("- Như Điều 3;", "- Lưu: VT.")),
    )


ALL = [*AGREEMENTS, joint()]
NAMES = [f"{each.unit_id}-{each.period}-{each.version}" for each in ALL]


@pytest.mark.parametrize("agreement", ALL, ids=NAMES)
def test_every_word_is_printed_once_and_in_order(agreement: Agreement):
    """The text of a PDF is that of the agreement: no word is lost, doubled, added or moved.

    Each page but the first has its number at the top, each its marks and what the file is.
    """
    layout = layout_of(agreement)
    words = printed(agreement_pdf(agreement), layout)

    assert words in [expected(layout, recipients_first=first) for first in (True, False)]


CLAIMS = [
    "<pdfaid:part>2</pdfaid:part>",
    "<pdfaid:conformance>A</pdfaid:conformance>",
    "<pdfuaid:part>1</pdfuaid:part>",
    "/Lang(vi-VN)",
    "/StructTreeRoot",
]


def claims(pdf: bytes) -> set[str]:
    """What a PDF says of itself."""
    text = pdf.decode("utf-8", "replace")
    return {claim for claim in CLAIMS if claim in text}


@pytest.mark.parametrize("agreement", ALL, ids=NAMES)
def test_it_claims_to_be_archivable_and_accessible(agreement: Agreement):
    """PDF/A-2a and PDF/UA-1: tagged, in Vietnamese, with a title and the agreement's own day."""
    pdf = agreement_pdf(agreement)
    value = agreement.facts.date.value if agreement.facts.date else None
    day = (value or PartialDate(agreement.period.start)).first
    with pypdfium2.PdfDocument(pdf) as document:
        told = document.get_metadata_dict(skip_empty=True)

        assert document.is_tagged()

    assert f"D:{day:%Y%m%d}000000Z" == told["CreationDate"]
    assert agreement.unit.name in told["Title"]
    assert ("(bản thảo)" in told["Title"]) == agreement.facts.draft
    assert "Author" not in told
    assert set(CLAIMS) == claims(pdf)


def test_headings_are_headings():
    """The outline of the file is that of the page: no level is left out, parts come first."""
    with pypdfium2.PdfDocument(agreement_pdf(joint())) as document:
        outline = [(each.level, each.get_title()) for each in document.get_toc()]

    assert [
        (0, "Điều 1. Ban hành kèm theo Quyết định này Quy chế phối hợp."),
        (0, "QUY CHẾ PHỐI HỢP"),
        (1, "Chương I NHỮNG QUY ĐỊNH CHUNG"),
        (2, "Điều 1. Phạm vi"),
    ] == outline


def test_the_joint_text(golden: Golden):
    """Two issuers and four signatures, as the PDF prints them."""
    golden(HERE / "typeset/hai-ben.txt", "\n".join(_lines(agreement_pdf(joint()))))


def _lines(pdf: bytes) -> Iterator[str]:
    for number, text in enumerate(pages_of(pdf), 1):
        yield f"== trang {number}"
        yield from (line.rstrip() for line in text.split("\r\n"))
    yield ""


HOSTILE = [
    '#eval("1+1")', '#import "x.typ": *', '#read("/etc/passwd")', "#sys.inputs.data", "$x^2$",
    "*đậm* _nghiêng_ `mã`", "= Tiêu đề", "- gạch", "+ số", "/ Từ: nghĩa", "<nhãn> @nhãn",
    "https://example.vn/#a", "a--b---c...", "\\u{41} \\ \\#", "~~~ ''\"\"", "// hết /* hết */",
    "{{ x }} {% y %}", "]))} #panic()", "\u00a0hai\u00a0chữ", "số “05”-‘x’ …", "]]>&lt;",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_no_source(text: str):
    """What Typst would obey in a file of its own is printed as it stands, wherever it stands."""
    line = text.strip()
    agreement = made(
        clause(text), title=(line,), issuer=(line,), motto=(line, line),
        number=Printed(printed=line), recipients=Recipients(heading=line, lines=(line,)),
        signatures=(Signature(side=Side.UNION, lines=(line, line), name=line),),
    )  # fmt: skip
    layout = layout_of(agreement)
    whole = "".join(expected(layout, recipients_first=True))

    assert whole == "".join(printed(agreement_pdf(agreement), layout, hyphen="-\n"))


@settings(max_examples=25)
@given(
    st.lists(
        st.text("#$*_`@<>\\/~-+=[](){}\"'.:;,&%^|0aĐềưỹ ", min_size=1).filter(str.strip),
        min_size=1,
        max_size=6,
    )
)
def test_any_signs_are_printed_as_they_are(texts: list[str]):
    """No sign of Typst's own means anything in a text."""
    clauses = [clause(" ".join(text.split()), f"so-{n}") for n, text in enumerate(texts)]
    agreement = made(*clauses)
    layout = layout_of(agreement)
    found = "".join(printed(agreement_pdf(agreement), layout, hyphen="-\n"))

    assert "".join(expected(layout, recipients_first=True)) == found


@pytest.mark.parametrize(
    ("agreement", "said"),
    [
        (made(clause("Mục tiêu 🎯")), "khoản 1 (mã mot) có ký tự “🎯” (U+1F3AF)"),
        (made(clause("Theo mẫu"), title=("QUY 制",)), "tên văn bản có ký tự “制” (U+5236)"),
        (
            made(
                Clause(
                    id=ClauseId("bang"), kind=ClauseKind.TABLE, text="a ☑", rows=(("a",), ("☑",))
                )
            ),
            "bảng 1 (mã bang) có ký tự “☑” (U+2611)",
        ),
        (
            made(clause("x"), recipients=Recipients(heading="Nơi nhận:", lines=("- 學;",))),
            "nơi nhận có ký tự “學” (U+5B78)",
        ),
    ],
)
def test_a_character_that_the_fonts_lack(agreement: Agreement, said: str):
    """It is an error that names the file, the place and the character, not a hole in the text."""
    with pytest.raises(EditorError, match=f"^{re.escape(f'docs/don-vi/x.md: {said} mà phông')}"):
        agreement_pdf(agreement)


def test_the_fonts_have_every_letter():
    """All letters of Vietnamese, and the signs that such texts use, in all four faces."""
    vowels = "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ"
    signs = "0123456789.,;:!?…–—-−+×÷=/\\|()[]{}<>«»“”‘’\"'&@#$%^*_~`°²³½§•·→≥≤€₫"
    agreement = made(clause(f"{vowels} {vowels.upper()} {signs}"), title=(vowels, vowels.upper()))

    assert agreement_pdf(agreement).startswith(b"%PDF-1.7")


@pytest.mark.parametrize(
    ("issuer", "own"),
    [
        ((), ()),
        (("TRƯỜNG MẪU",), (True,)),
        (("PHÒNG GD&ĐT HUYỆN MẪU", "TRƯỜNG MẪU"), (False, True)),
        (("TRƯỜNG MẪU", "CÔNG ĐOÀN TRƯỜNG MẪU"), (True, True)),
        (("LIÊN ĐOÀN LAO ĐỘNG HUYỆN MẪU", "CÔNG ĐOÀN TRƯỜNG MẪU"), (False, True)),
        (("UBND XÃ MẪU", "TRƯỜNG MẪU", "CÔNG ĐOÀN TRƯỜNG MẪU"), (False, True, True)),
    ],
)
def test_who_issues_and_who_stands_above(issuer: tuple[str, ...], own: tuple[bool, ...]):
    """The last line issues, and one before it that is a name of the unit or of a side."""
    assert own == layout_of(made(issuer=issuer)).issuing


def test_a_report_prints_what_surrounds_it_and_no_date_of_its_own():
    """The date of a report is quoted from its paragraphs, so it is not printed above them."""
    report = next(each for each in AGREEMENTS if each.page.report)
    layout = layout_of(report)

    assert ("", "Đảng, đoàn thể") == (layout.place_and_date, layout.section)
    assert "Bản chép lại một bài báo về văn bản, không phải lời của chính văn bản." == layout.said


def pair(old: Agreement, new: Agreement, *, ids_decide: bool = True) -> Pair:
    comparison = compare(old.page, new.page, ids_decide=ids_decide)
    facts = fact_changes(old, new)
    return Pair(old=old, new=new, comparison=comparison, facts=facts, address="x/")


def sample(period: str, version: str = "goc") -> Agreement:
    """A version of the sample unit."""
    return next(
        each
        for each in AGREEMENTS
        if (each.unit_id, str(each.period), each.version) == ("truong-mau", period, version)
    )


def units() -> Pair:
    """Two units, which copied one model."""
    one, other = (
        next(each for each in AGREEMENTS if each.unit_id == name)
        for name in ("th-binh-hoa-2", "so-gddt-ha-noi")
    )
    return pair(one, other, ids_decide=False)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("sua-doi", pair(sample("2025-2026"), sample("2025-2026", "2026-02-16"))),
        ("nam-sau", pair(sample("2023-2024"), sample("2024-2025"))),
        ("nhu-nhau", pair(sample("2022-2023"), sample("2022-2023"))),
    ],
)
def test_the_comparison_as_it_is_printed(name: str, told: Pair, golden: Golden):
    """The bảng so sánh: what changed with both texts beside each other, what did not counted."""
    golden(HERE / f"typeset/{name}.txt", "\n".join(_lines(comparison_pdf(told))))


COMPARED = [
    *(pair(old, new) for old, new in pairwise(ARCHIVE.editions("truong-mau", "cong-doan"))),
    units(),
]


@pytest.mark.parametrize("told", COMPARED, ids=[f"{each.old.period}" for each in COMPARED])
def test_a_comparison_loses_no_changed_word(told: Pair):
    """Every run of words of every change is printed, in the order of the table's cells."""
    pdf = comparison_pdf(told)
    found = "".join("".join(page.split()) for page in pages_of(pdf))

    assert set(CLAIMS) == claims(pdf)

    for shown in told.shown if told.old.unit_id == told.new.unit_id else ():
        for side in ("-", "+") if shown.number else ():
            text = "".join(words for op, words in shown.change.words if op in ("=", side))
            # A long row goes on over the end of a page.
            if len(text) < 300:
                assert "".join(text.split()) in found
    if told.old.unit_id != told.new.unit_id:
        assert "TrườngTiểuhọcBìnhHòa2,nămhọc2021-2022" in found


def test_a_reason_with_a_character_that_the_fonts_lack():
    """The editor's reasons are printed in a comparison, so they are looked at too."""
    old, new = made(clause("một")), made(clause("hai"), reasons={"mot": "vì 🎯"})
    with pytest.raises(EditorError, match=r"^data/units/truong-mau\.yml: lý do có ký tự “🎯”"):
        comparison_pdf(pair(old, new))


def test_an_offered_pdf_can_be_made():
    """An agreement with a character that the fonts lack has a Word file and no PDF, nor has a
    comparison with it; all others have both.
    """
    good, bad = replace(made(clause("một")), path="a"), replace(made(clause("hai 🎯")), path="b")
    offered = documents([good, bad], [pair(good, bad), pair(good, good)])
    name = "truong-mau-cong-doan-2024-2025"
    own = f"don-vi/truong-mau/cong-doan/2024-2025/{name}"

    assert [
        (f"{own}.pdf", b"%PDF"),
        (f"{own}.docx", b"PK\3\4"),
        (f"{own}.docx", b"PK\3\4"),
        (f"x/so-sanh-{name}.docx", b"PK\3\4"),
        (f"x/so-sanh-{name}.pdf", b"%PDF"),
        (f"x/so-sanh-{name}.docx", b"PK\3\4"),
    ] == [(each.address, each.make()[:4]) for each in offered]


def pairs_of(agreements: Iterable[Agreement]) -> list[Pair]:
    """Comparisons of neighbours in a series, each at an address of its own."""
    return [
        replace(pair(old, new), address=f"{new.address}so-sanh/{old.period}/")
        for old, new in pairwise(agreements)
        if old.series == new.series and TextState.FULL is old.edition.text is new.edition.text
    ]


def keys(agreements: Iterable[Agreement]) -> dict[str, tuple[bytes, ...]]:
    """What each document is kept under, by its address."""
    own = list(agreements)
    return {each.address: each.key for each in documents(own, pairs_of(own))}


def test_a_unit_has_its_documents_by_itself():
    """Unit by unit, in whatever order, documents and keys are those of all units together."""
    apart: dict[str, tuple[bytes, ...]] = {}
    for unit in sorted({each.unit_id for each in AGREEMENTS}, reverse=True):
        apart |= keys(each for each in AGREEMENTS if each.unit_id == unit)

    assert keys(AGREEMENTS) == apart
    assert any("so-sanh-" in address for address in apart)


SERIES = ARCHIVE.editions("truong-mau", "cong-doan")


def test_a_word_changes_the_keys_of_what_holds_it():
    """Another word is another text and another comparison with either neighbour; no more."""
    first, second, third, *others = SERIES
    last = second.page.clauses[-1]
    clauses = (*second.page.clauses[:-1], replace(last, text=f"{last.text} thêm"))
    edited = replace(second, page=replace(second.page, clauses=clauses))
    before, after = keys(SERIES), keys([first, edited, third, *others])
    holding = (second.address, f"{third.address}so-sanh/")

    assert list(before) == list(after)
    assert {address for address in before if address.startswith(holding)} == {
        address for address in before if before[address] != after[address]
    }
    assert 6 == sum(address.startswith(holding) for address in before)


def test_the_line_of_a_clause_is_in_no_key():
    """An empty line more in a page makes no document anew."""
    page = SERIES[0].page
    moved = replace(page, clauses=tuple(replace(c, line=c.line + 1) for c in page.clauses))

    assert keys(SERIES) == keys([replace(SERIES[0], page=moved), *SERIES[1:]])


def test_a_document_is_told_in_a_line():
    """Its representation holds no agreement: what writes down all that it sees stays small."""
    told = [repr(each) for each in documents(SERIES, pairs_of(SERIES))]

    assert told[0].startswith("Document(address='don-vi/")
    assert max(map(len, told)) < 300


DIGESTS = """
import hashlib
from tests.test_typeset import SERIES, joint, keys, pair, sample
from macros.exchange.typeset import agreement_pdf, comparison_pdf
told = pair(sample("2023-2024"), sample("2024-2025"))
for pdf in (agreement_pdf(joint()), agreement_pdf(sample("2026-2027")), comparison_pdf(told)):
    print(hashlib.sha256(pdf).hexdigest())
print(hashlib.sha256(repr(keys(SERIES)).encode()).hexdigest())
"""


def test_the_bytes_are_the_same_everywhere(tmp_path: Path):
    """No clock, zone, language, folder or hash seed shows in a file, nor what was made before;
    nor in the keys that files are kept under.
    """
    told = pair(sample("2023-2024"), sample("2024-2025"))
    own = [agreement_pdf(joint()), agreement_pdf(sample("2026-2027")), comparison_pdf(told)]
    own.append(repr(keys(SERIES)).encode())
    digests = [hashlib.sha256(each).hexdigest() for each in own]
    for seed, zone, language in (("1", "Asia/Ho_Chi_Minh", "vi_VN.UTF-8"), ("7", "UTC+9", "C")):
        settings_ = {
            "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language, "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(tmp_path), "SOURCE_DATE_EPOCH": seed,
            "PYTHONWARNDEFAULTENCODING": "",
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", DIGESTS], cwd=tmp_path, env=os.environ | settings_,
            capture_output=True, text=True, encoding="utf-8", check=False,
        )  # fmt: skip

        assert ("", digests) == (done.stderr, done.stdout.split())


TOGETHER = """
import os, sys
from concurrent.futures import ThreadPoolExecutor
from tests.test_typeset import AGREEMENTS
from macros.exchange.typeset import agreement_pdf
with ThreadPoolExecutor(4) as pool:
    first, *others = pool.map(lambda _: [agreement_pdf(a) for a in AGREEMENTS[:4]], range(4))
print(all(each == first for each in others))
sys.stdout.flush()
if not os.fork():
    try:
        agreement_pdf(AGREEMENTS[0])
    except RuntimeError as failed:
        print("spawn" in str(failed), flush=True)
    os._exit(0)
os.wait()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork to be harmed by")
def test_threads_share_it_and_forks_are_refused():
    """Threads work side by side and get the same bytes; a forked process is told, and never hangs."""
    done = subprocess.run(
        [sys.executable, "-c", TOGETHER], env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNDEFAULTENCODING": ""},
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=120,
    )  # fmt: skip

    assert ("", ["True", "True"]) == (done.stderr, done.stdout.split())


def test_a_draft_is_marked_on_every_page():
    """Every page says so in words, and has the pale words as outlines, which nobody selects."""
    draft = sample("2026-2027")
    signed = replace(draft, unit=replace(draft.unit, sample=False))
    pages = pages_of(agreement_pdf(signed))

    assert len(pages) > 1
    assert all("BẢN THẢO" in page.split("\r\n")[0] for page in pages)
    assert all(page.count("BẢN THẢO") == 1 for page in pages)
