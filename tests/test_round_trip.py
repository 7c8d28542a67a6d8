"""An agreement goes out as a Word file and comes in again as the same clauses, labels and facts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.archive import load
from macros.editing import plain
from macros.exchange.wordfile import agreement_docx
from macros.foreign.word import read_word
from macros.grammar import parse
from macros.importing.drafting import draft
from macros.model import (
    Agreement,
    Edition,
    Facts,
    Kind,
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

ROOT = Path(__file__).parent.parent
ARCHIVE = load(ROOT).archive
FULL = [each for each in ARCHIVE.agreements if each.edition.text is TextState.FULL]
# What a Word file prints: the other facts are said of it, not in it.
PRINTED = "issuer motto number place date issued_by signatures recipients".split()


def came_back(of: Agreement) -> tuple[object, object]:
    """Title, clauses and facts before and after, clauses by their place."""
    made = draft(read_word(agreement_docx(of)))
    pages = []
    for page in (of.page, made.page):
        place = {clause.id: n for n, clause in enumerate(page.clauses)}
        clauses = [
            (c.kind, c.label, c.text, c.rows, place.get(c.parent) if c.parent else None)
            for c in page.clauses
        ]
        pages.append((page.title, clauses))
    facts = [
        {name: value for name, value in each.items() if name in PRINTED}
        for each in (plain(of.facts), made.facts)
    ]
    return (pages[0], facts[0]), (pages[1], facts[1])


@pytest.mark.parametrize(
    "of", FULL, ids=lambda each: f"{each.unit_id}-{each.period}-{each.version}"
)
def test_every_agreement_comes_back(of: Agreement):
    """Each text of the archive: the same title, clauses, labels, nesting and facts."""
    before, after = came_back(of)

    assert taken_up(before) == taken_up(after)


def taken_up(both: object) -> object:
    """Without the parents of paragraphs that have no label: print does not say whether one takes
    up the khoản above it again; an import takes that from the year before.
    """
    (title, clauses), facts = both
    return title, [(*rest, parent if rest[1] else None) for *rest, parent in clauses], facts


WORDS = (
    "công đoàn nhà trường phối hợp thực hiện chế độ chính sách cho cán bộ giáo viên nhân viên hội nghị"
    " thi đua khen thưởng dân chủ cơ sở chăm lo đời sống hoạt động chuyên môn bàn bạc thống nhất"
).split()


@st.composite
def sentences(draw: st.DrawFn, least: int = 6, most: int = 24) -> str:
    """A sentence as agreements print it."""
    words = draw(st.lists(st.sampled_from(WORDS), min_size=least, max_size=most))
    text = " ".join(words)
    return f"{text[0].upper()}{text[1:]}."


@st.composite
def agreements(draw: st.DrawFn) -> Agreement:
    """An agreement in one of the systems I. / 1. / a) or -, with the facts that print may have."""
    blocks = [
        "# QUY CHẾ PHỐI HỢP",
        "Giữa Hiệu trưởng và Ban Chấp hành Công đoàn",
        "Năm học 2026-2027",
    ]
    blocks[1:] = blocks[1 : draw(st.integers(1, 3))]
    count = 0

    def add(text: str) -> None:
        nonlocal count
        count += 1
        blocks.append(f"{text} {{#c-{count}}}")

    for _ in range(draw(st.integers(0, 3))):
        add(f"Căn cứ {draw(sentences(3, 8)).lower().removesuffix('.')};")
    for roman in ("I.", "II.", "III.")[: draw(st.integers(1, 3))]:
        add(f"## **{roman}** {draw(sentences(2, 5)).upper().removesuffix('.')}")
        for number in range(1, draw(st.integers(2, 4))):
            add(f"**{number}.** {draw(sentences())}")
            for letter in "abc"[: draw(st.integers(0, 3))]:
                add(f"**{letter})** {draw(sentences())}")
    if draw(st.booleans()):
        blocks.append("***")
        add("Trên đây là Quy chế phối hợp giữa Nhà trường và Công đoàn.")
    parsed = parse("\n\n".join(blocks) + "\n", "x.md", lambda _: "")
    assert not parsed.problems
    some = draw(st.sets(st.sampled_from("number date signatures recipients motto".split())))
    whole = Facts(
        motto=("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"),
        number=Printed(printed="Số: 12/QC-TM", value="12/QC-TM"),
        date=PrintedDate(printed="ngày 05 tháng 9 năm 2026", value=PartialDate(2026, 9, 5)),
        signatures=(
            Signature(
                lines=("TM. BAN CHẤP HÀNH CÔNG ĐOÀN", "CHỦ TỊCH", "Trần Thị B"), side=Side.UNION,
                capacity="TM. BAN CHẤP HÀNH CÔNG ĐOÀN", title="CHỦ TỊCH", name="Trần Thị B",
            ),
            Signature(
                lines=("HIỆU TRƯỞNG", "Nguyễn Văn A"), side=Side.MANAGEMENT,
                title="HIỆU TRƯỞNG", name="Nguyễn Văn A",
            ),
        ),
        recipients=Recipients(heading="Nơi nhận:", lines=("- Như trên;", "- Lưu: VT.")),
    )  # fmt: skip
    kept: dict[str, object] = {name: getattr(whole, name) for name in sorted(some)}
    edition = Edition(kind=Kind.REGULATION, **kept)
    unit = Unit(
        names=(UnitName(name="Trường Mẫu"),), type=UnitType.PRIMARY, sample=False,
        sides={Side.MANAGEMENT: "Nhà trường", Side.UNION: "Công đoàn"},
        series={"cong-doan": Series(counterpart=Side.UNION, editions={Period(2026, 2027): edition})},
    )  # fmt: skip
    return Agreement(
        unit_id=UnitId("truong-mau"), unit=unit, series_id=SeriesId("cong-doan"),
        period=Period(2026, 2027), version="goc", page=parsed.page, path="x.md",
    )  # fmt: skip


@given(agreements())
def test_any_agreement_comes_back(of: Agreement):
    """Word file and back again: title, clauses, labels, nesting and facts are the same."""
    before, after = came_back(of)

    assert before == after
