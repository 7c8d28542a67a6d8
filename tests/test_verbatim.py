import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.archive import load
from macros.grammar import parse
from macros.model import Agreement, Period, SeriesId, SourceRole, Unit, UnitId
from macros.verbatim import NOISE, UNSEEN, Difference, differences, distance

ROOT = Path(__file__).parent.parent
PAGE = """# QUY CHẾ PHỐI HỢP

Năm học 2024 - 2025

Căn cứ Luật Công đoàn; {#luat}

## **I.** QUY ĐỊNH CHUNG {#chung}

**1.** Hai bên phối hợp.
Mỗi bên độc lập. {#phoi-hop}

**-** Chi đoàn dự họp./. {#hop}
"""
SOURCE = """QUY CHẾ PHỐI HỢP
Năm học 2024 - 2025

Căn cứ Luật Công đoàn;
I. QUY ĐỊNH CHUNG
1. Hai bên phối hợp. Mỗi bên độc lập.
- Chi đoàn dự họp./.
"""
HEAD = {"printed": "HIỆU TRƯỞNG", "name": "Nguyễn Văn A"}
SIGNED = {
    "signatures": [
        {"side": "management", "lines": ["HIỆU TRƯỞNG", "Nguyễn Văn A"]},
        {"side": "union", "lines": ["TM. BCH", "CHỦ TỊCH", "Trần Thị B"]},
    ],
    "recipients": {"heading": "Nơi nhận:", "lines": ["- Như trên;", "- Lưu: VT."]},
}
HEADED = {
    "issuer": ["TRƯỜNG MẪU"],
    "motto": ["CỘNG HÒA", "Độc lập"],
    "number": {"printed": "Số: 1/QC"},
    "place": {"printed": "Xã Mẫu,"},
    "date": {"printed": "ngày 1 tháng 9 năm 2024"},
}


def agreement(page: str, text: str = "full", **facts) -> Agreement:
    """An agreement of one unit with this page and these facts."""
    unit = Unit(
        names=({"name": "Trường Thử"},),
        type="primary",
        sides={"management": "Nhà trường", "union": "Công đoàn"},
        series={
            "cong-doan": {
                "counterpart": "union",
                "editions": {
                    "2024-2025": {"kind": "regulation", "text": text, **facts}
                },
            }
        },
    )  # fmt: skip
    parsed = parse(page, "trang.md", lambda _: "", report=text == "report-only")
    assert () == parsed.problems
    return Agreement(
        unit_id=UnitId("truong-thu"), unit=unit, series_id=SeriesId("cong-doan"),
        period=Period.parse("2024-2025"), version="goc", page=parsed.page, path="trang.md",
    )  # fmt: skip


def told(found: list[Difference]) -> list[str]:
    """`V101 source 5 page 9`, or the key of the fact instead of the page's line."""
    return [
        f"{each.code} {each.source_line} "
        + ("/".join(str(part) for part in each.key) if each.key else str(each.line))
        for each in found
    ]


ROWS = [
    ("bằng nhau", SOURCE, []),
    ("cuối dòng Windows", SOURCE.replace("\n", "\r\n"), []),
    ("chữ tổ hợp rời", unicodedata.normalize("NFD", SOURCE), []),
    ("một chữ khác", SOURCE.replace("Chi đoàn", "Chi doàn"), ["V101 7 12"]),
    ("một dấu khác", SOURCE.replace("độc lập.", "độc lập;"), ["V101 6 9"]),
    ("chữ hoa khác", SOURCE.replace("QUY ĐỊNH", "Quy ĐỊNH"), ["V101 5 7"]),
    ("nhãn khác", SOURCE.replace("1. Hai", "2. Hai"), ["V101 6 9"]),
    ("thiếu một từ ở bản gốc", SOURCE.replace("phối hợp. ", ""), ["V101 6 9"]),
    ("thiếu một từ ở trang", SOURCE.replace("Hai bên", "Hai bên cùng"), ["V101 6 9"]),
    ("thiếu câu cuối ở bản gốc", SOURCE.replace("- Chi đoàn dự họp./.\n", ""), ["V101 6 12"]),
    ("thiếu câu cuối ở trang", SOURCE + "Trên đây là Quy chế.\n", ["V101 8 1"]),
    ("thứ tự đoạn khác", SOURCE.replace("Căn cứ Luật Công đoàn;\nI. QUY ĐỊNH CHUNG", "I. QUY ĐỊNH CHUNG\nCăn cứ Luật Công đoàn;"), ["V101 4 5"]),
    ("lặp một đoạn", SOURCE + "- Chi đoàn dự họp./.\n", ["V101 8 1"]),
    ("bản gốc trống", "", ["V101 1 1"]),
    ("từ dính nhau", SOURCE.replace("phối hợp.", "phốihợp."), ["V104 6 9"]),
    ("từ tách đôi", SOURCE.replace("độc lập", "độc l ập"), ["V104 6 9"]),
    ("dấu cách thừa trước dấu câu", SOURCE.replace("hợp. Mỗi", "hợp . Mỗi"), ["V104 6 9"]),
    ("dấu cách đôi", SOURCE.replace("hợp. Mỗi", "hợp.  Mỗi"), []),
    ("dấu cách không ngắt", SOURCE.replace("hợp. Mỗi", "hợp.\u00a0Mỗi"), []),
    ("dấu cách ở đầu dòng", SOURCE.replace("\n", "\n  \t"), []),
    ("dính giữa hai đoạn", SOURCE.replace("độc lập.\n", "độc lập."), []),
    ("dấu trang Word", SOURCE.replace("1. Hai", "[bookmark: _Hlk1]1. Hai [bookmark: x]"), []),
    ("dấu trang Word giữa từ", SOURCE.replace("phối hợp.", "phối [bookmark: x]hợp."), []),
    ("sao của Markdown", SOURCE.replace("QUY CHẾ PHỐI HỢP", "**QUY CHẾ PHỐI HỢP**").replace("Hai bên", "*Hai bên*"), []),
    ("ngắt dòng cứng", SOURCE.replace("bên ", "bên\n"), []),
    ("ngắt dòng giữa từ", SOURCE.replace("phối hợp.", "phối h\nợp."), ["V104 7 9"]),
    ("sang trang giữa câu", SOURCE.replace("Mỗi bên", "Mỗi\n\n\n\nbên"), []),
    ("sang trang bằng dấu", SOURCE.replace("Mỗi bên", "Mỗi\n\f\nbên"), []),
    ("số trang in xen", SOURCE.replace("Mỗi bên", "Mỗi\n2\nbên"), ["V101 7 9"]),
    ("hai chỗ dính", SOURCE.replace("Hai bên", "Haibên").replace("dự họp", "dựhọp"), ["V104 6 9", "V104 7 12"]),
]  # fmt: skip


@pytest.mark.parametrize(("source", "expected"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS])
def test_difference(source: str, expected: list[str]):
    """The page covers its source exactly once and in order, white space and noise aside."""
    assert expected == told(list(differences(agreement(PAGE), source)))


HEADER = "TRƯỜNG MẪU\nSố: 1/QC\n\nCỘNG HÒA\nĐộc lập\nXã Mẫu, ngày 1 tháng 9 năm 2024\n\n"
END = "\nHIỆU TRƯỞNG\n\nNguyễn Văn A\n\nTM. BCH\nCHỦ TỊCH\n\nTrần Thị B\n\nNơi nhận:\n- Như trên;\n- Lưu: VT.\n"
BLOCKS = [
    ("đủ mọi khối", HEADER + SOURCE + END, []),
    ("bên kia ký trước", HEADER + SOURCE + "TM. BCH\nCHỦ TỊCH\nTrần Thị B\nHIỆU TRƯỞNG\nNguyễn Văn A\nNơi nhận:\n- Như trên;\n- Lưu: VT.\n", []),
    ("hai cột ký in xen", HEADER + SOURCE + "TM. BCH HIỆU TRƯỞNG\nCHỦ TỊCH\nNguyễn Văn A Trần Thị B\nNơi nhận:\n- Như trên;\n- Lưu: VT.\n", []),
    ("nơi nhận in trước chữ ký", HEADER + SOURCE + "Nơi nhận:\n- Như trên;\n- Lưu: VT.\nHIỆU TRƯỞNG\nNguyễn Văn A\nTM. BCH\nCHỦ TỊCH\nTrần Thị B\n", []),
    ("hai cột đầu in xen", "TRƯỜNG MẪU CỘNG HÒA\nĐộc lập\nSố: 1/QC Xã Mẫu, ngày 1 tháng 9 năm 2024\n" + SOURCE + END, []),
    ("chữ ký in ở bảng", HEADER + SOURCE + "| HIỆU TRƯỞNG | TM. BCH |\n|---|---|\n| Nguyễn Văn A | CHỦ TỊCH |\n| | Trần Thị B |\nNơi nhận:\n- Như trên;\n- Lưu: VT.\n", []),
    ("tên người ký khác", HEADER + SOURCE + END.replace("Văn A", "Văn Á"), ["V101 18 signatures/0/lines"]),
    ("thứ tự trong một chữ ký", HEADER + SOURCE + END.replace("TM. BCH\nCHỦ TỊCH", "CHỦ TỊCH\nTM. BCH"), ["V101 20 signatures/1/lines"]),
    ("thiếu một nơi nhận", HEADER + SOURCE + END.replace("- Như trên;\n", ""), ["V101 26 recipients"]),
    ("thừa một nơi nhận", HEADER + SOURCE + END + "- Lưu: CĐ.\n", ["V101 28 1"]),
    ("số khác", HEADER.replace("1/QC", "11/QC") + SOURCE + END, ["V101 2 number"]),
    ("ngày dính", HEADER.replace("1 tháng", "1tháng") + SOURCE + END, ["V104 6 date"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "expected"), [r[1:] for r in BLOCKS], ids=[r[0] for r in BLOCKS]
)
def test_blocks(source: str, expected: list[str]):
    """Header, signatures and recipients stand anywhere, each in its own order."""
    found = list(differences(agreement(PAGE, **HEADED, **SIGNED), source))

    assert expected == told(found)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Tin tức\nHAI BÊN KÝ\nNgày đăng 1/1\nMột đoạn. Hai câu.\nTác giả", []),
        ("HAI BÊN KÝ\nMột đoạn. Hai câu.\nTác giả\nNgày đăng 1/1\nTin tức", []),
        ("Tin tức\nHAI BÊN KÝ\nNgày đăng 1/1\nMột đoạn. Hai câu.", ["V101 4 report/byline"]),
        ("Tin tức\nHAI BÊN KÝ\nNgày đăng 1/1\nMột đoạn. Ba câu.\nTác giả", ["V101 4 1"]),
    ],
    ids=["bằng nhau", "thứ tự khác", "thiếu tác giả", "một từ khác"],
)
def test_report(source: str, expected: list[str]):
    """A report is covered by its title, paragraphs and what surrounds it; facts told in it add nothing."""
    facts = {
        "report": {
            "section": "Tin tức", "published": {"printed": "Ngày đăng 1/1"}, "byline": "Tác giả",
        },
        "date": {"printed": "Ngày 2/1"},
        "number": {"printed": "số 9"},
    }  # fmt: skip
    found = agreement("# HAI BÊN KÝ\n\nMột đoạn.\nHai câu.\n", "report-only", **facts)

    assert expected == told(list(differences(found, source)))


@pytest.mark.parametrize(
    ("source", "word", "expected"),
    [
        (SOURCE.replace("Hai bên", "*Hai bên"), False, []),
        (SOURCE.replace("Hai bên", "*Hai bên"), True, ["V101 6 9"]),
        (SOURCE + "***\n", True, ["V101 8 1"]),
        (SOURCE.replace("Hai", "[bookmark: x]Hai\u200b"), True, []),
    ],
    ids=["tệp chữ", "sao ở giữa", "hàng sao", "dấu trang và ký tự vô hình"],
)
def test_stars_of_a_word_file_are_printed(source: str, word: bool, expected: list[str]):
    """Stars are noise of converting in a text file only; a Word file prints them."""
    found = agreement(PAGE)

    assert expected == told(list(differences(found, source, word=word)))
    assert bool(expected) == (distance(found, source, word=word) != (0, 0))


def test_stars_are_all_that_sets_the_patterns_apart():
    """UNSEEN is NOISE without stars."""
    text = "a*b [bookmark: x]\u00ad**"

    assert ("ab ", "a*b **") == (NOISE.sub("", text), UNSEEN.sub("", text))


def test_tables_and_issuing_decision():
    """A printed table's bars and rule are noise; the decision of issue stands where it is printed."""
    page = "# QUY CHẾ\n\n| Họp | Định kỳ |\n|---|---|\n| Giao ban | Tuần |\n{#bang}\n"
    source = (
        "QUY CHẾ\n(Kèm theo Quyết định số /QĐ)\n|Họp|Định kỳ|\n|:---|---|\n| Giao ban |Tuần |\n"
    )
    issued = {"printed": "(Kèm theo Quyết định số /QĐ)"}

    assert [] == list(differences(agreement(page, issued_by=issued), source))


def test_many_equal_signatures_come_to_an_end():
    """Blocks that begin alike are tried only so often: a test that hangs has failed."""
    found = agreement(
        "# A\n\nBộ phận. {#b}\n", signatures=[{"side": "union", "lines": ["X"]} for _ in range(40)]
    )

    assert ["V101"] == [
        each.code for each in differences(found, "A\nBộ phận.\n" + "X\n" * 40 + "Y\n")
    ]


def test_difference_quotes_both_texts():
    """A difference shows what the source prints and what stands here."""
    (found,) = differences(agreement(PAGE), SOURCE.replace("Chi đoàn", "Chi doàn"))

    assert 'bản gốc in "hợp. Mỗi bên độc lập. - Chi doàn' not in found.message
    assert "doàn dự họp" in found.message
    assert "đoàndựhọp" in found.message.replace(" ", "")


REAL = [
    (each, source.file)
    for each in load(ROOT).archive.agreements
    for source in each.facts.source
    if source.role is SourceRole.TEXT
]
TEXTS = {file: (ROOT / "data/sources" / file).read_text(encoding="utf-8-sig") for _, file in REAL}
# Where each source prints characters that no noise covers.
PLACES = {
    file: [
        place
        for place, char in enumerate(NOISE.sub(lambda noise: " " * len(noise[0]), text))
        if not char.isspace()
    ]
    for file, text in TEXTS.items()
}


@pytest.mark.parametrize(("real", "file"), REAL, ids=[file for _, file in REAL])
def test_published_texts_are_verbatim(real: Agreement, file: str):
    """Every agreement of this archive says what its source says."""
    assert [] == list(differences(real, TEXTS[file]))


@given(
    st.sampled_from(REAL),
    st.floats(0, 1, exclude_max=True),
    st.sampled_from(["", " ", "*", "x", "ộ", ".", "1"]),
)
def test_every_character_counts(real, share: float, put: str):
    """No single character of a real source can be lost or changed unseen."""
    found, file = real
    text = TEXTS[file]
    place = PLACES[file][int(share * len(PLACES[file]))]
    put = put if put != text[place] else ""

    assert [] != list(differences(found, text[:place] + put + text[place + 1 :]))


@given(
    st.sampled_from(REAL),
    st.floats(0, 1, exclude_max=True),
    st.sampled_from(["x", "ộ", ".", "-", "|x", "\u0323"]),
)
def test_no_character_can_be_added(real, share: float, put: str):
    """Nothing can be added to a real source unseen."""
    found, file = real
    text = TEXTS[file]
    place = PLACES[file][int(share * len(PLACES[file]))]

    assert [] != list(differences(found, text[: place + 1] + put + text[place + 1 :]))


@given(st.sampled_from(REAL), st.randoms(use_true_random=True))
def test_white_space_can_be_wrapped_anew(real, random):
    """Where a real source breaks its lines means nothing."""
    found, file = real
    spaces = ["\n", "  ", "\n\n\n", "\u00a0", " \n "]
    parts = re.split(r"(\[.*?\])", TEXTS[file])
    wrapped = [
        re.sub(r"(?<![| ]) +(?![| ])", lambda _: random.choice(spaces), part) for part in parts[::2]
    ]
    parts[::2] = wrapped

    assert [] == list(differences(found, "".join(parts)))
