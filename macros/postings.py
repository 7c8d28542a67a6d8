# Words → the files in which docs/assets/tim.js looks them up.
# Hides: how words are folded, how lists of records are coded and joined, and how they are cut into
# files. Refuses: compression (zlib's bytes differ between machines) and anything of the domain.
# The other half of every rule here stands in docs/assets/tim.js; tests/test_postings.py reads the
# files back, and tests/web/test_search.py asks both halves together.
"""An inverted index as small files: which records hold a word, a pair of neighbouring words, or a
word that begins with one or two given letters.

A word is filed under its folded form (no accents, đ as d, small letters) with one list for each
accented form in which it is printed. Words of a record's text and words that only say where it
stands (its unit, its section, "khoản 2 mục I") have lists apart.

Records are filed in an `Index` of their own, counted from 0. What was `Filed` side by side is joined,
in as many steps as one likes; of that a `Run` has the shortest form. The files of many runs are
their lists put one after another, and nothing in them is counted or coded again.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from unicodedata import combining, normalize
from zlib import crc32

_WORD = re.compile(r"[^\W_]+")
# In bytes, where a number ends in one below 128: a number; a gap and those after it that are none.
_NUMBER = re.compile(rb"[\x80-\xff]*[\x00-\x7f]")
_RUN = re.compile(rb"([\x80-\xff]*[\x00-\x7f])(\x00*)")
_MORE = bytes(range(128, 256))
_NOT_BEGINNING = b"\0" + _MORE
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
# The names of two lists that no accented form can have: words that say where a record stands, and
# all forms together.
AROUND, ALL = "", "*"
# Between a key and the name of one of its lists.
_OF = "\0"
# A file is closed when it holds this much; one long list may make it longer.
_FULL = 12_000
# Where a file holds half of that, it ends at a key that is chosen by itself, on average after so
# many bytes: a change in one file seldom moves where the files after it begin.
_AFTER = 4_000


@lru_cache(maxsize=1 << 17)
def forms(word: str) -> tuple[str, str]:
    """A word's folded form and its accented form; `hoà` and `hòa` are one accented form."""
    letters = normalize("NFD", word.lower())
    tone = "".join(each for each in letters if each in _TONES)
    accented = "".join(each for each in letters if each not in _TONES)
    folded = "".join(each for each in accented if not combining(each)).replace("đ", "d")
    return folded, normalize("NFC", accented) + tone


def words_of(text: str) -> list[tuple[str, str]]:
    """The words of a text in order, each folded and accented."""
    return [forms(word) for word in _WORD.findall(normalize("NFC", text))]


class Shorts:
    """Abbreviations with what they stand for. `CBGV` is read as `CB` and `GV`."""

    def __init__(self, abbreviations: Mapping[str, str]) -> None:
        self._long: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        for short, long in abbreviations.items():
            if (key := tuple(folded for folded, _ in words_of(short))) and (full := words_of(long)):
                self._long[key] = full
        self._lengths: dict[str, list[int]] = {}  # by first word, the longest first
        for key in sorted(self._long, key=len, reverse=True):
            self._lengths.setdefault(key[0], []).append(len(key))
        one_word = (key[0] for key in self._long if len(key) == 1)
        self._one = sorted(one_word, key=lambda key: (-len(key), key))
        self._joined: dict[str, list[tuple[str, str]]] = {}

    def in_full(self, words: Sequence[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
        """What each abbreviation among the words stands for."""
        keys = [folded for folded, _ in words]
        for place, key in enumerate(keys):
            for length in self._lengths.get(key, ()):
                if found := self._long.get(tuple(keys[place : place + length])):
                    yield found
                    break
            else:
                full = self._joined.get(key)
                if full is None:
                    full = [word for part in self._parts(key) for word in self._long[part,]]
                    self._joined[key] = full
                if full:
                    yield full

    def _parts(self, key: str) -> list[str]:
        """The abbreviations that a word is joined of, the longest that leave no rest; none if any
        rest is left. Found from the word's end, so that no word takes long.
        """
        ends = len(key)
        fitting: dict[int, str] = {ends: ""}
        for start in reversed(range(ends)):
            for part in self._one:
                if start + len(part) in fitting and key.startswith(part, start):
                    fitting[start] = part
                    break
        found: list[str] = []
        start = 0
        while part := fitting.get(start, ""):
            found.append(part)
            start += len(part)
        return found


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists of records by key, column by column: each has its first and its last record, and how
    many are left out before each other one, coded.

    So lists are put one after another without a look at what is between their ends.
    """

    keys: str  # a line each
    firsts: tuple[int, ...]
    lasts: tuple[int, ...]
    gaps: tuple[bytes, ...]

    @classmethod
    def of(cls, found: Mapping[str, int]) -> Lists:
        """From one whole number for each key, whose bits are the records."""
        gaps = {records: _gaps(records) for records in set(found.values())}
        return cls(
            "\n".join(found),
            tuple((records & -records).bit_length() - 1 for records in found.values()),
            tuple(records.bit_length() - 1 for records in found.values()),
            tuple(gaps[records] for records in found.values()),
        )

    def __iter__(self) -> Iterator[tuple[str, int, int, bytes]]:
        return zip(self.keys.split("\n"), self.firsts, self.lasts, self.gaps, strict=False)


@dataclass(frozen=True, slots=True)
class Filed:
    """What was filed under words and under pairs; a key is a word or pair, and the name of one of
    its lists. Records are numbers from 0.
    """

    size: int
    words: Lists
    pairs: Lists

    @property
    def folded(self) -> set[str]:
        """The words under which records are filed, folded."""
        return {key.partition(_OF)[0] for key in self.words.keys.split("\n")}


class Index:
    """Records while they are filed; many of them are one whole number whose bits say which."""

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        self._pairs: dict[str, int] = {}
        self._around: dict[str, int] = {}
        self._size = 0

    def add(self, text: str, around: Sequence[str], shorts: Shorts) -> int:
        """File a record under the words of its text, written short or in full, and of what stands
        around it; return how many words its text has.
        """
        own, self._size = 1 << self._size, self._size + 1
        within = words_of(text)
        filed, pairs = self._words, self._pairs
        for words in (within, *shorts.in_full(within)):
            before = ""
            for folded, accented in words:
                key = f"{folded}{_OF}{accented}"
                filed[key] = filed.get(key, 0) | own
                if before:
                    key = f"{before} {folded}{_OF}{ALL}"
                    pairs[key] = pairs.get(key, 0) | own
                before = folded
        # The same few texts stand around many records: their words are filed once, in the end.
        for part in around:
            _put(self._around, part, own)
        return len(within)

    def filed(self) -> Filed:
        """All that was filed."""
        words, pairs = self._words.copy(), self._pairs.copy()
        for part, records in self._around.items():
            of_words, of_pairs = _keys_around(part)
            for key in of_words:
                _put(words, key, records)
            for key in of_pairs:
                _put(pairs, key, records)
        words |= _beginnings(words)
        return Filed(self._size, Lists.of(words), Lists.of(pairs))


@lru_cache(maxsize=1 << 14)
def _keys_around(part: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words and the pairs under which a text that stands around records is filed."""
    beside = words_of(part)
    return (
        tuple(f"{folded}{_OF}{AROUND}" for folded, _ in beside),
        tuple(f"{one} {other}{_OF}{AROUND}" for (one, _), (other, _) in pairwise(beside)),
    )


@dataclass(frozen=True, slots=True)
class Run:
    """What was filed as files have it: how many records, their coded lists, and how many records of
    texts each word has.
    """

    size: int
    words: Mapping[str, bytes]
    pairs: Mapping[str, bytes]
    common: Mapping[str, int]


def joined(filed: Sequence[Filed]) -> Filed:
    """What was filed apart, one after another: the records of each are counted on from those of the
    one before.
    """
    *starts, size = accumulate((each.size for each in filed), initial=0)
    words = _joined(starts, [each.words for each in filed])
    return Filed(size, words, _joined(starts, [each.pairs for each in filed]))


def _joined(starts: Sequence[int], pieces: Sequence[Lists]) -> Lists:
    firsts: dict[str, int] = {}
    lasts: dict[str, int] = {}
    parts: dict[str, list[bytes]] = {}
    for start, piece in zip(starts, pieces, strict=True):
        before = start - 1
        for key, first, last, gaps in piece:
            if key in lasts:
                parts[key] += (coded_number(before + first - lasts[key]), gaps)
            else:
                firsts[key] = start + first
                parts[key] = [gaps]
            lasts[key] = start + last
    gaps_of = tuple(map(b"".join, parts.values()))
    return Lists("\n".join(firsts), tuple(firsts.values()), tuple(lasts.values()), gaps_of)


def coded(filed: Filed) -> Run:
    """The shortest form of all lists."""
    common: Counter[str] = Counter()
    for key, _, _, gaps in filed.words:
        folded, _, name = key.partition(_OF)
        if name not in (AROUND, ALL) and len(folded) > 1 and not folded.isdigit():
            common[folded] += 1 + _count(gaps)
    return Run(filed.size, _coded(filed.words), _coded(filed.pairs), dict(common))


def _coded(lists: Lists) -> dict[str, bytes]:
    known: dict[tuple[int, int, bytes], bytes] = {}  # many words stand in the same few records
    found = {}
    for key, first, last, gaps in lists:
        records = first, last, gaps
        if records not in known:
            known[records] = coded_records(*records)
        found[key] = known[records]
    return found


def most_common(runs: Iterable[Run], many: int) -> list[str]:
    """So many folded words of texts, the most common first."""
    counts: Counter[str] = Counter()
    for run in runs:
        counts.update(run.common)
    return sorted(counts, key=lambda folded: (-counts[folded], folded))[:many]


def packed(runs: Sequence[Mapping[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """The lists of all runs in the order of their keys as JavaScript compares texts, cut into
    files; each with the first key that it holds.

    An entry is: how many letters its key shares with the key before (none at a file's start), the
    rest of the key, the size of what follows, and for each list its name, its size and its bytes:
    for each run that has it, the number of the run and the run's own list.
    """
    first, before, held = "", "", bytearray()
    for key, body in _entries(runs):
        full = len(held) + len(body) > _FULL
        if held and (full or (len(held) > _FULL // 2 and _ends_before(key, body))):
            yield first, bytes(held)
            before, held = "", bytearray()
        if not held:
            first = key
        shared = _shared(before, key)
        held += coded_number(shared) + _text(key[shared:]) + coded_number(len(body))
        held += body
        before = key
    if held:
        yield first, bytes(held)


def _entries(runs: Sequence[Mapping[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Each key with its lists, in order."""
    lists: defaultdict[str, list[bytes]] = defaultdict(list)
    for number, run in enumerate(runs):
        place = coded_number(number)
        for key, coded in run.items():
            found = lists[key]
            found.append(place)
            found.append(coded)
    before, body = "", b""
    for key in sorted(lists, key=lambda key: key.encode("utf-16-be")):
        own, _, name = key.partition(_OF)
        if own != before and body:
            yield before, body
            body = b""
        coded = b"".join(lists[key])
        body += _text(name) + coded_number(len(coded)) + coded
        before = own
    if body:
        yield before, body


def _ends_before(key: str, body: bytes) -> bool:
    return crc32(key.encode()) * _AFTER < len(body) << 32


def _put(under: dict[str, int], key: str, records: int) -> None:
    under[key] = under.get(key, 0) | records


def _beginnings(words: Mapping[str, int]) -> dict[str, int]:
    """For one and two letters (`t*`, `th*`): the records with a word that begins so.

    Longer beginnings have few words, which stand together in the files.
    """
    found: dict[str, int] = {}
    for key, records in words.items():
        folded, _, name = key.partition(_OF)
        name = AROUND if name == AROUND else ALL
        for length in range(1, min(len(folded), 2) + 1):
            _put(found, f"{folded[:length]}*{_OF}{name}", records)
    return found


def coded_records(first: int, last: int, gaps: bytes) -> bytes:
    """Records in the shortest of three ways: gaps, runs, or one bit for each. They are told by the
    first, the last, and how many are left out before each other one, coded.

    Before it stands its size and which way it is, in one number.
    """
    lead = coded_number(first)
    size = (last - first) // 8 + 1
    found, way = lead + gaps, 0
    shortest = min(len(found), len(lead) + size)
    # A run is at least two bytes: mostly that settles it.
    if 2 + 2 * len(gaps.translate(None, _NOT_BEGINNING)) < shortest:
        runs = b"".join(gap + coded_number(len(more)) for gap, more in _RUN.findall(found))
        if len(runs) < shortest:
            found, way, shortest = runs, 1, len(runs)
    if len(found) > shortest:
        found, way = lead + _bits(gaps).to_bytes(size, "little"), 2
    return coded_number(len(found) << 2 | way) + found


def _bits(gaps: bytes) -> int:
    """One bit for each record, the first's the lowest."""
    left_out = gaps if gaps.isascii() else [_number(each) for each in _NUMBER.findall(gaps)]
    return int("1".join(("", *map(_zeros, reversed(left_out)), "")), 2)


@lru_cache(maxsize=1 << 12)
def _zeros(count: int) -> str:
    return "0" * count


def _gaps(records: int) -> bytes:
    """How many are left out before each but the first."""
    _, *gaps, _ = map(len, bin(records).split("1"))
    return coded_numbers(gaps[::-1])


@lru_cache(maxsize=1 << 16)
def coded_number(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    coded = bytearray()
    while number > 127:
        coded.append(number & 127 | 128)
        number >>= 7
    coded.append(number)
    return bytes(coded)


@lru_cache(maxsize=1 << 16)
def _number(coded: bytes) -> int:
    return sum((byte & 127) << 7 * place for place, byte in enumerate(coded))


def coded_numbers(numbers: Iterable[int]) -> bytes:
    """Numbers one after another."""
    return b"".join(map(coded_number, numbers))


def _count(coded: bytes) -> int:
    """How many numbers are coded."""
    return len(coded.translate(None, _MORE))


@lru_cache(maxsize=1 << 14)
def _text(text: str) -> bytes:
    data = text.encode()
    return coded_number(len(data)) + data


def _shared(one: str, other: str) -> int:
    """How many letters both begin with."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count
