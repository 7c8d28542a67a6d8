# Word's automatic numbers, as Word prints them.
# Hides: abstract lists and their instances, levels, overrides, restarts, formats of numbers.
# Refuses: to guess: a format that is not on the list prints digits and is named in `unknown`.
"""`Numbering`: the label of each numbered paragraph, asked for in the order of print."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace

from macros.foreign.elements import Element, child, name, value

_LEVELS = 9
_LONGEST_CHAIN = 12  # of styles that stand for lists
_MOST = 1_000_000
_LONGEST = 100  # characters of a label; Word allows some thirty
_PLACE = re.compile(r"%([1-9])")
_SYMBOLS = ("symbol", "wingdings", "webdings")
_OFF = ("0", "false", "off")
_ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        "m cm d cd c xc l xl x ix v iv i".split(),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """How the paragraphs of one level of a list are numbered."""

    form: str = "decimal"
    text: str = ""
    start: int = 1
    restart: int | None = None  # None: after any level above
    legal: bool = False
    style: str | None = None
    symbol: bool = False  # its font has pictures for letters
    hidden: bool = False


class Numbering:
    """The lists of one document and how far each has counted.

    Refuses nothing: a list or level that does not exist prints no label, as in Word.
    """

    def __init__(self, root: Element, list_of_style: Callable[[str], str | None]) -> None:
        """`list_of_style`: the list that a style of lists stands for."""
        parts = list(root) if root is not None else []
        self._abstract = {
            value(each, "abstractNumId") or "": each
            for each in parts
            if name(each) == "w:abstractNum"
        }
        self._numbers = {
            value(each, "numId") or "": each for each in parts if name(each) == "w:num"
        }
        self._list_of_style = list_of_style
        self._levels: dict[str, Mapping[int, _Level]] = {}
        self._roots: dict[str, str] = {}
        self._own: dict[str, Mapping[int, _Level]] = {}  # of abstract lists
        self._counted: dict[str, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()
        self.unknown: set[str] = set()

    def apart(self) -> Numbering:
        """The same lists, not yet counted: a text box or a note counts for itself."""
        other = copy(self)
        other._counted, other._begun = {}, set()  # noqa: SLF001 - of its own class
        return other

    def level_of(self, number: str, styles: Sequence[str]) -> int | None:
        """The level that belongs to the nearest of these styles; None where none does."""
        levels = self._levels_of(number)
        for style in styles:
            for depth, level in levels.items():
                if level.style == style:
                    return depth
        return None

    def label(self, number: str, depth: int) -> str:
        """Counts one paragraph of this list and level; what Word prints before it."""
        level = self._levels_of(number).get(depth)
        if level is None:
            return ""
        counted = self._counted.setdefault(self._root_of(number), [None] * _LEVELS)
        self._count(number, depth, counted)
        if level.hidden:
            return ""
        if level.form == "bullet":
            return _bullet(level)
        return self._printed(number, depth, counted).strip()

    def _count(self, number: str, depth: int, counted: list[int | None]) -> None:
        levels = self._levels_of(number)
        own = levels[depth]
        if (number, depth) not in self._begun:
            self._begun.add((number, depth))
            if self._override(number, depth) is not None:
                counted[depth] = None
        # A level that was skipped has begun by that: the next of its paragraphs is its second.
        for above in range(depth):
            if counted[above] is None and above in levels:
                counted[above] = levels[above].start
        before = counted[depth]
        counted[depth] = own.start if before is None else before + 1
        for deeper in range(depth + 1, _LEVELS):
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or depth < restart:
                counted[deeper] = None

    def _printed(self, number: str, depth: int, counted: Sequence[int | None]) -> str:
        levels = self._levels_of(number)
        own = levels[depth]

        def one(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            level = levels.get(at)
            if level is None or at > depth or level.form in ("bullet", "none"):
                return ""
            legal = own.legal and level.form != "decimalZero"
            count = counted[at]
            return self._number(0 if count is None else count, "decimal" if legal else level.form)

        return _PLACE.sub(one, own.text)

    def _number(self, count: int, form: str) -> str:
        if form not in _FORMS:
            self.unknown.add(form)
        return _FORMS.get(form, str)(count)

    def _root_of(self, number: str) -> str:
        if number not in self._roots:
            self._roots[number] = self._found_root(number)
        return self._roots[number]

    def _found_root(self, number: str) -> str:
        """The abstract list of a list, also through a style of lists."""
        seen: set[str] = set()
        while number not in seen and len(seen) < _LONGEST_CHAIN:
            seen.add(number)
            key = value(child(self._numbers.get(number), "w:abstractNumId")) or ""
            link = value(child(self._abstract.get(key), "w:numStyleLink"))
            following = self._list_of_style(link) if link else None
            if following is None:
                return key
            number = following
        return ""

    def _override(self, number: str, depth: int) -> int | None:
        for each in self._numbers.get(number, ()):
            if name(each) == "w:lvlOverride" and _int(value(each, "ilvl")) == depth:
                return _int(value(child(each, "w:startOverride")))
        return None

    def _levels_of(self, number: str) -> Mapping[int, _Level]:
        if number not in self._levels:
            self._levels[number] = self._read(number)
        return self._levels[number]

    def _read(self, number: str) -> Mapping[int, _Level]:
        own = list(self._numbers.get(number, ()))
        if not own:
            return {}
        root = self._root_of(number)
        if root not in self._own:
            self._own[root] = dict(_read_levels(self._abstract.get(root, ())))
        levels = dict(self._own[root])
        for each in own:
            depth = _int(value(each, "ilvl"))
            if name(each) != "w:lvlOverride" or depth is None:
                continue
            levels.update(_read_levels(each))
            start = _int(value(child(each, "w:startOverride")))
            if start is not None and depth in levels:
                levels[depth] = replace(levels[depth], start=start)
        return levels


def _read_levels(parent: Element) -> list[tuple[int, _Level]]:
    found = []
    for each in parent:
        depth = _int(value(each, "ilvl")) if name(each) == "w:lvl" else None
        if depth is not None and 0 <= depth < _LEVELS:
            found.append((depth, _read_level(each)))
    return found


def _read_level(element: Element) -> _Level:
    form = child(element, "w:numFmt")
    if form is None:  # a format of its own, with the nearest known one beside it
        form = child(element, "mc:AlternateContent", "mc:Fallback", "w:numFmt")
    fonts = child(element, "w:rPr", "w:rFonts")
    named = (value(fonts, "ascii") or value(fonts, "hAnsi") or "").lower()
    legal, vanish = child(element, "w:isLgl"), child(element, "w:rPr", "w:vanish")
    start = _int(value(child(element, "w:start")))
    return _Level(
        form=value(form) or "decimal",
        text=(value(child(element, "w:lvlText")) or "")[:_LONGEST],
        start=0 if start is None else start,
        restart=_int(value(child(element, "w:lvlRestart"))),
        legal=legal is not None and value(legal) not in _OFF,
        style=value(child(element, "w:pStyle")),
        symbol=named.startswith(_SYMBOLS) or child(element, "w:lvlPicBulletId") is not None,
        hidden=vanish is not None and value(vanish) not in _OFF,
    )


def _bullet(level: _Level) -> str:
    text = level.text.strip()
    pictures = any("\ue000" <= letter <= "\uf8ff" for letter in text)
    return "-" if text and (level.symbol or pictures) else text


def _int(text: str | None) -> int | None:
    """A number within reason; None for anything else, also where there is none."""
    if text is None or not re.fullmatch(r"-?[0-9]{1,7}", text):
        return None
    return max(-_MOST, min(int(text), _MOST))


def _letter(count: int) -> str:
    """After z Word prints aa, bb, cc."""
    if not 0 < count <= 26 * 30:
        return str(count)
    times, at = divmod(count - 1, 26)
    return chr(ord("a") + at) * (times + 1)


def _roman(count: int) -> str:
    if not 0 < count < 4000:
        return str(count)
    text = ""
    for worth, letters in _ROMAN:
        text += letters * (count // worth)
        count %= worth
    return text


_FORMS: Mapping[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": "{:02d}".format,
    "lowerLetter": _letter,
    "upperLetter": lambda count: _letter(count).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda count: _roman(count).upper(),
    "none": lambda _: "",
    "bullet": lambda _: "",
    "numberInDash": "- {} -".format,
}
