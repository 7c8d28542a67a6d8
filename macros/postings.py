# Words → the files in which docs/assets/tim.js looks them up.
# Hides: how words are folded, how lists of records are coded, and how lists are cut into files.
# Refuses: compression (zlib's bytes differ between machines) and anything of the domain.
# The other half of every rule here stands in docs/assets/tim.js; tests/test_postings.py reads the
# files back, and tests/web/test_search.py asks both halves together.
"""An inverted index as small files: which records hold a word, a pair of neighbouring words, or a
word that begins with one or two given letters.

A record is a number. A word is filed under its folded form (no accents, đ as d, small letters) with
one list for each accented form in which it is printed. Words of a record's text and words that only
say where it stands (its unit, its section, "khoản 2 mục I") have lists apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from unicodedata import combining, normalize

_WORD = re.compile(r"[^\W_]+")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
# The names of two lists that no accented form can have: words that say where a record stands, and
# all forms together.
AROUND, ALL = "", "*"
# A file is closed when it holds this much; one long list may make it longer.
_FULL = 12_000


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
        self._longest = max(map(len, self._long), default=0)
        one_word = (key[0] for key in self._long if len(key) == 1)
        self._one = sorted(one_word, key=lambda key: (-len(key), key))
        self._joined: dict[str, list[str]] = {}

    def in_full(self, words: Sequence[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
        """What each abbreviation among the words stands for."""
        keys = [folded for folded, _ in words]
        for place, key in enumerate(keys):
            for length in range(self._longest, 0, -1):
                if found := self._long.get(tuple(keys[place : place + length])):
                    yield found
                    break
            else:
                if key not in self._joined:
                    self._joined[key] = self._parts(key)
                if parts := self._joined[key]:
                    yield [word for part in parts for word in self._long[part,]]

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
    """What was filed so far; records are added in rising order."""

    words: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    pairs: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    size: int = 0

    def add(self, text: str, around: Sequence[str], shorts: Shorts) -> int:
        """File a record under the words of its text, written short or in full, and of what stands
        around it; return how many words its text has.
        """
        number, self.size = self.size, self.size + 1
        within = words_of(text)
        for words in (within, *shorts.in_full(within)):
            for folded, accented in words:
                _file(self.words, folded, accented, number)
            for (first, _), (second, _) in pairwise(words):
                _file(self.pairs, f"{first} {second}", ALL, number)
        for part in around:
            beside = words_of(part)
            for folded, _ in beside:
                _file(self.words, folded, AROUND, number)
            for (first, _), (second, _) in pairwise(beside):
                _file(self.pairs, f"{first} {second}", AROUND, number)
        return len(within)

    def files(self) -> tuple[list[tuple[str, bytes]], list[tuple[str, bytes]]]:
        """The files of words and those of pairs, each with the first key that it holds."""
        keyed = self.words | _beginnings(self.words)
        return list(_packed(keyed)), list(_packed(self.pairs))

    def common(self, many: int) -> list[str]:
        """So many folded words of texts, the most common first."""
        counted = [
            (-sum(len(numbers) for form, numbers in lists.items() if form != AROUND), folded)
            for folded, lists in self.words.items()
            if len(folded) > 1 and not folded.isdigit()
        ]
        return [folded for count, folded in sorted(counted)[:many] if count]


def _file(under: dict[str, dict[str, list[int]]], key: str, form: str, number: int) -> None:
    lists = under.get(key)
    if lists is None:
        lists = under[key] = {}
    found = lists.get(form)
    if found is None:
        lists[form] = [number]
    elif found[-1] != number:
        found.append(number)


def _beginnings(words: dict[str, dict[str, list[int]]]) -> dict[str, dict[str, list[int]]]:
    """For one and two letters (`t*`, `th*`): the records with a word that begins so.

    Longer beginnings have few words, which stand together in the files.
    """
    found: dict[str, dict[str, set[int]]] = {}
    for folded, lists in words.items():
        for length in (1, 2):
            if len(folded) >= length:
                own = found.setdefault(f"{folded[:length]}*", {})
                for form, numbers in lists.items():
                    own.setdefault(AROUND if form == AROUND else ALL, set()).update(numbers)
    return {
        key: {form: sorted(numbers) for form, numbers in own.items()} for key, own in found.items()
    }


def _packed(keyed: dict[str, dict[str, list[int]]]) -> Iterator[tuple[str, bytes]]:
    """Entries in the order of their keys as JavaScript compares texts, cut into files.

    An entry is: how many letters its key shares with the key before (none at a file's start), the
    rest of the key, the size of what follows, and for each list its form, its size and its bytes.
    """
    first, before, held = "", "", bytearray()
    for key in sorted(keyed, key=lambda key: key.encode("utf-16-be")):
        body = bytearray()
        for form, numbers in sorted(keyed[key].items()):
            coded = coded_list(numbers)
            body += _text(form) + coded_number(len(coded)) + coded
        if held and len(held) + len(body) > _FULL:
            yield first, bytes(held)
            before, held = "", bytearray()
        if not held:
            first = key
        shared = _shared(before, key)
        held += coded_number(shared) + _text(key[shared:]) + coded_number(len(body)) + body
        before = key
    if held:
        yield first, bytes(held)


def coded_list(numbers: Sequence[int]) -> bytes:
    """Rising numbers in the shortest of three ways: gaps, runs, or one bit for each number."""
    gaps = bytearray((0,))
    before = -1
    for number in numbers:
        gap = number - before - 1
        if gap < 128:
            gaps.append(gap)
        else:
            gaps += coded_number(gap)
        before = number
    if len(numbers) < 3:
        return bytes(gaps)
    runs = bytearray((1,))
    start = end = numbers[0]
    last = -1
    for number in (*numbers[1:], numbers[-1] + 2):  # one more, which ends the last run
        if number == end + 1:
            end = number
            continue
        runs += coded_number(start - last - 1) + coded_number(end - start)
        last = end
        start = end = number
        if len(runs) >= len(gaps):
            break
    shortest = min(gaps, runs, key=len)
    base = numbers[0]
    if (numbers[-1] - base) // 8 + 5 < len(shortest):
        bits = bytearray((numbers[-1] - base) // 8 + 1)
        for number in numbers:
            bits[(number - base) >> 3] |= 1 << ((number - base) & 7)
        whole = bytes((2,)) + coded_number(base) + bytes(bits)
        return min(bytes(shortest), whole, key=len)
    return bytes(shortest)


def coded_number(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    coded = bytearray()
    while number > 127:
        coded.append(number & 127 | 128)
        number >>= 7
    coded.append(number)
    return bytes(coded)


def coded_numbers(numbers: Iterable[int]) -> bytes:
    """Numbers one after another."""
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
