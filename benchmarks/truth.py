"""How much of what was changed does the comparison find? Known edits in real agreements.

    python benchmarks/truth.py [seeds] [--faults]

Takes the newest text of each series, plants edits of all kinds into 5, 10, 20 and 40 % of its
clauses, and scores what `compare` says against the plan: precision and recall of each kind (the
same kind with the same clauses on both sides) and of the flags. Prints Markdown tables,
and with --faults every line of the plan that `compare` missed or got wrong.

How the plan is kept fair, for the tools and for whoever reads the figures:

- Each clause is edited once, but a moved one may be amended as well. Amending replaces 10 to 40 %
  of the words by words of other agreements, in one to three places, at least one word.
- Added clauses come from other units' agreements. One that shares half of its words with a clause
  of the edited text is not taken: next to a removed one it would be an amendment to any reader.
- A clause is split after a sentence or a semicolon, both parts of five words or more; merged ones
  are neighbours. The id stays with either part; half of them are also amended a little (a tenth of
  the words).
- A section gets another title, of which no word is the old one's, only where it keeps at least two
  clauses that say what it is. A group of clauses gets a title of its own: the title is added, and
  the clauses have moved.
- Within its siblings a clause moves past two that stay, or more: of two that change places either
  one has moved. Whole sections move too.
- Rewriting all words is planted (as `amended`) only where ids are kept. Without ids nothing is left
  that says it is the same clause, so no plan could call "removed and added" a mistake.
- Labels are then counted anew, as a clerk would; `renumbered` follows from that.
- Stripped ids are other ones on either side ("apart"), or both sides count their clauses with the
  same ones ("misleading"): then an id is on the other side the id of a wrong clause.

The baselines see one line a clause, without labels, so that renumbering does not count against
them. They have no clauses, so what they say is read as kindly as can be (see `line_diff` and
`word_diff`), and clauses that were moved, split or merged, which they have no words for, are left
out of their scores for the other kinds. "Touched" is the one question that all can answer on all
clauses: is this clause of either side as it was and where it was?
"""

from __future__ import annotations

import difflib
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

from redlines import Redlines
from redlines.processor import concatenate_paragraphs_and_add_chr_182, tokenize_text

from macros.archive import load
from macros.compare import compare
from macros.labels import LETTERS, readings
from macros.model import Clause, ClauseId, ClauseKind, Page
from macros.words import words

ROOT = Path(__file__).resolve().parent.parent
SHARES = (0.05, 0.10, 0.20, 0.40)
KINDS = ("same", "amended", "added", "removed", "split", "merged")
FLAGS = ("moved", "renumbered")
ROMAN = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV".split()

# What is said of clauses: (kind or flag, ids of the old, ids of the new).
Said = tuple[str, tuple[str, ...], tuple[str, ...]]


@dataclass
class Record:
    """What the plan did to a clause."""

    old: list[str]
    new: list[str]
    kind: str = "same"
    moved: bool = False


@dataclass(eq=False)
class Node:
    """A clause on its way from the old text to the new one."""

    clause: Clause
    record: Record
    children: list[Node] = field(default_factory=list)

    @property
    def whole(self) -> Iterator[Node]:
        """Itself and all below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.whole


class Plan:
    """A text, the text that edits made of it, and what they were."""

    def __init__(
        self,
        page: Page,
        others: list[Clause],
        share: float,
        seed: str,
        *,
        rewrite: bool,
    ) -> None:
        self.chance = random.Random(seed)
        self.old = page
        long = [c for c in others if not (c.level or c.rows) and len(words(c.text)) > 6]
        self.foreign = [clause.text for clause in long]
        self.titles = [clause.text for clause in others if clause.level]
        self.gone: list[Record] = []
        self.touched: set[Node] = set()  # nodes that an edit has used, or must find in place
        self.reordered: set[Node] = set()  # families in which one has moved
        self.added = 0
        self.root = Node(Clause(id=ClauseId("root"), kind=page.clauses[0].kind), Record([], []))
        by_id = {"": self.root}
        for clause in page.clauses:
            node = Node(clause, Record([clause.id], [clause.id]))
            by_id[clause.id] = node
            by_id[clause.parent or ""].children.append(node)
        edits = [self.amend, self.add, self.remove, self.split, self.merge, self.move]
        edits += [self.reorder, self.move_section, self.retitle, self.group]
        edits += [self.rewrite] * rewrite
        wanted = max(1, round(share * len(page.clauses)))
        for _ in range(50 * wanted):
            wanted -= self.chance.choice(edits)()
            if not wanted:
                break
        self.new = self.finished()

    # Each edit says whether it found a place.

    def amend(self) -> bool:
        node = self.pick(lambda node: len(words(node.clause.text)) >= 4)
        return bool(node) and self.change(node, self.chance.uniform(0.1, 0.4))

    def change(self, node: Node, share: float, kind: str = "amended") -> bool:
        old = node.clause.text.split(" ")
        new = list(old)
        left = max(1, round(len(old) * share))
        for run in self.runs(left):
            at = self.chance.randrange(max(1, len(new) - run))
            how = self.chance.choice(("replace", "replace", "insert", "delete"))
            if how == "delete" and len(new) - run < 4:
                how = "replace"
            put = [] if how == "delete" else self.phrase(run)
            new[at : at + (0 if how == "insert" else run)] = put
        if new == old:
            return False
        self.say(node, " ".join(new), kind)
        return True

    def runs(self, left: int) -> Iterator[int]:
        for more in range(2, -1, -1):
            run = left if not more else self.chance.randint(1, left)
            yield run
            left -= run
            if not left:
                return

    def phrase(self, size: int) -> list[str]:
        text = self.chance.choice(self.foreign).split(" ")
        at = self.chance.randrange(max(1, len(text) - size))
        return text[at : at + size]

    def rewrite(self) -> bool:
        node = self.pick(lambda node: not node.clause.level and not node.clause.rows)
        if node:
            self.say(node, self.new_text(), "amended")
        return bool(node)

    def add(self) -> bool:
        family = self.chance.choice([n for n in self.root.whole if n.children])
        at = self.chance.randint(0, len(family.children))
        near = family.children[min(at, len(family.children) - 1)]
        if near.clause.level or family is self.root:
            return False
        self.added += 1
        own = ClauseId(f"them-{self.added}")
        clause = replace(near.clause, id=own, text=self.new_text(), rows=(), shared=None)
        node = Node(clause, Record([], [own], "added"))
        self.touched.add(node)
        family.children.insert(at, node)
        return True

    def remove(self) -> bool:
        node = self.pick(lambda node: sum(1 for _ in node.whole) <= 6)
        if not node or not (self.touched - {node}).isdisjoint(node.whole):
            return False
        self.family(node).children.remove(node)
        for each in node.whole:
            each.record.kind, each.record.new = "removed", []
            self.gone.append(each.record)
        return True

    def split(self) -> bool:
        node = self.pick(lambda node: not node.clause.level and not node.children)
        cuts = [m.start() for m in re.finditer(r"(?<=[.;]) ", node.clause.text)] if node else []
        parts = [(node.clause.text[:cut], node.clause.text[cut + 1 :]) for cut in cuts]
        parts = [pair for pair in parts if min(len(words(part)) for part in pair) >= 5]
        if not node or not parts:
            return False
        first, second = self.chance.choice(parts)
        self.added += 1
        other = ClauseId(f"them-{self.added}")
        ids = [node.clause.id, other]
        if self.chance.random() < 0.3:
            ids.reverse()
        siblings = self.family(node).children
        at = siblings.index(node)
        node.record.kind, node.record.new = "split", ids
        later = Node(replace(node.clause, id=ids[1], text=second, shared=None), node.record)
        node.clause = replace(node.clause, id=ids[0], text=first, shared=None)
        self.touched.add(later)
        siblings.insert(at + 1, later)
        if self.chance.random() < 0.5:
            self.change(node, 0.1, "split")
            self.change(later, 0.1, "split")
        return True

    def merge(self) -> bool:
        def fit(node: Node) -> bool:
            clause = node.clause
            return (
                not (clause.level or clause.rows or node.children) and len(words(clause.text)) > 4
            )

        node = self.pick(fit)
        siblings = self.family(node).children if node else []
        at = siblings.index(node) + 1 if node else 0
        if not node or at == len(siblings) or not fit(siblings[at]):
            return False
        other = siblings[at]
        if other in self.touched or other.clause.kind != node.clause.kind:
            return False
        del siblings[at]
        own = self.chance.choice((node.clause.id, other.clause.id))
        text = f"{node.clause.text} {other.clause.text}"
        node.record.kind, node.record.new = "merged", [own]
        node.record.old.append(other.clause.id)
        node.clause = replace(node.clause, id=own, text=text, shared=None)
        if self.chance.random() < 0.5:
            self.change(node, 0.1, "merged")
        return True

    def retitle(self) -> bool:
        node = self.pick(lambda node: node.clause.level > 0)
        stay = [each for each in node.children if each not in self.touched] if node else []
        if not node or len(stay) < 2:
            return False
        self.touched.update(stay[:2])
        own = set(words(node.clause.text))
        titles = [title for title in self.titles if not own & set(words(title))]
        self.say(node, self.chance.choice(titles), "amended")
        return True

    def group(self) -> bool:
        node = self.pick(lambda node: not node.clause.level and not node.children)
        family = self.family(node) if node else self.root
        at = family.children.index(node) if node else 0
        group = family.children[at : at + self.chance.randint(2, 3)]
        if family is self.root or len(group) < 2 or any(n in self.touched for n in group[1:]):
            return False
        if any(each.clause.level or each.children for each in group):
            return False
        self.added += 1
        own = ClauseId(f"them-{self.added}")
        title = self.chance.choice(self.titles)
        clause = Clause(id=own, kind=ClauseKind.HEADING, label="1.", text=title, level=4)
        head = Node(clause, Record([], [own], "added"), group)
        self.touched.update((head, *group))
        for each in group:
            each.record.moved = True
        family.children[at : at + len(group)] = [head]
        return True

    def move(self) -> bool:
        node = self.pick(lambda node: not node.clause.level and not node.children)
        families = [
            each
            for each in self.root.whole
            if each.children
            and each is not self.root
            and not (node and node in each.children)
            and not each.children[0].clause.level
        ]
        if not node or self.family(node) is self.root or not families:
            return False
        self.family(node).children.remove(node)
        target = self.chance.choice(families).children
        target.insert(self.chance.randint(0, len(target)), node)
        self.moved(node)
        return True

    def reorder(self) -> bool:
        return self.shift(self.pick(lambda node: not node.clause.level))

    def move_section(self) -> bool:
        return self.shift(self.pick(lambda node: bool(node.clause.level)))

    def shift(self, node: Node | None) -> bool:
        """Move it past at least two siblings of its kind, which then stay."""
        if not node or (family := self.family(node)) in self.reordered:
            return False
        at = family.children.index(node)
        forward = self.chance.random() < 0.5
        passed = family.children[at + 1 : at + 3] if forward else family.children[:at][-2:]
        others = [each for each in passed if each.clause.kind is node.clause.kind]
        if len(others) < 2 or not self.touched.isdisjoint(others):
            return False
        del family.children[at]
        family.children.insert(at + 2 if forward else at - 2, node)
        self.reordered.add(family)
        self.touched.update(others)
        self.moved(node)
        return True

    def moved(self, node: Node) -> None:
        node.record.moved = True
        if not node.children and self.chance.random() < 0.3:
            self.change(node, self.chance.uniform(0.1, 0.4))

    def say(self, node: Node, text: str, kind: str) -> None:
        node.clause = replace(node.clause, text=text, shared=None)
        node.record.kind = kind

    def pick(self, fit: Callable[[Node], bool]) -> Node | None:
        """A clause that no edit has touched yet."""
        free = [n for n in self.root.whole if n is not self.root and n not in self.touched]
        free = [node for node in free if fit(node)]
        if not free:
            return None
        node = self.chance.choice(free)
        self.touched.add(node)
        return node

    def family(self, node: Node) -> Node:
        return next(each for each in self.root.whole if node in each.children)

    def new_text(self) -> str:
        known = [Counter(words(node.clause.text)) for node in self.root.whole]
        known += [Counter(words(clause.text)) for clause in self.old.clauses]
        while True:
            text = self.chance.choice(self.foreign)
            own = Counter(words(text))
            if all((own & other).total() * 2 < own.total() for other in known):
                return text

    def finished(self) -> Page:
        clauses: list[Clause] = []

        def walk(node: Node, parent: ClauseId | None) -> None:
            for child, label in zip(node.children, self.labels(node), strict=True):
                clauses.append(replace(child.clause, label=label, parent=parent))
                walk(child, child.clause.id)

        walk(self.root, None)
        return Page(title=self.old.title, clauses=tuple(clauses))

    def labels(self, family: Node) -> list[str]:
        """Counted anew where the family's labels counted before; a newcomer follows its family."""
        styles = {}
        for node in family.children:
            old = self.old.clause(node.clause.id)
            if old and not node.record.moved:
                styles.setdefault(bool(node.clause.level), old.label)
        count: Counter[bool] = Counter()
        found = []
        for node in family.children:
            heading = bool(node.clause.level)
            count[heading] += 1
            style = styles.get(heading, node.clause.label)
            found.append(_numbered(style, count[heading]))
        return found

    @property
    def truth(self) -> set[Said]:
        """What happened to each clause."""
        records = [node.record for node in self.root.whole if node is not self.root]
        said = set()
        for record in [*records, *self.gone]:
            sides = tuple(record.old), tuple(record.new)
            said.add((record.kind, *sides))
            if record.moved:
                said.add(("moved", *sides))
            old = self.old.clause(record.old[0]) if record.old else None
            new = self.new.clause(record.new[0]) if record.new else None
            if old and new and old.label != new.label:
                said.add(("renumbered", *sides))
        return said


def _numbered(label: str, count: int) -> str:
    if not label:
        return ""
    reading = readings(label)[0]
    if reading.number is None:
        return label
    if reading.shown.isdecimal():
        return re.sub(r"\d+", str(count), label, count=1)
    numbers = LETTERS if len(reading.shown) == 1 and reading.style[0] in "aA" else ROMAN
    return label.replace(reading.shown, numbers[(count - 1) % len(numbers)])


# --- what the tools say ---


def ours(old: Page, new: Page, *, ids_decide: bool) -> set[Said]:
    """The changes and flags of `compare`."""
    said = set()
    for change in compare(old, new, ids_decide=ids_decide).changes:
        sides = tuple(c.id for c in change.old), tuple(c.id for c in change.new)
        said.add((change.kind.value, *sides))
        said |= {(flag, *sides) for flag in FLAGS if getattr(change, flag)}
    return said


def line_diff(old: Page, new: Page) -> set[Said]:
    """difflib over lines: a replaced block pairs its lines in order."""
    a, b = [c.text for c in old.clauses], [c.text for c in new.clauses]
    said = set()
    for op, i1, i2, j1, j2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        both = min(i2 - i1, j2 - j1)
        kind = "same" if op == "equal" else "amended"
        for n in range(both):
            said.add((kind, (old.clauses[i1 + n].id,), (new.clauses[j1 + n].id,)))
        said |= {("removed", (clause.id,), ()) for clause in old.clauses[i1 + both : i2]}
        said |= {("added", (), (clause.id,)) for clause in new.clauses[j1 + both : j2]}
    return said


def word_diff(old: Page, new: Page) -> set[Said]:
    """redlines over the whole text: a clause is paired with the one that has most of its words."""
    sides = []
    for page in (old, new):
        text = "\n\n".join(clause.text for clause in page.clauses)
        tokens = tokenize_text(concatenate_paragraphs_and_add_chr_182(text))
        place, places = 0, []
        for token in tokens:
            places.append(None if "¶" in token else page.clauses[place].id)
            place += "¶" in token
        sides.append((text, places))
    (old_text, in_old), (new_text, in_new) = sides
    kept: Counter[tuple[str, str]] = Counter()
    i = j = 0
    end = (len(in_old), len(in_old)), (len(in_new), len(in_new))
    changes = [
        (change.source_position, change.test_position)
        for change in Redlines(old_text, new_text).redlines
    ]
    for source, test in [*changes, end]:
        # What stands between two changes is the same on both sides.
        size = source[0] - i if source else test[0] - j
        for one, other in zip(in_old[i : i + size], in_new[j : j + size], strict=True):
            if one and other:
                kept[one, other] += 1
        i = source[1] if source else i + size
        j = test[1] if test else j + size
    best: dict[str, str] = {}
    taken: set[str] = set()
    for (one, other), _ in kept.most_common():
        if one not in best and other not in taken:
            best[one] = other
            taken.add(other)
    texts = {clause.id: clause.text for clause in new.clauses}
    said: set[Said] = {("added", (), (c.id,)) for c in new.clauses if c.id not in taken}
    for clause in old.clauses:
        other = best.get(clause.id)
        if other is None:
            said.add(("removed", (clause.id,), ()))
        else:
            kind = "same" if texts[other] == clause.text else "amended"
            said.add((kind, (clause.id,), (other,)))
    return said


def stripped(page: Page, prefix: str) -> Page:
    """The page with ids that mean nothing."""
    ids = {clause.id: ClauseId(f"{prefix}-{n}") for n, clause in enumerate(page.clauses)}
    clauses = [replace(c, id=ids[c.id], parent=c.parent and ids[c.parent]) for c in page.clauses]
    return replace(page, clauses=tuple(clauses))


def without_ids(old: Page, new: Page, prefixes: tuple[str, str]) -> set[Said]:
    """What `compare` says where ids mean nothing, with the ids that there were."""
    pages = [stripped(page, prefix) for page, prefix in zip((old, new), prefixes, strict=True)]
    names = [
        {other.id: own.id for own, other in zip(page.clauses, bare.clauses, strict=True)}
        for page, bare in zip((old, new), pages, strict=True)
    ]
    return {
        (kind, *(tuple(ids[each] for each in side) for side, ids in zip(sides, names, strict=True)))
        for kind, *sides in ours(*pages, ids_decide=False)
    }


def touched(said: set[Said]) -> set[Said]:
    """The clauses of either side that are not as and where they were, one by one."""
    return {
        ("touched", (str(side),), (each,))
        for kind, *sides in said
        if kind not in ("same", "renumbered")
        for side, ids in enumerate(sides)
        for each in ids
    }


def plain(said: set[Said], truth: set[Said]) -> set[Said]:
    """Without the clauses that the baselines have no words for."""
    beyond = {
        (side, each)
        for kind, *sides in truth
        if kind in ("moved", "split", "merged")
        for side, ids in enumerate(sides)
        for each in ids
    }
    return {
        (kind, *sides)
        for kind, *sides in said
        if kind != "renumbered"
        and not any((n, each) in beyond for n, ids in enumerate(sides) for each in ids)
    }


TOOLS: dict[str, Callable[[Page, Page], set[Said]]] = {
    "with ids": lambda old, new: ours(old, new, ids_decide=True),
    "stripped, apart": lambda old, new: without_ids(old, new, ("cu", "moi")),
    "stripped, misleading": lambda old, new: without_ids(old, new, ("doan", "doan")),
    "difflib": line_diff,
    "redlines": word_diff,
}


class Score:
    """Precision and recall of each kind, summed over texts."""

    def __init__(self) -> None:
        self.planned: Counter[str] = Counter()
        self.said: Counter[str] = Counter()
        self.right: Counter[str] = Counter()

    def count(self, truth: set[Said], said: set[Said]) -> None:
        for each, counter in ((truth, self.planned), (said, self.said), (truth & said, self.right)):
            counter.update(kind for kind, *_ in each)

    def figures(self, kind: str) -> tuple[float, float]:
        """Precision and recall; 1 where there is nothing to say."""
        right = self.right[kind]
        return right / (self.said[kind] or 1), right / (self.planned[kind] or 1)

    def cells(self, kind: str) -> str:
        """Both for the table; a dash where the tool is not asked."""
        return "{:.3f} / {:.3f}".format(*self.figures(kind)) if self.planned[kind] else "—"

    @property
    def lowest(self) -> str:
        """The lowest precision or recall of all kinds and flags."""
        found = [(min(self.figures(kind)), kind) for kind in self.planned if kind != "touched"]
        return "{:.3f} ({})".format(*min(found))


def main() -> None:
    """Plant, compare, score, print."""
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    archive = load(ROOT).archive
    series = [archive.editions(*key)[-1] for key in archive.series()]
    bases = [each for each in series if each.page.clauses]
    scores: defaultdict[tuple[str, float], Score] = defaultdict(Score)
    faults: list[str] = []

    def count(tool: str, share: float, truth: set[Said], said: set[Said]) -> None:
        for each in (0, share):  # 0: all shares
            scores[tool, each].count(truth, said)

    for base, share, seed in product(bases, SHARES, range(seeds)):
        others = [c for each in bases if each is not base for c in each.page.clauses]
        name = f"{base.unit_id} {share} {seed}"
        for tool, say in TOOLS.items():
            plan = Plan(base.page, others, share, name, rewrite=tool == "with ids")
            truth, said = plan.truth, say(plan.old, plan.new)
            count(tool, share, touched(truth), touched(said))
            if tool in ("difflib", "redlines"):
                truth, said = plain(truth, truth), plain(said, truth)
            else:
                faults += [f"{tool}, {name}: missed {each}" for each in sorted(truth - said)]
                faults += [f"{tool}, {name}: wrong  {each}" for each in sorted(said - truth)]
            count(tool, share, truth, said)
    print(f"{len(bases)} texts × {len(SHARES)} shares × {seeds} seeds; precision / recall\n")
    print(f"| kind | planted | {' | '.join(TOOLS)} |\n|---|---|{'---|' * len(TOOLS)}")
    for kind in (*KINDS, *FLAGS, "touched"):
        cells = " | ".join(scores[tool, 0].cells(kind) for tool in TOOLS)
        print(f"| {kind} | {scores['with ids', 0].planned[kind]} | {cells} |")
    print(f"\n| lowest figure at | {' | '.join(TOOLS)} |\n|---|{'---|' * len(TOOLS)}")
    for share in SHARES:
        print(f"| {share:.0%} | {' | '.join(scores[tool, share].lowest for tool in TOOLS)} |")
    if "--faults" in sys.argv:
        print("", *faults, sep="\n")


if __name__ == "__main__":
    main()
