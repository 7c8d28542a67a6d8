# A comparison told in words: at a terminal, in a pull request, and as changes.json.
# Hides: what readers call the kinds and facts, and what of a text a terminal or Markdown would obey.
# Refuses: to print a control character, or to let a text write Markdown of its own.
"""What changed between two texts, as lines with styles, as Markdown, and as `changes.json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from typing import Literal

from pydantic_core import to_json

from macros.citing import cite
from macros.compare import (
    FIELDS,
    KINDS,
    Change,
    ChangeKind,
    Comparison,
    FactChange,
    compare,
    fact_changes,
)
from macros.markup import ENVIRONMENT, begun, escaped, shown, struck
from macros.model import Agreement, Clause, ClauseId, Page, Shared
from macros.problem import EditorError, Problem
from macros.words import Run

Style = Literal["", "strong", "old", "new", "faint"]
Line = tuple[tuple[Style, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One side of a comparison; `agreement` is None where only the text is known.

    `unresolved` are the ids of shared clauses whose words are not known, `problems` what is wrong
    in the page.
    """

    name: str
    page: Page
    agreement: Agreement | None = None
    unresolved: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()


def pin(use: Shared) -> str:
    """A shared clause by its name, where its words are not known."""
    arguments = [f'"{use.id}"', f'"{use.wording}"', *(f'{k}="{v}"' for k, v in use.blanks)]
    return "{{ clause(" + ", ".join(arguments) + ") }}"


def changes_json(old: Agreement | None, new: Agreement | None, comparison: Comparison) -> bytes:
    """The file `changes.json`: UTF-8, keys in the contract's order, ends in a line end."""
    facts = fact_changes(old, new) if old and new else None
    record = {
        "old": old and old.address,
        "new": new and new.address,
        "counts": comparison.counts,
        "facts": None if facts is None else [asdict(fact) for fact in facts],
        "changes": [change.entry for change in comparison.changes],
    }
    return to_json(record, indent=1) + b"\n"  # as json does it, ten times as fast


def tell(old: Text, new: Text) -> Telling:
    """Compare two texts. Raises EditorError for a report, which has no clauses."""
    for text in (old, new):
        if text.page.report:
            raise EditorError(f"{text.name} chỉ có bài báo, không có lời văn để so sánh")
    unresolved = old.unresolved | new.unresolved
    pages = (_pinned(old.page, unresolved), _pinned(new.page, unresolved))
    ids_decide, rule = _rule(old, new)
    comparison = compare(*pages, ids_decide=ids_decide)
    return Telling(old=old, new=new, pages=pages, comparison=comparison, rule=rule)


def _pinned(page: Page, unresolved: frozenset[str]) -> Page:
    """On both sides, so that what one side can't resolve is not told as a change."""

    def by_pin(clause: Clause) -> Clause:
        use = clause.shared
        return replace(clause, text=pin(use)) if use and use.id in unresolved else clause

    return replace(page, clauses=tuple(map(by_pin, page.clauses)))


def _rule(old: Text, new: Text) -> tuple[bool, str]:
    """Whether ids decide which clauses are one, and how that is said."""
    by_words = "Ghép điều khoản theo lời; mã chỉ là gợi ý."
    a, b = old.agreement, new.agreement
    if a and b:
        one = (a.unit_id, a.series_id) == (b.unit_id, b.series_id)
        return one, "Ghép điều khoản theo mã: cùng một bộ quy chế." if one else by_words
    # Two years of one series share 8 ids in 10, two units that copied one model 4 in 10.
    ids = [{clause.id for clause in text.page.clauses} for text in (old, new)]
    most = 2 * len(ids[0] & ids[1]) > min(map(len, ids))
    return most, "Ghép điều khoản theo mã: phần lớn mã có ở cả hai bên." if most else by_words


@dataclass(frozen=True, kw_only=True)
class Telling:
    """Two texts and what changed; `pages` as they were compared, by the `rule`."""

    old: Text
    new: Text
    pages: tuple[Page, Page]
    comparison: Comparison
    rule: str

    @property
    def json(self) -> bytes:
        return changes_json(self.old.agreement, self.new.agreement, self.comparison)

    @cached_property
    def notices(self) -> tuple[str, ...]:
        """What a reader must know of how it was compared."""
        said = [self.rule]
        if self.old.name == self.new.name:
            said.insert(0, f"Hai tên này là cùng một bản: {self.old.name}.")
        for text in (self.old, self.new):
            if text.problems:
                first = text.problems[0]
                where = f"chỗ đầu tiên ở dòng {first.line}, mã {first.code}"
                said.append(f"{text.name} còn {len(text.problems)} chỗ viết sai, {where}.")
        if not (self.old.agreement and self.new.agreement):
            said.append("Tệp trang không có dữ kiện (số, ngày, người ký…), nên chỉ so lời văn.")
        if unresolved := sorted(self.old.unresolved | self.new.unresolved):
            names = ", ".join(f'"{each}"' for each in unresolved)
            said.append(f"Không tra được lời của điều khoản dùng chung {names}: chỉ so tên và kỳ.")
        return tuple(said)

    @property
    def summary(self) -> str:
        """How much changed, in one line."""
        counts = Counter(each.event for each in self.comparison.changes)
        told = [f"{counts[kind]} {KINDS[kind]}" for kind in KINDS if counts[kind]]
        if counts["same"] == counts.total():
            told.insert(0, "không điều khoản nào khác")
        if renumbered := len(self.renumbered):
            told[-1] += f" (trong đó {renumbered} đổi số)"
        return f"{', '.join(told)}.".capitalize()

    @cached_property
    def facts(self) -> tuple[FactChange, ...]:
        """What differs outside the clauses; of page files that is the title alone."""
        if self.old.agreement and self.new.agreement:
            return fact_changes(self.old.agreement, self.new.agreement)
        old, new = ("\n".join(page.title) or None for page in self.pages)
        return () if old == new else (FactChange(field="title", old=old, new=new),)

    @property
    def numbered(self) -> Iterator[tuple[int, Change]]:
        """The changes that a reader looks for, with the numbers that the comparison page gives."""
        return enumerate((c for c in self.comparison.changes if c.event != "same"), 1)

    @property
    def renumbered(self) -> list[Change]:
        """What only has another label."""
        return [c for c in self.comparison.changes if c.event == "same" and c.renumbered]

    @cached_property
    def _cited(self) -> tuple[Mapping[ClauseId, str], Mapping[ClauseId, str]]:
        return cite(self.pages[0]), cite(self.pages[1])

    def sentence(self, change: Change) -> str:
        """A change in one sentence, with the editor's reason where there is one."""
        agreement = self.new.agreement
        reason = change.reason(agreement.edition.reasons) if agreement else ""
        return change.sentence(*self._cited) + (f" Lý do: {reason}" if reason else "")

    def lines(self) -> Iterator[Line]:
        """For a terminal. What was left out and put in has marks beside its style."""
        yield (("strong", f"{shown(self.old.name)} → {shown(self.new.name)}"),)
        yield (("", self.summary),)
        for notice in self.notices:
            yield (("faint", shown(notice)),)
        if self.facts:
            yield from ((), (("strong", "Dữ kiện"),))
        for fact in self.facts:
            yield (("", f"  {FIELDS[fact.field]}"),)
            yield from ((("", "    "), line) for line in _beside(fact))
        numbered = list(self.numbered)
        if numbered:
            yield from ((), (("strong", "Điều khoản"),))
        for number, change in numbered:
            yield (("strong", f"{number:3}. "), ("", shown(self.sentence(change))))
            if _has_words(change):
                yield (("", "     "), *_spans(change.words))
        if renumbered := self.renumbered:
            yield from ((), (("strong", "Chỉ đổi số, ký hiệu"),))
            yield from ((("", f"     {shown(self.sentence(each))}"),) for each in renumbered)

    def markdown(self) -> str:
        """For a pull request: the summary, tables, then each change with its words."""
        blocks = [f"**{escaped(self.old.name)} → {escaped(self.new.name)}:** {self.summary}"]
        blocks += ["\n".join(f"- {begun(escaped(notice))}" for notice in self.notices)]
        numbered = list(self.numbered)
        if numbered:
            rows = [
                (str(number), self._kind(change), *self._places(change))
                for number, change in numbered
            ]
            blocks.append(_table(("#", "Thay đổi", "Trước", "Sau"), rows))
        if self.facts:
            rows = [(FIELDS[fact.field], _lines(fact.old), _lines(fact.new)) for fact in self.facts]
            blocks.append(_table(("Dữ kiện", "Trước", "Sau"), rows))
        for number, change in numbered:
            blocks.append(f"**{number}.** {escaped(self.sentence(change))}")
            if _has_words(change):
                blocks.append(f"> {begun(struck(change.words))}")
        if renumbered := self.renumbered:
            told = (f"- {escaped(self.sentence(change))}" for change in renumbered)
            blocks.append("\n".join(("Chỉ đổi số, ký hiệu:\n", *told)))
        return "\n\n".join(blocks) + "\n"

    def html(self) -> str:
        """One self-contained page, to send or to print; it asks nothing of any host."""
        return ENVIRONMENT.get_template("diff.html").render(
            t=self,
            fields=FIELDS,
            rows=[(number, each, self.sentence(each)) for number, each in self.numbered],
            renumbered=[self.sentence(each) for each in self.renumbered],
        )

    def _kind(self, change: Change) -> str:
        moved = change.moved and change.kind is not ChangeKind.SAME
        return KINDS[change.event] + (", chuyển chỗ" if moved else "")

    def _places(self, change: Change) -> Iterator[str]:
        for cited, clauses in zip(self._cited, (change.old, change.new), strict=True):
            yield escaped(" và ".join(cited[clause.id] for clause in clauses))


def _lines(fact: str | None) -> str:
    return "<br>".join(map(escaped, fact.split("\n"))) if fact else "không có"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _has_words(change: Change) -> bool:
    return change.kind is not ChangeKind.SAME and bool(change.words)


def _marked(style: Style, text: str) -> tuple[Style, str]:
    marks = {"old": "[-{}-]", "new": "{{+{}+}}"}
    return style, marks.get(style, "{}").format(shown(text))


def _beside(fact: FactChange) -> Iterator[tuple[Style, str]]:
    """The lines of a fact, those marked that stand on one side only."""
    old, new = (side.split("\n") if side else [] for side in (fact.old, fact.new))
    for same, i, i_end, j, j_end in SequenceMatcher(None, old, new).get_opcodes():
        yield from (_marked("" if same == "equal" else "old", line) for line in old[i:i_end])
        if same != "equal":
            yield from (_marked("new", line) for line in new[j:j_end])


def _spans(written: Iterable[Run]) -> Iterator[tuple[Style, str]]:
    """Runs of words with marks; the spaces around them stand outside, at least one between two."""
    gap = ""
    for op, text in written:
        words = text.strip()
        if op == "=" or not words:
            yield "", shown(text)
            gap = ""
            continue
        before, _, after = text.partition(words)
        yield "", before or gap
        yield _marked("old" if op == "-" else "new", words)
        yield "", after
        gap = "" if after else " "
