# Who uses which wording of the shared clauses, and who has a text of its own instead.
# Hides: how uses are found in the archive, what pages and the terminal show of them.
# Refuses: to judge drafts as if they held: a unit is set against the model by its newest edition
# that is no draft, where it has one.
"""Shared clauses in use: the pages below `/dieu-khoan/`, the table of a unit, and `impact`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby

from markupsafe import Markup, escape

from macros.against import BLANK, Answer, How, Model, difference
from macros.citing import cite
from macros.clauses import terms_of
from macros.markup import ENVIRONMENT, Contents, SitePage, capital, up_from
from macros.model import (
    AS_SIGNED,
    Agreement,
    Archive,
    Clause,
    PartialDate,
    Period,
    SeriesId,
    Side,
    TextState,
    Unit,
    UnitId,
)
from macros.problem import EditorError, nearest

PER_PAGE = 100
BASE = "dieu-khoan/"
Key = tuple[UnitId, SeriesId]
_SIDES: Mapping[str, str] = {
    Side.MANAGEMENT: "chính quyền",
    Side.UNION: "công đoàn",
    Side.YOUTH_UNION: "chi đoàn",
    Side.WOMEN: "phụ nữ",
    Side.VETERANS: "cựu chiến binh",
    Side.STAFF: "người lao động",
}
_SIGNS = {
    How.NEWEST: ("●", "dùng câu chữ mới nhất"),
    How.OLDER: ("○", "dùng câu chữ cũ hơn"),
    How.SAME: ("≡", "cùng chữ, không gọi"),
    How.OWN: ("≠", "câu chữ riêng"),
    How.LACKING: ("–", "không có"),
}
_USING = "use"
# Of each group of units on the page of a shared clause: its id there and its heading.
_GROUPS = {
    _USING: ("ai-dung", "Ai dùng câu chữ nào"),
    How.SAME: ("cung-chu", "Đơn vị in cùng chữ nhưng không gọi điều khoản chung"),
    How.OWN: ("cau-chu-rieng", "Đơn vị dùng câu chữ riêng"),
    How.LACKING: ("khong-co", "Đơn vị không có điều khoản này"),
}
_PILL = Markup('<span class="blank" title="Chỗ trống {}">‹{}›</span>')
_MARKS = {"=": Markup("{}"), "-": Markup("<del>{}</del>"), "+": Markup("<ins>{}</ins>")}


@dataclass(frozen=True, slots=True)
class Use:
    """A clause of a version that names a wording of a shared clause."""

    agreement: Agreement
    clause: Clause

    @property
    def wording(self) -> str:
        return self.clause.shared.wording if self.clause.shared else ""

    @property
    def link(self) -> str:
        return f"{self.agreement.address}#{self.clause.id}"

    @property
    def version(self) -> str:
        """Which version of its edition it stands in; empty where there is one that is no draft."""
        of = self.agreement
        name = "bản đầu" if of.version == AS_SIGNED else PartialDate.parse(of.version).words
        name = name.replace("ngày", "bản")
        parts = [name] if len(of.versions) > 1 else []
        return ", ".join([*parts, *(["bản thảo"] if of.facts.draft else [])])


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A unit's edition against all shared clauses."""

    agreement: Agreement
    answers: Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Common:
    """What all units together tell of the shared clauses: `headings` by clause whether it is used
    as a heading, as another clause or as both, `samples` those that only sample units use, `meant`
    what readers see in each blank.
    """

    headings: Mapping[str, frozenset[bool]]
    samples: frozenset[str]
    meant: Mapping[str, Mapping[str, str]]


class Usage:
    """All uses of the shared clauses of an archive, and all units against them.

    `common` and `standings` are found in the archive unless they are given: then it may hold one
    unit alone, or pages with nothing but the clauses that use shared wordings.
    """

    def __init__(
        self, archive: Archive, *, common: Common | None = None,
        standings: Mapping[Key, Standing] | None = None,
    ) -> None:  # fmt: skip
        self.archive = archive
        self._common = common
        self._standings = standings

    @cached_property
    def uses(self) -> Mapping[str, tuple[Use, ...]]:
        """By shared clause its uses, in the order of units, series, periods and versions."""
        found: dict[str, list[Use]] = {name: [] for name in sorted(self.archive.shared)}
        for unit_id, series_id in self.archive.series() if found else ():
            for edition in self.archive.editions(unit_id, series_id):
                for agreement in self.archive.versions(edition):
                    for clause in agreement.page.clauses:
                        if clause.shared and clause.shared.id in found:
                            found[clause.shared.id].append(Use(agreement, clause))
        return {name: tuple(uses) for name, uses in found.items()}

    @cached_property
    def common(self) -> Common:
        """What is told of the shared clauses by all units together."""
        if self._common:
            return self._common
        return Common(
            headings={
                name: frozenset(use.clause.level > 0 for use in uses)
                for name, uses in self.uses.items()
            },
            samples=frozenset(name for name, uses in self.uses.items() if made_up(uses)),
            meant={name: self._meant(name) for name in self.uses},
        )

    @cached_property
    def standings(self) -> Mapping[Key, Standing]:
        """Of each series its newest edition that has a text, drafts last, against the model."""
        if self._standings is not None:
            return self._standings
        found: dict[Key, Standing] = {}
        shared = {name: self.archive.shared[name] for name in self.uses}
        model = Model(shared, self.common.headings)
        for key, newest in newest_texts(self.archive) if shared else ():
            answers = {
                each.shared: each
                for each in model.answers(newest.page, _terms(newest))
                if newest.unit.sample or each.shared not in self.samples
            }
            found[key] = Standing(agreement=newest, answers=answers)
        return found

    @property
    def samples(self) -> frozenset[str]:
        """The shared clauses of sample data: only sample units use them, so no real unit is set
        against them.
        """
        return self.common.samples

    @cached_property
    def listed(self) -> Mapping[str, Sequence[tuple[bool, str, Key]]]:
        """Who stands on the page of a shared clause: sample or not, the group, and the series."""
        return {name: self._listed(name) for name in self.uses}

    def _listed(self, name: str) -> list[tuple[bool, str, Key]]:
        found: list[tuple[bool, int, float, str, str, Key]] = []
        order = list(_GROUPS)
        using = {(use.agreement.unit_id, use.agreement.series_id) for use in self.uses[name]}
        for key in using:
            unit = self.archive.units[key[0]]
            found.append((unit.sample, 0, 0, unit.name, _USING, key))
        for key, standing in self.standings.items():
            answer = standing.answers.get(name)
            if answer and answer.how in order:
                unit, place = standing.agreement.unit, order.index(answer.how)
                found.append((unit.sample, place, -answer.likeness, unit.name, answer.how, key))
        return [(sample, group, key) for sample, _, _, _, group, key in sorted(found)]

    @property
    def meant(self) -> Mapping[str, Mapping[str, str]]:
        """By shared clause what readers see in each blank: the side, or what most versions have
        there, or the blank's own name.
        """
        return self.common.meant

    def _meant(self, name: str) -> Mapping[str, str]:
        filled: Counter[tuple[str, str]] = Counter()
        for use in self.uses[name]:
            of, called = use.agreement, use.clause.shared
            values = terms_of(of.unit, of.period) | dict(called.blanks if called else ())
            filled.update(values.items())
        usual = dict(
            entry for _, entry in sorted((times, entry) for entry, times in filled.items())
        )
        blanks = {
            blank.lower()
            for text in self.archive.shared[name].wordings.values()
            for blank in BLANK.findall(text)
        }
        return {blank: _SIDES.get(blank) or usual.get(blank, blank) for blank in sorted(blanks)}

    def count(self, uses: Sequence[Use]) -> str:
        """`3 bản của 2 đơn vị`, samples beside; empty where nobody uses it."""
        told = []
        for sample, words in ((False, "đơn vị"), (True, "đơn vị mẫu")):
            versions = {
                id(use.agreement): use.agreement.unit_id
                for use in uses
                if use.agreement.unit.sample is sample
            }
            if versions:
                told.append(f"{len(versions)} bản của {len(set(versions.values()))} {words}")
        return ", ".join(told)


def newest_texts(archive: Archive) -> Iterator[tuple[Key, Agreement]]:
    """Of each series its newest edition that has a text; a draft only where all are drafts."""
    for unit_id, series_id in archive.series():
        editions = archive.editions(unit_id, series_id)
        if full := [each for each in editions if each.edition.text is TextState.FULL]:
            newest = ([each for each in full if not each.facts.draft] or full)[-1]
            yield (unit_id, SeriesId(series_id)), newest


def made_up(uses: Sequence[Use]) -> bool:
    """Whether only sample units use it; false where nobody does."""
    return bool(uses) and all(use.agreement.unit.sample for use in uses)


def impact(archive: Archive, clause_id: str) -> Iterator[str]:
    """Lines that tell who uses which wording of a shared clause, the newest wording first, and
    which drafts could take the newest. EditorError with the nearest id for one that is unknown.
    """
    clause = archive.shared.get(clause_id)
    if clause is None:
        hint = nearest(clause_id, archive.shared) or "Mã là tên tệp trong data/clauses/, bỏ .yml."
        raise EditorError(f'không có điều khoản dùng chung "{clause_id}". {hint}')
    usage = Usage(archive)
    uses = usage.uses[clause_id]
    newest = str(max(clause.wordings))
    yield f"{clause_id} ({clause.title}): {usage.count(uses) or 'chưa bản nào dùng'}"
    for period in sorted(clause.wordings, reverse=True):
        own = [use for use in uses if use.wording == str(period)]
        mark = " (mới nhất)" if str(period) == newest else ""
        yield f"Câu chữ {period}{mark}: {usage.count(own) or 'chưa bản nào dùng'}"
        for use in own:
            of = use.agreement
            yield f"  {of.unit.name}: {of.name}, {_held(of)}"
    late = [use for use in uses if use.agreement.facts.draft and use.wording != newest]
    if late:
        yield f"Bản thảo có thể lấy câu chữ {newest}:"
    for use in late:
        yield f"  {use.agreement.path}:{use.clause.line}: đang dùng câu chữ {use.wording}"


def _held(agreement: Agreement) -> str:
    facts = agreement.facts
    if facts.draft:
        return "bản thảo"
    if facts.seal:
        return f"đã niêm phong từ {facts.seal.since.words}"
    return "chưa niêm phong" if not facts.signatures else "đã ký, chưa niêm phong"


def shared_pages(usage: Usage) -> dict[str, Callable[[], SitePage]]:
    """The list of shared clauses and the pages of each, by address."""
    found: dict[str, Callable[[], SitePage]] = {BASE: partial(_index_page, usage)}
    for name in usage.uses:
        last = max(1, -(-len(usage.listed[name]) // PER_PAGE))
        for page in range(1, last + 1):
            found[_address(name, page)] = partial(_clause_page, usage, name, page, last)
    return found


def against(usage: Usage, unit_id: UnitId, series_id: SeriesId, up: str) -> str:
    """What the page of a unit shows of a series against the shared clauses; empty for nothing."""
    standing = usage.standings.get((unit_id, series_id))
    if standing is None:
        return ""
    rows = [
        (usage.archive.shared[name], answer, _own_words(answer, usage.meant[name]))
        for name, answer in standing.answers.items()
    ]
    order = list(How)
    rows.sort(key=lambda row: (order.index(row[1].how), row[0].title))
    counts = [(how, sum(row[1].how is how for row in rows)) for how in How]
    model = {
        "agreement": standing.agreement,
        "cited": cite(standing.agreement.page),
        "rows": [row for row in rows if row[1].clause],
        "lacking": [row for row in rows if not row[1].clause],
        "counts": [(_SIGNS[how], count) for how, count in counts if count],
        "signs": _SIGNS,
    }
    return ENVIRONMENT.get_template("shared_unit.html").render(id=series_id, model=model, up=up)


def _index_page(usage: Usage) -> SitePage:
    cards = []
    for name, uses in usage.uses.items():
        clause = usage.archive.shared[name]
        periods = sorted(clause.wordings, reverse=True)
        real = {use.agreement.unit_id for use in uses if not use.agreement.unit.sample}
        cards.append(
            {
                "id": name, "title": clause.title, "periods": periods, "units": len(real),
                "text": _with_pills(clause.wordings[periods[0]], usage.meant[name]), "count": usage.count(uses),
                "sample": name in usage.samples,
                "plain": f"{clause.title} {clause.wordings[periods[0]]}".lower(),
            }
        )  # fmt: skip
    cards.sort(key=lambda card: (-int(str(card["units"])), str(card["title"])))
    html = ENVIRONMENT.get_template("shared.html").render(cards=cards, up=up_from(BASE))
    said = "Các điều khoản mà nhiều đơn vị dùng chung: câu chữ qua các năm và ai dùng câu chữ nào."
    return SitePage(
        address=BASE, title="Điều khoản dùng chung", description=said, html=html,
    )  # fmt: skip


def _clause_page(usage: Usage, name: str, page: int, last: int) -> SitePage:
    clause = usage.archive.shared[name]
    uses = usage.uses[name]
    periods = sorted(clause.wordings, reverse=True)
    texts = [clause.wordings[period] for period in periods]
    meant = usage.meant[name]
    wordings = [
        {
            "period": period, "text": _with_pills(text, meant), "before": before,
            "marked": _marked(earlier, text, meant, both=True) if before else "",
            "count": usage.count(with_it := [use for use in uses if use.wording == str(period)]),
            "sample": made_up(with_it),
        }
        for period, text, before, earlier in zip(
            periods, texts, [*periods[1:], None], [*texts[1:], ""], strict=True
        )
    ]  # fmt: skip
    listed = usage.listed[name]
    part = listed[(page - 1) * PER_PAGE : page * PER_PAGE]
    groups = []
    for (sample, group), rows in groupby(part, key=lambda row: row[:2]):
        id_, heading = _GROUPS[group]
        keys = [key for _, _, key in rows]
        total = sum(each[:2] == (sample, group) for each in listed)
        own = {"id": f"mau-{id_}" if sample else id_, "heading": heading, "sample": sample}
        shown = _matrix(usage, name, keys) if group == _USING else _standing_rows(usage, name, keys)
        groups.append({**own, "kind": group, "total": total, **shown})
    html = ENVIRONMENT.get_template("shared_clause.html").render(
        id=name, clause=clause, sample=name in usage.samples, wordings=wordings if page == 1 else [], groups=groups,
        up=up_from(_address(name, page)), page=page, last=last, base=_address(name, 1),
        blanks=[(_pill(each, meant), each, each in _SIDES) for each in meant], newest=str(periods[0]), count=usage.count(uses), signs=_SIGNS, How=How,
    )  # fmt: skip
    contents = [Contents("cau-chu", "Câu chữ qua các năm", 2)] if page == 1 else []
    for each in groups:
        words = f"{each['heading']} (dữ liệu mẫu)" if each["sample"] else str(each["heading"])
        contents.append(Contents(str(each["id"]), words, 2))
    named = "" if page == 1 else f", trang {page}"
    return SitePage(
        address=_address(name, page), title=f"{clause.title}{named} – Điều khoản dùng chung",
        description=f"Điều khoản dùng chung “{clause.title}”: câu chữ qua các năm, ai dùng câu nào.",
        html=html, contents=tuple(contents),
    )  # fmt: skip


def _matrix(usage: Usage, name: str, keys: Sequence[Key]) -> dict[str, object]:
    """Units × periods: None where there is no edition, else the uses in it."""
    of: dict[tuple[Key, Period], list[Use]] = {}
    for use in usage.uses[name]:
        key = (use.agreement.unit_id, use.agreement.series_id)
        of.setdefault((key, use.agreement.period), []).append(use)
    editions = {key: {each.period for each in usage.archive.editions(*key)} for key in keys}
    periods = sorted({period for each in editions.values() for period in each})
    rows = [
        (_named(usage, key), [
            of.get((key, period), []) if period in editions[key] else None for period in periods
        ])
        for key in keys
    ]  # fmt: skip
    return {"periods": periods, "rows": rows}


def _standing_rows(usage: Usage, name: str, keys: Sequence[Key]) -> dict[str, object]:
    meant = usage.meant[name]
    rows = [
        (_named(usage, key), standing, answer, _own_words(answer, meant))
        for key in keys
        if (standing := usage.standings[key]) and (answer := standing.answers[name])
    ]
    return {"rows": rows}


def _named(usage: Usage, key: Key) -> tuple[UnitId, Unit, str]:
    unit = usage.archive.units[key[0]]
    return key[0], unit, unit.sides[unit.series[key[1]].counterpart]


def _own_words(answer: Answer, meant: Mapping[str, str]) -> Markup:
    """A unit's own text with what differs from the nearest wording marked; else its text."""
    if answer.clause is None:
        return Markup("")
    if answer.how is not How.OWN:
        return escape(answer.clause.text)
    return _marked(answer.text, answer.clause.text, meant, both=False)


def _marked(old: str, new: str, meant: Mapping[str, str], *, both: bool) -> Markup:
    """Both texts in one, what differs marked. `both`: the second is a wording too."""
    return Markup("").join(
        _MARKS[op].format(_pill(blank, meant) if blank else text)
        for op, text, blank in difference(old, new, both=both)
    )


def _with_pills(text: str, meant: Mapping[str, str]) -> Markup:
    parts = BLANK.split(text)
    return Markup("").join(
        _pill(part, meant) if place % 2 else escape(part) for place, part in enumerate(parts)
    )


def in_words(text: str, meant: Mapping[str, str]) -> str:
    """A wording with each blank as what it stands for: `‹Công đoàn› được mời …`."""
    return "".join(
        f"‹{_value(part, meant)}›" if place % 2 else part
        for place, part in enumerate(BLANK.split(text))
    )


def _value(name: str, meant: Mapping[str, str]) -> str:
    value = meant.get(name.lower(), name)
    return capital(value) if name[0].isupper() else value


def _pill(name: str, meant: Mapping[str, str]) -> Markup:
    return _PILL.format(name, _value(name, meant))


def _terms(agreement: Agreement) -> dict[str, str]:
    """What fills the blanks: the unit's terms of that period; else its names for the sides."""
    sides = {side.value: name for side, name in agreement.unit.sides.items()}
    return {**sides, **terms_of(agreement.unit, agreement.period)}


def _address(name: str, page: int) -> str:
    return f"{BASE}{name}/" if page == 1 else f"{BASE}{name}/{page}/"
