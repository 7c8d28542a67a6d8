# What a pull request does, for a head of unit or a union officer who reads no diffs.
# Hides: in which order and how much of it is said, and what has to be left out where a forge takes
# no longer comment.
# Refuses: to let a text of the sources write Markdown, HTML or a mention of its own: each stands
# escaped behind words of ours, and never inside an HTML tag.
"""`tell(base, head, problems, others)`: a change of the sources as Markdown for a comment, and as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from macros.citing import cite
from macros.compare import FIELDS, KINDS
from macros.duties import DutyChange, DutyEvent, Owed
from macros.markup import begun, capital, escaped, struck
from macros.model import AS_SIGNED, Agreement, Archive, PartialDate
from macros.problem import Problem, Severity, as_json
from macros.reading import FIELD_WORDS, VALUE_WORDS
from macros.touched import Cause, Entry, Touched, UnitChange, Use, What, touched
from macros.words import runs

SCHEMA = 1
# What only an edit of something sealed or in use can cause.
SEALED = ("V105", "V111", "V112", "V113")
_SHOWN = 10  # of problems and names so many stand in the open
_LONGEST = 6000  # characters of one item
_NOTICE = 1500  # kept free for what is said where something is left out
_FOLDED = len("\n\n<details>\n<summary></summary>\n\n\n\n</details>")
_DONE = {
    "added": "thêm",
    "removed": "bỏ",
    "changed": "sửa",
    "renamed": "đổi tên",
    "broken": "còn lỗi nên không kể được",
    "quiet": "sửa mà lời và dữ kiện vẫn như cũ",
}
_OF_DUTIES = {
    DutyEvent.ADDED: "thêm việc phải làm",
    DutyEvent.REMOVED: "bỏ việc phải làm",
    DutyEvent.MOVED: "dời việc phải làm",
    DutyEvent.REWORDED: "viết lại việc phải làm",
}
_WHY = {
    "wording": "câu chữ dùng chung đổi",
    "term": "cách gọi của đơn vị đổi",
    "unread": "không đọc được điều khoản dùng chung",
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the report: what is always said, and items, in the open or folded away."""

    head: str
    items: tuple[str, ...] = ()
    fold: str = ""
    bullets: bool = False

    def text(self, count: int) -> str:
        """Its Markdown with the first `count` items."""
        said = list(self.items[:count])
        if rest := len(self.items) - count:
            said.append(f"{'- ' * self.bullets}… và {rest} mục nữa, không đủ chỗ để kể.")
        inside = ("\n" if self.bullets else "\n\n").join(said)
        if self.fold and count:
            inside = f"<details>\n<summary>{self.fold}</summary>\n\n{inside}\n\n</details>"
        return "\n\n".join(each for each in (self.head, inside) if each)


@dataclass(frozen=True, kw_only=True)
class Review:
    """What a change does, and what is wrong after it."""

    touched: Touched
    problems: tuple[Problem, ...]

    @cached_property
    def summary(self) -> str:
        """One sentence that says what it does."""
        own = [each for each in self._of(What.CHANGED) if each.own]
        through = [each for each in self.touched.entries if not each.own]
        said = [f"Đổi {_versions(own)}: {_counted(own)}"] if own else []
        if reading := [each for each in through if each.causes]:
            said.append(f"{_versions(reading)} đổi vì câu chữ hay cách gọi dùng chung")
        if doing := [each for each in through if not each.causes]:
            said.append(f"{_versions(doing)} đổi việc phải làm vì điều khoản dùng chung")
        for what, words in (
            (What.EDITION, "{} bản mới"), (What.VERSION, "{} phiên bản mới"),
            (What.REMOVED, "bỏ {} bản"), (What.UNREAD, "{} bản không đọc được"),
        ):  # fmt: skip
            if found := self._of(what):
                drafts = sum(each.agreement.facts.draft for each in found if each.new)
                said.append(words.format(len(found)) + (f" ({drafts} bản thảo)" if drafts else ""))
        for done, count in Counter(each.what for each in self.touched.units).items():
            said.append(f"{_DONE[done]} {count} đơn vị")
        kinds = Counter("shared" if c.kind in _OF_SHARED else c.kind for c in self.touched.uses)
        for kind, words in (
            ("shared", "{} chỗ ở điều khoản dùng chung"), ("glossary", "{} chữ viết tắt"),
        ):  # fmt: skip
            said += [words.format(kinds[kind])] if kinds[kind] else []
        said += [f"{len(self.touched.sources)} bản gốc"] if self.touched.sources else []
        said += [f"{len(self.touched.files)} tệp khác"] if self.touched.files else []
        if not said:
            said.append(_NOTHING)
        errors = sum(each.severity is Severity.ERROR for each in self.problems)
        said.append(f"{errors} lỗi")
        if warnings := len(self.problems) - errors:
            said[-1] += f", {warnings} cảnh báo"
        return capital("; ".join(said)) + "."

    def _of(self, what: What) -> list[Entry]:
        return [each for each in self.touched.entries if each.what is what]

    def json(self) -> str:
        """All of it as data; it ends in a line end. Changes are written as in changes.json."""
        sealed = [each for each in self.problems if _is_sealed(each)]
        record = {
            "schema": SCHEMA,
            "summary": self.summary,
            "sealed": json.loads(as_json(sealed)),
            "problems": json.loads(as_json(self.problems)),
            "agreements": [_entry(each) for each in self.touched.entries],
            "causes": [
                {
                    **dataclasses.asdict(cause),
                    "agreements": [
                        {
                            "agreement": _name(of),
                            "sealed": of.facts.seal is not None,
                            "clauses": ids,
                        }
                        for of, ids in uses
                    ],
                }
                for cause, uses in self.touched.uses.items()
            ],
            "units": [dataclasses.asdict(each) for each in self.touched.units],
            "sources": [{"file": name, "what": what} for name, what in self.touched.sources],
            "files": [{"path": path, "what": what} for path, what in self.touched.files],
        }
        return json.dumps(record, ensure_ascii=False, indent=1) + "\n"

    def markdown(self, limit: int = 65_000) -> str:
        """For a comment: at most `limit` characters (UTF-16 units), 4,000 at the least.

        Where that is too little the details go first, from the end; then whole parts do.
        """
        top = f"## Thay đổi này làm gì\n\n{self.summary}"
        parts = list(self._parts())
        whole = "\n\n".join((top, *(each.text(len(each.items)) for each in parts))) + "\n"
        return whole if _size(whole) <= limit else _cut_to(top, parts, limit)

    def _parts(self) -> Iterator[Part]:
        yield from _sealed_parts([each for each in self.problems if _is_sealed(each)])
        yield from _problem_parts([each for each in self.problems if not _is_sealed(each)])
        yield from (_entry_part(each) for each in self._of(What.CHANGED) if each.own)
        for what, words in (
            (What.REMOVED, "Bản bị bỏ"), (What.UNREAD, "Bản không đọc được"),
        ):  # fmt: skip
            yield from _listed(words, (_line(each) for each in self._of(what)))
        fresh = [*self._of(What.VERSION), *self._of(What.EDITION)]
        yield from (_entry_part(each) for each in fresh if each.old)
        yield from _listed("Bản đầu tiên của một bộ", (_line(e) for e in fresh if not e.old))
        through = [each for each in self.touched.entries if not each.own]
        yield from (_cause_part(*pair, through) for pair in self.touched.uses.items() if pair[1])
        unused = [cause for cause, uses in self.touched.uses.items() if not uses]
        for kinds, words in (
            (_OF_SHARED, "Điều khoản dùng chung"), (("glossary",), "Chữ viết tắt"),
        ):  # fmt: skip
            own = [
                f"- {_cause_words(c)}: {_words(c.old, c.new)}" for c in unused if c.kind in kinds
            ]
            yield from _listed(words, own)
        yield from _listed("Đơn vị", map(_unit_line, self.touched.units))
        yield from _listed("Bản gốc trong data/sources/", _file_lines(self.touched.sources))
        yield from _listed("Trang viết tay và tệp khác", _file_lines(self.touched.files))


_OF_SHARED = ("wording", "title", "duty")
_NOTHING = (
    "không có gì đổi trong các bản quy chế, điều khoản dùng chung, chữ viết tắt, trang viết tay, "
    "bản gốc và tệp khác"
)


def tell(
    base: Archive,
    head: Archive,
    problems: Sequence[Problem],
    others: Mapping[str, str] = MappingProxyType({}),
) -> Review:
    """What a change from `base` to `head` does; `problems` are those of `head`, of the change too.

    The archives may lack what is the same in both. `others`: the files that differ and are in
    neither, by path with `added`, `removed` or `changed`.
    """
    every = tuple(problems)
    return Review(touched=touched(base, head, every, others), problems=every)


# --- what is said of each ---


def _name(agreement: Agreement) -> str:
    own = agreement.edition_name
    return own if agreement.version == AS_SIGNED else f"{own}.{agreement.version}"


def _called(agreement: Agreement) -> str:
    """A version as readers call it."""
    said = f"{VALUE_WORDS[agreement.edition.kind]} {agreement.period.words}"
    if agreement.version != AS_SIGNED:
        said += f", phiên bản {PartialDate.parse(agreement.version).words}"
    return f"{_short(agreement.unit.name)}: {said}"


def _versions(entries: Sequence[Entry]) -> str:
    return f"{len(entries)} bản của {len({each.agreement.unit_id for each in entries})} đơn vị"


def _counted(entries: Sequence[Entry]) -> str:
    changes = [change for each in entries for change in each.changes]
    counts = Counter(each.event for each in changes)
    said = [f"{KINDS[kind]} {counts[kind]}" for kind in KINDS if kind != "same" and counts[kind]]
    renumbered = sum(each.event == "same" and each.renumbered for each in changes)
    said += [f"đổi số {renumbered}"] if renumbered else []
    rewritten = counts["same"] - renumbered
    said += [f"đổi cách viết mà giữ lời {rewritten}"] if rewritten else []
    if said:
        said[0] += " điều khoản"
    for count, what in (
        (sum(len(each.facts) for each in entries), "dữ kiện"),
        (sum(len(each.duties) for each in entries), "việc phải làm"),
    ):
        said += [f"{count} {what}"] if count else []
    return ", ".join(said) or "giữ nguyên"


def _entry(entry: Entry) -> dict[str, object]:
    of = entry.agreement
    return {
        "agreement": _name(of),
        "unit": {"id": of.unit_id, "name": of.unit.name},
        "series": of.series_id,
        "period": str(of.period),
        "version": of.version,
        "kind": of.edition.kind.value,
        "title": list(of.page.title),
        "draft": of.facts.draft,
        "what": entry.what.value,
        "own": entry.own,
        "sealed": of.facts.seal is not None,
        "touches_seal": entry.touches_seal,
        "against": _name(entry.old) if entry.old and entry.new else None,
        "counts": entry.comparison.counts if entry.comparison else None,
        "facts": [dataclasses.asdict(each) for each in entry.facts],
        "duties": [
            {
                "event": each.event.value,
                "id": each.owed.id,
                "fields": list(each.fields),
                "old": _duty(each.old),
                "new": _duty(each.new),
            }
            for each in entry.duties
        ],
        "changes": [each.entry for each in entry.changes],
    }


def _duty(owed: Owed | None) -> dict[str, object] | None:
    if owed is None:
        return None
    return {
        "clause": owed.clause_id,
        "who": [side.value for side in owed.who],
        "in_turn": owed.in_turn,
        "what": owed.what,
        "printed": owed.printed,
        "when": str(owed.when),
    }


def _entry_part(entry: Entry) -> Part:
    of = entry.agreement
    said = [f"### {_called(of)}"]
    if title := " ".join(of.page.title):
        said.append(f"Tiêu đề: {_short(title, 200)} (`{_name(of)}`)")
    verb = {What.EDITION: "**Bản mới**", What.VERSION: "**Phiên bản mới**"}.get(entry.what)
    verb = f"{verb}, so với {_called(entry.old)}" if verb and entry.old else "**Đổi**"
    tags = ["**bản thảo**"] if of.facts.draft else []
    if (seal := of.facts.seal) and not entry.touches_seal:
        tags.append(f"đã niêm phong từ {seal.since.words}")
    said.append("; ".join([f"{verb}: {_counted([entry])}", *tags]) + ".")
    if entry.touches_seal:
        said.append("⛔ **Bản này đã niêm phong, và thay đổi đụng tới phần đã niêm phong.**")
    if entry.comparison and not all(each.whole for each in (entry.old, entry.new) if each):
        said.append("⚠ **Trang còn chỗ viết sai, nên lời kể này có thể thiếu hay lệch.**")
    return Part("\n\n".join(said), tuple(_items(entry)), "Xem từng chỗ")


def _items(entry: Entry) -> Iterator[str]:
    for fact in entry.facts:
        called = FIELDS.get(fact.field) or capital(FIELD_WORDS[fact.field])
        yield f"**{called}:** {_words(fact.old, fact.new)}"
    for each in entry.duties:
        yield _duty_item(each, entry)
    old, new = entry.old, entry.new
    if not (old and new and entry.changes):
        return
    cited = cite(old.page), cite(new.page)
    for number, change in enumerate(entry.changes, 1):
        said = [f"**{number}.** {_short(change.sentence(*cited), 400)}"]
        if change.event == "same" and not change.renumbered:
            said.append("Chữ in ra như cũ; chỉ đổi cấp, ô bảng hay cách gọi điều khoản dùng chung.")
        cause = entry.causes.get((change.new or change.old)[0].id)
        said += [f"Vì {_WHY[cause.kind]}."] if cause else []
        reason = change.reason(new.edition.reasons)
        said += [f"Lý do: {_short(reason, 400)}"] if reason else []
        words = "" if change.event in ("same", "moved") else _fitting(struck(change.words))
        yield "\n\n".join([" ".join(said), *([f"> {begun(words)}"] if words else [])])


def _duty_item(change: DutyChange, entry: Entry) -> str:
    """A duty that is there now or no longer, whole; else what is otherwise in it."""
    old, new = (_duty_words(*side) for side in ((change.old, entry.old), (change.new, entry.new)))
    called = f"**{capital(_OF_DUTIES[change.event])}:** {_short(change.owed.what, 400)}"
    if change.old and change.new:
        differing = {"who" if each == "in_turn" else each for each in change.fields}
        told = [
            f"{name}: {_words(old[field], new[field])}"
            for field, name in _DUTY_FIELDS.items()
            if field in differing
        ]
        return f"{called}. {capital('; '.join(told))}."
    known = old or new
    told = [
        f"{name}: {_short(known[field], 400)}"
        for field, name in _DUTY_FIELDS.items()
        if field != "what"
    ]
    return f"{called} ({'; '.join(told)})."


# What is told of a duty, the weightiest first.
_DUTY_FIELDS = {
    "when": "khi nào", "who": "bên nào làm", "clause": "chỗ ghi", "printed": "như in", "what": "nội dung",
}  # fmt: skip


def _duty_words(owed: Owed | None, of: Agreement | None) -> dict[str, str]:
    """A duty field by field, as readers call it; empty where there is none."""
    if owed is None or of is None:
        return {}
    cited = cite(of.page)[owed.clause.id] if owed.clause else owed.clause_id
    sides = " và ".join(of.unit.sides.get(side) or VALUE_WORDS[side] for side in owed.who)
    return {
        "when": owed.when.words,
        "who": f"{sides}, luân phiên" if owed.in_turn else sides,
        "clause": cited or "theo bài báo",
        "printed": f"“{owed.printed}”",
        "what": owed.what,
    }


def _line(entry: Entry) -> str:
    of = entry.agreement
    tags = [f"{len(of.page.clauses)} điều khoản"] if entry.new else []
    tags += [f"{len(entry.duties)} việc phải làm"] if entry.duties else []
    tags += ["bản thảo"] if of.facts.draft else []
    tags += ["⛔ **đã niêm phong**"] if of.facts.seal else []
    return f"- {_called(of)} (`{_name(of)}`)" + "".join(f", {each}" for each in tags)


def _cause_words(cause: Cause) -> str:
    done = "Thêm" if cause.old is None else "Bỏ" if cause.new is None else "Sửa"
    of, name = _short(cause.of), _short(cause.name[-1])
    if cause.kind == "wording":
        return f"{done} câu chữ {name} của điều khoản dùng chung “{of}”"
    if cause.kind == "unread":
        return f"Không đọc được điều khoản dùng chung “{of}” trước hay sau thay đổi này"
    if cause.kind == "title":
        return f"{done} tên của điều khoản dùng chung “{name}”"
    if cause.kind == "duty":
        return f"{done} việc phải làm “{name}” của điều khoản dùng chung “{of}”"
    if cause.kind == "term":
        return f"{done} cách gọi “{name}” của {of}"
    return f"{done} lời giải thích chữ viết tắt “{name}”"


def _cause_part(cause: Cause, uses: Sequence[Use], through: Sequence[Entry]) -> Part:
    """What many versions follow, and which ones; sealed ones apart. `through`: the entries in which
    only what stands outside the page changed.
    """
    names = {of.unit_id: _short(of.unit.name) for of, _ in uses}
    said = [f"### {_cause_words(cause)}"]
    called = "Việc" if cause.kind == "duty" else "Lời"
    said += [f"{called}: {_words(cause.old, cause.new)}"] if cause.old or cause.new else []
    said.append(f"{len(uses)} bản đổi theo mà trang không ai sửa: {_several(names.values())}.")
    if cause.kind == "unread":
        said[-1] = f"{len(uses)} bản dùng điều khoản này: {_several(names.values())}."
    elif cause.kind == "glossary":
        said[-1] = f"{len(uses)} bản có chữ này: {_several(names.values())}. Lời đã ký không đổi."
    elif cause.kind == "duty":
        said[-1] = f"{len(uses)} bản đổi theo: {_several(names.values())}. Lời đã ký không đổi."
    elif sealed := [f"`{_name(of)}`" for of, _ in uses if of.facts.seal]:
        told = _several(sealed, "bản khác")
        said.append(f"⛔ **Trong đó {len(sealed)} bản đã niêm phong:** {told}.")
    followed = Counter(
        f"{_OF_DUTIES[change.event]} “{_short(change.owed.what)}”"
        for entry in through
        for change in (entry.followed(cause) if cause.kind != "duty" else ())
    )
    told_of = [f"{what} ở {count} bản" for what, count in followed.items()]
    said += [f"{capital(_several(told_of, 'việc khác'))}."] if told_of else []
    items = []
    for of, ids in uses:
        cited = cite(of.page)
        where = "; ".join(_short(cited[each], 200) for each in ids[:_SHOWN])
        more = f"; và {len(ids) - _SHOWN} chỗ nữa" if ids[_SHOWN:] else ""
        items.append(f"- {_called(of)} (`{_name(of)}`): {where}{more}")
    return Part("\n\n".join(said), tuple(items), f"Xem {len(uses)} bản", bullets=True)


def _several(names: Iterable[str], others: str = "đơn vị khác") -> str:
    every = list(names)
    more = f" và {len(every) - _SHOWN} {others}" if every[_SHOWN:] else ""
    return ", ".join(every[:_SHOWN]) + more


def _unit_line(change: UnitChange) -> str:
    said = f"- {capital(_DONE[change.what])}: {_short(change.name)} (`{change.unit_id}`)"
    if change.was != change.unit_id:
        said += f", địa chỉ cũ `{change.was}`"
    facts = (f"{FIELD_WORDS[f.field]}: {_words(f.old, f.new)}" for f in change.facts)
    return _fitting("; ".join([said, *facts]), said)


def _file_lines(files: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (f"- {capital(_DONE[what])}: {_short(path, 300)}" for path, what in files)


def _listed(heading: str, lines: Iterable[str]) -> Iterator[Part]:
    """A list, folded away where it is long."""
    every = tuple(lines)
    fold = f"Xem cả {len(every)}" if every[_SHOWN:] else ""
    if every:
        yield Part(f"### {heading}", every, fold, bullets=True)


def _is_sealed(problem: Problem) -> bool:
    """Whether it is told first: what is sealed or in use was touched."""
    return problem.code in SEALED and problem.severity is Severity.ERROR


def _sealed_parts(problems: Sequence[Problem]) -> Iterator[Part]:
    """What has to be seen first: the past was touched."""
    if not problems:
        return
    past = any(each.code != "V113" for each in problems)
    what = "ĐỤNG TỚI BẢN ĐÃ NIÊM PHONG" if past else "SỬA CÂU CHỮ ĐANG DÙNG"
    said = f"## ⛔ {what}\n\n**Chưa được nhận đề nghị này: điều đã ký không được sửa lặng lẽ.**"
    lines = [_problem(each, "⛔ ") for each in problems]
    yield from _opened(said, lines, "chỗ nữa đụng tới điều đã niêm phong hay đang dùng")


def _problem_parts(problems: Sequence[Problem]) -> Iterator[Part]:
    errors = [_problem(each) for each in problems if each.severity is Severity.ERROR]
    warnings = [_problem(each) for each in problems if each.severity is not Severity.ERROR]
    if errors:
        said = f"### {len(errors)} lỗi\n\nCòn lỗi thì trang chưa dựng được; hãy nhờ người gửi sửa."
        yield from _opened(said, errors, "lỗi nữa")
    if warnings:
        yield Part("", tuple(warnings), f"{len(warnings)} cảnh báo", bullets=True)


def _opened(head: str, lines: Sequence[str], others: str) -> Iterator[Part]:
    """The first lines in the open, the rest folded away."""
    yield Part(head, tuple(lines[:_SHOWN]), bullets=True)
    if rest := tuple(lines[_SHOWN:]):
        yield Part("", rest, f"{len(rest)} {others}", bullets=True)


def _problem(problem: Problem, mark: str = "") -> str:
    where = f"tệp {_short(problem.path, 200)} dòng {problem.line}, mã {problem.code}"
    said = f"**{_short(problem.message, 600)}**" if mark else _short(problem.message, 600)
    hint = f" {_short(problem.hint, 300)}" if problem.hint else ""
    return f"- {mark}Ở {where}: {said}.{hint}"


# --- Markdown under a limit ---


def _words(old: str | None, new: str | None) -> str:
    """Two texts in one: what was struck out, what is new in bold."""
    one, other = ((text or "").replace("\n", " · ") for text in (old, new))
    return _fitting(struck(runs(one, other)))


def _short(text: str, limit: int = 120) -> str:
    """A text of the sources within a line, escaped; cut where it is very long."""
    return escaped(text if len(text) <= limit else f"{text[:limit].rstrip()}…")


def _fitting(markdown: str, else_: str = "(lời quá dài để kể ở đây)") -> str:
    return markdown if _size(markdown) <= _LONGEST else else_


def _size(text: str) -> int:
    """How long a text is for a forge, which may count a rare letter twice."""
    return len(text.encode("utf-16-le")) // 2


def _cut_to(top: str, parts: Sequence[Part], limit: int) -> str:
    """What fits: the heads of the parts, then their items, the first ones first."""
    room = limit - _NOTICE - _size(top)
    kept: list[Part] = []
    for part in parts:
        if (cost := _size(part.text(0)) + 2) > room:
            break
        kept.append(part)
        room -= cost
    said, left = [], 0
    for part in kept:
        count, spent = 0, _FOLDED + _size(part.fold)
        for item in part.items:
            if spent + _size(item) + 2 > room:
                break
            spent += _size(item) + 2
            count += 1
        room -= spent if count else 0
        left += len(part.items) - count
        said.append(part.text(count))
    gone = len(parts) - len(kept)
    missing = [f"{left} chi tiết"] if left else []
    missing += [f"{gone} phần ở cuối"] if gone else []
    notice = (
        f"⚠ **Lời kể dài hơn một lời bình cho phép: ở đây thiếu {' và '.join(missing)}.** "
        "Xem đủ: `python -m macros report GỐC..NGỌN --format json`; xem một bản: "
        "`python -m macros diff GỐC:đơn-vị/bộ/kỳ đơn-vị/bộ/kỳ`."
    )
    return "\n\n".join((top, notice, *said)) + "\n"
