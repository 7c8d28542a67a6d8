"""Words and the files in which they are looked up."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.postings import ALL, AROUND, Index, Shorts, coded_list, forms, words_of


def number(data, at):
    """Read a number at a place; return it and the place after it."""
    value = shift = 0
    while True:
        byte, at = data[at], at + 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def text(data, at):
    """Read a text at a place."""
    size, at = number(data, at)
    return data[at : at + size].decode(), at + size


def read_list(data):
    """The numbers of a list, as docs/assets/tim.js reads them."""
    at, last, found = 1, -1, []
    if data[0] == 2:
        base, at = number(data, at)
        bits = enumerate(data[at:])
        return [
            base + place * 8 + bit for place, byte in bits for bit in range(8) if byte >> bit & 1
        ]
    while at < len(data):
        gap, at = number(data, at)
        more, at = number(data, at) if data[0] == 1 else (0, at)
        found += range(last + 1 + gap, last + 2 + gap + more)
        last = found[-1]
    return found


def read_files(files):
    """All entries of files: key → form → numbers."""
    found = {}
    for first, data in files:
        at, key = 0, ""
        while at < len(data):
            shared, at = number(data, at)
            rest, at = text(data, at)
            key = key[:shared] + rest
            found.setdefault(key, {})
            assert first.encode("utf-16-be") <= key.encode("utf-16-be")
            size, at = number(data, at)
            end = at + size
            while at < end:
                form, at = text(data, at)
                size, at = number(data, at)
                found[key][form] = read_list(data[at : at + size])
                at += size
    return found


@pytest.mark.parametrize(
    ("word", "folded"),
    [("Điều", "dieu"), ("đoàn", "doan"), ("THƯỞNG", "thuong"), ("hoà", "hoa"), ("2024", "2024")],
)
def test_folding(word, folded):
    """Accents go, đ becomes d, letters become small."""
    assert forms(word)[0] == folded


def test_a_tone_may_stand_on_either_vowel():
    """`hoà` and `hòa` are one accented form; `hoa` is another."""
    assert forms("hoà")[1] == forms("hòa")[1]
    assert forms("hoà")[1] != forms("hoa")[1]


def test_both_unicode_forms_are_one_word():
    """A decomposed text has the same words."""
    assert words_of("Chi \u0111oa\u0300n") == words_of("Chi đoàn")


@given(st.sets(st.integers(0, 70_000), min_size=1, max_size=300))
def test_a_list_comes_back(numbers):
    """What is coded is read back."""
    assert read_list(coded_list(sorted(numbers))) == sorted(numbers)


@given(st.integers(0, 5000), st.lists(st.tuples(st.integers(1, 3), st.integers(1, 60)), min_size=1))
def test_runs_and_dense_lists_come_back(start, steps):
    """So are lists with long runs, and they are no longer than one byte for each number or two."""
    numbers = []
    for gap, length in steps:
        start += gap
        numbers += range(start, start + length)
        start += length
    coded = coded_list(numbers)

    assert read_list(coded) == numbers
    assert len(coded) <= len(numbers) + 3


WORDS = st.sampled_from("công đoàn thi đua khen thưởng CBGV CB điều 2 I".split())


@given(st.lists(st.lists(WORDS, max_size=12).map(" ".join), max_size=30))
def test_the_files_hold_every_word_of_every_record(texts):
    """Each word is under its folded key and its accented form, each pair under both words."""
    index = Index()
    shorts = Shorts({"CB": "cán bộ", "GV": "giáo viên"})
    for each in texts:
        index.add(each, ("Trường Hoa Sữa",), shorts)
    words, pairs = map(read_files, index.files())
    for place, each in enumerate(texts):
        within = words_of(each)
        for folded, accented in within:
            assert place in words[folded][accented]
            assert place in words[f"{folded[:2]}*" if len(folded) > 1 else f"{folded}*"][ALL]
        for (one, _), (other, _) in pairwise(within):
            assert place in pairs[f"{one} {other}"][ALL]
        assert place in pairs["hoa sua"][AROUND]


def test_abbreviations_are_filed_in_full_too():
    """`CBGV` is found by `cán bộ giáo viên`, though only its parts are in the glossary."""
    index = Index()
    index.add("Vận động CBGV tham gia", (), Shorts({"CB": "cán bộ", "GV": "giáo viên"}))
    words, pairs = map(read_files, index.files())

    assert words["cbgv"] == {"cbgv": [0]}
    assert pairs["bo giao"] == {ALL: [0]}
    assert words["can"] == {forms("cán")[1]: [0]}


@pytest.mark.parametrize(
    ("word", "full"),
    [
        ("CBGV", ["can bo giao vien"]),
        ("CBG", ["can bo gop"]),
        ("CBGCB", ["can bo gop can bo"]),
        ("GVCBGVCBG", ["giao vien can bo giao vien can bo gop"]),
        ("CBGVX", []),
        ("CB" * 20_000 + "X", []),
        ("RỖNG", []),
    ],
)
def test_joined_abbreviations_leave_no_rest(word, full):
    """Where one abbreviation begins another, the parts are those that make the whole word."""
    shorts = Shorts({"CB": "cán bộ", "CBG": "cán bộ góp", "GV": "giáo viên", "RỖNG": "…", "…": "x"})

    assert [" ".join(each for each, _ in words) for words in shorts.in_full(words_of(word))] == full


def test_keys_stand_as_javascript_compares_them():
    """A letter beyond the first 65,536 stands before U+FF71, as its first half is smaller."""
    index = Index()
    index.add("\U00020000 \uff71 a", (), Shorts({}))
    words, _ = index.files()

    expected = ["a", "a*", "\U00020000", "\U00020000*", "\uff71", "\uff71*"]
    assert list(read_files(words)) == expected


def test_the_common_words_are_in_order():
    """The most common first; numbers and single letters are not among them."""
    index = Index()
    for each in ("thi đua 2024", "thi a", "thi đua"):
        index.add(each, (), Shorts({}))

    assert index.common(9) == ["thi", "dua"]
