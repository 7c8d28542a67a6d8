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

Records are filed in an `Index` of their own, counted from 0. Indexes that stand side by side are
joined into a `Run`, whose lists are coded; the files of many runs are their lists put one after
another, and nothing in them is counted or coded again.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from unicodedata import combining, normalize
from zlib import crc32

_WORD = re.compile(r"[^\W_]+")
_RUN = re.compile("1+")
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


@dataclass(slots=True)
class Index:
    """What was filed so far. Records are numbers from 0; many of them are one whole number whose
    bits say which. A key is a word or pair, and the name of one of its lists.
    """

    words: dict[str, int] = field(default_factory=dict)
    pairs: dict[str, int] = field(default_factory=dict)
    around: dict[str, int] = field(default_factory=dict)
    size: int = 0

    def add(self, text: str, around: Sequence[str], shorts: Shorts) -> int:
        """File a record under the words of its text, written short or in full, and of what stands
        around it; return how many words its text has.
        """
        own, self.size = 1 << self.size, self.size + 1
        within = words_of(text)
        filed, pairs = self.words, self.pairs
        for words in (within, *shorts.in_full(within)):
            before = ""
            for folded, accented in words:
                key = f"{folded}{_OF}{accented}"
                filed[key] = filed.get(key, 0) | own
                if before:
                    key = f"{before} {folded}{_OF}{ALL}"
                    pairs[key] = pairs.get(key, 0) | own
                before = folded
        # The same few texts stand around many records: their words are filed once, in the run.
        for part in around:
            _put(self.around, part, own)
        return len(within)


@dataclass(frozen=True, slots=True)
class Run:
    """Indexes one after another: how many records, their coded lists, and how many records of
    texts each word has.
    """

    size: int
    words: Mapping[str, bytes]
    pairs: Mapping[str, bytes]
    common: Mapping[str, int]


def joined(indexes: Iterable[Index]) -> Run:
    """A run of indexes. The records of each are counted on from those of the one before."""
    words: dict[str, int] = {}
    pairs: dict[str, int] = {}
    around: dict[str, int] = {}
    size = 0
    for each in indexes:
        for own, whole in ((each.words, words), (each.pairs, pairs), (each.around, around)):
            for key, records in own.items():
                whole[key] = whole.get(key, 0) | records << size
        size += each.size
    common: Counter[str] = Counter()
    for key, records in words.items():
        folded = key.partition(_OF)[0]
        if len(folded) > 1 and not folded.isdigit():
            common[folded] += records.bit_count()
    for part, records in around.items():
        beside = words_of(part)
        for folded, _ in beside:
            _put(words, f"{folded}{_OF}{AROUND}", records)
        for (first, _), (second, _) in pairwise(beside):
            _put(pairs, f"{first} {second}{_OF}{AROUND}", records)
    words |= _beginnings(words)
    return Run(
        size,
        {key: coded_records(records) for key, records in words.items()},
        {key: coded_records(records) for key, records in pairs.items()},
        dict(common),
    )


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
        held += coded_number(shared) + _text(key[shared:]) + coded_number(len(body)) + body
        before = key
    if held:
        yield first, bytes(held)


def _entries(runs: Sequence[Mapping[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Each key with its lists, in order."""
    lists: defaultdict[str, list[bytes]] = defaultdict(list)
    for number, run in enumerate(runs):
        place = coded_number(number)
        for key, coded in run.items():
            lists[key] += (place, coded)
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


def coded_records(records: int) -> bytes:
    """Records in the shortest of three ways: gaps, runs, or one bit for each.

    Before it stands its size and which way it is, in one number.
    """
    lowest = (records & -records).bit_length() - 1
    size = -(-(records.bit_length() - lowest) // 8)
    coded, way = coded_number(lowest), 2
    shortest = len(coded) + size
    # A gap is at least one byte, a run at least two: mostly that settles it.
    if records.bit_count() <= shortest:
        gaps = _gaps(records)
        if len(gaps) <= shortest:
            coded, way, shortest = gaps, 0, len(gaps)
    if (records & ~(records << 1)).bit_count() * 2 < shortest:
        runs = _runs(records)
        if len(runs) < shortest:
            coded, way = runs, 1
    if way == 2:
        coded += (records >> lowest).to_bytes(size, "little")
    return coded_number(len(coded) << 2 | way) + coded


def _gaps(records: int) -> bytes:
    """How many are left out before each."""
    *gaps, _ = map(len, bin(records)[:1:-1].split("1"))
    return coded_numbers(gaps)


def _runs(records: int) -> bytes:
    """How many are left out before each run, and how many more than one it has."""
    coded, last = bytearray(), 0
    for run in _RUN.finditer(bin(records)[:1:-1]):
        start, end = run.span()
        coded += coded_number(start - last) + coded_number(end - start - 1)
        last = end
    return bytes(coded)


_ONE_BYTE = [bytes((number,)) for number in range(128)]


def coded_number(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    if number < 128:
        return _ONE_BYTE[number]
    coded = bytearray()
    while number > 127:
        coded.append(number & 127 | 128)
        number >>= 7
    coded.append(number)
    return bytes(coded)


def coded_numbers(numbers: Sequence[int]) -> bytes:
    """Numbers one after another."""
    if max(numbers, default=0) < 128:
        return bytes(numbers)
    return b"".join(map(coded_number, numbers))


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
