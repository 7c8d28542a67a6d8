import textwrap
from pathlib import Path
from unicodedata import normalize

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from macros.archive import load
from macros.foreign.plaintext import read_text
from macros.grammar import NUMBERED, parse, write
from macros.importing.conserving import fact_texts
from macros.importing.drafting import (
    Draft,
    Sure,
    draft,
    renamed_facts,
    unaccounted,
)
from macros.importing.joining import glued, split_label
from macros.importing.letterhead import number_of, opens_tail, side_of
from macros.manuscript import Grid, LeftOut, Manuscript, Printed
from macros.model import Agreement, Clause, ClauseId, ClauseKind, Page, TextState
from macros.problem import EditorError
from tests.golden import Golden, cases

ROOT = Path(__file__).parent.parent
FACTS = (
    "issuer motto number place date issued_by valid_from valid_to supersedes signatures"
    " recipients report"
).split()


def told(made: Draft) -> str:
    """What a draft holds beside its page."""
    rest = {
        "facts": dict(made.facts),
        "left_out": [f"{each.place}: {each.text} ({each.why})" for each in made.left_out],
        "guesses": [f"{each.place}: {each.what} ({each.sure})" for each in made.guesses],
    }
    return yaml.safe_dump(rest, allow_unicode=True, sort_keys=False, width=100)


def shape(page: Page) -> list[tuple[object, ...]]:
    """The clauses without what an import can't know: ids and shared wordings."""
    at = {clause.id: number for number, clause in enumerate(page.clauses)}
    return [
        (c.kind, c.level, c.label, c.text, c.rows, None if c.parent is None else at[c.parent])
        for c in page.clauses
    ]


def plain(value: object) -> object:
    """Facts as data: what is empty is absent, values are strings, ids are places."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items() if v not in (None, (), [])}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return str(value)


ARCHIVE = load(ROOT).archive
SOURCES = {
    source.file: each
    for each in ARCHIVE.agreements
    for source in each.facts.source
    if source.role == "text"
}


def imported(file: str) -> Draft:
    """A source of the archive as the import reads it."""
    report = SOURCES[file].edition.text is TextState.REPORT_ONLY
    return draft(read_text(ARCHIVE.sources[file]), report=report)


@pytest.mark.parametrize("file", sorted(SOURCES))
def test_a_source_imports_itself(file):
    """Title, clauses and nesting of a source are what is committed; there is no exception."""
    page, made = SOURCES[file].page, imported(file)

    assert (page.title, page.report, shape(page)) == (
        made.page.title,
        made.page.report,
        shape(made.page),
    )


@pytest.mark.parametrize("file", sorted(SOURCES))
def test_the_facts_of_a_source_import_themselves(file):
    """Every printed fact of a source is what is committed, kind and text included."""
    agreement, made = SOURCES[file], imported(file)
    data = yaml.safe_load(ARCHIVE.texts[agreement.data_path])
    known = data["series"][agreement.series_id]["editions"][str(agreement.period)]
    names = {
        mine.id: its.id for mine, its in zip(made.page.clauses, agreement.page.clauses, strict=True)
    }
    expected = {key: known[key] for key in ("kind", "text", *FACTS) if key in known}

    assert plain(expected) == plain(renamed_facts(made.facts, names))


@pytest.mark.parametrize("path", cases("importing", ".txt"), ids=lambda path: path.stem)
def test_made_up_files(path: Path, golden: Golden):
    """Each way to number and to set an agreement gives the page and the facts beside it."""
    manuscript = read_text(path.read_bytes())
    made = draft(manuscript, report=path.stem == "bai-bao")

    golden(path.with_suffix(".md"), write(made.page))
    golden(path.with_suffix(".yml"), told(made))
    assert made.page == parse(write(made.page), "", str, report=bool(made.page.report)).page
    assert [] == unaccounted(manuscript, made)


def test_no_label_and_no_heading_is_lost_in_a_word_file():
    """Automatic numbers are labels; tables are clauses; head and signatures stand in cells."""
    made = draft(WORD)
    want = [
        (ClauseKind.BASIS, 0, "", "Căn cứ Luật Công đoàn;", (), None),
        (ClauseKind.HEADING, 2, "I.", "QUY ĐỊNH CHUNG", (), None),
        (ClauseKind.CLAUSE, 0, "1.", "Hai bên họp mỗi tháng một lần.", (), 1),
        (ClauseKind.CLAUSE, 0, "-", "Họp tại trường;", (), 2),
        (ClauseKind.TABLE, 0, "", "Tháng Việc 9 Họp", (("Tháng", "Việc"), ("9", "Họp")), 1),
    ]

    assert want == shape(made.page)
    assert ("QUY CHẾ PHỐI HỢP", "Năm học 2025-2026") == made.page.title
    assert ["PHÒNG MẪU", "TRƯỜNG MẪU"] == made.facts["issuer"]
    assert {"printed": "ngày 5 tháng 9 năm 2025", "value": "2025-09-05"} == made.facts["date"]
    assert ["Trần Thị B", "Nguyễn Văn A"] == [s["name"] for s in made.facts["signatures"]]
    assert ["- Lưu: VT."] == made.facts["recipients"]["lines"]


def word(text: str, label: str = "", **more) -> Printed:
    """A paragraph of a Word file."""
    return Printed(text=text, label=label, place="đoạn", **more)


def cell(*lines: str) -> tuple[Printed, ...]:
    return tuple(word(line) for line in lines)


WORD = Manuscript(
    (
        Grid(
            place="bảng 1",
            rows=(
                (
                    cell("PHÒNG MẪU", "TRƯỜNG MẪU", "Số: 05/QC-TM"),
                    cell(
                        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
                        "Xã Mẫu, ngày 5 tháng 9 năm 2025",
                    ),
                ),
            ),
        ),
        word("QUY CHẾ PHỐI HỢP\nNăm học 2025-2026", bold=True, centred=True),
        word("Căn cứ Luật Công đoàn;"),
        word("QUY ĐỊNH CHUNG", "I."),
        word("Hai bên họp mỗi tháng một lần.", "1."),
        word("Họp tại trường;", "-"),
        Grid(place="bảng 2", ruled=True, rows=((cell("Tháng"), cell("Việc")), (cell("9"), cell("Họp")))),
        Grid(
            place="bảng 3",
            rows=(
                (
                    cell("Nơi nhận:", "- Lưu: VT."),
                    cell("TM. BAN CHẤP HÀNH", "CHỦ TỊCH", "Trần Thị B"),
                    cell("HIỆU TRƯỞNG", "(Đã ký)", "Nguyễn Văn A"),
                ),
            ),
        ),
    )
)  # fmt: skip


def printed(agreement: Agreement) -> Manuscript:
    """An agreement as a Word file prints it: two cells, title, text, signatures, recipients."""
    facts = agreement.facts
    left = [*facts.issuer, *([facts.number.printed] if facts.number else [])]
    place = " ".join(each.printed for each in (facts.place, facts.date) if each)
    head = Grid(
        place="bảng 1", rows=((cell(*left), cell(*facts.motto, *([place] if place else []))),)
    )
    title = [word(line, centred=True) for line in agreement.page.title]
    body = [
        Grid(place="bảng", ruled=True, rows=tuple(tuple(cell(c) for c in row) for row in each.rows))
        if each.rows
        else word(each.text, each.label, bold=bool(each.level))
        for each in agreement.page.clauses
    ]
    signed = [cell(*each.lines) for each in facts.signatures]
    block = facts.recipients
    listed = cell(*((block.heading, *block.lines) if block else ()))
    tail = Grid(place="bảng 2", rows=((listed, *signed),))
    return Manuscript((head, *title, *body, tail))


@pytest.mark.parametrize(
    "agreement",
    [each for each in ARCHIVE.agreements if each.edition.text is TextState.FULL
     and not each.facts.issued_by],
    ids=lambda each: each.path,
)  # fmt: skip
def test_an_agreement_that_is_printed_imports_itself(agreement):
    """All full texts of the archive, printed as a Word file, come back with clauses and facts."""
    made = draft(printed(agreement))
    names = {
        mine.id: its.id for mine, its in zip(made.page.clauses, agreement.page.clauses, strict=True)
    }
    data = yaml.safe_load(ARCHIVE.texts[agreement.data_path])
    known = data["series"][agreement.series_id]["editions"][str(agreement.period)]
    known = known if agreement.version == "goc" else plain(known)["versions"][agreement.version]
    wanted = ("issuer", "motto", "number", "place", "date", "signatures", "recipients")

    assert shape(agreement.page) == shape(made.page)
    assert {key: plain(known[key]) for key in wanted if key in known} == {
        key: plain(renamed_facts(made.facts, names)[key]) for key in wanted if key in made.facts
    }


# --- properties ---

WORDS = (
    "hai bên Công đoàn phối hợp Hiệu trưởng năm 2024 kế hoạch, thi đua; (nếu có) “điểm” a) 1. - *"
)
texts = st.lists(st.sampled_from(WORDS.split()) | st.text(max_size=6), min_size=1, max_size=12).map(
    " ".join
)
labels = st.sampled_from(
    ["", "", "I.", "II.", "1.", "2.", "a)", "-", "+", "Điều 3.", "Chương I", "A.", "1.1.", "1/"]
)
lines = st.builds(
    lambda text, label, **more: Printed(text=text, label=label, place="dòng", **more),
    texts
    | st.sampled_from(["3", "Trang 2/5", "HIỆU TRƯỞNG", "Nguyễn Văn A", "Nơi nhận:", "___"])
    | st.sampled_from(
        [
            "-----o0o-----",
            "* ghi",
            "a, một",
            "b, hai",
            "CHỦ TỊCH",
            "Trần Thị B",
            "Xã Mẫu, ngày 5 tháng 9 năm 2025",
            "Các tin khác:",
        ]
    ),
    st.just("") | labels,
    hard=st.booleans(),
    gap=st.booleans(),
    level=st.sampled_from([0, 0, 0, 2]),
    page=st.sampled_from([0, 0, 1, 2]),
)
grids = st.builds(
    lambda rows, ruled: Grid(
        rows=tuple(tuple(tuple(c) for c in row) for row in rows), place="bảng", ruled=ruled
    ),
    st.lists(st.lists(st.lists(lines, max_size=2), min_size=1, max_size=3), min_size=1, max_size=3),
    st.booleans(),
)
manuscripts = st.lists(lines | lines | grids, min_size=1, max_size=25).map(
    lambda parts: Manuscript((TITLE, *parts))
)
TITLE = Printed(text="QUY CHẾ PHỐI HỢP", place="dòng 1", hard=True)


@given(manuscripts, st.booleans())
def test_no_word_is_lost_whatever_is_printed(manuscript, report):
    """Any lines and tables give a draft that holds each word once, or a plain error for editors."""
    try:
        made = draft(manuscript, report=report)
    except EditorError as error:
        assert "không nhập" not in str(error)  # noqa: PT017 a word that is lost is our mistake
        return

    assert [] == unaccounted(manuscript, made)
    assert made.page == parse(write(made.page), "", str, report=report).page


sentences = st.lists(
    st.sampled_from("công đoàn họp bàn việc năm học theo quy định chung của ngành".split()),
    min_size=9, max_size=60,
).map(lambda words: " ".join(["Hai bên", *words]) + ".")  # fmt: skip
SYSTEMS = (("I.", "II.", "III."), ("Chương I", "Chương II"), ("I-", "II-"), ("PHẦN I:", "PHẦN II:"))


@given(
    st.sampled_from(SYSTEMS),
    st.sampled_from(["{}.", "{}/", "{})", "Điều {}.", "{}-"]),
    st.lists(st.lists(sentences, min_size=1, max_size=4), min_size=2, max_size=2),
    st.integers(60, 95),
)
def test_wrapped_lines_give_the_paragraphs_that_were_wrapped(system, form, sections, width):
    """Whatever the width and the numbers, sections and khoản come back whole."""
    want, printed_lines = [], ["QUY CHẾ PHỐI HỢP", "Giữa hai bên", ""]
    for number, (label, section) in enumerate(zip(system, sections, strict=False)):
        want.append((label, "NỘI DUNG", 2))
        printed_lines += [f"{label} NỘI DUNG"]
        for count, text in enumerate(section, 1 + 10 * number):
            want.append((form.format(count), text, 0))
            printed_lines += textwrap.wrap(f"{form.format(count)} {text}", width)
    made = draft(read_text("\n".join(printed_lines).encode()))

    assert want == [(c.label, c.text, c.level) for c in made.page.clauses]


# --- the parts ---


@pytest.mark.parametrize(
    ("line", "label", "rest"),
    [
        ("I. CHUNG", "I.", "CHUNG"),
        ("I- CHUNG", "I-", "CHUNG"),
        ("I", "I", ""),
        ("Chương I NHỮNG", "Chương I", "NHỮNG"),
        ("PHẦN THỨ NHẤT: CHUNG", "PHẦN THỨ NHẤT:", "CHUNG"),
        ("Mục 2. Việc", "Mục 2.", "Việc"),
        ("Điều 5: Hai bên", "Điều 5:", "Hai bên"),
        ("Điều 5 Luật Công đoàn", "", "Điều 5 Luật Công đoàn"),
        ("1 / Hai", "1 /", "Hai"),
        ("1.Hai", "1.", "Hai"),
        ("(2)2. Hai", "(2)2.", "Hai"),
        ("1. 1. Hai", "1. 1.", "Hai"),
        ("1. 2. Hai", "1.", "2. Hai"),
        ("2.1. Hai", "2.1.", "Hai"),
        ("đ) Hai", "đ)", "Hai"),
        ("- - Hai", "- -", "Hai"),
        ("-Hai", "-", "Hai"),
        ("30/8/2013 là ngày", "", "30/8/2013 là ngày"),
        ("05 nhiệm vụ", "", "05 nhiệm vụ"),
        ("10 - 15 phút", "", "10 - 15 phút"),
        ("5.000.000 đồng", "", "5.000.000 đồng"),
        ("-5 độ", "", "-5 độ"),
        ("* Hai bên", "*", "Hai bên"),
        ("*Hai bên", "", "*Hai bên"),
        ("(*) Hai bên", "", "(*) Hai bên"),
        ("-----o0o-----", "", "-----o0o-----"),
        ("a, Hai bên", "", "a, Hai bên"),
        ("V.I. Lê-nin", "", "V.I. Lê-nin"),
    ],
)
def test_labels_are_read_as_printed(line, label, rest):
    """A number is a label only where print sets it before a text."""
    assert (label, rest) == split_label(line)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("phốihợp chặt chẽ", [("phốihợp", "phối hợp")]),
        ("Website nghiêng, quyết, nguyễn, khuyết, chương trình", []),
    ],
)
def test_glued_words_are_told(text, found):
    """Two syllables without a space are a fault; a long syllable and a foreign word are not."""
    assert found == list(glued(text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Số: 4064 /KHLT-SGDDT-CĐN", "4064/KHLT-SGDDT-CĐN"),
        ("Số 474/QCPH", "474/QCPH"),
        ("Số: /QĐ-THBH2", None),
        ("Số 03./-QC", None),
        ("Số: ……/QC", None),
    ],
)
def test_a_number_has_a_value_only_where_it_is_whole(text, value):
    """A blank in the print gives no value."""
    assert {"printed": text, **({"value": value} if value else {})} == number_of(text)


@pytest.mark.parametrize(
    ("text", "side", "sure"),
    [
        ("TM. BCH CHI ĐOÀN BÍ THƯ", "youth-union", True),
        ("CHỦ TỊCH CÔNG ĐOÀN", "union", True),
        ("CHỦ TỊCH", "union", False),
        ("GIÁM ĐỐC", "management", True),
        ("HỘI PHỤ NỮ CHỦ TỊCH", "women", True),
        ("ÔNG", "management", False),
        ("TM. CẤP ỦY BÍ THƯ", "management", False),
        ("BÍ THƯ CHI BỘ", "management", False),
        ("BÍ THƯ ĐOÀN TRƯỜNG", "youth-union", True),
        ("TM. BCH ĐOÀN TRƯỜNG BÍ THƯ", "youth-union", True),
        ("CTCĐ", "union", True),
        ("TRƯỞNG BAN TTND", "staff", False),
    ],
)
def test_sides_are_told_by_words(text, side, sure):
    """A side is sure only where a word of it is printed."""
    assert (side, sure) == side_of(text)


def test_a_sentence_that_begins_with_an_office_opens_no_signature():
    """`Hiệu trưởng tạo điều kiện …` is text; `HIỆU TRƯỞNG` alone is a signature."""
    assert [True, False, True] == [
        opens_tail("HIỆU TRƯỞNG", capital=True),
        opens_tail("Hiệu trưởng tạo điều kiện cho công đoàn hoạt động", capital=False),
        opens_tail("Hiệu trưởng", capital=False),
    ]


def test_a_page_and_its_facts_are_renamed():
    """Ids, parents and what the facts quote of clauses take the new names."""
    clauses = (
        Clause(id=ClauseId("doan-x1"), kind=ClauseKind.HEADING, text="A", level=2),
        Clause(
            id=ClauseId("doan-x2"), kind=ClauseKind.CLAUSE, text="B", parent=ClauseId("doan-x1")
        ),
    )
    page = Page(title=("T",), clauses=clauses).renamed({"doan-x1": "muc", "doan-x2": "viec"})
    facts = {"kind": "plan", "supersedes": {"period": "2023-2024", "clause": "doan-x2"}}

    assert [("muc", None), ("viec", "muc")] == [(c.id, c.parent) for c in page.clauses]
    assert "viec" == renamed_facts(facts, {"doan-x2": "viec"})["supersedes"]["clause"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Căn cứ Luật Công đoàn;\n\nI. CHUNG\n", "Không tìm thấy tên gọi"),
        ("QUY CHẾ PHỐI HỢP\n", "không có đoạn nào"),
    ],
)
def test_what_is_no_agreement_is_refused(text, said):
    """A file without a title or without a text is told so."""
    with pytest.raises(EditorError, match=said):
        draft(read_text(text.encode()))


def test_a_lost_word_is_named_with_its_place():
    """A draft that lacks a line, or has one too many, is found out."""
    manuscript = read_text("QUY CHẾ PHỐI HỢP\n\n1. Hai bên họp.\n\n2. Hai bên ghi.\n".encode())
    made = draft(manuscript)
    less = Draft(page=Page(title=made.page.title, clauses=made.page.clauses[:1]), facts=made.facts)

    assert [("2 . Hai bên ghi .", "dòng 5")] == [
        (each.text, each.place) for each in unaccounted(manuscript, less)
    ]
    other = Manuscript(manuscript.parts[:-1])
    assert ["không có trong tệp"] == [each.why for each in unaccounted(other, made)]


def test_what_the_reader_left_out_is_kept():
    """What a reader left out stands first among what was left out."""
    out = LeftOut("chữ", "đoạn 2", "đoạn bị xóa")
    parts = read_text("QUY CHẾ PHỐI HỢP\n\nTrang 1/2\n\nHai bên họp.\n".encode()).parts
    made = draft(Manuscript(parts, left_out=(out,)))

    assert [out, LeftOut("Trang 1/2", "dòng 3", "số trang")] == list(made.left_out)


def test_decomposed_letters_are_read_as_composed():
    """A file in NFD gives the same page as one in NFC."""
    text = (Path(__file__).parent / "golden/importing/la-ma-a-so.txt").read_text(encoding="utf-8")
    apart = tuple(
        Printed(text=normalize("NFD", line), place=f"dòng {n}", hard=True, gap=True)
        for n, line in enumerate(text.split("\n"), 1)
        if line.strip()
    )

    assert draft(read_text(text.encode())).page == draft(Manuscript(apart)).page


def test_guesses_say_how_sure_they_are():
    """A side that no word proves is not sure."""
    text = "QUY CHẾ PHỐI HỢP\n\n1. Hai bên họp.\n\nTM. BAN CHẤP HÀNH\nCHỦ TỊCH\nTrần Thị B\n"

    assert [Sure.UNSURE] == [each.sure for each in draft(read_text(text.encode())).guesses]


def test_a_second_heading_of_recipients_is_kept():
    """Print may say `Nơi nhận:` twice; both stay."""
    text = "QUY CHẾ PHỐI HỢP\n\n1. Hai bên họp.\n\nNơi nhận:\n- Hai bên;\nNơi nhận:\n- Lưu."
    made = draft(read_text(text.encode()))

    assert {"heading": "Nơi nhận:", "lines": ["- Hai bên;", "Nơi nhận:", "- Lưu."]} == (
        made.facts["recipients"]
    )


def test_a_number_before_two_columns_is_kept_once():
    """The automatic number of a line that is parted into columns stays with the first."""
    lines = (
        TITLE,
        word("Hai bên họp."),
        word("Nơi nhận:"),
        word("Công đoàn    Lưu", "a)"),
    )

    assert 1 == " ".join(fact_texts(draft(Manuscript(lines)).facts)).count("a)")


def word_file(*parts: Printed | Grid) -> Draft:
    """The draft of a Word file with this between its title and its end."""
    return draft(Manuscript((TITLE, word("Hai bên họp.", "1."), *parts)))


def side_by_side(*cells: tuple[Printed, ...]) -> Grid:
    """A table of one row without lines."""
    return Grid(rows=(cells,), place="bảng")


def held(made: Draft) -> list[tuple[str, str]]:
    """The clauses as label and text."""
    return [(clause.label, clause.text) for clause in made.page.clauses]


DATED = "Xã Mẫu, ngày 5 tháng 9 năm 2025"
UNION, MANAGEMENT = ("CHỦ TỊCH", "Trần Thị B"), ("HIỆU TRƯỞNG", "Nguyễn Văn A")


@pytest.mark.parametrize(
    ("left", "right", "lines"),
    [
        (UNION, (DATED, *MANAGEMENT), [UNION, MANAGEMENT]),
        ((DATED, *UNION), MANAGEMENT, [UNION, MANAGEMENT]),
        ((DATED, *UNION), (DATED, *MANAGEMENT), [UNION, (DATED, *MANAGEMENT)]),
        (UNION, ("------", *MANAGEMENT), [UNION, MANAGEMENT]),
    ],
)
def test_place_and_date_may_stand_above_an_office(left, right, lines):
    """A cell that begins with place and date is a signature still, and gives both as facts."""
    made = word_file(side_by_side(cell(*left), cell(*right)))
    signed = made.facts["signatures"]

    assert [("1.", "Hai bên họp.")] == held(made)
    assert [list(each) for each in lines] == [each["lines"] for each in signed]
    assert [("CHỦ TỊCH", "Trần Thị B"), ("HIỆU TRƯỞNG", "Nguyễn Văn A")] == [
        (each["title"], each["name"]) for each in signed
    ]
    assert not any("capacity" in each for each in signed)
    assert ("2025-09-05" if DATED in left + right else None) == made.facts.get("date", {}).get(
        "value"
    )


def test_a_date_of_the_head_stays_when_a_signature_has_one_too():
    """The later date is a line of its signature."""
    head = side_by_side(cell("TRƯỜNG MẪU"), cell("Xã Mẫu, ngày 1 tháng 9 năm 2025"))
    tail = side_by_side(cell(*UNION), cell(DATED, *MANAGEMENT))
    made = draft(Manuscript((head, TITLE, word("Hai bên họp.", "1."), tail)))

    assert "2025-09-01" == made.facts["date"]["value"]
    assert [DATED, *MANAGEMENT] == made.facts["signatures"][1]["lines"]


@pytest.mark.parametrize(
    "rule", ["-----o0o-----", "---o0o---", "==oOo==", "o0o", "***", "*******", "* * *", "_____"]
)
def test_rules_around_a_title_are_left_out(rule):
    """What is drawn below motto or title, or in a cell of the head, is no word of the document."""
    motto = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    made = draft(
        Manuscript(
            (
                side_by_side(cell("TRƯỜNG MẪU", rule), cell(motto, rule)),
                word(rule),
                TITLE,
                word(rule),
                word("Hai bên họp.", "1."),
            )
        )
    )

    assert [(rule, "đường kẻ")] * 4 == [(each.text, each.why) for each in made.left_out]
    assert (("QUY CHẾ PHỐI HỢP",), ["TRƯỜNG MẪU"]) == (made.page.title, made.facts["issuer"])


SIGNED = side_by_side(cell(*UNION), cell(*MANAGEMENT))
LOOSE = tuple(word(line) for line in (*UNION, *MANAGEMENT))


@pytest.mark.parametrize("signed", [(SIGNED,), LOOSE], ids=["cells", "lines"])
@pytest.mark.parametrize(
    "after",
    [["Các tin khác:", "- Kế hoạch khai giảng.", "Chia sẻ Facebook"], ["Ghi chú: bản này là bản sao."]],
)  # fmt: skip
def test_lines_after_the_signatures_are_left_out_and_told(signed, after):
    """They make no clauses of the signatures; nobody is sure of them."""
    body = [word(f"Việc {n}.", f"{n}.") for n in range(2, 6)]
    made = word_file(*body, *signed, *map(word, after))
    why = "đứng sau chữ ký, không rõ là gì"

    assert ["1.", "2.", "3.", "4.", "5."] == [label for label, _ in held(made)]
    assert ["Trần Thị B", "Nguyễn Văn A"] == [each["name"] for each in made.facts["signatures"]]
    assert [(text, why) for text in after] == [(each.text, each.why) for each in made.left_out]
    assert len(after) == sum(
        "đứng sau chữ ký" in g.what for g in made.guesses if g.sure == Sure.UNSURE
    )


def test_an_annex_after_the_signatures_is_text():
    """A section that follows a signature is not left out, whatever comes of the signature."""
    made = word_file(SIGNED, word("NỘI DUNG", "Phụ lục I"), word("Việc.", "2."))

    assert () == made.left_out
    assert {("Phụ lục I", "NỘI DUNG"), ("2.", "Việc.")} < set(held(made))


def test_recipients_may_be_called_noi_gui():
    """`Nơi gửi:` heads the recipients as `Nơi nhận:` does."""
    made = word_file(word("Nơi gửi:"), word("Lưu.", "-"), SIGNED)

    assert {"heading": "Nơi gửi:", "lines": ["- Lưu."]} == made.facts["recipients"]
    assert 2 == len(made.facts["signatures"])


def test_only_bodies_issue():
    """Capitals or a known body: other lines above the title are left out and told."""
    head = (
        "Đăng ngày 12/10/2025 - Lượt xem: 245",
        "Phòng Giáo dục Mẫu",
        "HOA MẪU",
        "Sở thích của em.",
    )
    made = draft(Manuscript((*map(word, head), TITLE, word("Hai bên họp.", "1."))))

    assert ["Phòng Giáo dục Mẫu", "HOA MẪU"] == made.facts["issuer"]
    assert [(head[0], "đứng trước tên văn bản"), (head[3], "đứng trước tên văn bản")] == [
        (each.text, each.why) for each in made.left_out
    ]
    assert [Sure.UNSURE] * 2 == [each.sure for each in made.guesses]


@pytest.mark.parametrize(
    ("articles", "levels"),
    [
        (("Hai bên tôn trọng, hợp tác.", "Trách nhiệm của Hiệu trưởng"), [0, 2]),
        (("Nguyên tắc phối hợp.", "Trách nhiệm của Hiệu trưởng."), [2, 2]),
    ],
)
def test_a_sentence_is_no_heading(articles, levels):
    """An Điều that ends with a full stop is a heading only where it holds others."""
    below = () if levels[0] == 0 else (word("Hai bên họp;", "-"),)
    first, second = articles
    made = draft(
        Manuscript(
            (TITLE, word(first, "Điều 1:"), *below, word(second, "Điều 2:"), word("Họp;", "-"))
        )
    )

    assert levels == [c.level for c in made.page.clauses if c.label.startswith("Điều")]


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("có hiệu lực kể từ ngày 05 tháng 11 năm 2025", "2025-11-05"),
        ("có hiệu lực từ ngày 5/11/2025", "2025-11-05"),
        ("có hiệu lực từ ngày 35 tháng 11 năm 2025", None),
    ],
)
def test_a_day_in_words_is_the_day_from_which_a_text_holds(said, day):
    """Words and figures give the same day; a day that is none gives nothing."""
    made = word_file(word(f"Quy chế này {said}.", "2."))

    assert day == made.facts.get("valid_from", {}).get("value")
    assert said == made.facts.get("valid_from", {"printed": said})["printed"]


def test_letters_with_commas_are_labels_where_they_follow_each_other():
    """One `a,` alone may be a word; `a,` and `b,` are labels, `d,` and `đ,` too."""
    many = [word(f"{letter}, Việc {letter};") for letter in "abcdđ"]

    assert [(f"{letter},", f"Việc {letter};") for letter in "abcdđ"] == held(word_file(*many))[1:]
    assert [("", "a, Việc a;"), ("", "c, Việc c;")] == held(word_file(many[0], many[2]))[1:]


def test_a_star_stays():
    """A star is no mark of a Word file: it multiplies, refers, or begins an item."""
    made = word_file(word("Tiền 500.000đ * 2 lần (*).", "2."), word("* Thăm hỏi;"))

    assert [("2.", "Tiền 500.000đ * 2 lần (*)."), ("*", "Thăm hỏi;")] == held(made)[1:]


def test_no_id_of_a_draft_reads_as_a_year():
    """Two thousand paragraphs give ids that the grammar takes."""
    many = [word(f"Việc {n}.", f"{n}.") for n in range(1895, 1910)]
    padding = [word("Hai bên họp.", "-") for _ in range(1890)]
    made = word_file(*padding, *many)

    assert not any(NUMBERED.search(clause.id) for clause in made.page.clauses)
