# Model → HTML of agreements, units and lists.
# Hides: how abbreviations, suspected mistakes and states are marked up.
# Refuses: addresses that name a host; every link is relative to the page it stands on.
"""Pages of the site as HTML fragments, without the theme around them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Any

from markupsafe import Markup, escape

from macros.calendar import WORDS, State, afterwards
from macros.citing import cite
from macros.markup import (
    ENVIRONMENT,
    Contents,
    Since,
    SitePage,
    abbreviations,
    hole,
    up_from,
    with_programs,
)
from macros.model import (
    AS_SIGNED,
    Agreement,
    Archive,
    Clause,
    ClauseKind,
    Kind,
    LaterVersion,
    PartialDate,
    RecordKind,
    Side,
    SourceRole,
    Suspected,
    TextState,
    Unit,
    UnitType,
)

KINDS = {
    Kind.REGULATION: "Quy chế phối hợp",
    Kind.PLAN: "Kế hoạch phối hợp",
    Kind.PROGRAMME: "Chương trình phối hợp",
}
COUNTERPARTS = {
    Side.MANAGEMENT: "Chính quyền",
    Side.UNION: "Công đoàn",
    Side.YOUTH_UNION: "Đoàn thanh niên",
    Side.WOMEN: "Phụ nữ",
    Side.VETERANS: "Cựu chiến binh",
    Side.STAFF: "Người lao động",
}
TYPES = {
    UnitType.DEPARTMENT: "Sở",
    UnitType.DISTRICT_OFFICE: "Phòng giáo dục",
    UnitType.PRESCHOOL: "Trường mầm non",
    UnitType.PRIMARY: "Trường tiểu học",
    UnitType.LOWER_SECONDARY: "Trường trung học cơ sở",
    UnitType.UPPER_SECONDARY: "Trường trung học phổ thông",
    UnitType.CENTRE: "Trung tâm",
    UnitType.COLLEGE: "Trường cao đẳng, đại học",
    UnitType.OTHER: "Đơn vị khác",
}
# How a type stands in an address.
SLUGS = {
    UnitType.DEPARTMENT: "so",
    UnitType.DISTRICT_OFFICE: "phong-giao-duc",
    UnitType.PRESCHOOL: "mam-non",
    UnitType.PRIMARY: "tieu-hoc",
    UnitType.LOWER_SECONDARY: "trung-hoc-co-so",
    UnitType.UPPER_SECONDARY: "trung-hoc-pho-thong",
    UnitType.CENTRE: "trung-tam",
    UnitType.COLLEGE: "cao-dang-dai-hoc",
    UnitType.OTHER: "khac",
}
# The feed of all units, and in its folder that of a unit.
FEED = "atom.xml"
# How a side stands in the name of a file.
SIDE_SLUGS = {
    Side.MANAGEMENT: "chinh-quyen",
    Side.UNION: "cong-doan",
    Side.YOUTH_UNION: "doan-thanh-nien",
    Side.WOMEN: "phu-nu",
    Side.VETERANS: "cuu-chien-binh",
    Side.STAFF: "nguoi-lao-dong",
}
RECORDS = {
    RecordKind.AMEND: "sửa đổi, bổ sung",
    RecordKind.REPLACE: "thay thế",
    RecordKind.CORRECT: "đính chính",
    RecordKind.TRANSCRIBE: "sửa lỗi chép",
}
SOURCES = {
    SourceRole.TEXT: "văn bản",
    SourceRole.SIGNED_SCAN: "bản chụp có chữ ký",
    SourceRole.WEB: "trang web",
    SourceRole.FILE: "tệp",
}

ENVIRONMENT.globals.update(
    KINDS=KINDS,
    COUNTERPARTS=COUNTERPARTS,
    TYPES=TYPES,
    SLUGS=SLUGS,
    WORDS=WORDS,
    AS_SIGNED=AS_SIGNED,
)

Timeline = Sequence[tuple[date, State]]
_NOTHING = Markup("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Where readers turn to; empty where it is not configured. `feeds`: whether there are any."""

    edit: str = ""
    report: str = ""
    feeds: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One edition in a list: with its state and the states of later days."""

    agreement: Agreement
    timeline: Timeline

    @property
    def state(self) -> State:
        return self.timeline[0][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """A version of an edition in the list of them all; `compared` is the page that sets it beside
    the one before, empty where there is none.
    """

    name: str
    of: Agreement
    compared: str

    @property
    def held(self) -> str:
        return _held(self.of)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A clause ready to be shown."""

    clause: Clause
    depth: int
    cited: str
    label: Markup
    text: Markup
    cells: tuple[tuple[Markup, ...], ...]


def agreement_page(
    agreement: Agreement, archive: Archive, timeline: Timeline, contact: Contact,
    *, address: str = "", moves: Sequence[tuple[date, str]] = (), since: Since | None = None,
    compared: Mapping[str, str] = MappingProxyType({}), files: Sequence[str] = (),
    duties: Markup = _NOTHING, marks: Mapping[str, tuple[str, str]] = MappingProxyType({}),
) -> SitePage:  # fmt: skip
    """The page of one version. `address`: where it is shown, if not at its own address;
    `moves`: the days from which that place shows another edition, with its address;
    `compared`: by the address of a later version the page that sets it beside the one before;
    `files`: the names of the files beside it that other programs open;
    `duties`: what it says of them; `marks`: by clause where its first duty stands in that, and what
    all of them are.
    """
    own = agreement.address
    shown = address or own
    title = title_of(agreement)
    rows = tuple(_rows(agreement, archive))
    headings = [row for row in rows if row.clause.kind is ClauseKind.HEADING]
    contents = tuple(
        Contents(
            row.clause.id,
            f"{row.clause.label} {row.clause.text}".strip(),
            max(2, row.clause.level),
        )
        for row in headings
    )
    editions = archive.editions(agreement.unit_id, agreement.series_id)
    path = agreement.path
    html = ENVIRONMENT.get_template("agreement.html").render(
        a=agreement,
        facts=agreement.facts,
        edition=agreement.edition,
        unit=agreement.unit,
        rows=rows,
        front=[row for row in rows if row.clause.kind in (ClauseKind.BASIS, ClauseKind.PREAMBLE)],
        title=title,
        sides=list(agreement.sides.values()),
        state=timeline[0][1],
        timeline=later_states(timeline),
        moves=_json([[str(day), up_from(shown) + target] for day, target in moves]),
        up=up_from(shown),
        own=up_from(shown) + own,
        address=shown,
        cited_as=cited_as(agreement),
        versions=[
            _Version(
                name=f"Bản {_version_name(each)}", of=each, compared=compared.get(each.address, "")
            )
            for each in archive.versions(agreement)
        ],
        afterwards=afterwards(agreement, editions),
        editions=[each for each in editions if each.period != agreement.period],
        sources=[(SOURCES[source.role], source) for source in agreement.facts.source],
        report_only=agreement.edition.text is TextState.REPORT_ONLY,
        edit=contact.edit and contact.edit + path.removeprefix("docs/"),
        report=contact.report,
        suspected=len(agreement.facts.suspected),
        first_suspected=next((e.clause for e in agreement.facts.suspected if e.clause), "toan-van"),
        series_page=bool(address),
        version_words=_version_words(agreement),
        marked=partial(_marked_fact, agreement, archive),
        since=since,
        contents=contents,
        compare_id=agreement.edition_name,
        shared=archive.shared,
        files=with_programs(files),
        duties=duties,
        duty_marks=marks,
    )
    return SitePage(
        address=shown,
        title=f"{title} – {agreement.unit.name}",
        description=f"{title}, {agreement.unit.name}: toàn văn, từng điều khoản có liên kết riêng.",
        html=html,
        contents=contents,
        source=path,
        canonical=own,
    )


def sources_page(agreement: Agreement, archive: Archive) -> SitePage:
    """The originals of a version: text files shown, others to open."""
    address = f"{agreement.address}nguon/"
    files = []
    for source in agreement.facts.source:
        data = archive.sources.get(source.file, b"")
        try:
            text = data.decode("utf-8-sig") if source.file.endswith((".txt", ".md")) else None
        except UnicodeDecodeError:
            text = None
        files.append((SOURCES[source.role], source, text))
    title = title_of(agreement)
    html = ENVIRONMENT.get_template("sources.html").render(a=agreement, title=title, files=files)
    return SitePage(
        address=address, title=f"Bản gốc: {title} – {agreement.unit.name}", html=html,
        description=f"Bản gốc mà {title}, {agreement.unit.name}, được chép từ đó.",
    )  # fmt: skip


# Holes in the page of a unit: what each series is against the shared clauses, and the name of the
# unit that came after.
AGAINST, SUCCESSOR = "against ", "successor"


def unit_page(
    unit_id: str, unit: Unit, series: Mapping[str, Sequence[Card]],
    histories: Mapping[str, object], events: Mapping[Any, tuple[str, str]],
    *, years: Mapping[str, Markup] = MappingProxyType({}),
    calendars: Sequence[tuple[str, str]] = (), feed: str = "",
) -> SitePage:  # fmt: skip
    """The page of a unit: its series and their periods, the newest first; with holes for what it
    says of others.

    `histories` has for each series its picture, clauses × periods, or None; `events` the sign and
    the word of each event in it; `years` the picture of what is to be done. `calendars`: for whom
    there is a calendar, with the file's name; `feed`: the name of the unit's feed.
    """
    address = f"don-vi/{unit_id}/"
    html = ENVIRONMENT.get_template("unit.html").render(
        unit_id=unit_id, unit=unit, series=series, up=up_from(address), rows_of=_card_rows,
        successor=hole(SUCCESSOR), histories=histories, events=events,
        models={key: hole(f"{AGAINST}{key}") for key in series},
        duty_years=years, calendars=calendars, feed=feed,
    )  # fmt: skip
    kind = TYPES[unit.type]
    return SitePage(
        address=address, title=unit.name, html=html,
        description=f"{unit.name} ({kind.lower()}): các bản quy chế phối hợp theo kỳ.",
        contents=tuple(Contents(key, series_name(unit, key), 2) for key in series),
    )  # fmt: skip


def moved_page(address: str, target: str, unit: Unit) -> SitePage:
    """What stands at a former address; `target` is where the page is now."""
    html = ENVIRONMENT.get_template("moved.html").render(
        unit=unit, target=up_from(address) + target
    )
    return SitePage(
        address=address, title=unit.name, html=html,
        canonical=target, description=f"{unit.name} đã chuyển sang địa chỉ khác.",
    )  # fmt: skip


def title_of(agreement: Agreement) -> str:
    """What the site calls an edition: `Quy chế phối hợp năm học 2024-2025`."""
    return f"{KINDS[agreement.edition.kind]} {agreement.period.words}"


def cited_as(agreement: Agreement) -> str:
    """How a citation goes on after the clause: the agreement, its number, sides and period."""
    number = agreement.facts.number
    parts = [KINDS[agreement.edition.kind]]
    if number and number.value:
        parts.append(f"số {number.value}")
    first, *rest = agreement.sides.values()
    parts.append(f"giữa {first} và {rest[0]}" if rest else f"của {first}")
    cited = f"{' '.join(parts)}, {agreement.unit.name}, {agreement.period.words}"
    if agreement.version != AS_SIGNED:
        cited += f", phiên bản {PartialDate.parse(agreement.version).words}"
    return cited


def series_name(unit: Unit, series_id: str) -> str:
    """`Phối hợp với Công đoàn`."""
    return f"Phối hợp với {unit.sides[unit.series[series_id].counterpart]}"


def _card_rows(cards: Iterable[Card]) -> Iterator[dict[str, object]]:
    for card in cards:
        agreement = card.agreement
        yield {
            "a": agreement,
            "unit": agreement.unit,
            "state": card.state,
            "timeline": later_states(card.timeline),
            "title": title_of(agreement),
            "series": series_name(agreement.unit, agreement.series_id),
            "counterpart": agreement.unit.sides[agreement.series.counterpart],
            "version": f"bản {_version_name(agreement).replace('ngày ', '')} · {_held(agreement)}",
        }


def later_states(timeline: Timeline) -> str:
    """The states of later days, for the reader's browser; empty where none is known."""
    return _json(
        [
            [str(day), state.standing.value, WORDS[state.standing], state.reason]
            for day, state in timeline[1:]
        ]
    )


def _json(rows: list[list[str]]) -> str:
    return json.dumps(rows, ensure_ascii=False) if rows else ""


def _version_name(agreement: Agreement) -> str:
    facts = agreement.facts
    if isinstance(facts, LaterVersion):
        return f"{RECORDS[facts.record.kind]} {PartialDate.parse(agreement.version).words}"
    return "ký lần đầu"


def _held(agreement: Agreement) -> str:
    """How firmly the words of a version stand."""
    if agreement.facts.draft:
        return "bản thảo"
    return "niêm phong" if agreement.facts.seal else "chưa niêm phong"


def _version_words(agreement: Agreement) -> str:
    """Which text a printed page shows."""
    if agreement.facts.draft:
        return "bản thảo"
    if agreement.version == AS_SIGNED:
        if agreement.page.report:
            return "theo bài báo"
        return "bản ký lần đầu" if len(agreement.versions) > 1 else "văn bản như đã ký"
    return f"phiên bản {PartialDate.parse(agreement.version).words}"


def _rows(agreement: Agreement, archive: Archive) -> Iterator[_Row]:
    page = agreement.page
    cited = cite(page)
    by_id = {clause.id: clause for clause in page.clauses}
    suspected: dict[str, list[tuple[int, Suspected]]] = {}
    for number, each in enumerate(agreement.facts.suspected, 1):
        suspected.setdefault(each.clause or "", []).append((number, each))
    pattern = abbreviations(tuple(archive.glossary.abbreviations))
    longer = archive.glossary.abbreviations
    for clause in page.clauses:
        marks = suspected.get(clause.id, [])
        of_label = [mark for mark in marks if mark[1].printed in clause.label]
        of_text = [mark for mark in marks if mark not in of_label]
        cells = [cell for row in clause.rows for cell in row]
        of_cells: dict[str, list[tuple[int, Suspected]]] = {}
        for mark in of_text if cells else ():
            cell = next((each for each in cells if mark[1].printed in each), "")
            of_cells.setdefault(cell, []).append(mark)
        depth, above = 0, clause.parent
        while above is not None and by_id[above].kind is not ClauseKind.HEADING:
            depth, above = depth + 1, by_id[above].parent
        yield _Row(
            clause=clause,
            depth=min(depth, 4),
            cited=cited[clause.id],
            label=_marked(clause.label, of_label, None, {}),
            text=_marked(clause.text, of_text, pattern, longer),
            cells=tuple(
                tuple(_marked(cell, of_cells.pop(cell, []), pattern, longer) for cell in row)
                for row in clause.rows
            ),
        )


def _marked_fact(agreement: Agreement, archive: Archive, name: str, line: str) -> Markup:
    """A printed line outside the clauses, with its suspected mistakes and abbreviations marked."""
    longer = archive.glossary.abbreviations
    marks = [
        (number, each)
        for number, each in enumerate(agreement.facts.suspected, 1)
        if each.fact == name and line == _first_with(agreement, each)
    ]
    return _marked(line, marks, abbreviations(tuple(longer)), longer)


def _first_with(agreement: Agreement, suspected: Suspected) -> str | None:
    """The first printed line that has the suspected words: there alone they are marked."""
    lines = agreement.printed(suspected.fact) if suspected.fact else ()
    return next((line for line in lines if suspected.printed in line), None)


def _marked(
    text: str, suspected: Sequence[tuple[int, Suspected]], pattern: re.Pattern[str] | None,
    longer: Mapping[str, str],
) -> Markup:  # fmt: skip
    """Text with its suspected mistakes and abbreviations marked; not a character is changed."""
    at, seen = 0, set[str]()
    if not suspected:
        return _explained(text, pattern, longer, seen)
    found: list[Markup] = []
    spots = sorted((text.find(each.printed), number, each) for number, each in suspected)
    for start, number, each in [*spots, (len(text), 0, None)]:
        if start < at:
            continue
        found.append(_explained(text[at:start], pattern, longer, seen))
        if each is not None:
            at = start + len(each.printed)
            inside = _explained(text[start:at], pattern, longer, seen)
            shown = _SUSPECT.render(n=number, inside=inside, each=each)
            found.append(Markup(shown.strip()))  # noqa: S704 the template escapes
    return Markup("").join(found)


def _explained(
    text: str, pattern: re.Pattern[str] | None, longer: Mapping[str, str], seen: set[str]
) -> Markup:
    """Abbreviations explained; the first of its kind in a clause can be reached by keyboard."""
    if pattern is None or not text:
        return escape(text)
    parts = pattern.split(text)
    for place in range(1, len(parts), 2):
        short = parts[place]
        reach = Markup("") if short in seen else Markup(' tabindex="0"')
        seen.add(short)
        parts[place] = Markup('<abbr data-long="{}"{}>{}</abbr>').format(
            longer[short], reach, short
        )
        parts[place - 1] = escape(parts[place - 1])
    parts[-1] = escape(parts[-1])
    return Markup("").join(parts)


_SUSPECT = ENVIRONMENT.get_template("suspect.html")
