import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.labels import LETTERS, choose, narrower, ordinal, readings, roman

ROWS = [
    # label, style, number, word, shown
    ("I.", "I.", 1, "mục", "I"),
    ("IV.", "I.", 4, "mục", "IV"),
    ("XIV.", "I.", 14, "mục", "XIV"),
    ("I-", "I-", 1, "mục", "I"),
    ("II", "I", 2, "mục", "II"),
    ("iii)", "i)", 3, "điểm", "iii"),
    ("A.", "A.", 1, "mục", "A"),
    ("C.", "A.", 3, "mục", "C"),
    ("D.", "A.", 4, "mục", "D"),
    ("Đ.", "A.", 5, "mục", "Đ"),
    ("K.", "A.", 10, "mục", "K"),
    ("a)", "a)", 1, "điểm", "a"),
    ("đ)", "a)", 5, "điểm", "đ"),
    ("e)", "a)", 6, "điểm", "e"),
    ("g)", "a)", 7, "điểm", "g"),
    ("a.", "a.", 1, "điểm", "a"),
    ("(a)", "(a)", 1, "điểm", "a"),
    ("1.", "1.", 1, "khoản", "1"),
    ("12.", "1.", 12, "khoản", "12"),
    ("1)", "1)", 1, "khoản", "1"),
    ("(1)", "(1)", 1, "khoản", "1"),
    ("1/", "1/", 1, "khoản", "1"),
    ("1 /", "1/", 1, "khoản", "1"),
    ("1-", "1-", 1, "khoản", "1"),
    ("7", "1", 7, "khoản", "7"),
    ("03.", "1.", 3, "khoản", "03"),
    ("1. 1.", "1.", 1, "khoản", "1"),
    ("(2)2.", "1.", 2, "khoản", "2"),
    ("2)2.", "1.", 2, "khoản", "2"),
    ("1.1.", "1.1.", 1, "khoản", "1.1"),
    ("2.2", "1.1", 2, "khoản", "2.2"),
    ("2.1.3", "1.1.1", 3, "điểm", "2.1.3"),
    ("-", "-", None, "gạch đầu dòng", ""),
    ("–", "–", None, "gạch đầu dòng", ""),
    ("- -", "--", None, "gạch đầu dòng", ""),
    ("+", "+", None, "dấu cộng", ""),
    ("*", "*", None, "dấu sao", ""),
    ("•", "•", None, "dấu chấm đầu dòng", ""),
    ("Điều 5.", "điều", 5, "Điều", "5"),
    ("ĐIỀU 12:", "điều", 12, "Điều", "12"),
    ("Điều 5a.", "điều", None, "Điều", "5a"),
    ("PHẦN I:", "phần", 1, "Phần", "I"),
    ("Phần thứ hai", "phần", 2, "Phần", "thứ hai"),
    ("Phần thứ mười một", "Phần thứ mười một", None, "đoạn", "“Phần thứ mười một”"),
    ("Chương II", "chương", 2, "Chương", "II"),
    ("Chương B", "chương", 2, "Chương", "B"),
    ("Mục 3.", "mục", 3, "mục", "3"),
    ("Tiểu mục 1", "tiểu mục", 1, "tiểu mục", "1"),
    ("Khoản 2.", "khoản", 2, "khoản", "2"),
    ("Điểm a)", "điểm", 1, "điểm", "a"),
    ("PHỤ LỤC II", "phụ lục", 2, "Phụ lục", "II"),
    ("Ghi chú:", "Ghi chú:", None, "đoạn", "“Ghi chú”"),
    ("Nội dung 1:", "Nội dung 1:", None, "đoạn", "“Nội dung 1”"),
    ("1" * 5000 + ".", "1.", None, "đoạn", "“" + "1" * 5000 + "”"),
    ("f)", "f)", None, "đoạn", "“f)”"),
    ("IIII.", "IIII.", None, "đoạn", "“IIII”"),
    ("", "", None, "đoạn", "“”"),
]


@pytest.mark.parametrize(
    ("label", "style", "number", "word", "shown"),
    ROWS,
    ids=[row[0][:20] or "không" for row in ROWS],
)
def test_reading(label, style, number, word, shown):
    """A printed label tells its level, its number and how it is cited."""
    reading = readings(label)[0]

    assert (style, number, word, shown) == (
        reading.style, reading.number, reading.word, reading.shown,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "label", "number", "place"),
    [
        ([], "I.", 1, 0),
        (["H."], "I.", 9, 0),
        (["G."], "I.", 9, 0),
        (["I."], "I.", 1, 0),
        (["h)"], "i)", 9, 0),
        (["g)"], "i)", 9, 0),
        (["1."], "i)", 1, 1),
        (["1.", "h)"], "i)", 9, 1),
        (["U."], "V.", 21, 0),
        (["IV."], "V.", 5, 0),
        (["1.", "a)"], "2.", 2, 0),
        (["1.", "a)"], "b)", 2, 1),
        (["1.", "a)"], "-", None, 2),
        (["1.", "-"], "-", None, 1),
        (["2."], "3", 3, 0),
        (["2."], "3)", 3, 0),
        (["2."], "1)", 1, 1),
        (["2."], "4)", 4, 1),
        (["1."], "1.1.", 1, 1),
        (["1.1."], "1.2", 2, 0),
        (["-"], "- -", None, 1),
        (["I."], "II-", 2, 0),
        (["Điều 1:"], "Điều 2.", 2, 0),
    ],
)
def test_choice(before, label, number, place):
    """What stands before a label decides how it is read, and which level it continues."""
    reading, found = choose(label, [readings(each)[0] for each in before])

    assert (number, place) == (reading.number, found)


@pytest.mark.parametrize(
    ("word", "above", "expected"),
    [
        ("khoản", (), "khoản"),
        ("khoản", ("mục",), "khoản"),
        ("khoản", ("mục", "khoản"), "điểm"),
        ("điểm", ("khoản", "điểm"), "tiết"),
        ("điểm", ("khoản", "điểm", "tiết"), "tiết"),
        ("khoản", ("điểm",), "tiết"),
        ("mục", ("mục",), "tiểu mục"),
        ("mục", ("mục", "tiểu mục"), "khoản"),
        ("mục", ("Phần",), "mục"),
        ("mục", ("Điều",), "khoản"),
        ("khoản", ("Chương", "Điều"), "khoản"),
        ("Điều", ("khoản",), "Điều"),
        ("đoạn", ("đoạn",), "đoạn"),
        ("gạch đầu dòng", ("gạch đầu dòng",), "gạch đầu dòng"),
    ],
)
def test_narrower(word, above, expected):
    """No level is called like a level that holds it, except dashes and paragraphs."""
    assert expected == narrower(word, above)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("I", 1), ("iv", 4), ("IX", 9), ("xl", 40), ("MCMXC", 1990), ("", None), ("IIII", None),
     ("VX", None), ("a", None), ("I ", None), ("\u0131", None), ("\u2160", None)],
)  # fmt: skip
def test_roman(text, expected):
    """A Roman numeral of either case has its value; other words have none."""
    assert expected == roman(text)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, "thứ nhất"), (2, "thứ hai"), (4, "thứ tư"), (10, "thứ mười"), (11, "thứ 11")],
)
def test_ordinal(number, expected):
    """Places are said in words up to ten."""
    assert expected == ordinal(number)


def test_letters_are_those_of_the_decree():
    """The letters of a điểm run a b c d đ e g h i k, without f, j, w and z."""
    assert "a b c d đ e g h i k".split() == list(LETTERS[:10])
    assert not set("fjwz") & set(LETTERS)
    assert list(range(1, len(LETTERS) + 1)) == [readings(f"{each})")[-1].number for each in LETTERS]


@given(st.text())
def test_any_label_has_a_reading(label):
    """Whatever stands in bold before a clause, it is read and placed."""
    reading, place = choose(label, [])

    assert 0 == place
    assert reading == readings(label)[0]


@given(st.integers(1, 3999))
def test_roman_numerals_come_back(number):
    """Each number has one Roman form, and that is read as the number."""
    places = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
              (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]  # fmt: skip
    text, rest = "", number
    for value, letters in places:
        text += letters * (rest // value)
        rest %= value

    assert number == roman(text)
