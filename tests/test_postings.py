"""Words and the files in which they are looked up."""

from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.postings import (
    ALL,
    AROUND,
    Index,
    Shorts,
    coded,
    coded_numbers,
    coded_records,
    forms,
    joined,
    most_common,
    packed,
    words_of,
)


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


def read_list(data, starts=(0,)):
    """The records of a list, as docs/assets/tim.js reads them; `starts` has each run's first."""
    at, found = 0, []
    while at < len(data):
        run, at = number(data, at)
        head, at = number(data, at)
        first, end = starts[run], at + (head >> 2)
        if head & 3 == 2:
            base, at = number(data, at)
            bits = int.from_bytes(data[at:end], "little")
            found += [
                first + base + place for place in range(bits.bit_length()) if bits >> place & 1
            ]
            at = end
        while at < end:
            gap, at = number(data, at)
            more, at = number(data, at) if head & 3 == 1 else (0, at)
            found += range(first + gap, first + gap + more + 1)
            first = found[-1] + 1
    return found


def read_files(files, starts=(0,)):
    """All entries of files: key → form → numbers."""
    found = {}
    for first, data in files:
        at, key = 0, ""
        while at < len(data):
            shared, at = number(data, at)
            rest, at = text(data, at)
            key = key[:shared] + rest
            assert key not in found
            found[key] = {}
            assert first.encode("utf-16-be") <= key.encode("utf-16-be")
            size, at = number(data, at)
            end = at + size
            while at < end:
                form, at = text(data, at)
                size, at = number(data, at)
                found[key][form] = read_list(data[at : at + size], starts)
                at += size
    return found


def read(*runs):
    """The words and the pairs of runs that stand one after another."""
    starts = list(accumulate((run.size for run in runs), initial=0))
    words, pairs = packed([run.words for run in runs]), packed([run.pairs for run in runs])
    return read_files(words, starts), read_files(pairs, starts)


def filed(texts, around=(), shorts=None):
    """What is filed of these texts."""
    index = Index()
    for each in texts:
        index.add(each, around, shorts or Shorts({}))
    return index.filed()


def run(*parts):
    """A run of what was filed apart."""
    return coded(joined(parts))


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


def list_of(numbers):
    """A list that one run has."""
    first, *others = sorted(numbers)
    gaps = [later - each - 1 for each, later in pairwise((first, *others))]
    return b"\0" + coded_records(first, max(numbers), coded_numbers(gaps))


@given(st.sets(st.integers(0, 70_000), min_size=1, max_size=300))
def test_a_list_comes_back(numbers):
    """What is coded is read back."""
    assert read_list(list_of(numbers)) == sorted(numbers)


@given(st.integers(0, 5000), st.lists(st.tuples(st.integers(1, 3), st.integers(1, 60)), min_size=1))
def test_runs_and_dense_lists_come_back(start, steps):
    """So are lists with long runs, and they are no longer than one byte for each number or two."""
    numbers = []
    for gap, length in steps:
        start += gap
        numbers += range(start, start + length)
        start += length

    assert read_list(list_of(numbers)) == numbers
    assert len(list_of(numbers)) <= len(numbers) + 4


WORDS = st.sampled_from("công đoàn thi đua khen thưởng CBGV CB điều 2 I".split())


FEW = st.lists(st.lists(WORDS, max_size=4).map(" ".join), max_size=4)
TEXTS = st.lists(st.lists(WORDS, max_size=12).map(" ".join), max_size=30)


@given(st.lists(FEW, max_size=6), st.integers(1, 4))
def test_neighbours_joined_first_are_joined_alike(texts, together):
    """What is joined in two steps is what is joined in one."""
    parts = [filed(each, ("Khoản 2 mục I",)) for each in texts]
    near = [joined(parts[at : at + together]) for at in range(0, len(parts), together)]

    assert joined(near) == joined(parts)


@given(TEXTS)
def test_the_files_hold_every_word_of_every_record(texts):
    """Each word is under its folded key and its accented form, each pair under both words."""
    shorts = Shorts({"CB": "cán bộ", "GV": "giáo viên"})
    words, pairs = read(run(filed(texts, ("Trường Hoa Sữa",), shorts)))
    for place, each in enumerate(texts):
        within = words_of(each)
        for folded, accented in within:
            assert place in words[folded][accented]
            assert place in words[f"{folded[:2]}*" if len(folded) > 1 else f"{folded}*"][ALL]
        for (one, _), (other, _) in pairwise(within):
            assert place in pairs[f"{one} {other}"][ALL]
        assert place in pairs["hoa sua"][AROUND]


@given(st.lists(st.lists(FEW, max_size=3), max_size=4))
def test_pieces_hold_what_the_whole_holds(runs):
    """Records filed in many indexes, joined in runs, are found as if they were filed in one."""
    around = ("Khoản 2 mục I",)
    made = [run(*(filed(texts, around) for texts in parts)) for parts in runs]
    whole = run(filed([each for parts in runs for texts in parts for each in texts], around))

    assert read(*made) == read(whole)
    assert most_common(made, 9) == most_common([whole], 9)


def test_a_change_in_one_file_leaves_those_after_it_alone():
    """Files end where a key of theirs says so: one more word moves the ends of few."""
    texts = [" ".join(f"{one}{other}" for other in range(1000)) for one in "abcdefghijklmnop"]
    before = list(packed([run(filed(texts)).words]))
    after = list(packed([run(filed([*texts, "aa"])).words]))

    assert len(before) > 10
    assert len(set(after) - set(before)) <= 3


def test_abbreviations_are_filed_in_full_too():
    """`CBGV` is found by `cán bộ giáo viên`, though only its parts are in the glossary."""
    shorts = Shorts({"CB": "cán bộ", "GV": "giáo viên"})
    words, pairs = read(run(filed(["Vận động CBGV tham gia"], (), shorts)))

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
    words, _ = read(run(filed(["\U00020000 \uff71 a"])))

    assert list(words) == ["a", "a*", "\U00020000", "\U00020000*", "\uff71", "\uff71*"]


def test_the_common_words_are_in_order():
    """The most common first; numbers and single letters are not among them."""
    found = run(filed(["thi đua 2024", "thi a", "thi đua"]))

    assert most_common([found], 9) == ["thi", "dua"]
