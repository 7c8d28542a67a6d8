# Texts as words: the measure of every comparison.
# Hides: what a word is, how two texts are aligned, and which of all correct alignments is readable.
# Refuses: to lose a character of either text.
"""What two texts have in common, word by word.

A word is a Vietnamese syllable, or a number with the marks inside it (`5.000.000`, `30/8/2013`,
`2022-2023`); every other mark stands for itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Literal
from unicodedata import normalize

from rapidfuzz.distance import LCSseq

Op = Literal["=", "-", "+"]
Run = tuple[Op, str]
Couples = Counter[tuple[str, str]]

# The combining marks keep the syllables of a text that is not NFC whole.
_WORD = r"\d+(?:[.,/-]\d+)*|[\w\u0300-\u036f]+"
_WORDS = re.compile(_WORD)
_TOKENS = re.compile(rf"\s*(?:{_WORD}|/\.|[^\w\s])|\s+\Z")
_SHORT = 4  # two changes swallow no more common words than these between them
_LITTLE = 5  # texts that have less than a fifth of their words in common stand one after the other
_SENTENCE_ENDS = frozenset(".;:!?…")


def words(text: str) -> list[str]:
    """The words of a text in small letters, without marks."""
    return _WORDS.findall(text.casefold())


class Letters(dict[str, str]):
    """Writes each word as one letter: texts become strings, which compare fast."""

    def __missing__(self, word: str) -> str:
        self[word] = letter = chr(len(self))
        return letter

    def of(self, written: Iterable[str]) -> str:
        """One letter a word; the same letter for equal words only."""
        return "".join(map(self.__getitem__, written))


def couples(letters: str) -> Couples:
    """How often two words stand side by side: what is common by chance is seldom a couple."""
    return Counter(pairwise(letters))


def share(own: Couples, other: Couples) -> float:
    """How much of its own another text has, from 0 to 1; of two words or fewer nothing."""
    common = sum(min(own[couple], other[couple]) for couple in own.keys() & other.keys())
    return common / own.total() if len(own) > 1 else 0


def alike(old: str, new: str) -> bool:
    """Nothing differs but white space and Unicode form."""
    if old == new:
        return True
    bare_old, bare_new = ("".join(normalize("NFC", text).split()) for text in (old, new))
    return bare_old == bare_new


def runs(old: str, new: str) -> tuple[Run, ...]:
    """How `new` is made of `old`, in runs that a person can read.

    `=` and `-` join to exactly `old`, `=` and `+` to exactly `new`; `-` stands before `+`. With
    the texts exchanged the runs are the same with `-` and `+` exchanged.
    """
    if old == new:
        return (("=", old),) if old else ()
    if not (old and new):
        return (("-", old),) if old else (("+", new),)
    # A space before each text makes its first word like any other.
    a, b = _TOKENS.findall(f" {old}"), _TOKENS.findall(f" {new}")
    # Which of several longest alignments is found depends on what comes first: the lesser text.
    if old < new:
        commons = _Alignment(a, b).commons
    else:
        commons = [_Common(each.b, each.a, each.size) for each in _Alignment(b, a).commons]
    return tuple(_unspaced(list(_written(commons, a, b))))


def _written(commons: list[_Common], a: list[str], b: list[str]) -> Iterator[Run]:
    end = _Common(len(a), len(b), 0)
    for common, after in pairwise([*commons, end]):
        pieces: tuple[tuple[Op, list[str]], ...] = (
            ("=", a[common.a : common.a_end]),
            ("-", a[common.a_end : after.a]),
            ("+", b[common.b_end : after.b]),
        )
        yield from ((op, "".join(piece)) for op, piece in pieces if piece)


def _unspaced(spaced: list[Run]) -> list[Run]:
    """Take the space before either text away again."""
    (op, first), (after, second) = spaced[:2]
    if op == "=":
        return [(op, first[1:]), *spaced[1:]]
    gap = " " if after == "=" else ""  # both began with the word after this run
    return [(op, first[1:] + gap), (after, second[1:]), *spaced[2:]]


@dataclass(slots=True)
class _Common:
    """`size` tokens that stand in both texts: from `a` on in the first, from `b` on in the second."""

    a: int
    b: int
    size: int

    @property
    def a_end(self) -> int:
        return self.a + self.size

    @property
    def b_end(self) -> int:
        return self.b + self.size


class _Alignment:
    """What two lists of tokens have in common, in order.

    The first of `commons` begins both texts and the last ends both, with no tokens where need be.
    """

    def __init__(self, a: list[str], b: list[str]) -> None:
        self.a, self.b = a, b
        letters = Letters()
        blocks = LCSseq.editops(letters.of(a), letters.of(b)).as_matching_blocks()
        self.commons = [_Common(block.a, block.b, block.size) for block in blocks if block.size]
        first, last = _Common(0, 0, 0), _Common(len(a), len(b), 0)
        if not self.commons or self.commons[0].a or self.commons[0].b:
            self.commons.insert(0, first)
        if (self.commons[-1].a_end, self.commons[-1].b_end) != (last.a, last.b):
            self.commons.append(last)
        self._weights = tuple(
            list(accumulate((token.strip()[:1].isalnum() for token in text), initial=0))
            for text in (a, b)
        )
        self._absorb()
        if _LITTLE * sum(map(self._weight, self.commons)) < min(each[-1] for each in self._weights):
            self.commons = [first, last]  # one text after the other
            return
        for before, after in pairwise(self.commons):
            self._tighten(before, after)
            self._slide(before, after)

    def _weight(self, common: _Common) -> int:
        return self._weights[0][common.a_end] - self._weights[0][common.a]

    def _gap(self, before: _Common, after: _Common) -> int:
        """How many words stand between, in the text that has more."""
        a, b = self._weights
        return max(a[after.a] - a[before.a_end], b[after.b] - b[before.b_end])

    def _absorb(self) -> None:
        """Give up what is common but short, and shorter than the changes on both sides of it."""
        while True:
            commons = self.commons
            short = [
                (weight, place)
                for place in range(1, len(commons) - 1)
                if (weight := self._weight(commons[place])) <= _SHORT
                and weight <= self._gap(commons[place - 1], commons[place])
                and weight <= self._gap(commons[place], commons[place + 1])
            ]
            if not short:
                return
            del commons[min(short)[1]]

    def _tighten(self, before: _Common, after: _Common) -> None:
        """Take equal words at the ends of a change out of it: giving up may leave some."""
        a, b = self.a, self.b
        while (
            before.a_end < after.a and before.b_end < after.b and a[before.a_end] == b[before.b_end]
        ):
            before.size += 1
        while (
            before.a_end < after.a and before.b_end < after.b and a[after.a - 1] == b[after.b - 1]
        ):
            after.a, after.b, after.size = after.a - 1, after.b - 1, after.size + 1

    def _slide(self, before: _Common, after: _Common) -> None:
        """Let what was only put in, or only left out, begin and end where a sentence does."""
        if before.a_end == after.a:
            text, start, end = self.b, before.b_end, after.b
        elif before.b_end == after.b:
            text, start, end = self.a, before.a_end, after.a
        else:
            return
        back = ahead = 0
        kept = 0 if before is self.commons[0] else 1
        while before.size - back > kept and text[start - back - 1] == text[end - back - 1]:
            back += 1
        kept = 0 if after is self.commons[-1] else 1
        while after.size - ahead > kept and text[start + ahead] == text[end + ahead]:
            ahead += 1
        by = max(
            range(-back, ahead + 1),
            key=lambda by: (_border(text, start + by) + _border(text, end + by), by),
        )
        before.size += by
        after.a, after.b, after.size = after.a + by, after.b + by, after.size - by


def _border(text: Sequence[str], place: int) -> int:
    """How well a run can begin or end before this token."""
    if place in (0, len(text)) or text[place - 1][-1] in _SENTENCE_ENDS:
        return 2
    return int(text[place - 1][-1] == ",")
