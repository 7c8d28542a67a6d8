# One text against all shared clauses.
# Hides: when two texts are one clause, and which clause of a text answers to which shared one.
# Refuses: to let one clause answer twice; a table; a heading where clauses stand, and the reverse.
"""The model: what a text has of each shared clause.

An edition uses a shared clause, prints its words without naming it, has a text of its own in its
place, or lacks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from unicodedata import normalize

from rapidfuzz import process
from rapidfuzz.distance import Indel

from macros.model import Clause, Page, Period, SharedClause
from macros.words import Letters, Op, runs, words

# Measured on the five real texts, each clause with each of the other texts (6,060 pairs). From 0.6
# on all 15 pairs are about one matter; the likest that are not reach 0.56. Where the ids agree,
# all pairs from 0.45 on are one matter; so an id counts for the difference, and never alone.
_ALIKE = 0.6
_SAME_ID = 0.15
_LONGEST = 8  # words that one blank can stand for
# A blank is one letter while texts are compared.
_PRIVATE = range(0xF0000, 0x10FFFE)
_LETTER = re.compile("([\U000f0000-\U0010ffff])")
BLANK = re.compile(r"\{([A-Za-z][A-Za-z0-9-]*)\}")


class How(StrEnum):
    """What a text has of a shared clause."""

    NEWEST = "newest"
    OLDER = "older"
    SAME = "same"
    OWN = "own"
    LACKING = "lacking"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a text has of one shared clause: the wording it uses or comes nearest to, its clause,
    and the wording as this unit would print it (`text`; blanks that nobody knows stay blanks).
    """

    shared: str
    how: How
    wording: Period | None = None
    clause: Clause | None = None
    text: str = ""
    likeness: float = 1.0

    @property
    def percent(self) -> int:
        """How alike the words are; less than 100 where anything differs, be it a mark."""
        return min(99, int(self.likeness * 100)) if self.how is How.OWN else 100


class Pair(NamedTuple):
    """A clause of a text that is near enough to a wording of a shared one. They sort by likeness,
    exact ones before others, then by name, the newer wording, and the place in the text; `place`
    counts the headings, or else the other clauses, that use no shared wording.
    """

    unlike: float
    inexact: bool
    shared: str
    age: int
    place: int
    heading: bool
    likeness: float


class Model:
    """All shared clauses, ready to be set against many texts.

    `headings` has for a shared clause whether it is used as a heading, as a clause, or both; one
    that nobody uses yet is looked for everywhere.
    """

    def __init__(
        self, shared: Mapping[str, SharedClause], headings: Mapping[str, AbstractSet[bool]]
    ) -> None:
        self._headings = headings
        self._letters = Letters()
        self._written: dict[str, str] = {}
        self._wordings = {
            name: [
                (period, _folded(text)) for period, text in sorted(clause.wordings.items())[::-1]
            ]
            for name, clause in shared.items()
        }

    def pairs(
        self, page: Page, terms: Mapping[str, str], names: Iterable[str] | None = None
    ) -> dict[str, tuple[Pair, ...]]:
        """By shared clause the pairs of those that the text does not use; of these names or of all.
        What one clause has hangs on the text, the terms, its wordings and how it is used alone.
        """
        used, free = _clauses(page)
        letters = {kind: [self._of(clause.text) for clause in free[kind]] for kind in free}
        return {
            name: () if name in used else tuple(self._pairs(name, free, letters, terms))
            for name in (self._wordings if names is None else names)
        }

    def answers(
        self, page: Page, terms: Mapping[str, str],
        pairs: Mapping[str, Sequence[Pair]] | None = None,
    ) -> tuple[Answer, ...]:  # fmt: skip
        """One answer for each shared clause, in their order; blanks are filled from `terms`. `pairs`
        are those of all clauses, where they are known.
        """
        if pairs is None:
            pairs = self.pairs(page, terms)
        used, free = _clauses(page)
        near = self._nearest(pairs, free, terms)
        return tuple(
            self._use(name, used[name]) if name in used else near.get(name) or _lacking(name)
            for name in self._wordings
        )

    def _use(self, name: str, clause: Clause) -> Answer:
        pinned = clause.shared.wording if clause.shared else ""
        newest = self._wordings[name][0][0]
        wording = next((each for each, _ in self._wordings[name] if str(each) == pinned), None)
        how = How.NEWEST if wording == newest else How.OLDER
        return Answer(shared=name, how=how, wording=wording, clause=clause, text=clause.text)

    def _nearest(
        self, pairs: Mapping[str, Sequence[Pair]], free: Mapping[bool, Sequence[Clause]],
        terms: Mapping[str, str],
    ) -> dict[str, Answer]:  # fmt: skip
        """The nearest clause of each of the shared ones, the likest pairs first."""
        taken: set[str] = set()
        near: dict[str, Answer] = {}
        for pair in sorted(each for own in pairs.values() for each in own):
            clause = free[pair.heading][pair.place]
            if pair.shared in near or clause.id in taken:
                continue
            taken.add(clause.id)
            wording, template = self._wordings[pair.shared][pair.age]
            near[pair.shared] = Answer(
                shared=pair.shared,
                how=How.SAME if prints(template, clause.text) else How.OWN,
                wording=wording, clause=clause, text=_filled(template, terms),
                likeness=pair.likeness,
            )  # fmt: skip
        return near

    def _pairs(
        self, name: str, free: Mapping[bool, Sequence[Clause]],
        letters: Mapping[bool, Sequence[str]], terms: Mapping[str, str],
    ) -> Iterator[Pair]:  # fmt: skip
        for kind in sorted(self._headings.get(name) or (False, True)):
            for age, (_, template) in enumerate(self._wordings[name]):
                filled = _filled(template, terms)
                own = self._of(BLANK.sub(" ", filled))
                for _, likeness, place in process.extract(
                    own, letters[kind] if own else (),
                    scorer=Indel.normalized_similarity, score_cutoff=_ALIKE - _SAME_ID,
                    limit=None,
                ):  # fmt: skip
                    clause = free[kind][place]
                    score = likeness + _SAME_ID * (clause.id == name)
                    if score >= _ALIKE:
                        yield Pair(-score, clause.text != filled, name, age, place, kind, likeness)

    def _of(self, text: str) -> str:
        if text not in self._written:
            self._written[text] = self._letters.of(words(text))
        return self._written[text]


def _clauses(page: Page) -> tuple[dict[str, Clause], dict[bool, list[Clause]]]:
    """By shared clause the one that uses it; and the others, headings apart from clauses."""
    used: dict[str, Clause] = {}
    free: dict[bool, list[Clause]] = {False: [], True: []}
    for clause in page.clauses:
        if clause.shared:
            used.setdefault(clause.shared.id, clause)
        elif not clause.rows:
            free[clause.level > 0].append(clause)
    return used, free


def prints(template: str, text: str) -> bool:
    """Whether a text is the wording with a few words in each of its blanks."""
    first, *rest = BLANK.sub("\0", template).split("\0")
    if not rest:
        return text == first
    if not text.startswith(first) or not text.endswith(rest[-1]):
        return False
    at = len(first)
    for number, piece in enumerate(rest, 1):
        last = number == len(rest)
        after = len(text) - len(piece) if last else text.find(piece, at + 1)
        if after <= at or len(text[at:after].split()) > _LONGEST:
            return False
        at = after + len(piece)
    return True


def difference(old: str, new: str, *, both: bool) -> Iterator[tuple[Op, str, str]]:
    """The runs from a wording to another text: (what happened, text, or the blank that it is).

    No run cuts a blank. `both`: the other text is a wording too, and its blanks count as such.
    """
    names = dict.fromkeys(BLANK.findall(f"{old} {new}" if both else old))
    there = set(old + new)
    free = (letter for letter in map(chr, _PRIVATE) if letter not in there)
    letters = dict(zip(names, free, strict=False))

    def masked(text: str) -> str:
        return BLANK.sub(lambda found: letters[found[1]], text)

    blanks = {letter: name for name, letter in letters.items()}
    for op, run in runs(masked(old), masked(new) if both else new):
        for text in filter(None, _LETTER.split(run)):
            yield op, text, blanks.get(text, "")


def _filled(template: str, terms: Mapping[str, str]) -> str:
    """The wording as a unit would print it; a blank that has no term stays."""

    def fill(found: re.Match[str]) -> str:
        value = terms.get(found[1].lower(), "")
        if not value.strip():
            return found[0]
        return value[0].upper() + value[1:] if found[1][0].isupper() else value

    return BLANK.sub(fill, template)


def _folded(text: str) -> str:
    """As the grammar has it in a page."""
    return " ".join(normalize("NFC", text).split())


def _lacking(name: str) -> Answer:
    return Answer(shared=name, how=How.LACKING)
