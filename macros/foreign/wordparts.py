# What single elements of a Word file say, whatever document they stand in.
# Hides: wrappers, drawings in two forms, spans of cells, codes of fonts that have signs for letters.
# Refuses: styles, numbers, changes: those need the document.
"""`flat`, `chosen`, `placed`: what is in an element; `text_of`, `words_in`, `sign`: its letters.

`unheard` finds the letters that a reader has passed by.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from macros.foreign.elements import Element, child, name, value, within

_WRAPPERS = {
    "w:sdt", "w:sdtContent", "w:customXml", "w:smartTag", "w:hyperlink", "w:bdo", "w:dir",
}  # fmt: skip
_TEXTS = ("w:t", "w:delText", "m:t")
LETTERED = (*_TEXTS, "a:t")
# What the fonts Symbol and Wingdings draw for a code that is no letter.
_DRAWN = {
    0xF02D: "-", 0xF0B7: "•", 0xF0A7: "▪", 0xF0D8: "➢", 0xF0FC: "✓", 0xF0FB: "✗", 0xF06F: "□",
    0xF0A8: "□", 0xF0FE: "☑", 0xF0FD: "☒", 0xF0E0: "→", 0xF0DE: "⇒", 0xF0B3: "≥", 0xF0A3: "≤",
}  # fmt: skip
PRIVATE = re.compile("[\uf000-\uf0ff]")
UNKNOWN_SIGN = "\ufffd"


def flat(parent: Element) -> Iterator[Element]:
    """The blocks, rows or cells in an element, and tracked changes, without what wraps them."""
    for each in parent:
        kind = name(each)
        if kind in _WRAPPERS:
            yield from flat(each)
        elif kind == "mc:AlternateContent":
            yield from flat(chosen(each))
        else:
            yield each


def chosen(element: Element) -> Element:
    """Of a drawing in several forms the one that Word of today shows: the first; () for none.

    A first form without words gives way to one that has some: no word may hide behind it.
    """
    forms = [each for each in element if name(each) in ("mc:Choice", "mc:Fallback")]
    forms.sort(key=lambda each: name(each) == "mc:Fallback")
    lettered = (each for each in forms if any(has_words(text) for text in within(each, *LETTERED)))
    return next(lettered, forms[0] if forms else ())


def has_words(text: Element) -> bool:
    """Whether an element of letters has more than white space."""
    return bool((text.text or "").strip())


def unheard(root: Element, heard: set[Element]) -> Iterator[Element]:
    """The elements of letters that nobody has heard.

    Other forms of a drawing are passed over only where its chosen form said all their words.
    """
    # An element, whether it is in a form not chosen, and what the outermost drawing has said.
    waiting: list[tuple[Element, bool, frozenset[str] | None]] = [(root, False, None)]
    while waiting:
        element, other, said = waiting.pop()
        kind = name(element)
        silent = kind in LETTERED and element not in heard and has_words(element)
        if silent and not (other and said and said.issuperset(element.text.split())):
            yield element
        if kind != "mc:AlternateContent":
            waiting += [(each, other, said) for each in reversed(element)]
            continue
        own = chosen(element)
        if said is None:
            texts = [each for each in within(element, *LETTERED) if each in heard]
            said = frozenset(word for each in texts for word in (each.text or "").split())
        waiting += [(each, other or each is not own, said) for each in reversed(element)]


def placed(row: Element, inside: Iterable[Element]) -> Iterator[tuple[int, Element]]:
    """The cells of a row, each with the column of the table at which it begins."""
    at = _count(child(row, "w:trPr", "w:gridBefore"), 0)
    for cell in inside:
        if name(cell) == "w:tc":
            yield at, cell
            at += max(1, _count(child(cell, "w:tcPr", "w:gridSpan"), 1))


def _count(element: Element | None, otherwise: int) -> int:
    said = value(element) or ""
    return int(said) if re.fullmatch(r"[0-9]{1,4}", said) else otherwise


def text_of(element: Element) -> str:
    """The letters of w:t: Word drops white space at its ends unless it is to be kept."""
    text = re.sub(r"[\r\n]", " ", element.text or "")
    space = element.get("{http://www.w3.org/XML/1998/namespace}space")
    return text if space == "preserve" else text.strip(" \t")


def symbol_of(element: Element) -> str:
    code = value(element, "char") or ""
    if not re.fullmatch(r"[0-9A-Fa-f]{4}", code):
        return UNKNOWN_SIGN
    letter = chr(int(code, 16))
    # The same code is written with and without the F000 that marks the font's own signs.
    own = letter if letter >= "\uf000" else chr(0xF000 + int(code, 16))
    return own if PRIVATE.match(own) else UNKNOWN_SIGN


def sign(letter: str) -> str:
    """The sign that Symbol or Wingdings print for one of their codes, or UNKNOWN_SIGN."""
    return _DRAWN.get(ord(letter), UNKNOWN_SIGN)


def words_in(element: Element, heard: set[Element] | None = None) -> str:
    """All letters in an element, a line for each paragraph, whatever has become of them.

    `heard` takes the elements whose letters are told by that.
    """
    lines = "".join(_letters(element, set() if heard is None else heard)).split("\n")
    return "\n".join(line for line in lines if line.strip())


def _letters(element: Element, heard: set[Element]) -> Iterator[str]:
    for each in element:
        kind = name(each)
        if kind in _TEXTS:
            heard.add(each)
            yield text_of(each)
        elif kind == "mc:AlternateContent":
            yield from _letters(chosen(each), heard)
        else:
            yield "\n" if kind == "w:p" else ""
            yield from _letters(each, heard)
