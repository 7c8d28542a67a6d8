# What a difference of words means: a slip of form, or another matter.
# Hides: how near two spellings are, and when an id is used for something else.
# Refuses: to understand. Words that turn or count are listed; else only letters and ids speak.
"""Whether a change stays in the form (V107), and whether a clause still is the same matter (V115)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from rapidfuzz.distance import Indel

from macros.model import Clause, Page
from macros.words import Run, words

# Of two different clauses 98 pairs in 100 are less alike; but an amended one may be so too.
_UNLIKE = 0.3
_LIKE = 0.8
_FEW = 5  # a text of fewer words says too little of what it is about
# Words that turn a sentence or count something: never a slip of form, however small.
_WEIGHTY = frozenset(
    "không chưa chẳng đừng cấm trừ phải được bị chỉ cần nên một hai ba bốn tư năm lăm sáu bảy tám"
    " chín mười mươi trăm nghìn triệu tỷ tỉ rưỡi nửa".split()
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def counts(runs: tuple[Run, ...]) -> bool:
    """Whether a number changed."""
    old, new = (_NUMBER.findall("".join(t for op, t in runs if op != other)) for other in "+-")
    return old != new


def beyond_form(runs: tuple[Run, ...]) -> tuple[str, str] | None:
    """The first place that differs by more than a slip of form: what stood and what stands there.

    Slips are marks, capitals and joined words; a word that was written twice; or as many words as
    before, each spelled otherwise by its accents, one letter, or i and y. A word more or less is
    none: one is enough to turn a sentence or to change a sum. A word that turns or counts becomes
    another one only by its accents.
    """
    near = _around(runs)
    for (old, new), by in zip(replaced(runs), near, strict=True):
        if not _is_slip(words(old), words(new), by):
            return old, new
    return None


def replaced(runs: tuple[Run, ...]) -> Iterator[tuple[str, str]]:
    """Of each place that differs what stood there and what stands there now."""
    removed = ""
    for op, text in (*runs, ("=", "")):
        if op == "-":
            removed = text
        elif op == "+" or removed:
            yield removed, text if op == "+" else ""
            removed = ""


def _around(runs: tuple[Run, ...]) -> Iterator[tuple[str, ...]]:
    """Of each place that differs the words right before and after it."""
    before, waiting = "", False
    for op, text in (*runs, ("=", "")):
        if op == "=":
            if waiting:
                yield *words(before)[-1:], *words(text)[:1]
            before, waiting = text, False
        else:
            waiting = True


def other_matter(
    clause: Clause, olds: Sequence[Clause], now: Page, earlier: Sequence[Page], *, retired: bool
) -> str:
    """The text that an id belonged to, where it is now used for something else; or nothing.

    Words alone can't tell: an amended clause may keep a tenth of its words, a heading none. So a
    text unlike all before it counts only where what it replaced now stands under another id, or
    where the new text has nothing of what the id says, and the id was out of use or not a couple
    of words is left.
    """
    text, newest = words(clause.text), olds[-1]
    if any(old.text == clause.text or _likeness(old, clause) >= _UNLIKE for old in olds):
        return ""
    if clause.shared and any(o.shared and o.shared.id == clause.shared.id for o in olds):
        return ""
    for other in now.clauses:
        if other.id != clause.id and _likeness(newest, other) >= _LIKE:
            before = [c for page in earlier if (c := page.clause(other.id))]
            if all(_likeness(newest, each) < _LIKE for each in before):
                return newest.text
    if min(len(text), len(words(newest.text))) < _FEW or _says(text, clause.id):
        return ""
    left = {couple for old in olds for couple in pairwise(words(old.text))}
    if retired or (not clause.level and left.isdisjoint(pairwise(text))):
        return newest.text
    return ""


def _is_slip(old: list[str], new: list[str], near: tuple[str, ...]) -> bool:
    """Whether words that stand between those of `near` differ as a slip of form does."""
    if "".join(old) == "".join(new):
        return True
    if not old or not new:
        return len(old or new) == 1 and (old or new)[0] in near
    return len(old) == len(new) and all(map(_respelled, old, new))


def _respelled(old: str, new: str) -> bool:
    a, b = _plain(old), _plain(new)
    weighty = (old in _WEIGHTY) + (new in _WEIGHTY)
    if old == new or a == b:
        return old == new or weighty < 2
    near = Indel.distance(a, b) <= 2 and Indel.normalized_similarity(a, b) > 0.5
    return (near or _same_sound(old, new)) and not weighty


def _same_sound(old: str, new: str) -> bool:
    """Whether only i and y part two spellings of one tone: “kí” and “ký”, but no “i” and “y” alone."""
    a, b = (unicodedata.normalize("NFD", each).replace("y", "i") for each in (old, new))
    return a == b and min(len(_plain(old)), len(_plain(new))) > 1


def _likeness(old: Clause, new: Clause) -> float:
    return Indel.normalized_similarity(words(old.text), words(new.text))


def _says(text: list[str], clause_id: str) -> bool:
    """Whether a text has two neighbouring words of an id, or the only one."""
    named = [part for part in clause_id.split("-") if not part.isdigit()]
    plain = [_plain(word) for word in text]
    if len(named) < 2:
        return not named or named[0] in plain
    return not set(pairwise(named)).isdisjoint(pairwise(plain))


def _plain(word: str) -> str:
    """A word without the marks of Vietnamese letters, as ids are written."""
    bare = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))
