# One text against another, clause by clause and word by word.
# Hides: how clauses find each other, when several are parts of one, what counts as moved.
# Refuses: disk and clock; a report about an agreement, because it has no clauses.
# Clauses are paired (by id; else by likeness and place), one left over joins the pair that it is a
# part of. What could turn out otherwise with the texts exchanged runs on them in one fixed order.
"""What changed between two agreements.

`compare` gives the changes of the clauses, `fact_changes` those of what is printed around them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, pairwise, product
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import Indel

from macros.model import Agreement, Clause, ClauseId, Page
from macros.words import Couples, Letters, Run, alike, couples, runs, share, words

Cited = Mapping[ClauseId, str]

# Two clauses are one where their likeness (0 to 1) and what else speaks for it reach _ALIKE.
_LIKENESS = Indel.normalized_similarity
_ALIKE = 0.6  # of unrelated clauses one pair in a hundred is more alike than 0.4
_SAME_ID = 0.1  # not more: units may number their ids, and then they mislead
_FAMILY = 2  # of headings the clauses below them say more than their own words
_SAME_PARENT = 0.1
_SAME_NEIGHBOUR = 0.1
_SAME_PLACE = _SAME_PARENT + 2 * _SAME_NEIGHBOUR
# A clause is a part of another one where so much of its pairs of words comes from there.
_PART = 0.5


class ChangeKind(StrEnum):
    """What happened to a clause; whether it was moved or renumbered is said beside it."""

    SAME = "same"
    AMENDED = "amended"
    ADDED = "added"
    REMOVED = "removed"
    SPLIT = "split"
    MERGED = "merged"


_VERBS = {
    ChangeKind.SAME: "Giữ nguyên",
    ChangeKind.AMENDED: "Sửa",
    ChangeKind.ADDED: "Thêm",
    ChangeKind.REMOVED: "Bỏ",
    ChangeKind.SPLIT: "Tách",
    ChangeKind.MERGED: "Gộp",
}

# What readers call an event.
KINDS = {
    "amended": "sửa",
    "added": "thêm",
    "removed": "bỏ",
    "split": "tách",
    "merged": "gộp",
    "moved": "chuyển chỗ",
    "same": "giữ nguyên",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One clause of one text against the other text.

    `old` and `new` hold one clause each but for added, removed (none on one side), split and
    merged (several on one side, in reading order; the flags are those of the first). `=` and `-`
    of `words` join to the old text, `=` and `+` to the new one, several with a space between.
    """

    kind: ChangeKind
    moved: bool = False
    renumbered: bool = False
    old: tuple[Clause, ...] = ()
    new: tuple[Clause, ...] = ()
    words: tuple[Run, ...] = ()

    @property
    def event(self) -> str:
        """What a reader looks for: its kind, or `moved` where the words stay."""
        return "moved" if self.kind is ChangeKind.SAME and self.moved else self.kind.value

    def reason(self, reasons: Mapping[str, str]) -> str:
        """Why, as the editor said of one of its clauses; empty where nothing was said."""
        ids = [clause.id for clause in (*self.new, *self.old)]
        return next((reasons[each] for each in ids if each in reasons), "")

    @property
    def entry(self) -> dict[str, Any]:
        """Its entry in changes.json."""
        return {
            "kind": self.kind.value,
            "moved": self.moved,
            "renumbered": self.renumbered,
            "old": [clause.id for clause in self.old],
            "new": [clause.id for clause in self.new],
            "words": [list(run) for run in self.words],
        }

    def sentence(self, old: Cited, new: Cited) -> str:
        """It in one Vietnamese sentence; `old` and `new` cite the clauses of their side."""
        before = " và ".join(old[clause.id] for clause in self.old)
        after = " và ".join(new[clause.id] for clause in self.new)
        parts = len(self.old) + len(self.new) > 2
        said = f"{_VERBS[self.kind]} {f'{before} thành {after}' if parts else after or before}"
        if self.kind in (ChangeKind.ADDED, ChangeKind.REMOVED):
            said += f": {_begun(self.words)}"
        if self.kind is ChangeKind.AMENDED:
            said += f": {_told(self.words)}"
        if self.moved:
            said += "; chuyển chỗ" if parts or before == after else f"; chuyển từ {before}"
        elif self.old and self.new and not parts and before != after:
            said += f"; trước là {before}"
        elif self.renumbered and not parts:
            said += "; ký hiệu “{}” thành “{}”".format(*(c.label for c in self.old + self.new))
        return f"{said}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The changes of all clauses of two texts, each clause exactly once: in the reading order of
    the new text, with what was removed where it stood.
    """

    changes: tuple[Change, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many changes there are of each kind, and how many are moved and renumbered."""
        counted = Counter(change.kind for change in self.changes)
        return {
            **{kind.value: counted[kind] for kind in ChangeKind},
            "moved": sum(change.moved for change in self.changes),
            "renumbered": sum(change.renumbered for change in self.changes),
        }


# What readers call a fact of changes.json.
FIELDS = {
    "title": "Tiêu đề",
    "number": "Số",
    "place": "Địa danh",
    "date": "Ngày",
    "issued_by": "Ban hành kèm",
    "signatories": "Người ký",
    "recipients": "Nơi nhận",
    "supersedes": "Thay thế",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FactChange:
    """A printed fact that differs: its lines on either side, None where it is absent."""

    field: str
    old: str | None
    new: str | None


def compare(old: Page, new: Page, *, ids_decide: bool) -> Comparison:
    """The changes from `old` to `new`.

    `ids_decide` (within a series): clauses of one id are matched whatever they say, and no
    others, but that a clause can be a part of a matched one. Without it (between series) ids
    are a hint beside likeness and place. Exchanging the texts mirrors every change.
    """
    if old.report or new.report:
        raise ValueError("a report about an agreement has no clauses to compare")
    letters = Letters()
    a, b = _Text(old, letters), _Text(new, letters)
    if a.key <= b.key:
        matches = _Matching(a, b, ids_decide=ids_decide).matches()
    else:
        matches = [_Match(m.b, m.a) for m in _Matching(b, a, ids_decide=ids_decide).matches()]
    return Comparison(changes=_Reading(a, b, matches).changes())


def fact_changes(old: Agreement, new: Agreement) -> tuple[FactChange, ...]:
    """The printed facts that differ, named and ordered as in agreement.json."""
    before, after = _printed(old), _printed(new)
    return tuple(
        FactChange(field=name, old=before[name], new=after[name])
        for name in before
        if before[name] != after[name]
    )


def _printed(agreement: Agreement) -> dict[str, str | None]:
    facts = agreement.facts
    single = {
        "number": facts.number,
        "place": facts.place,
        "date": facts.date,
        "issued_by": facts.issued_by,
        "supersedes": agreement.edition.supersedes,
    }
    return {
        "title": "\n".join(agreement.page.title) or None,
        **{name: fact.printed if fact else None for name, fact in single.items()},
        "signatories": "\n".join(" / ".join(each.lines) for each in facts.signatures) or None,
        "recipients": "\n".join(facts.recipients.lines if facts.recipients else ()) or None,
    }


def _begun(written: tuple[Run, ...], most: int = 12) -> str:
    """How a clause begins, in quotes."""
    begun = "".join(text for _, text in written).split()
    return f"“{' '.join(begun[:most])}{' …' if len(begun) > most else ''}”"


def _told(written: tuple[Run, ...]) -> str:
    """What was changed in a text: the words themselves where they are few."""
    places = []
    for common, group in groupby(written, key=lambda run: run[0] == "="):
        if not common:
            quoted = {op: f"“{text.strip()}”" for op, text in group}
            verb = "" if len(quoted) == 2 else "bỏ " if "-" in quoted else "thêm "
            places.append(verb + " thành ".join(quoted.values()))
    told = ", ".join(places)
    if not any(op == "=" and words(text) for op, text in written):
        return "viết lại toàn bộ"
    return told if len(places) <= 2 and len(told) <= 160 else f"{len(places)} chỗ"


@dataclass(frozen=True, slots=True)
class _Match:
    """What is one clause in both texts, by its places in each, in order."""

    a: tuple[int, ...]
    b: tuple[int, ...]


class _Text:
    """A page by the places of its clauses."""

    def __init__(self, page: Page, letters: Letters) -> None:
        self.clauses = page.clauses
        self.place_of: dict[ClauseId, int] = {}
        self.parents: list[int | None] = []
        self.before: list[int | None] = []  # the sibling before and the one after
        self.after: list[int | None] = [None] * len(page.clauses)
        self._letters = letters
        self._written: dict[int, str] = {}
        self._coupled: dict[int, Couples] = {}
        last: dict[int | None, int] = {}
        for place, clause in enumerate(page.clauses):
            parent = self.place_of.get(clause.parent) if clause.parent else None
            sibling = last.get(parent)
            if sibling is not None:
                self.after[sibling] = place
            self.parents.append(parent)
            self.before.append(sibling)
            self.place_of.setdefault(clause.id, place)
            last[parent] = place
        self.sizes = [0] * len(page.clauses)  # how many clauses belong to each
        self.ends = list(range(len(page.clauses)))  # the last of them
        for place, parent in reversed([*enumerate(self.parents)]):
            if parent is not None:
                self.sizes[parent] += self.sizes[place] + 1
                self.ends[parent] = max(self.ends[parent], self.ends[place])

    @property
    def key(self) -> list[tuple[str, str, str, str, int]]:
        """Puts texts in an order; equal only where nothing that is compared differs."""
        return [(c.text, c.label, c.id, c.parent or "", c.level) for c in self.clauses]

    def heading(self, place: int) -> bool:
        return self.clauses[place].level > 0

    def letters(self, place: int) -> str:
        if place not in self._written:
            self._written[place] = self._letters.of(words(self.clauses[place].text))
        return self._written[place]

    def couples(self, place: int) -> Couples:
        if place not in self._coupled:
            self._coupled[place] = couples(self.letters(place))
        return self._coupled[place]

    def above(self, place: int) -> Iterator[int]:
        """What a clause belongs to, from its parent up."""
        parent = self.parents[place]
        while parent is not None:
            yield parent
            parent = self.parents[parent]


class _Matching:
    """Which clauses of two texts are one. i is a place in the first text, j in the second."""

    def __init__(self, a: _Text, b: _Text, *, ids_decide: bool) -> None:
        self.texts = self.a, self.b = a, b
        self.pairs: dict[int, int] = {}
        self.free = [dict.fromkeys(range(len(text.clauses))) for text in self.texts]
        self.joined: list[dict[int, list[int]]] = [{}, {}]  # by the i of the pair
        if ids_decide:
            for clause_id, i in a.place_of.items():
                if clause_id in b.place_of:
                    self.pair(i, b.place_of[clause_id])
            self.join()
        else:
            for place_counts in (False, True):
                for headings in (False, True):
                    self.pair_likest(headings=headings, place_counts=place_counts)
                self.join()

    def matches(self) -> list[_Match]:
        a, b = self.joined
        found = [
            _Match(tuple(sorted([i, *a.get(i, ())])), tuple(sorted([j, *b.get(i, ())])))
            for i, j in self.pairs.items()
        ]
        found += [_Match((i,), ()) for i in self.free[0]]
        found += [_Match((), (j,)) for j in self.free[1]]
        return found

    def pair(self, i: int, j: int) -> None:
        self.pairs[i] = j
        del self.free[0][i], self.free[1][j]

    def pair_likest(self, *, headings: bool, place_counts: bool) -> None:
        """Pair free clauses, those first for which most speaks; at last those at equal heights."""
        rows, columns = (
            [place for place in free if text.heading(place) == headings]
            for text, free in zip(self.texts, self.free, strict=True)
        )
        letters = [self.b.letters(j) for j in columns]
        family = self.family() if headings else {}
        least = 0 if headings else _ALIKE - _SAME_ID - place_counts * _SAME_PLACE
        found = []
        for i in rows:
            for _, likeness, column in process.extract(
                self.a.letters(i), letters, scorer=_LIKENESS, score_cutoff=least, limit=None
            ):
                j = columns[column]
                score = likeness + family.get((i, j), 0)
                if self.a.clauses[i].id == self.b.clauses[j].id:
                    score += _SAME_ID
                if place_counts:
                    score += self.same_place(i, j)
                if score >= _ALIKE:
                    height = abs(i * len(self.b.clauses) - j * len(self.a.clauses))
                    found.append((-score, height, i, j))
        for _, _, i, j in sorted(found):
            if i in self.free[0] and j in self.free[1]:
                self.pair(i, j)

    def family(self) -> dict[tuple[int, int], float]:
        """What the pairs that stand below two headings say for their being one."""
        below: Counter[tuple[int, int]] = Counter()
        for i, j in self.pairs.items():
            below.update(product(self.a.above(i), self.b.above(j)))
        sizes = self.a.sizes, self.b.sizes
        return {
            (i, j): _FAMILY * 2 * n / (sizes[0][i] + sizes[1][j]) for (i, j), n in below.items()
        }

    def same_place(self, i: int, j: int) -> float:
        """What the places of two clauses say for their being one."""
        siblings = self.paired(self.a.parents[i], self.b.parents[j])
        score = _SAME_PARENT if siblings else 0.0
        before = self.a.before[i], self.b.before[j]
        for one, other in (before, (self.a.after[i], self.b.after[j])):
            if self.paired(one, other) and (siblings or one is not None):
                score += _SAME_NEIGHBOUR
        return score

    def paired(self, i: int | None, j: int | None) -> bool:
        """Both absent, or a pair."""
        return j is None if i is None else self.pairs.get(i) == j

    def join(self) -> None:
        """Let free clauses join the pair that lost most of their words, or has gained them."""
        found = []
        rest: dict[tuple[int, int], Couples] = {}
        for i, j in self.pairs.items():
            if any(self.free) and self.a.clauses[i].text != self.b.clauses[j].text:
                x, y = self.a.couples(i), self.b.couples(j)
                for side, whole, part in ((0, y, x), (1, x, y)):
                    if share(part, whole) >= _PART:
                        rest[i, side] = whole - part
                        for place in self.free[side]:
                            how_much = share(self.texts[side].couples(place), rest[i, side])
                            if how_much >= _PART:
                                found.append((-how_much, i, side, place))
        for _, i, side, place in sorted(found):
            text, own = self.texts[side], self.texts[side].couples(place)
            free = place in self.free[side] and i not in self.joined[1 - side]
            kin = text.heading(place) == self.a.heading(i)
            if free and kin and share(own, rest[i, side]) >= _PART:
                rest[i, side] -= own
                self.joined[side].setdefault(i, []).append(place)
                del self.free[side][place]


class _Reading:
    """The matches of two texts as their readers meet them: what moved, and in which order."""

    def __init__(self, a: _Text, b: _Text, matches: list[_Match]) -> None:
        self.a, self.b = a, b
        self.matches = matches
        self.of_a = {place: match for match in matches for place in match.a}
        self.of_b = {place: match for match in matches for place in match.b}
        self.moved = set(self.movers())

    def changes(self) -> tuple[Change, ...]:
        """All changes in the reading order of b, with what is only in a where it stood."""
        return tuple(self.change(match) for match in sorted(self.matches, key=self.order))

    def change(self, match: _Match) -> Change:
        old = tuple(self.a.clauses[place] for place in match.a)
        new = tuple(self.b.clauses[place] for place in match.b)
        before, after = (" ".join(each.text for each in side) for side in (old, new))
        if not old:
            kind = ChangeKind.ADDED
        elif not new:
            kind = ChangeKind.REMOVED
        elif len(new) > 1:
            kind = ChangeKind.SPLIT
        elif len(old) > 1:
            kind = ChangeKind.MERGED
        else:
            kind = ChangeKind.SAME if alike(before, after) else ChangeKind.AMENDED
        return Change(
            kind=kind,
            moved=match in self.moved,
            renumbered=len({clause.label for clause in old[:1] + new[:1]}) > 1,
            old=old,
            new=new,
            words=runs(before, after),
        )

    def order(self, match: _Match) -> tuple[int, int]:
        return (match.b[0], -1) if match.b else (self.stood(match.a[0]), match.a[0])

    def stood(self, place: int) -> int:
        """Where a clause that is only in a stood: the place in b that it would follow."""
        above: int | None = place
        while above is not None:
            sibling = self.a.before[above]
            while sibling is not None:
                match = self.of_a[sibling]
                if match.b and match not in self.moved:
                    return max(self.b.ends[each] for each in match.b)
                sibling = self.a.before[sibling]
            above = self.a.parents[above]
            if above is not None and self.of_a[above].b:
                return self.of_a[above].b[-1]
        return -1

    def movers(self) -> Iterator[_Match]:
        """What has another parent, or stands outside the longest common order of its siblings."""
        families: dict[_Match | None, list[_Match]] = defaultdict(list)
        for match in sorted((m for m in self.matches if m.a and m.b), key=lambda m: m.a[0]):
            one, other = self.a.parents[match.a[0]], self.b.parents[match.b[0]]
            parent = None if one is None else self.of_a[one]
            if parent is (None if other is None else self.of_b[other]):
                families[parent].append(match)
            else:
                yield match
        for family in families.values():
            if any(one.b[0] > other.b[0] for one, other in pairwise(family)):
                yield from self.outside(family)

    def outside(self, family: list[_Match]) -> list[_Match]:
        """What must move to put a family in b's order: the fewest; of several such choices the one
        with the fewest words, then with the lowest ids, both counted in both texts.
        """
        pairs = [(self.a.clauses[match.a[0]], self.b.clauses[match.b[0]]) for match in family]
        lengths = [len(words(old.text)) + len(words(new.text)) for old, new in pairs]
        by_ids = sorted(range(len(family)), key=lambda k: sorted((c.id, c.text) for c in pairs[k]))
        rank = {k: place for place, k in enumerate(by_ids)}
        # One number weighs all three: how many stay, their words, and as bits their ids.
        base, bits = sum(lengths) + 1, len(family)
        best: list[tuple[int, list[int]]] = []
        for k, match in enumerate(family):
            held = max((best[m] for m in range(k) if family[m].b[0] < match.b[0]), default=(0, []))
            weight = ((base + lengths[k]) << bits) + (1 << rank[k])
            best.append((held[0] + weight, [*held[1], k]))
        stay = set(max(best)[1])
        return [match for k, match in enumerate(family) if k not in stay]
