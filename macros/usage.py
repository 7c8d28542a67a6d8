# Who uses which wording of the shared clauses, and who has a text of its own instead.
# Hides: how uses are found in the archive, what pages and the terminal show of them.
# Refuses: to judge drafts as if they held: a unit is set against the model by its newest edition
# that is no draft, where it has one.
"""Shared clauses in use: the pages below `/dieu-khoan/`, the table of a unit, and `impact`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import groupby
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, TypeVar

from markupsafe import Markup, escape

from macros.against import BLANK, Answer, How, Model, Pair, difference
from macros.citing import cite
from macros.clauses import terms_of
from macros.markup import (
    ENVIRONMENT,
    UP,
    Contents,
    SitePage,
    capital,
    hole,
    placed,
    redlined,
    up_from,
)
from macros.model import (
    AS_SIGNED,
    Agreement,
    Archive,
    Clause,
    ClauseId,
    PartialDate,
    Period,
    SeriesId,
    Side,
    TextState,
    Unit,
    UnitId,
)
from macros.problem import EditorError, nearest

# A page of a list ends after so many rows, or before if they grow heavy (in characters, of which a
# Vietnamese one takes less than two bytes): some texts are a hundred times as long as others.
PER_PAGE = 100
HEAVY = 130_000
BASE = "dieu-khoan/"
Key = tuple[UnitId, SeriesId]
Named = tuple[UnitId, Unit, str]
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
_LINK = hole("link")
# About the characters of a unit's name and of the cells of its row that are empty.
_ROW = 300
_PILL = Markup('<span class="blank" title="Chỗ trống {}">‹{}›</span>')


class Use(NamedTuple):
    """A clause of a version that names a wording of a shared clause.

    `address` is that of the version, and `version` says which one of its edition it is; empty where
    there is one that is no draft.
    """

    agreement: Agreement
    clause: Clause
    address: str
    version: str

    @property
    def wording(self) -> str:
        return self.clause.shared.wording if self.clause.shared else ""

    @property
    def link(self) -> str:
        return f"{self.address}#{self.clause.id}"


class Row(NamedTuple):
    """A series on the page of a shared clause that it does not use, with a hole for the way up."""

    how: How
    likeness: float
    html: str


# By series, and by shared clause.
Rows = Mapping[Key, Mapping[str, Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A unit's edition against all shared clauses, by clause.

    `rows` stand on the clause's page: one of a hundred units is put together from them. `lines`
    stand on the unit's own. `pairs` are what comes near a clause that the edition does not use.
    """

    agreement: Agreement
    answers: Mapping[str, Answer]
    rows: Mapping[str, Row]
    lines: Mapping[str, str] = field(default_factory=dict)
    pairs: Mapping[str, Sequence[Pair]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Common:
    """What all units together tell of the shared clauses: `headings` by clause whether it is used
    as a heading, as another clause or as both, `samples` those that only sample units use, `meant`
    what readers see in each blank.
    """

    headings: Mapping[str, frozenset[bool]]
    samples: frozenset[str]
    meant: Mapping[str, Mapping[str, str]]


class _Weighed(Protocol):
    @property
    def weight(self) -> int: ...


R = TypeVar("R", bound=_Weighed)


class Listed(NamedTuple):
    """A series on a page of a shared clause: of sample data or not, in which group, and its row:
    `cells` by period where it uses the clause, else `html`.
    """

    sample: bool
    group: str
    key: Key
    html: str = ""
    cells: Mapping[Period, str] = MappingProxyType({})

    @property
    def weight(self) -> int:
        """About the characters of its row."""
        return len(self.html) + sum(map(len, self.cells.values())) + _ROW


@dataclass(frozen=True, slots=True)
class _IndexCard:
    """A shared clause in the list of all; `units` that use it, samples aside."""

    title: str
    units: int
    html: str

    @property
    def weight(self) -> int:
        return len(self.html)


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
        self._heads: dict[Key, str] = {}

    @cached_property
    def uses(self) -> Mapping[str, tuple[Use, ...]]:
        """By shared clause its uses, in the order of units, series, periods and versions."""
        found: dict[str, list[Use]] = {name: [] for name in sorted(self.archive.shared)}
        for unit_id, series_id in self.archive.series() if found else ():
            for edition in self.archive.editions(unit_id, series_id):
                for agreement in self.archive.versions(edition):
                    own = [
                        clause
                        for clause in agreement.page.clauses
                        if clause.shared and clause.shared.id in found
                    ]
                    if own:  # most pages use few or none, and an address is made of much
                        address, version = agreement.address, _version(agreement)
                    for clause in own:
                        if clause.shared:
                            use = Use(agreement, clause, address, version)
                            found[clause.shared.id].append(use)
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
        found = newest_texts(self.archive) if self.archive.shared else ()
        return {key: self.standing(key, newest) for key, newest in found}

    @property
    def rows(self) -> Rows:
        """Of each series what stands on the pages of the shared clauses that it does not use."""
        return {key: each.rows for key, each in self.standings.items()}

    def standing(
        self, key: Key, newest: Agreement, before: Standing | None = None,
        still: AbstractSet[str] = frozenset(),
    ) -> Standing:  # fmt: skip
        """The newest text of a series against the model. `before`: how the same text stood; of the
        clauses in `still` it holds, but where another clause of the text answers to them now.
        """
        terms = _terms(newest)
        pairs = {name: before.pairs[name] for name in still} if before else {}
        others = [name for name in self.archive.shared if name not in pairs]
        pairs |= self._model.pairs(newest.page, terms, others)
        answers = {
            each.shared: each
            for each in self._model.answers(newest.page, terms, pairs)
            if newest.unit.sample or each.shared not in self.samples
        }
        rows, lines = {}, {}
        cited: Mapping[ClauseId, str] = {}
        for name, answer in answers.items():
            if before and name in still and before.answers.get(name) == answer:
                if name in before.rows:
                    rows[name] = before.rows[name]
                if name in before.lines:
                    lines[name] = before.lines[name]
                continue
            words = _own_words(answer, self.meant[name])
            if answer.how in _GROUPS:
                rows[name] = Row(answer.how, answer.likeness, self._row(key, newest, answer, words))
            if answer.clause:
                cited = cited or cite(newest.page)
                lines[name] = self._line(newest, answer, words, cited[answer.clause.id])
        return Standing(agreement=newest, answers=answers, rows=rows, lines=lines, pairs=pairs)

    @cached_property
    def _model(self) -> Model:
        return Model(dict(sorted(self.archive.shared.items())), self.common.headings)

    @property
    def samples(self) -> frozenset[str]:
        """The shared clauses of sample data: only sample units use them, so no real unit is set
        against them.
        """
        return self.common.samples

    def parts(self, name: str, others: Rows) -> list[list[Listed]]:
        """Who stands on the pages of a shared clause, page by page; one page where nobody does."""
        found: list[tuple[bool, int, float, str, Key, Listed]] = []
        places = {group: place for place, group in enumerate(_GROUPS)}
        for key, cells in self._cells(name).items():
            unit = self.archive.units[key[0]]
            row = Listed(unit.sample, _USING, key, cells=cells)
            found.append((unit.sample, places[_USING], 0, unit.name, key, row))
        for key, rows in others.items():
            if told := rows.get(name):
                unit, place = self.archive.units[key[0]], places[told.how]
                row = Listed(unit.sample, told.how, key, html=told.html)
                found.append((unit.sample, place, -told.likeness, unit.name, key, row))
        found.sort(key=lambda each: each[:-1])
        return list(in_parts([each[-1] for each in found])) or [[]]

    def _cells(self, name: str) -> dict[Key, dict[Period, str]]:
        """By series and period the links to where an edition uses a shared clause."""
        newest = str(max(self.archive.shared[name].wordings))
        found: dict[Key, dict[Period, list[Use]]] = {}
        for use in self.uses[name]:
            of = use.agreement
            found.setdefault((of.unit_id, of.series_id), {}).setdefault(of.period, []).append(use)
        # Cells differ in their links alone: a thousand units have a few kinds of them.
        kinds: dict[tuple[tuple[str, str], ...], list[str]] = {}

        def cell(uses: Sequence[Use]) -> str:
            kind = tuple((use.wording, use.version) for use in uses)
            if kind not in kinds:
                pairs = [(_LINK, each) for each in kind]
                kinds[kind] = str(_rows().cell(pairs, newest, UP)).split(_LINK)
            first, *rest = kinds[kind]
            html = first
            for use, then in zip(uses, rest, strict=True):
                html += str(escape(use.link)) + then
            return html

        return {
            key: {period: cell(uses) for period, uses in cells.items()}
            for key, cells in found.items()
        }

    def _row(self, key: Key, agreement: Agreement, answer: Answer, words: Markup) -> str:
        made = _rows().lacking if answer.how is How.LACKING else _rows().deviation
        return str(made(self.named(key), agreement, answer, words, _SIGNS[answer.how][0], UP))

    def _line(self, agreement: Agreement, answer: Answer, words: Markup, cited: str) -> str:
        title = self.archive.shared[answer.shared].title
        return str(_rows().line(title, agreement, answer, words, cited, _SIGNS[answer.how], UP))

    def head(self, key: Key) -> str:
        """The head of a series' row in a table."""
        if key not in self._heads:
            self._heads[key] = str(_rows().head(self.named(key), UP))
        return self._heads[key]

    def named(self, key: Key) -> Named:
        """How a list calls a series."""
        unit = self.archive.units[key[0]]
        return key[0], unit, unit.sides[unit.series[key[1]].counterpart]

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


def in_parts(rows: Iterable[R]) -> Iterator[list[R]]:
    """Rows page by page: at most `PER_PAGE` on one, and fewer where they are heavy."""
    part: list[R] = []
    weight = 0
    for row in rows:
        weight += row.weight
        if part and (len(part) == PER_PAGE or weight > HEAVY):
            yield part
            part, weight = [], row.weight
        part.append(row)
    if part:
        yield part


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


def _version(agreement: Agreement) -> str:
    """Which version of its edition it is; empty where there is one that is no draft."""
    name = "bản đầu"
    if agreement.version != AS_SIGNED:
        name = PartialDate.parse(agreement.version).words.replace("ngày", "bản")
    parts = [name] if len(agreement.versions) > 1 else []
    return ", ".join([*parts, *(["bản thảo"] if agreement.facts.draft else [])])


def _held(agreement: Agreement) -> str:
    facts = agreement.facts
    if facts.draft:
        return "bản thảo"
    if facts.seal:
        return f"đã niêm phong từ {facts.seal.since.words}"
    return "chưa niêm phong" if not facts.signatures else "đã ký, chưa niêm phong"


def shared_pages(usage: Usage) -> dict[str, Callable[[], SitePage]]:
    """The list of shared clauses and the pages of each, by address: all at once."""
    found = index_pages(usage)
    for name in usage.uses:
        found |= clause_pages(usage, name, usage.rows)
    return found


def index_pages(usage: Usage) -> dict[str, Callable[[], SitePage]]:
    """The list of shared clauses, by address."""
    cards = list(in_parts(_index_cards(usage))) or [[]]
    return {
        _index_address(page): partial(_index_page, part, (page, len(cards)))
        for page, part in enumerate(cards, 1)
    }


def clause_pages(usage: Usage, name: str, others: Rows) -> dict[str, Callable[[], SitePage]]:
    """The pages of a shared clause, by address: who uses it, and of the rows of all others those
    about this clause.
    """
    parts, count = usage.parts(name, others), usage.count(usage.uses[name])
    totals = Counter((row.sample, row.group) for part in parts for row in part)
    return {
        _address(name, page): partial(
            _clause_page, usage, name, rows, totals, count, (page, len(parts))
        )
        for page, rows in enumerate(parts, 1)
    }


def against(usage: Usage, unit_id: UnitId, series_id: SeriesId, up: str) -> str:
    """What the page of a unit shows of a series against the shared clauses; empty for nothing."""
    standing = usage.standings.get((unit_id, series_id))
    if standing is None:
        return ""
    answers, shared, order = standing.answers, usage.archive.shared, list(How)
    names = sorted(answers, key=lambda name: (order.index(answers[name].how), shared[name].title))
    counts = Counter(each.how for each in answers.values())
    model = {
        "agreement": standing.agreement,
        "rows": placed((standing.lines[name] for name in names if answers[name].clause), up),
        "lacking": [(name, shared[name].title) for name in names if not answers[name].clause],
        "counts": [(_SIGNS[how], counts[how]) for how in How if counts[how]],
    }
    return ENVIRONMENT.get_template("shared_unit.html").render(id=series_id, model=model, up=up)


def _index_cards(usage: Usage) -> list[_IndexCard]:
    """The shared clauses, those first that most units use."""
    found = []
    for name, uses in usage.uses.items():
        clause = usage.archive.shared[name]
        periods = sorted(clause.wordings, reverse=True)
        html = _rows().card(
            name, clause.title, periods, _with_pills(clause.wordings[periods[0]], usage.meant[name]),
            usage.count(uses), name in usage.samples, UP,
        )  # fmt: skip
        real = {use.agreement.unit_id for use in uses if not use.agreement.unit.sample}
        found.append(_IndexCard(clause.title, len(real), str(html)))
    return sorted(found, key=lambda card: (-card.units, card.title))


def _index_page(cards: Sequence[_IndexCard], of: tuple[int, int]) -> SitePage:
    page, last = of
    address = _index_address(page)
    up = up_from(address)
    html = ENVIRONMENT.get_template("shared.html").render(
        cards=placed((card.html for card in cards), up), up=up, page=page, last=last,
        address_of=_index_address,
    )  # fmt: skip
    said = "Các điều khoản mà nhiều đơn vị dùng chung: câu chữ qua các năm và ai dùng câu chữ nào."
    title = "Điều khoản dùng chung" if page == 1 else f"Điều khoản dùng chung, trang {page}"
    return SitePage(address=address, title=title, description=said, html=html)


def _clause_page(
    usage: Usage, name: str, listed: Sequence[Listed], totals: Mapping[tuple[bool, str], int],
    count: str, of: tuple[int, int],
) -> SitePage:  # fmt: skip
    page, last = of
    clause = usage.archive.shared[name]
    meant = usage.meant[name]
    address = _address(name, page)
    up = up_from(address)
    groups = []
    for (sample, group), each_row in groupby(listed, key=lambda row: (row.sample, row.group)):
        rows = list(each_row)
        id_, heading = _GROUPS[group]
        own = {"id": f"mau-{id_}" if sample else id_, "heading": heading, "sample": sample}
        shown = _matrix(usage, rows, up) if group == _USING else _placed_rows(rows, up)
        groups.append({**own, "kind": group, "total": totals[sample, group], **shown})
    html = ENVIRONMENT.get_template("shared_clause.html").render(
        id=name, clause=clause, sample=name in usage.samples, groups=groups, up=up,
        wordings=_wordings(usage, name) if page == 1 else [], page=page, last=last,
        base=_address(name, 1), address_of=partial(_address, name), count=count,
        blanks=[(_pill(each, meant), each, each in _SIDES) for each in meant],
        newest=str(max(clause.wordings)), How=How,
    )  # fmt: skip
    contents = [Contents("cau-chu", "Câu chữ qua các năm", 2)] if page == 1 else []
    for each in groups:
        words = f"{each['heading']} (dữ liệu mẫu)" if each["sample"] else str(each["heading"])
        contents.append(Contents(str(each["id"]), words, 2))
    named = "" if page == 1 else f", trang {page}"
    return SitePage(
        address=address, title=f"{clause.title}{named} – Điều khoản dùng chung",
        description=f"Điều khoản dùng chung “{clause.title}”: câu chữ qua các năm, ai dùng câu nào.",
        html=html, contents=tuple(contents),
    )  # fmt: skip


def _wordings(usage: Usage, name: str) -> list[dict[str, object]]:
    """The wordings of a shared clause, the newest first, each with what it changed."""
    clause, meant = usage.archive.shared[name], usage.meant[name]
    periods = sorted(clause.wordings, reverse=True)
    texts = [clause.wordings[period] for period in periods]
    by_wording: dict[str, list[Use]] = {}
    for use in usage.uses[name]:
        by_wording.setdefault(use.wording, []).append(use)
    return [
        {
            "period": period, "text": _with_pills(text, meant), "before": before,
            "marked": _marked(earlier, text, meant, both=True) if before else "",
            "count": usage.count(with_it := by_wording.get(str(period), [])),
            "sample": made_up(with_it),
        }
        for period, text, before, earlier in zip(
            periods, texts, [*periods[1:], None], [*texts[1:], ""], strict=True
        )
    ]  # fmt: skip


def _matrix(usage: Usage, rows: Sequence[Listed], up: str) -> dict[str, object]:
    """Units × periods: where an edition has the clause, where it lacks it, where there is none."""
    editions = {row.key: {each.period for each in usage.archive.editions(*row.key)} for row in rows}
    periods = sorted({period for each in editions.values() for period in each})
    none = {True: str(_rows().unused()), False: "<td></td>"}
    made = (
        "".join(
            (
                usage.head(row.key),
                *(row.cells.get(period) or none[period in editions[row.key]] for period in periods),
            )
        )
        for row in rows
    )
    return {"periods": periods, "rows": placed((f"<tr>{row}</tr>\n" for row in made), up)}


def _placed_rows(rows: Iterable[Listed], up: str) -> dict[str, object]:
    return {"rows": placed((row.html for row in rows), up)}


def _rows() -> Any:
    """The macros that make the rows of these lists."""
    return ENVIRONMENT.get_template("shared_rows.html").module


def _own_words(answer: Answer, meant: Mapping[str, str]) -> Markup:
    """A unit's own text with what differs from the nearest wording marked; else its text."""
    if answer.clause is None:
        return Markup("")
    if answer.how is not How.OWN:
        return escape(answer.clause.text)
    return _marked(answer.text, answer.clause.text, meant, both=False)


def _marked(old: str, new: str, meant: Mapping[str, str], *, both: bool) -> Markup:
    """Both texts in one, what differs marked. `both`: the second is a wording too."""
    return redlined(
        (op, _pill(blank, meant) if blank else text)
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


def _index_address(page: int) -> str:
    """A page of the list; no id of a clause has two hyphens in a row."""
    return BASE if page == 1 else f"{BASE}trang--{page}/"


def _address(name: str, page: int) -> str:
    return f"{BASE}{name}/" if page == 1 else f"{BASE}{name}/{page}/"
