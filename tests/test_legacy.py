"""Faults of converting: what is suspected, what is proposed, what is left alone."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.legacy import (
    _LOWER,
    _PAIRS,
    TCVN3,
    VNI,
    Fault,
    Sure,
    faults,
    from_tcvn3,
    is_syllable,
    repaired,
)

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "data/sources").glob("*.txt"))
OLD = ("phông", "TCVN3", "Unicode")


def mended(text: str) -> str:
    """The text with all proposals applied, once."""
    return repaired(text, faults(text))


def coded(text: str, table: dict[str, str]) -> str:
    """A text as a program writes it that shows it in an old font."""
    return "".join(table.get(letter, letter) for letter in text)


def tcvn3(text: str) -> str:
    """In TCVN3; a capital with a tone is the small letter's code, shown by a font of capitals."""
    return coded("".join(c if c in TCVN3 or c.isascii() else c.lower() for c in text), TCVN3)


@pytest.mark.parametrize(
    ("found", "meant"),
    [
        # the TCVN3 font
        ("C«ng ®oµn", "Công đoàn"),
        ("C¤NG §OµN phèi hîp", "CÔNG ĐOÀN phối hợp"),
        ("CéNG HßA X· HéI CHñ NGHÜA VIÖT NAM", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        ("Tr\xadêng TiÓu häc", "Trường Tiểu học"),
        (
            "®îc c¸c trêng häc híng dÉn ngêi lao ®éng",
            "được các trường học hướng dẫn người lao động",
        ),
        ("I. môc ®Ých, yªu cÇu", "I. mục đích, yêu cầu"),
        # a line of an old font between lines of Unicode
        (
            "Quy chế phối hợp\nC«ng ®oµn c¬ së\nNăm học",
            "Quy chế phối hợp\nCông đoàn cơ sở\nNăm học",
        ),
        # a word of an old font in a line of Unicode
        ("Chính quyền và C«ng đoàn", "Chính quyền và Công đoàn"),
        # VNI
        ("Coâng ñoaøn", "Công đoàn"),
        ("COÂNG ÑOAØN CÔ SÔÛ", "CÔNG ĐOÀN CƠ SỞ"),
        ("Quy cheá phoái hôïp giöõa Nhaø tröôøng", "Quy chế phối hợp giữa Nhà trường"),
        # Unicode that was read as VNI
        ("CƠNG ĐỒN", "CÔNG ĐOÀN"),
        ("Ban Chấp hành Cơng đồn", "Ban Chấp hành Công đoàn"),
        # TCVN3 that became Unicode, but for its ư
        ("đợc trờng học hớng dẫn", "được trường học hướng dẫn"),
        ("TRỜNG HỌC", "TRƯỜNG HỌC"),
        # letters and spaces
        (normalize("NFD", "phối hợp"), "phối hợp"),
        ("a\u0301nh sáng", "ánh sáng"),
        ("năm\xa0học", "năm học"),
        ("năm\u2009học", "năm học"),
        ("năm\u200b học\ufeff", "năm học"),
        # words that are glued
        ("phốihợp", "phối hợp"),
        ("thamgia", "tham gia"),
        ("Hộiđồng", "Hội đồng"),
        # accents
        ("Thông nhất trong chỉ đạo", "Thống nhất trong chỉ đạo"),
        ("quy chế dản chủ", "quy chế dân chủ"),
        ("những chế dộ chính sách", "những chế độ chính sách"),
        ("CHÍNH QUYẾN", "CHÍNH QUYỀN"),
        ("ngày 5 thảng 10 năm 2024", "ngày 5 tháng 10 năm 2024"),
        ("ngảy 5 tháng 10 nãm 2024", "ngày 5 tháng 10 năm 2024"),
        ("Noi nhận:", "Nơi nhận:"),
        ("KHHGD", "KHHGĐ"),
        ("Sở GDDT", "Sở GD&ĐT"),
        ("GDĐT, GDĐT, GDĐT và GDDT", "GDĐT, GDĐT, GDĐT và GDĐT"),
    ],
)
def test_what_is_proposed(found: str, meant: str):
    """Each kind of fault is found and its proposal mends it."""
    assert meant == mended(found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Năm học 2024 – 2025 — “Hai tốt” ‘dạy’ …",  # dashes and quotes are as printed
        "Nghị định § 5 · © ½ « Hai tốt » ± 3°",
        "Müller, Señor, Ångström, naïve",
        "hòa, hoà, thủy, thuỷ, lý, lí, hằng năm, hàng năm",
        "Đắk Nông, Krông Pắc, website, Webssite",
        "cần bố trí, cần bổ sung, cấp cùng cấp",
        "cộng tác viên, đến công đoạn, chưa thành niên, năng lượng",
        "cong doan va chinh quyen",  # without any accents nothing is told
        "Nguyễn Văn A, Trần Thị B",
        "LĐLĐ, CĐCS, CB, GV, NV, GD&ĐT",
        "gì, gìn giữ, giếng, quốc gia, khuya, khuỷu tay, nguệch ngoạc, yêu",
        "không thông, không có gì",
        "kho đã có bản mới, chưa có sở, mọi trường, bộ phân tích, quy chế kèm theo đôi khi",
    ],
)
def test_what_is_left_alone(text: str):
    """What is right, or foreign, or only looks alike, is no fault."""
    assert () == faults(text)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem[:3])
def test_sources(path: Path):
    """In the five sources nothing is suspected but these, all of which are faults of the print."""
    expected = {
        "000": [("vân", "vận")],
        "003": [("giam", "giám"), ("nôi", "nội"), ("dộ", "độ")],
        "004": [
            ("SGDDT", "SGDĐT"),
            *[("Thông", "Thống")] * 2,
            *[("GDDT", "GD&ĐT")] * 3,
            ("KHHGD", "KHHGĐ"),
            ("GDDT", "GD&ĐT"),
            ("Noi", "Nơi"),
        ],
    }
    found = faults(path.read_text(encoding="utf-8"))

    told = [(each.found, each.proposed) for each in found if each.found != "\xa0"]
    assert expected.get(path.stem[:3], []) == told
    assert not [each for each in found if any(mark in each.why for mark in OLD)]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem[:3])
def test_sources_in_old_fonts(path: Path):
    """The five sources, written in either old font, come back; TCVN3 lacks capitals with a tone."""
    text = path.read_text(encoding="utf-8").replace("\xa0", " ")

    assert coded(text, VNI) != text == fonts_only(coded(text, VNI))
    assert text.casefold() == fonts_only(tcvn3(text)).casefold()


def fonts_only(text: str) -> str:
    """The text with the proposals for old fonts applied."""
    return repaired(text, [each for each in faults(text) if "phông" in each.why])


def test_a_fault_says_where_and_why():
    """A fault holds its place, what stands there, what is proposed and why."""
    text = "Bàn phốihợp."
    expected = Fault(
        4, 11, "phốihợp", "phối hợp", "Hai chữ dính nhau, có lẽ ở chỗ xuống dòng cũ.", Sure.SURE
    )

    assert (expected,) == faults(text)


def test_only_some_are_repaired():
    """Proposals that are not handed over change nothing."""
    text = "phốihợp, dản chủ"
    _, accent = faults(text)

    assert "phốihợp, dân chủ" == repaired(text, [accent])


@pytest.mark.parametrize("text", ["phối hợp", "x phốihợp", ""])
def test_faults_of_another_text(text: str):
    """Faults of another text are refused."""
    with pytest.raises(ValueError, match="not a fault of this text"):
        repaired(text, faults("phốihợp"))


@pytest.mark.parametrize("font", [TCVN3, VNI], ids=["TCVN3", "VNI"])
def test_the_tables_are_whole(font: dict[str, str]):
    """Each Vietnamese letter that is not ASCII has a code, and no two have the same."""
    letters = [each for each in f"{_LOWER}đ" if not each.isascii()]
    same = {"ì", "í"} if font is VNI else {"ý"}

    assert {*letters} - same <= {*font}
    assert len(font) == len({*font.values()})
    if font is VNI:
        assert {each.upper() for each in letters if each not in same} <= {*font}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        *(
            (word, True)
            for word in "công đoàn nghiêng quyển giữa gì giêng khuya uống ở ý yêu".split()
        ),
        *((word, True) for word in "Nguyễn TRƯỜNG quốc ngoằn xoong khúc khuỷu huýt".split()),
        *(
            (word, False)
            for word in "cơng trờng phốihợp ngi kông cè gha bàc tát́ w fan Đắk z".split()
        ),
        ("", False),
    ],
)
def test_syllables(word: str, expected: bool):
    """A syllable has an onset, a rhyme and a tone that go together."""
    assert expected == is_syllable(word)


pairs = st.sampled_from([" ".join(pair) for pair in sorted(_PAIRS.values())])
lines = st.lists(pairs, min_size=1, max_size=8).map(
    lambda found: f"Công đoàn {', '.join(found)} - 2024."
)


@given(st.lists(lines, min_size=1, max_size=4), st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_old_fonts_come_back(found: list[str], newline: str):
    """Text of either old font is given back, letter by letter."""
    text = newline.join(found)

    assert text == mended(tcvn3(text))
    assert text == mended(coded(text, VNI))


@given(st.lists(lines, min_size=1, max_size=4).map("\n".join))
def test_capitals_come_back(text: str):
    """Text in capitals is given back too."""
    assert text.upper() == mended(tcvn3(text.upper()))
    assert text.upper() == mended(coded(text.upper(), VNI))


@given(st.text(st.sampled_from(f"{_LOWER}đ bcnt.,")).map("b".__add__))
def test_the_tables_are_inverse(text: str):
    """What is written by a table is read back by it, whatever it says."""
    assert text == from_tcvn3(coded(text, TCVN3))


@given(st.lists(pairs, max_size=12).map(", ".join))
def test_clean_text_has_no_faults(text: str):
    """What is made of known words is clean, in any case."""
    assert () == faults(text)
    assert () == faults(text.upper())
    assert text == mended(normalize("NFD", text))


@given(
    st.text() | st.text(st.sampled_from("aâcghnôốơờưđ ®µ«øûïñ\xad\u0301\u0323\xa0\u200b&DGĐT0\n"))
)
def test_any_text(text: str):
    """Any text has faults in order that do not overlap, name what stands there and change it."""
    found = faults(text)

    assert list(found) == sorted(found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(each.found == text[each.start : each.end] != each.proposed for each in found)
    assert isinstance(repaired(text, found), str)
