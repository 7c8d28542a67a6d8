# How Word sets a paragraph and its letters: styles, their chains and what stands beside them.
# Hides: which of style, parent style, defaults and direct form wins.
# Refuses: what print does not need: sizes, colours, spacing, conditional table styles.
"""`Styles`: bold, italic, hidden, centred, heading level, list and borders as Word resolves them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from macros.foreign.elements import Element, child, name, value

_OFF = ("0", "false", "off")
_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_SIDES = {"start": "left", "end": "right"}
_LONGEST_CHAIN = 12  # Word itself allows ten
_UNDRAWN = (None, "none", "nil")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """How a run of letters is set."""

    bold: bool = False
    italic: bool = False
    capitals: bool = False
    hidden: bool = False
    shifted: bool = False  # above or below the line


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a paragraph is set. `number`: its list, "" for none; `depth`: its level, where said."""

    style: str
    chain: tuple[str, ...]
    centred: bool = False
    level: int = 0
    number: str = ""
    depth: int | None = None


_TOGGLES = {"bold": "w:b", "italic": "w:i", "capitals": "w:caps", "hidden": "w:vanish"}


def is_on(element: Element | None) -> bool | None:
    """What an on-off element says; None where it is not there."""
    return None if element is None else value(element) not in _OFF


def _is_shifted(form: Element | None) -> bool | None:
    """Whether letters are set above or below the line; None where nothing is said."""
    said = value(child(form, "w:vertAlign"))
    return None if said is None else said in ("superscript", "subscript")


class Styles:
    """The styles of one document. `fonts`: the names of all fonts that were asked for."""

    def __init__(self, root: Element | None) -> None:
        styles = [each for each in root if name(each) == "w:style"] if root is not None else []
        self._styles = {value(each, "styleId") or "": each for each in styles}
        self._default = {
            value(each, "type") or "": value(each, "styleId") or ""
            for each in styles
            if value(each, "default") not in (None, *_OFF)
        }
        self._defaults = child(root, "w:docDefaults")
        self._looks: dict[str, Look] = {}
        self._toggles: dict[str, Mapping[str, bool]] = {}
        self._letters: dict[tuple[str, str], Letters] = {}
        self.fonts: set[str] = set()
        self._note_fonts(child(self._defaults, "w:rPrDefault", "w:rPr"))

    def look(self, form: Element | None) -> Look:
        """How a paragraph with these properties (w:pPr) is set."""
        named = value(child(form, "w:pStyle")) or self._default.get("paragraph", "")
        if named not in self._looks:
            self._looks[named] = self._look(named)
        look = self._looks[named]
        return look if form is None else _with(look, [form])

    def letters(self, style: str, form: Element | None) -> Letters:
        """How a run with these properties (w:rPr) is set in a paragraph of this style."""
        named = value(child(form, "w:rStyle")) or ""
        if (style, named) not in self._letters:
            self._letters[style, named] = self._resolved(style, named)
        letters = self._letters[style, named]
        if form is None:
            return letters
        self._note_fonts(form)
        own = {key: is_on(child(form, tag)) for key, tag in _TOGGLES.items()}
        own["shifted"] = _is_shifted(form)
        if all(each is None for each in own.values()):
            return letters
        return Letters(
            **{key: getattr(letters, key) if on is None else on for key, on in own.items()}
        )

    def list_of(self, style: str) -> str | None:
        """The list that a style (of lists or paragraphs) is numbered by."""
        return value(child(self._styles.get(style), "w:pPr", "w:numPr", "w:numId"))

    def is_ruled(self, table: Element) -> bool:
        """Whether a table's lines are drawn, and not only the one below a heading."""
        form = child(table, "w:tblPr")
        named = value(child(form, "w:tblStyle")) or self._default.get("table", "")
        drawn: dict[str, bool] = {}
        for each in (*reversed([s for _, s in self._chain(named)]), table):
            drawn.update(_borders(child(each, "w:tblPr", "w:tblBorders")))
        if sum(drawn.values()) >= 3 or (named == "TableGrid" and not drawn):
            return True
        cells = [child(cell, "w:tcPr", "w:tcBorders") for row in table for cell in row]
        ruled = [sum(_borders(each).values()) >= 2 for each in cells if each is not None]
        return len(ruled) > 0 and all(ruled)

    def _chain(self, style: str) -> Iterator[tuple[str, Element]]:
        seen: set[str] = set()
        while style in self._styles and style not in seen and len(seen) < _LONGEST_CHAIN:
            seen.add(style)
            yield style, self._styles[style]
            style = value(child(self._styles[style], "w:basedOn")) or ""

    def _look(self, named: str) -> Look:
        chain = list(self._chain(named))
        forms = [child(self._defaults, "w:pPrDefault", "w:pPr")]
        forms += [child(each, "w:pPr") for _, each in reversed(chain)]
        look = _with(Look(style=named, chain=tuple(key for key, _ in chain)), forms)
        if look.level or any(child(each, "w:outlineLvl") is not None for each in forms):
            return look
        names = (value(child(each, "w:name")) or "" for _, each in chain)
        level = next((int(found[1]) for each in names if (found := _HEADING.fullmatch(each))), 0)
        return Look(
            style=look.style, chain=look.chain, centred=look.centred, level=level,
            number=look.number, depth=look.depth,
        )  # fmt: skip

    def _resolved(self, style: str, named: str) -> Letters:
        """What styles alone say: those of paragraph and letters undo each other (17.7.3)."""
        default = child(self._defaults, "w:rPrDefault", "w:rPr")
        chains = [
            [self._toggles_of(key) for key, _ in self._chain(each)] for each in (style, named)
        ]

        def on(key: str) -> bool:
            both = [next((own[key] for own in chain if key in own), False) for chain in chains]
            return bool(is_on(child(default, _TOGGLES[key]))) or both[0] != both[1]

        # No toggle: the nearest word counts, that of the letters' style before the paragraph's.
        forms = [child(e, "w:rPr") for each in (named, style) for _, e in self._chain(each)]
        said = (_is_shifted(each) for each in (*forms, default))
        shifted = next((each for each in said if each is not None), False)
        return Letters(**{key: on(key) for key in _TOGGLES}, shifted=shifted)

    def _toggles_of(self, style: str) -> Mapping[str, bool]:
        """What a style says itself."""
        if style not in self._toggles:
            form = child(self._styles[style], "w:rPr")
            self._note_fonts(form)
            own = {key: is_on(child(form, tag)) for key, tag in _TOGGLES.items()}
            self._toggles[style] = {key: on for key, on in own.items() if on is not None}
        return self._toggles[style]

    def _note_fonts(self, form: Element | None) -> None:
        fonts = child(form, "w:rFonts")
        if fonts is not None:
            self.fonts |= {each for key in ("ascii", "hAnsi") if (each := value(fonts, key))}


def _with(look: Look, forms: list[Element | None]) -> Look:
    """A look after paragraph properties, the last the strongest."""
    centred, level, number, depth = look.centred, look.level, look.number, look.depth
    for form in forms:
        if form is None:
            continue
        for each in form:
            kind, said = name(each), value(each) or ""
            if kind == "w:jc":
                centred = said == "center"
            elif kind == "w:outlineLvl":
                level = int(said) + 1 if said in set("012345678") else 0
            elif kind == "w:numPr":
                own = value(child(each, "w:ilvl"))
                depth = int(own) if own in set("012345678") else depth
                listed = value(child(each, "w:numId"))
                if listed is not None:
                    number = "" if listed == "0" else listed
                    depth = depth if own else None
    return Look(
        style=look.style, chain=look.chain, centred=centred, level=level, number=number,
        depth=depth,
    )  # fmt: skip


def _borders(element: Element | None) -> Mapping[str, bool]:
    """Each side that is named, and whether its line is drawn."""
    if element is None:
        return {}
    found = {}
    for each in element:
        side = name(each).removeprefix("w:")
        found[_SIDES.get(side, side)] = value(each) not in _UNDRAWN
    return found
