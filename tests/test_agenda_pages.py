"""What readers see of duties: on an agreement, in a unit's year, in the calendar of all units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.almanac import CALENDAR, Almanac, Duties, due, joined, rows
from macros.almanac.units import FEW
from macros.archive import load
from macros.calendar import times
from macros.markup import SitePage
from macros.model import (
    Agreement,
    Archive,
    Clause,
    ClauseId,
    ClauseKind,
    Duty,
    Edition,
    Extended,
    Kind,
    Page,
    PartialDate,
    Period,
    Record,
    RecordKind,
    Series,
    SeriesId,
    Shared,
    SharedClause,
    Side,
    Supersedes,
    TextState,
    Unit,
    UnitId,
    UnitName,
    UnitType,
    When,
    Withdrawn,
)
from macros.model import LaterVersion as Later
from macros.render import COUNTERPARTS, SLUGS, TYPES
from tests.whole_site import WholeSite

ROOT = Path(__file__).resolve().parents[1]
DAY = date(2024, 11, 21)
YEAR = Period(2024, 2025)
PAGE = Page(
    title=("QUY CHẾ",),
    clauses=(
        Clause(id=ClauseId("mot"), kind=ClauseKind.CLAUSE, label="1.", text="Họp <định kỳ>."),
        Clause(id=ClauseId("hai"), kind=ClauseKind.CLAUSE, label="2.", text="Báo cáo."),
    ),
)


def duty(
    when: str, *, who: Iterable[Side] = (Side.UNION,), clause: str | None = "mot", **more: Any
) -> Duty:
    """A duty of the first clause."""
    given = {"what": "Họp & bàn", "printed": "<định kỳ>", **more}
    return Duty(clause=clause, who=tuple(who), when=When.parse(when), **given)


def edition(duties: Mapping[str, Duty] | None = None, **facts: Any) -> Edition:
    """An edition with these duties."""
    return Edition(kind=Kind.REGULATION, duties=dict(duties or {}), **facts)


def archive_of(
    editions: Mapping[Period, Edition], *, name: str = "don-vi", type_: UnitType = UnitType.PRIMARY,
    sample: bool = False, page: Page = PAGE, shared: Mapping[str, SharedClause] | None = None,
) -> Archive:  # fmt: skip
    """An archive of one unit with these editions, each version with the same text."""
    unit = Unit(
        names=(UnitName(name=f"Đơn vị {name}"),),
        type=type_,
        sides={Side.MANAGEMENT: "Nhà trường", Side.UNION: "Công đoàn"},
        series={"cong-doan": Series(counterpart=Side.UNION, editions=dict(editions))},
        sample=sample,
    )
    agreements = [
        Agreement(
            unit_id=UnitId(name), unit=unit, series_id=SeriesId("cong-doan"), period=period,
            version=version, page=page, path="",
        )
        for period, each in editions.items()
        for version in ("goc", *map(str, each.versions))
    ]  # fmt: skip
    return Archive(units={UnitId(name): unit}, agreements=tuple(agreements), shared=shared or {})


def together(*archives: Archive) -> Archive:
    """One archive of the units of several."""
    return Archive(
        units={key: unit for each in archives for key, unit in each.units.items()},
        agreements=tuple(agreement for each in archives for agreement in each.agreements),
    )


def pages_of(archive: Archive, day: date = DAY) -> dict[str, SitePage]:
    """All generated pages by address."""
    return {address: make() for address, make in WholeSite(archive, day).pages().items()}


def almanac(archive: Archive, day: date = DAY) -> Almanac:
    """What the publication of an archive has."""
    return Almanac(joined([rows(archive, COUNTERPARTS)]), day, types=TYPES, slugs=SLUGS)


def shown(html: str) -> str:
    """The text of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def groups(html: str) -> dict[str, list[str]]:
    """By heading what is listed below it in the calendar."""
    return {
        shown(head): [shown(row) for row in re.findall(r'<li class="due".*?</li>', rest, re.DOTALL)]
        for head, rest in re.findall(
            r"<h[23] id=[^>]+>(.*?)</h[23]>(.*?)(?=</section>)", html, re.DOTALL
        )
        if '<li class="due"' in rest
    }


OWN = "don-vi/don-vi/cong-doan/2024-2025/"


# --- an agreement ---


def test_duty_says_who_what_when_and_where() -> None:
    """A duty's row has the sides by their names in the unit, what, the rhythm with the words that
    say so, its times and its clause; nothing of it is markup.
    """
    both = (Side.MANAGEMENT, Side.UNION)
    html = pages_of(archive_of({YEAR: edition({"hop": duty("every-3-months", who=both)})}))[
        OWN
    ].html
    row = re.search(r'<tr id="viec--hop">.*?</tr>', html, re.DOTALL)

    assert row
    assert (
        "Họp & bàn Khoản 1 Ai làm: Nhà trường và Công đoàn Khi nào: 3 tháng một lần <định kỳ> "
        "Các lần: quý IV/2024 quý I/2025 quý II/2025*"
    ) == shown(row[0])
    assert 'href="#mot"' in row[0]
    assert "<định" not in html
    assert "Theo cách đọc của trang" in html


@pytest.mark.parametrize(
    ("when", "expected", "read"),
    [
        ("2024-10", "tháng 10/2024", False),
        ("2024-11/2025-02", "từ tháng 11/2024 đến tháng 02/2025", False),
        ("regularly", "Không ghi nhịp hay ngày, nên không vào lịch", False),
        ("every-term", "học kỳ I năm học 2024-2025 học kỳ II năm học 2024-2025*", True),
        ("every-24-months", "Không có lần nào trong kỳ", False),
    ],
)
def test_only_what_the_text_does_not_say_is_marked(when: str, expected: str, read: bool) -> None:
    """Days of the text stand as they are; the site's reading is marked and explained; what has no
    rhythm says so.
    """
    html = pages_of(archive_of({YEAR: edition({"hop": duty(when)})}))[OWN].html
    row = re.search(r'<tr id="viec--hop">.*?</tr>', html, re.DOTALL)

    assert row
    assert shown(row[0]).endswith(expected)
    assert read is ("Theo cách đọc của trang" in html)


def test_sides_in_turn() -> None:
    """Sides that do something in turn are not said to do it together."""
    who = (Side.MANAGEMENT, Side.UNION)
    html = pages_of(archive_of({YEAR: edition({"a": duty("year-end", who=who, in_turn=True)})}))

    assert "Nhà trường và Công đoàn, luân phiên" in shown(html[OWN].html)
    assert "CQ ⇄ CĐ" in shown(html["don-vi/don-vi/"].html)


def test_what_comes_too_often_is_not_told_one_by_one() -> None:
    """Of the weeks of a year the first and the last are named, with how many lie between."""
    archive = archive_of({YEAR: edition({"hop": duty("every-week")})})
    html = pages_of(archive)[OWN].html
    count = len(times(archive.agreements[0], When.parse("every-week")))

    assert 2 == len(re.findall(r"<li data-from=", html))
    assert f"… {count - 2} lần nữa" in shown(html)


def test_mark_of_a_clause_and_its_duties_lead_to_each_other() -> None:
    """One mark for a clause, without text, says all its duties and leads to the first."""
    duties = {"a": duty("year-end", what="Một"), "b": duty("year-start", what="Hai")}
    html = pages_of(archive_of({YEAR: edition(duties)}))[OWN].html
    section = re.search(r'<section class="clause[^>]*id="mot".*?</section>', html, re.DOTALL)

    assert section
    assert (
        '<a class="duty-mark" href="#viec--a" aria-label="Khoản 1 có việc phải làm: Một; Hai"></a>'
    ) in section[0]
    assert 1 == html.count('class="duty-mark"')
    assert html.index('id="viec--a"') < html.index('<article class="document"')


def test_page_without_duties_says_nothing_of_them() -> None:
    """No section, no mark, no calendar."""
    pages = pages_of(archive_of({YEAR: edition()}))

    for address in (OWN, "don-vi/don-vi/", "don-vi/don-vi/cong-doan/"):
        assert "Việc phải làm" not in pages[address].html
        assert CALENDAR not in pages[address].html
    assert ["lich/"] == [address for address in pages if address.startswith("lich/")]


def test_page_of_the_series_leads_to_the_editions_file() -> None:
    """Where the edition that holds is shown, its calendar is that of the edition."""
    html = pages_of(archive_of({YEAR: edition({"a": duty("year-end")})}))[
        "don-vi/don-vi/cong-doan/"
    ].html

    assert f'href="../../../{OWN}{CALENDAR}"' in html
    assert 'href="#viec--a"' in html


def test_draft_stands_in_no_calendar() -> None:
    """A draft shows what it asks for and says that no calendar has it."""
    pages = pages_of(archive_of({YEAR: edition({"a": duty("year-end")}, draft=True)}))

    assert "Bản thảo không vào lịch nào" in pages[OWN].html
    assert CALENDAR not in pages[OWN].html
    assert "Việc phải làm" not in pages["don-vi/don-vi/"].html
    assert not any(address.startswith("lich/2") for address in pages)


def test_report_is_named_as_the_source() -> None:
    """Duties known from a report say so wherever they stand, and lead to themselves."""
    page = Page(title=("Ký kết",), report=("Họp <định kỳ> cuối năm.",))
    facts = edition({"a": duty("year-end", clause=None)}, text=TextState.REPORT_ONLY)
    pages = pages_of(archive_of({YEAR: facts}, page=page))

    assert "Việc phải làm, theo bài báo" in shown(pages[OWN].html)
    assert "Theo bài báo" in shown(pages[OWN].html)
    assert "(theo bài báo)" in shown(pages["don-vi/don-vi/"].html)
    assert "theo bài báo" in shown(pages["lich/2024-2025/"].html)
    assert f"{OWN}#viec--a" in pages["lich/2024-2025/"].html


def amended(rhythm: str) -> Edition:
    """An edition that has another rhythm from February on."""
    record = Record(kind=RecordKind.AMEND, what="Nhịp.", why="Cần.")
    later = Later(record=record, duties={"a": duty(rhythm)})
    return edition(
        {"a": duty("every-3-months"), "b": duty("year-start", what="Chỉ ở bản đầu")},
        versions={PartialDate.parse("2025-02-16"): later},
    )


def test_amended_edition_keeps_what_had_begun() -> None:
    """The newest version's page has the times of the course; an earlier one its own, and leads to
    the newest for the calendar; what the newest lacks leads to the version that has it.
    """
    pages = pages_of(archive_of({YEAR: amended("every-month")}))
    newest, first = shown(pages[OWN].html), shown(pages[f"{OWN}ban/goc/"].html)

    assert "quý IV/2024 quý I/2025 tháng 03/2025 tháng 04/2025 tháng 05/2025*" in newest
    assert "thì theo phiên bản trước" in newest
    assert "quý IV/2024 quý I/2025 quý II/2025*" in first
    assert "Lịch theo phiên bản mới nhất của kỳ này" in first
    assert CALENDAR not in pages[f"{OWN}ban/goc/"].html
    assert "Chỉ ở bản đầu" not in newest
    assert f"{OWN}ban/goc/#mot" in pages["lich/"].html
    assert f"{OWN}ban/goc/#viec--b" in pages["don-vi/don-vi/"].html


def test_duties_of_a_shared_clause_stand_on_the_page() -> None:
    """They have an anchor of their own, which no clause can have."""
    clause = Clause(
        id=ClauseId("hop"), kind=ClauseKind.CLAUSE, text="Họp mỗi năm.",
        shared=Shared(id="hop", wording="2024-2025"),
    )  # fmt: skip
    shared = SharedClause(
        title="Họp",
        wordings={YEAR: "Họp mỗi năm."},
        duties={"hop": duty("every-year", clause=None, printed="mỗi năm")},
    )
    archive = archive_of({YEAR: edition()}, page=Page(clauses=(clause,)), shared={"hop": shared})
    html = pages_of(archive)[OWN].html

    assert 'id="viec--hop--hop"' in html
    assert f'{OWN}#hop"' in pages_of(archive)["lich/2024-2025/"].html


# --- the year of a unit ---


def bars(html: str) -> list[list[tuple[int, str]]]:
    """The rows of the picture: for each cell how many columns it takes, and its letters."""
    return [
        [
            (int(span or 1), shown(text))
            for span, text in re.findall(r'<td(?: colspan="(\d+)")?[^>]*>(.*?)</td>', row)
        ]
        for row in re.findall(
            r"<tr>(.*?)</tr>", html.rsplit("duties-year", maxsplit=1)[-1], re.DOTALL
        )
        if "<td" in row
    ]


def test_year_of_a_school_is_nine_months() -> None:
    """Each time takes the months in which it lies; two that share a month stand in two lanes."""
    duties = {
        "quy": duty("every-3-months"),
        "ky": duty("every-term", who=(Side.MANAGEMENT,)),
        "tuan": duty("every-week"),
        "nua": duty("every-6-months"),
        "thang": duty("2024-10"),
    }
    html = pages_of(archive_of({YEAR: edition(duties)}))["don-vi/don-vi/"].html

    assert [
        [(1, ""), (3, "CĐ"), (3, "CĐ"), (2, "CĐ ›")],
        [(5, "CQ"), (4, "")],
        [(4, ""), (5, "CQ")],
        [(9, "CĐ")],
        [(4, "‹ CĐ"), (5, "CĐ ›")],
        [(1, ""), (1, "CĐ"), (7, "")],
    ] == bars(html)


def test_several_years_are_shown_in_quarters() -> None:
    """A period of three years has twelve columns, and what begins twice in one is one bar."""
    period = Period(2023, 2025)
    duties = {"nam": duty("every-year"), "cuoi": duty("year-end"), "thang": duty("every-month")}
    html = pages_of(archive_of({period: edition(duties)}))["don-vi/don-vi/"].html

    assert [
        [(4, "CĐ")] * 3,
        [(1, ""), (1, "CĐ"), (3, ""), (1, "CĐ"), (3, ""), (1, "CĐ"), (2, "")],
        [(12, "CĐ")],
    ] == bars(html)


def test_year_grows_with_what_prolongs_it() -> None:
    """An edition that was prolonged by a year is shown for both, in quarters."""
    facts = edition(
        {"a": duty("year-end")}, extended=Extended(to=Period(2025, 2026), evidence="CV")
    )
    html = pages_of(archive_of({YEAR: facts}))["don-vi/don-vi/"].html

    assert "kéo dài sang năm học 2025-2026" in html
    assert [8] == [sum(span for span, _ in row) for row in bars(html)]


def test_what_has_no_time_stands_below_the_picture() -> None:
    """Duties without a rhythm are listed, and an edition that has only such has no table."""
    html = pages_of(archive_of({YEAR: edition({"a": duty("regularly")})}))["don-vi/don-vi/"].html

    assert "Không ghi nhịp hay ngày" in html
    assert f"{OWN}#viec--a" in html
    assert "duties-year" not in html


def test_unit_offers_a_calendar_for_each_side_that_has_something() -> None:
    """One for the unit and one for each side, in the order of its sides; none for the others."""
    html = pages_of(archive_of({YEAR: edition({"a": duty("year-end")})}))["don-vi/don-vi/"].html

    assert ["lich.ics", "lich-cong-doan.ics"] == re.findall(r'href="(lich[^"]*)"', html)


@given(
    st.lists(
        st.sampled_from(
            "every-week every-month every-2-months every-5-months every-year every-term year-start "
            "year-end regularly 2024-10 2024-11/2025-02 2024-08 2025-08".split()
        ),
        max_size=5,
    ),
    st.sampled_from([YEAR, Period(2024, 2024 + 3), Period(2020, 2029)]),
)
def test_every_row_of_the_picture_is_as_wide_as_its_head(whens: list[str], period: Period) -> None:
    """Whatever the duties, the cells of each row fill all columns and nothing lies twice in one."""
    duties = {f"v{number}": duty(when) for number, when in enumerate(whens)}
    archive = archive_of({period: edition(duties)})
    html = str(Duties(archive, COUNTERPARTS).year(archive.agreements[0], "don-vi/don-vi/"))
    widths = {sum(span for span, _ in row) for row in bars(html)}
    months = 9 if period.school_year else 4 * (period.end - period.start + 1)

    assert widths <= {months}


# --- all units ---


def test_calendar_groups_by_the_month_of_the_begin() -> None:
    """Rows stand below the month in which they begin; what the site reads is marked; what a school
    year's edition asks for begins with it.
    """
    duties = {
        "quy": duty("every-3-months", what="Quý"),
        "nua": duty("every-6-months", what="Nửa năm"),
        "thang": duty("2024-10", what="Tháng Mười"),
        "khong": duty("regularly", what="Không nhịp"),
    }
    pages = pages_of(archive_of({YEAR: edition(duties)}))
    found = groups(pages["lich/"].html)
    unit = "Đơn vị don-vi · bên làm: Công đoàn"

    assert {
        "Tháng 9/2024 1": [f"sáu tháng cuối năm 2024* Nửa năm {unit}"],
        "Tháng 10/2024 2": [f"tháng 10/2024 Tháng Mười {unit}", f"quý IV/2024* Quý {unit}"],
        "Tháng 1/2025 2": [f"quý I/2025* Quý {unit}", f"sáu tháng đầu năm 2025* Nửa năm {unit}"],
        "Tháng 4/2025 1": [f"quý II/2025* Quý {unit}"],
    } == found
    assert groups(pages["lich/2024-2025/"].html) == found
    assert f'href="../{OWN}#mot"' in pages["lich/"].html
    assert ["lich/", "lich/2024-2025/"] == sorted(a for a in pages if a.startswith("lich/"))
    assert "lich/2024-2025/" == pages["lich/"].canonical


def test_several_years_stand_in_the_school_years_that_they_touch() -> None:
    """A calendar year lies in two school years: in the later one it stands before the first month."""
    pages = pages_of(archive_of({Period(2022, 2024): edition({"a": duty("every-year")})}))
    found = {a: list(groups(page.html)) for a, page in pages.items() if a.startswith("lich/2")}

    assert {
        "lich/2021-2022/": ["Tháng 1/2022 1"],
        "lich/2022-2023/": ["Từ trước tháng 9/2022 1", "Tháng 1/2023 1"],
        "lich/2023-2024/": ["Từ trước tháng 9/2023 1", "Tháng 1/2024 1"],
        "lich/2024-2025/": ["Từ trước tháng 9/2024 1"],
    } == found


def test_weeks_are_one_row() -> None:
    """What is due each week stands once in the calendar of a year."""
    html = pages_of(archive_of({YEAR: edition({"a": duty("every-week")})}))["lich/"].html

    assert ["hằng tuần* Họp & bàn Đơn vị don-vi · bên làm: Công đoàn"] == [
        row for rows in groups(html).values() for row in rows
    ]
    assert 'data-from="2024-09" data-to="2025-05"' in html


def test_editions_that_no_longer_hold_give_nothing_more() -> None:
    """Nothing begins on or after the day of a withdrawal, or of an edition that took the place."""
    gone = Withdrawn(date=PartialDate.parse("2024-12-20"), evidence="QĐ 1")
    rows = {
        "withdrawn": {YEAR: edition({"a": duty("every-3-months")}, withdrawn=gone)},
        "replaced": {
            Period(2024, 2026): edition({"a": duty("every-year")}),
            Period(2025, 2026): edition(supersedes=Supersedes(period=Period(2024, 2026))),
        },
    }
    found = {}
    for name, editions in rows.items():
        archive = archive_of(editions)
        first = archive.editions("don-vi", "cong-doan")[0]
        found[name] = [span.words for each in due(first, archive) for span in each.times]

    assert {"withdrawn": ["quý IV/2024"], "replaced": ["năm 2024", "năm 2025"]} == found


def test_samples_stand_apart() -> None:
    """Sample data is never listed among real units nor counted, and each of its groups says so."""
    archive = together(
        archive_of({YEAR: edition({"a": duty("2024-10")})}, name="that"),
        archive_of({YEAR: edition({"a": duty("2024-10")})}, name="mau", sample=True),
    )
    html = pages_of(archive)["lich/"].html
    real, samples = html.split('<h2 id="du-lieu-mau">')

    assert "1 việc phải làm của 1 đơn vị" in real
    assert ["Tháng 10/2024 1"] == list(groups(real))
    assert ["Tháng 10/2024 1 dữ liệu mẫu"] == list(groups(samples))
    assert ("Đơn vị mau" in shown(real), "Đơn vị that" in shown(samples)) == (False, False)
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(set(ids)) == len(ids)


def busy(count: int, *, sample: bool = False) -> Archive:
    """So many units with what the richest agreement asks for."""
    whens = (
        "every-month every-3-months every-6-months every-term year-start year-end 2024-10".split()
    )
    facts = edition(
        {
            f"v{n}": duty(when, what="Tổ chức hội nghị".ljust(99, "."))
            for n, when in enumerate(whens)
        }
    )
    kinds = (UnitType.PRESCHOOL, UnitType.PRIMARY)
    return together(
        *(
            archive_of({YEAR: facts}, name=f"u{n:04}", type_=kinds[n % 2], sample=sample)
            for n in range(count)
        )
    )


def calendar_pages(archive: Archive) -> dict[str, SitePage]:
    """The pages of the calendar by address."""
    return {address: make() for address, make in almanac(archive).pages().items()}


def test_long_calendar_is_paged_by_type() -> None:
    """A thousand units: the page of the year names the types, each unit stands on one page of its
    type, and none is heavy.
    """
    pages = calendar_pages(busy(1000))
    lists = {a: page.html for a, page in pages.items() if "/loai/" in a}
    where: dict[str, set[str]] = {}
    for address, html in lists.items():
        for unit in re.findall(r"Đơn vị (u\d{4})", html):
            where.setdefault(unit, set()).add(address)

    assert 1000 == len(where)
    assert 0 == sum('class="due"' in pages[a].html for a in ("lich/", "lich/2024-2025/"))
    assert "lich/2024-2025/loai/mam-non/2/" in pages
    assert "../lich/2024-2025/loai/mam-non/" in pages["lich/"].html
    assert max(len(page.html.encode()) for page in pages.values()) < 270_000
    assert max(len({u for u, at in where.items() if a in at}) for a in lists) <= 50
    assert {1} == {len(set(map(base, at))) for at in where.values()}


def base(address: str) -> str:
    return re.sub(r"\d+/$", "", address)


def test_few_units_stand_on_one_page() -> None:
    """So many series as the list may have stand on it while they are light."""
    facts = edition({"a": duty("year-end")})
    archive = together(*(archive_of({YEAR: facts}, name=f"u{n:03}") for n in range(FEW)))
    more = together(archive, archive_of({YEAR: facts}, name="them"))

    assert ["lich/", "lich/2024-2025/"] == sorted(calendar_pages(archive))
    assert "lich/2024-2025/loai/tieu-hoc/" in calendar_pages(more)


def test_facts_are_enough_for_the_calendar() -> None:
    """Without the clauses of texts, save those that use shared wordings, it is the same."""
    archive = load(ROOT).archive
    light = replace(
        archive,
        agreements=tuple(
            replace(
                each,
                page=replace(
                    each.page, title=(), report=(),
                    clauses=tuple(clause for clause in each.page.clauses if clause.shared),
                ),
            )
            for each in archive.agreements
        ),
    )  # fmt: skip
    rows = {
        a: sorted(re.findall('<li class="due".*', p.html))
        for a, p in calendar_pages(archive).items()
    }

    assert rows == {
        a: sorted(re.findall('<li class="due".*', p.html)) for a, p in calendar_pages(light).items()
    }
    assert any(rows.values())


def test_links_of_the_real_calendar_lead_somewhere() -> None:
    """Every link from the calendar and the years of units into an agreement finds what it names."""
    pages = pages_of(load(ROOT).archive, date(2026, 11, 21))
    wrong = []
    for address, page in pages.items():
        if address.startswith("lich/") or re.fullmatch(r"don-vi/[^/]+/", address):
            for up, target, name in re.findall(
                r'href="((?:\.\./)*)(don-vi/[^"#]+)#([^"]+)"', page.html
            ):
                if f' id="{name}"' not in pages[target].html or up.count("/") != address.count("/"):
                    wrong.append((address, target, name))

    assert [] == wrong
