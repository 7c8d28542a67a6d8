# What is printed before a clause: `I.`, `2.`, `a)`, `-`, `Điều 5.`.
# Hides: the many ways units write numbers, and which of them form one level.
# Refuses: renumbering. A label is only ever read here.
"""Reading of printed labels: their style, their number, and their place in a citation.

The hierarchy Phần, Chương, Mục, Điều, khoản, điểm and the letters of a điểm
(`a b c d đ e g h i k …`, no f j w z) are those of Nghị định 30/2020/NĐ-CP, Phụ lục I.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

LETTERS = "abcdđeghiklmnopqrstuvxy"
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
_ROMAN_FORM = re.compile(r"m{0,3}(cm|cd|d?c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})")
_END = r"\s*[.:)/-]*"
_WORD = re.compile(
    r"(phần|chương|tiểu mục|mục|điều|khoản|điểm|phụ lục)\s+(thứ\s+)?(\w+)" + _END, re.IGNORECASE
)
_DASHES = re.compile(r"[-–—+•*●▪◦]+(?:\s+[-–—+•*●▪◦]+)*")
_DOUBLED = re.compile(r"(?:\(\s*)?(\d{1,6})(?:\)[.)]*\s*|[.)]+\s+)\(?\1[.)]*")
_DECIMAL = re.compile(r"(\d{1,6}(?:\.\d{1,6})+)\s*([.:)/-]*)")
_SIMPLE = re.compile(r"(\(?)\s*(\d{1,6}|[a-zđ]+)\s*([.:)/-]*)", re.IGNORECASE)
_NUMBER_WORDS = [
    "nhất",
    "hai",
    "ba",
    "tư",
    "năm",
    "sáu",
    "bảy",
    "tám",
    "chín",
    "mười",
]  # "thứ nhất", "thứ tư": the usual ordinals
_DASH_WORDS = {
    **dict.fromkeys("-–—", "gạch đầu dòng"),
    "+": "dấu cộng",
    "*": "dấu sao",
}
# From the widest to the narrowest part that a citation names.
_RANKS = ("mục", "tiểu mục", "điều", "khoản", "điểm", "tiết")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a label.

    `style` is equal for labels that stand at one level; `number` is None for dashes.
    `word` names the level in a citation (`khoản`, `mục`, `Điều`, …), `shown` what follows it.
    """

    style: str
    number: int | None
    word: str
    shown: str

    @property
    def shape(self) -> str:
        """The style without its punctuation: a `3` among `1.` `2.` is a fault of the print."""
        return self.style.rstrip(".:)/-") or self.style

    @property
    def spelled(self) -> bool:
        """Whether the print itself names the level (`Khoản 2.`)."""
        return self.style == self.word.lower()


def roman(text: str) -> int | None:
    """The value of a Roman numeral of either case, or None."""
    text = text.lower()
    if not text or not _ROMAN_FORM.fullmatch(text):
        return None
    values = [_ROMAN[letter] for letter in text]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < after else value for value, after in pairs)


def ordinal(number: int) -> str:
    """`thứ nhất`, `thứ hai`, … as it follows a repeated label in a citation."""
    return f"thứ {_NUMBER_WORDS[number - 1]}" if number <= len(_NUMBER_WORDS) else f"thứ {number}"


@lru_cache(maxsize=1024)
def narrower(word: str, above: tuple[str, ...]) -> str:
    """What a level is called below the levels `above`: a `khoản` inside a khoản is a `điểm`."""
    if word not in _RANKS:
        return word
    taken = [_RANKS.index(each.lower()) for each in above if each.lower() in _RANKS]
    rank = max([_RANKS.index(word), *(each + 1 for each in taken)])
    rank += rank == _RANKS.index("điều")  # only print makes a Điều
    return _RANKS[min(rank, len(_RANKS) - 1)]


def choose(label: str, before: Sequence[Reading]) -> tuple[Reading, int]:
    """The likeliest reading after the readings `before`, and which of those it stands beside.

    `I.` is the letter after `H.`; a `3` continues `1.` `2.`; a style that nothing before has
    stands beside none: `len(before)`.
    """
    known, continued = None, None
    for option in readings(label):
        for place, last in enumerate(before):
            follows = option.number == (None if last.number is None else last.number + 1)
            if option.style == last.style:
                if follows:
                    return option, place
                known = known or (option, place)
            elif follows and option.shape == last.shape and option.number is not None:
                continued = continued or (option, place)
    return known or continued or (readings(label)[0], len(before))


@lru_cache(maxsize=4096)
def readings(label: str) -> tuple[Reading, ...]:
    """All ways to read `label`, the likeliest first; never empty.

    `I.` is first the Roman one and then the letter; `C.` only the letter, because no
    agreement has a hundred sections.
    """
    label = label.strip()
    if match := _WORD.fullmatch(label):
        word, shown = match[1].lower(), match[3]
        if shown.isdecimal() and len(shown) < 7:
            number: int | None = int(shown)
        elif match[2]:
            number = (
                _NUMBER_WORDS.index(shown.lower()) + 1 if shown.lower() in _NUMBER_WORDS else None
            )
            shown = f"thứ {shown.lower()}"
        else:
            number = roman(shown) or _letter(shown)
        cited = word.capitalize() if word in ("phần", "chương", "điều", "phụ lục") else word
        return (Reading(word, number, cited, shown),)
    if _DASHES.fullmatch(label):
        marks = "".join(label.split())
        return (Reading(marks, None, _DASH_WORDS.get(marks[0], "dấu chấm đầu dòng"), ""),)
    if match := _DOUBLED.fullmatch(label):
        return (Reading("1.", int(match[1]), "khoản", match[1]),)
    if match := _DECIMAL.fullmatch(label):
        parts = match[1].split(".")
        style = ".".join("1" * len(parts)) + match[2]
        return (Reading(style, int(parts[-1]), "khoản" if len(parts) == 2 else "điểm", match[1]),)
    if match := _SIMPLE.fullmatch(label):
        before, body, after = match[1], match[2], match[3]
        found: list[Reading] = []
        if body.isdecimal():
            return (Reading(f"{before}1{after}", int(body), "khoản", body),)
        value, upper = roman(body), body.isupper()
        if value is not None and (len(body) > 1 or body.lower() in "ivx"):
            shape = "I" if upper else "i"
            found.append(Reading(before + shape + after, value, "mục" if upper else "điểm", body))
        if (place := _letter(body)) is not None:
            shape = "A" if upper else "a"
            found.append(Reading(before + shape + after, place, "mục" if upper else "điểm", body))
        if found:
            return tuple(found)
    return (Reading(re.sub(r"\d+", "1", label), None, "đoạn", f"“{label.rstrip(' .:')}”"),)


def _letter(text: str) -> int | None:
    place = LETTERS.find(text.lower()) if len(text) == 1 else -1
    return place + 1 if place >= 0 else None
