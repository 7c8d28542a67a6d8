# An agreement, and a comparison of two, as PDF files: Typst sets what layout and redline give.
# Hides: Typst, its fonts and standards, and how a text gets to it: as data, never as source.
# Refuses: a character that the fonts lack (Typst would leave a hole), fonts of the machine, the
# clock; to make a PDF that is not PDF/A-2a and PDF/UA-1.
"""Agreements and comparisons as PDF: tagged, archivable, the same bytes on every machine."""

from __future__ import annotations

import json
import os
import struct
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import typst

from macros.citing import cite
from macros.compare import FIELDS, FactChange
from macros.layout import (
    INDENT_CM,
    MARGINS_CM,
    PAPER_CM,
    SIZE,
    SMALL,
    SMALLEST,
    TITLE,
    Dress,
    Layout,
    Set,
    Signed,
    layout_of,
)
from macros.model import AS_SIGNED, Agreement, ClauseId, PartialDate
from macros.problem import EditorError
from macros.redline import EVENTS, Event, Pair, Shown
from macros.words import Run, runs

_HERE = Path(__file__).parent
DATA = _TEMPLATES, _FONTS = _HERE / "templates", _HERE / "fonts"
_FACES = ("Regular", "Bold", "Italic", "BoldItalic")
_STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]
_MEASURES = {
    "paper": PAPER_CM, "margins": MARGINS_CM, "indent": INDENT_CM,
    "size": SIZE, "small": SMALL, "smallest": SMALLEST, "title": TITLE,
}  # fmt: skip
_LONG = 900  # characters of a row that may go on to the next page
_COMPARED = "Bảng do máy so từ hai bản chép lại trong kho, không phải văn bản của đơn vị."


def agreement_pdf(agreement: Agreement) -> bytes:
    """The agreement as a printed document.

    Raises EditorError for a character that the fonts lack.
    """
    layout = layout_of(agreement)
    _refuse_unknown(agreement, layout)
    parts = [n for n, one in enumerate(layout.body) if one.dress is Dress.PART]
    body = [_values(one) for one in layout.body]
    for n, one in enumerate(body):
        one["enacts"] = bool(parts) and n == parts[-1]
    data = _values(layout) | {
        "name": _title_of(agreement, layout),
        "day": _day_of(agreement),
        "measures": _MEASURES,
        "body": body,
        "signed": [_values(one) for one in layout.signed],
        "issuer": list(zip(layout.issuer, layout.issuing, strict=True)),
        "enacted_at": parts[-1] if parts else None,
    }
    return _compiled("agreement.typ", data)


def comparison_pdf(pair: Pair) -> bytes:
    """The bảng so sánh of two editions: what changed in a table, what did not only counted.

    Raises EditorError as `agreement_pdf` does.
    """
    old, new = both = pair.old, pair.new
    for side in both:
        _refuse_unknown(side, layout_of(side))
    for shown in pair.shown:
        _refuse_text(new.data_path, "lý do", shown.reason)
    unit = new.unit.name if old.unit_id == new.unit_id else ""
    names = [_edition(each) if unit else f"{each.unit.name}, {_edition(each)}" for each in both]
    marks = {
        "BẢN THẢO": any(side.facts.draft for side in both),
        "DỮ LIỆU MẪU": any(side.unit.sample for side in both),
    }
    data = {
        "name": f"Bảng so sánh {names[0]} với {names[1]}" + (unit and f" – {unit}"),
        "day": _day_of(new),
        "measures": _MEASURES,
        "mark": " · ".join(mark for mark, holds in marks.items() if holds),
        "said": _COMPARED,
        "unit": unit,
        "old": names[0],
        "new": names[1],
        "summary": _summary(pair),
        "facts": [_fact(each) for each in pair.facts],
        "rows": [_row(shown) for shown in pair.shown if shown.number],
        "renumbered": [
            shown.sentence for shown in pair.shown if not shown.number and shown.change.renumbered
        ],
    }
    return _compiled("comparison.typ", data)


def can_set(agreement: Agreement) -> bool:
    """Whether the fonts have every character of an agreement, and of the reasons of its changes."""
    texts = (text for _, text in _texts(agreement, layout_of(agreement)))
    return not _unknown(*texts, *agreement.edition.reasons.values())


def _values(of: Set | Signed | Layout) -> dict[str, Any]:
    """What a dataclass holds by name, not what its values hold: `asdict` would copy every text."""
    return {each.name: getattr(of, each.name) for each in fields(of)}


def _edition(agreement: Agreement) -> str:
    words = agreement.period.words
    if agreement.version != AS_SIGNED:
        words += f", bản {PartialDate.parse(agreement.version).words}"
    elif len(agreement.versions) > 1:
        words += ", bản gốc"
    return f"{words} (bản thảo)" if agreement.facts.draft else words


def _summary(pair: Pair) -> str:
    counts = Counter(shown.event for shown in pair.shown)
    told = [f"{counts[event]} {EVENTS[event][1]}" for event in EVENTS if counts[event]]
    said = f"{len(pair.shown)} điều khoản: {', '.join(told)}."
    return said if set(counts) - {Event.SAME} else f"Không điều khoản nào khác. {said}"


def _fact(fact: FactChange) -> dict[str, Any]:
    written = runs(fact.old, fact.new) if fact.old and fact.new else ()
    return {
        "field": FIELDS[fact.field],
        "long": len(fact.old or "") + len(fact.new or "") > _LONG,
        "old": fact.old and (_one_side(written, "-") or [("-", fact.old)]),
        "new": fact.new and (_one_side(written, "+") or [("+", fact.new)]),
    }


def _one_side(written: Iterable[Run], mark: str) -> list[Run]:
    return [run for run in written if run[0] in ("=", mark)]


def _row(shown: Shown) -> dict[str, Any]:
    change = shown.change
    old, new = (" / ".join(c.label for c in side if c.label) for side in (change.old, change.new))
    place, before = shown.new_cited or shown.old_cited, shown.old_cited
    moved = change.old and change.new and before != place
    return {
        "number": shown.number,
        "long": sum(len(text) for _, text in change.words) > _LONG,
        "kind": shown.kind.capitalize(),
        "place": place,
        "before": before if moved else "",
        "reason": shown.reason,
        "old_label": [("=" if old == new else "-", old)] if old else [],
        "new_label": [("=" if old == new else "+", new)] if new else [],
        "old": _one_side(change.words, "-") if change.old else [],
        "new": _one_side(change.words, "+") if change.new else [],
    }


class _Own(threading.local):
    """What one thread sets with: a compiler serves one call at a time."""

    compiler: typst.Compiler | None = None


_OWN = _Own()


@cache
def _fonts() -> tuple[typst.Fonts, int]:
    """The four faces, and the process that they were first read in."""
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[_FONTS]
    )
    if len(fonts.fonts()) != len(_FACES):
        raise RuntimeError(f"macros/exchange/fonts/ must hold the {len(_FACES)} faces of Tinos")
    return fonts, os.getpid()


def _compiler() -> typst.Compiler:
    fonts, started_in = _fonts()
    if started_in != os.getpid():
        # Typst's own threads are not there in a forked process: it would wait for them for ever.
        raise RuntimeError("a process that was forked after the first PDF can make none: spawn it")
    if _OWN.compiler is None:
        # No package is asked for, and none could be found: the folder does not exist.
        nowhere = _HERE / "no-packages"
        _OWN.compiler = typst.Compiler(
            root=_TEMPLATES, font_paths=fonts, ignore_system_fonts=True,
            package_path=nowhere, package_cache_path=nowhere,
        )  # fmt: skip
    return _OWN.compiler


def _compiled(template: str, data: Mapping[str, Any]) -> bytes:
    pdf, warnings = _compiler().compile_with_warnings(
        _TEMPLATES / template,
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=_STANDARDS,
    )
    if warnings or not isinstance(pdf, bytes):
        raise RuntimeError(f"{template}: {[each.message for each in warnings]}")
    return pdf


def _title_of(agreement: Agreement, layout: Layout) -> str:
    name = f"{' '.join(layout.title)} – {agreement.unit.name}, {agreement.period.words}"
    return f"{name} (bản thảo)" if layout.draft else name


def _day_of(agreement: Agreement) -> tuple[int, int, int]:
    """The day that the file says it was made on: the agreement's, as the clock must not speak."""
    facts = agreement.facts
    value = facts.date.value if facts.date else None
    first = (value or PartialDate(agreement.period.start)).first
    return first.year, first.month, first.day


# --- what the fonts can show ---


@cache
def _characters() -> frozenset[str]:
    """The characters that every face has."""
    faces = [(_FONTS / f"Tinos-{face}.ttf").read_bytes() for face in _FACES]
    return frozenset(map(chr, frozenset.intersection(*map(_covered, faces))))


def _covered(font: bytes) -> frozenset[int]:
    """The characters of a TrueType font's table `cmap`, format 4: that is all that ours have."""
    (count,) = struct.unpack_from(">H", font, 4)
    tables = {font[at : at + 4]: at for at in range(12, 12 + 16 * count, 16)}
    (cmap,) = struct.unpack_from(">I", font, tables[b"cmap"] + 8)
    (at,) = struct.unpack_from(">I", font, cmap + 8)
    version, _, _, doubled = struct.unpack_from(">4H", font, cmap + at)
    if version != 4:
        raise RuntimeError(f"macros/exchange/fonts/: cmap of format {version}, not 4")
    ends = struct.unpack_from(f">{doubled // 2}H", font, cmap + at + 14)
    starts = struct.unpack_from(f">{doubled // 2}H", font, cmap + at + 16 + doubled)
    spans = (range(first, last + 1) for first, last in zip(starts, ends, strict=True))
    return frozenset(each for span in spans for each in span) - {0xFFFF}


def _unknown(*texts: str) -> set[str]:
    """The characters of texts that the fonts lack."""
    return set().union(*texts) - _characters()


def _refuse_unknown(agreement: Agreement, layout: Layout) -> None:
    texts = list(_texts(agreement, layout))
    if _unknown(*(text for _, text in texts)):
        cited = cite(agreement.page)
        for place, text in texts:
            if isinstance(place, Set):
                said = f"{cited[ClauseId(place.id)]} (mã {place.id})"
            else:
                said = place
            _refuse_text(agreement.path, said, text)


def _refuse_text(path: str, place: str, text: str) -> None:
    for character in text:
        if character not in _characters():
            raise EditorError(
                f"{path}: {place} có ký tự “{character}” (U+{ord(character):04X}) mà phông chữ "
                "của tệp PDF không có, nên không làm được tệp PDF. Hãy xem bản gốc in chữ gì "
                "ở chỗ này; nếu đúng là ký tự ấy, báo người giữ kho thêm phông."
            )


def _texts(agreement: Agreement, layout: Layout) -> Iterator[tuple[str | Set, str]]:
    """Each text that will be set, with the place that an editor knows it by, or its paragraph."""
    around = {
        "tên đơn vị": (agreement.unit.name,),
        "tên văn bản": layout.title,
        "phần đầu trang": (*layout.issuer, *layout.motto, layout.number, layout.place_and_date),
        "quyết định ban hành": (layout.issued_by,),
        "nơi nhận": (layout.recipients_heading, *layout.recipients),
        "bài báo": (layout.section, layout.published, *layout.report, layout.byline),
        "chữ ký": tuple(line for each in layout.signed for line in (*each.above, each.name)),
    }
    for place, lines in around.items():
        yield from ((place, line) for line in lines)
    for one in layout.body:
        cells = (cell for row in one.rows for cell in row)
        yield from ((one, text) for text in (one.label, one.text, *cells))
