# Nothing is lost: what goes in comes out, word for word (DESIGN, promise 3).
# Hides: what a word is here, and how the place of a missing one is found.
# Refuses: tolerance. Only the listed noise and the bars of tables are no words.
"""The words of a manuscript against those of a page, its facts and what was left out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from macros.importing.looks import folded
from macros.manuscript import LeftOut, Printed
from macros.model import Page, TextState

# Each run of letters or digits, each mark by itself: labels may be parted from words or not.
_TOKENS = re.compile(r"\w+|[^\w\s]")


def lacking(
    lines: Iterable[Printed], texts: Sequence[str], out: Sequence[str], noise: re.Pattern[str]
) -> list[LeftOut]:
    """The words of `lines` that `texts` and `out` lack, by line; then those that they add."""
    given = Counter(_TOKENS.findall("\n".join([*texts, *(_bare(text, noise) for text in out)])))
    whole = "\n".join([*texts, *out])
    bare = [(line, _bare(f"{line.label} {line.text}", noise)) for line in lines]
    lost: list[LeftOut] = []
    # A line that stands whole in the draft takes its words first: what is left names the place.
    for line, text in sorted(bare, key=lambda pair: pair[1] not in whole):
        missing = []
        for token in _TOKENS.findall(text):
            if given[token]:
                given[token] -= 1
            else:
                missing.append(token)
        if missing:
            lost.append(LeftOut(" ".join(missing), line.place, "không có trong trang, dữ kiện"))
    if extra := " ".join(given.elements()):
        lost.append(LeftOut(extra, "trang hay dữ kiện", "không có trong tệp"))
    return lost


def barred(text: str) -> bool:
    """Whether a line is a row between table bars."""
    bare = text.strip()
    return len(bare) > 1 and bare.startswith("|") and bare.endswith("|")


def page_texts(page: Page) -> Iterator[str]:
    """All that a page prints."""
    yield from page.title
    yield from page.report
    yield from (f"{clause.label} {clause.text}" for clause in page.clauses)


def fact_texts(facts: Mapping[str, Any]) -> Iterator[str]:
    """All that the facts of a version hold as printed, each once."""
    yield from facts.get("issuer", ())
    yield from facts.get("motto", ())
    # What a report says of number and date is quoted from its text.
    named = () if facts.get("text") == TextState.REPORT_ONLY else ("number", "place", "date")
    yield from (facts[key]["printed"] for key in (*named, "issued_by") if key in facts)
    for signature in facts.get("signatures", ()):
        yield from signature["lines"]
    if block := facts.get("recipients"):
        yield from (block["heading"], *block.get("lines", ()))
    around = facts.get("report", {})
    yield from (each["printed"] if isinstance(each, dict) else each for each in around.values())


def _bare(text: str, noise: re.Pattern[str]) -> str:
    text = noise.sub("", text)
    if barred(text):
        text = text.replace("|", " ") if re.search(r"\w", text) else ""
    return folded(text)
