"""Which series have an edition for a school year, and what pages and CSV files say of it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.archive import load
from macros.calendar import school_year
from macros.coverage import (
    COLUMNS,
    PER_PAGE,
    STATUSES,
    Coverage,
    Row,
    Status,
    harmless,
    joined,
    register,
    rows,
    years,
)  # fmt: skip
from macros.model import (
    AS_SIGNED,
    Agreement,
    Archive,
    Edition,
    Evidence,
    Extended,
    Kind,
    LaterVersion,
    Lifetime,
    Page,
    PartialDate,
    Period,
    Record,
    RecordKind,
    Region,
    Series,
    SeriesId,
    Side,
    Supersedes,
    TextState,
    Unit,
    UnitId,
    UnitName,
    UnitType,
    Withdrawn,
)
from macros.render import SLUGS, TYPES
from tests.whole_site import WholeSite

ROOT = Path(__file__).resolve().parents[1]
DAY = date(2026, 11, 21)
NOW, LAST = Period(2026, 2027), Period(2025, 2026)
SIDES = {Side.MANAGEMENT: "Nhà trường", Side.UNION: "Công đoàn"}
SIGNED = Edition(kind=Kind.REGULATION)
DRAFT = replace(SIGNED, draft=True)
BOTH = Period(2025, 2027)


def day(text: str) -> PartialDate:
    """A partial date."""
    return PartialDate.parse(text)


def since(text: str) -> Evidence:
    """A clause that states a day."""
    return Evidence(value=day(text), clause="hieu-luc", printed="từ ngày")


def withdrawn(edition: Edition, on: str) -> Edition:
    """An edition withdrawn on a day."""
    return replace(edition, withdrawn=Withdrawn(date=day(on), evidence="Quyết định 5/QĐ"))


def extended(edition: Edition, to: Period) -> Edition:
    """An edition prolonged to a period."""
    return replace(edition, extended=Extended(to=to, evidence="Biên bản"))


def replacing(period: Period, **facts: Any) -> Edition:
    """An edition that says which period's it replaces."""
    said = Supersedes(period=period, printed="thay thế", clause="hieu-luc")
    return replace(SIGNED, supersedes=said, **facts)


def a_unit(editions: Mapping[Period, Edition], **facts: Any) -> Unit:
    """A unit with one series."""
    series = (
        {"cong-doan": Series(counterpart=Side.UNION, editions=dict(editions))} if editions else {}
    )
    own: dict[str, Any] = {
        "names": (UnitName(name="Trường đo"),), "type": UnitType.PRIMARY, "sides": SIDES,
        "series": series,
    }  # fmt: skip
    return Unit(**{**own, **facts})


def archive(units: Mapping[str, Unit]) -> Archive:
    """An archive in which each edition has its pages."""
    found = {UnitId(key): unit for key, unit in units.items()}
    agreements = [
        Agreement(
            unit_id=unit_id, unit=unit, series_id=SeriesId(series_id), period=period,
            version=version, page=Page(), path="",
        )
        for unit_id, unit in found.items()
        for series_id, series in unit.series.items()
        for period, edition in series.editions.items()
        for version in (AS_SIGNED, *map(str, edition.versions))
    ]  # fmt: skip
    return Archive(units=found, agreements=tuple(agreements))


def coverage(units: Mapping[str, Unit], on: date = DAY) -> Coverage:
    """What is told of them on a day."""
    return told(archive(units), on)


def told(of: Archive, on: date) -> Coverage:
    """What is told of an archive on a day."""
    shown = sorted({school_year(on), *years(of, on)})
    return Coverage(joined([register(of, on, shown, TYPES)], shown), on, TYPES, SLUGS)


def rows_of(
    units: Mapping[str, Unit], year: Period, on: date = DAY, *, sample: bool = False
) -> list[Row]:
    """What they have for a year."""
    return [row for _, row in rows(archive(units), on, [year]) if row.unit.sample is sample]


AMENDED = replace(
    SIGNED,
    draft=True,
    versions={
        day("2026-10-10"): LaterVersion(
            record=Record(kind=RecordKind.REPLACE, what="Cả bản", why="Đã ký")
        )
    },
)


@pytest.mark.parametrize(
    ("editions", "status", "words"),
    [
        ({NOW: SIGNED}, "signed", "Có bản đã ký"),
        ({BOTH: SIGNED}, "signed", "Có bản đã ký"),
        ({LAST: extended(SIGNED, NOW)}, "signed", "Có bản đã ký"),
        ({NOW: replace(SIGNED, text=TextState.REPORT_ONLY)}, "signed", "Đã ký (chỉ có bài báo)"),
        ({NOW: AMENDED}, "signed", "Có bản đã ký"),
        ({NOW: DRAFT}, "draft", "Chỉ có bản thảo"),
        ({BOTH: SIGNED, NOW: DRAFT}, "signed", "Có bản đã ký"),
        ({LAST: SIGNED}, "missing", "Kho chưa có bản"),
        ({LAST: DRAFT}, "missing", "Kho chưa có bản"),
        ({Period(2027, 2028): SIGNED}, "missing", "Kho chưa có bản"),
        ({Period(2024, 2026): SIGNED}, "missing", "Kho chưa có bản"),
        ({NOW: withdrawn(SIGNED, "2026-10")}, "superseded", "Đã thu hồi"),
        ({NOW: withdrawn(SIGNED, "2026-12")}, "signed", "Có bản đã ký"),
        ({NOW: withdrawn(DRAFT, "2026-10")}, "draft", "Chỉ có bản thảo"),
        (
            {
                NOW: SIGNED,
                Period(2027, 2028): replacing(NOW, valid_from=since("2026-11-01")),
            },
            "superseded",
            "Đã có bản thay thế",
        ),
        ({BOTH: SIGNED, NOW: replacing(BOTH)}, "signed", "Có bản đã ký"),
        ({BOTH: withdrawn(SIGNED, "2026-10"), NOW: DRAFT}, "superseded", "Đã thu hồi"),
    ],
)
def test_each_series_has_one_status(editions: Mapping[Period, Edition], status: str, words: str):
    """The signed edition that stands counts, then what became of it, then drafts."""
    [row] = rows_of({"a": a_unit(editions)}, NOW)

    assert (status, words) == (row.status, row.words)


@pytest.mark.parametrize(
    ("editions", "period", "note"),
    [
        ({LAST: extended(SIGNED, NOW)}, LAST, "kéo dài sang năm học 2026-2027"),
        ({LAST: extended(SIGNED, NOW), NOW: SIGNED}, NOW, ""),
        ({BOTH: SIGNED, NOW: replace(SIGNED, text=TextState.REPORT_ONLY)}, BOTH, ""),
        (
            {NOW: replace(SIGNED, valid_to=since("2026-10-01"))},
            NOW,
            "theo văn bản, áp dụng đến ngày 01/10/2026",
        ),
        (
            {NOW: replace(SIGNED, valid_from=since("2026-12-01"))},
            NOW,
            "theo văn bản, áp dụng từ ngày 01/12/2026",
        ),
        (
            {BOTH: withdrawn(SIGNED, "2026-10-01"), NOW: DRAFT},
            BOTH,
            "đã thu hồi ngày 01/10/2026: Quyết định 5/QĐ; có bản thảo khác",
        ),
    ],
)
def test_row_leads_to_the_edition_that_says_most(
    editions: Mapping[Period, Edition], period: Period, note: str
):
    """Of several the text goes before a report, what goes on before what ended; the note has what
    the status alone would hide.
    """
    [row] = rows_of({"a": a_unit(editions)}, NOW)

    assert row.agreement is not None
    assert (period, note) == (row.agreement.period, row.note)


def test_missing_row_leads_to_the_last_signed_edition_before():
    """What the archive had before is no edition of the year, and a draft is not what it had."""
    editions = {Period(2023, 2024): SIGNED, Period(2024, 2025): DRAFT, Period(2027, 2028): SIGNED}
    [row] = rows_of({"a": a_unit(editions)}, NOW)

    assert row.agreement is None
    assert row.before is not None
    assert Period(2023, 2024) == row.before.period


@pytest.mark.parametrize(
    ("valid", "years"),
    [
        (None, ["2026-2027", "2025-2026", "2024-2025"]),
        (Lifetime(since=day("2025")), ["2026-2027", "2025-2026", "2024-2025"]),
        (Lifetime(since=day("2025-06")), ["2026-2027", "2025-2026"]),
        (Lifetime(since=day("2026-12")), []),
        (Lifetime(until=day("2026-08")), ["2025-2026", "2024-2025"]),
        (Lifetime(until=day("2026-09")), ["2026-2027", "2025-2026", "2024-2025"]),
        (Lifetime(since=day("2025-07-01"), until=day("2026-08-31")), ["2025-2026"]),
    ],
)
def test_unit_that_did_not_exist_is_not_missing(valid: Lifetime | None, years: list[str]):
    """A year has the units that may have existed in it; a date as vague as a year excludes none."""
    other = a_unit({Period(2024, 2025): SIGNED, LAST: SIGNED})
    found = coverage({"a": other, "b": a_unit({Period(2019, 2020): DRAFT}, valid=valid)})
    living = [str(y) for y in found.years if any(row.unit_id == "b" for row in found.entries(y))]

    assert years == [year for year in living if year != "2019-2020"]


def test_unit_that_ends_within_a_year_says_so():
    """It counts in its last year, with the day to which it exists."""
    unit = a_unit({LAST: SIGNED}, valid=Lifetime(until=day("2026-10-31")))
    [row] = rows_of({"a": unit}, NOW)

    assert (Status.MISSING, "đơn vị tồn tại đến ngày 31/10/2026") == (row.status, row.note)


def test_past_year_is_told_as_of_its_last_day():
    """What was withdrawn in the summer stood in the year; what was before its end did not."""
    for on, status in (("2026-05-31", "superseded"), ("2026-06-01", "signed")):
        [row] = rows_of({"a": a_unit({LAST: withdrawn(SIGNED, on)})}, LAST)

        assert status == row.status


def test_years_are_those_of_real_units_and_of_the_day():
    """The year of the day always, each earlier one that an edition covers, none that is to come and
    none for the sake of a sample.
    """
    found = coverage(
        {
            "a": a_unit({Period(2018, 2020): SIGNED, Period(2027, 2028): SIGNED}),
            "b": a_unit({Period(2023, 2024): DRAFT}),
            "c": a_unit({Period(2021, 2022): SIGNED}, sample=True),
        }
    )

    assert ["2026-2027", "2023-2024", "2019-2020", "2018-2019"] == [str(y) for y in found.years]
    assert ["2025-2026"] == [str(y) for y in coverage({}, date(2026, 9, 4)).years]


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ({}, "Năm học 2026-2027: kho chưa có bộ quy chế nào của đơn vị thật."),
        (
            {"a": {LAST: SIGNED}, "b": {LAST: SIGNED}},
            "Năm học 2026-2027: với 2 bộ quy chế của 2 đơn vị mà kho biết, kho chưa có bản nào.",
        ),
        (
            {"a": {NOW: DRAFT}, "b": {LAST: SIGNED}},
            (
                "Năm học 2026-2027: với 2 bộ quy chế của 2 đơn vị mà kho biết, kho chưa có bản đã ký"
                " nào, chỉ có bản thảo của 1 bộ, chưa có bản nào của 1 bộ."
            ),
        ),
        (
            {
                "a": {NOW: SIGNED},
                "b": {NOW: replace(SIGNED, text=TextState.REPORT_ONLY)},
                "c": {NOW: withdrawn(SIGNED, "2026-10")},
            },
            (
                "Năm học 2026-2027: với 3 bộ quy chế của 3 đơn vị mà kho biết, kho có bản đã ký của 2"
                " bộ (trong đó 1 bộ chỉ có bài báo), có bản đã được thay hoặc thu hồi của 1 bộ."
            ),
        ),
    ],
)
def test_sentence_says_no_more_than_the_archive_knows(
    units: Mapping[str, Mapping[Period, Edition]], expected: str
):
    """What the archive lacks is told of the archive, never of the unit."""
    found = coverage({key: a_unit(editions) for key, editions in units.items()})

    assert expected == found.sentence(NOW)


def test_real_archive_on_a_day():
    """The five real agreements: two of 2024-2025, none of this year; the sample is apart."""
    found = told(load(ROOT).archive, DAY)
    year = Period(2024, 2025)
    signed = [row.unit_id for row in found.entries(year) if row.status is Status.SIGNED]

    assert ["mn-hoa-sua", "tt-hoa-nhap-dak-nong"] == signed
    assert {Status.MISSING} == {row.status for row in found.entries(NOW)}
    assert ["truong-mau"] == [row.unit_id for row in found.entries(NOW, sample=True)]
    assert found.sentence(Period(2018, 2019)).endswith(
        "kho có bản đã ký của 1 bộ (trong đó 1 bộ chỉ có bài báo), chưa có bản nào của 4 bộ."
    )


# --- properties ---

periods = st.builds(
    lambda start, years: Period(start, start + years), st.integers(2020, 2028), st.integers(1, 3)
)
months = st.builds(PartialDate, st.integers(2019, 2028), st.integers(1, 12))
editions_ = st.builds(
    lambda draft, report, gone, to: replace(
        SIGNED,
        draft=draft,
        text=TextState.REPORT_ONLY if report else TextState.FULL,
        withdrawn=Withdrawn(date=gone, evidence="Quyết định") if gone else None,
        extended=Extended(to=to, evidence="Biên bản") if to else None,
    ),
    st.booleans(), st.booleans(), st.none() | months, st.none() | periods,
)  # fmt: skip
units_ = st.builds(
    lambda all_series, kind, region, sample, valid, name: a_unit(
        {},
        series={
            f"bo-{n}": Series(counterpart=Side.UNION, editions=editions)
            for n, editions in enumerate(all_series)
        },
        type=kind,
        region=Region(name=region, printed=region) if region else None,
        sample=sample,
        valid=valid,
        names=(UnitName(name=name),),
    ),
    st.lists(st.dictionaries(periods, editions_, min_size=1, max_size=3), min_size=1, max_size=2),
    st.sampled_from(UnitType),
    st.sampled_from(["", "Hà Nội", "Đắk Nông"]),
    st.booleans(),
    st.none() | st.builds(Lifetime, since=st.none() | months, until=st.none() | months),
    st.sampled_from(["Trường A", "=HYPERLINK(1)", "-Trường, “B”", "@c", 'Trường "D"']),
)
archives = st.lists(units_, max_size=6).map(
    lambda units: {f"don-vi-{n}": unit for n, unit in enumerate(units)}
)
days = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@given(units=archives, on=days)
def test_tables_count_each_series_of_existing_units_once(units: Mapping[str, Unit], on: date):
    """Every table adds up to the real series of the units that exist; each stands in one row."""
    found = coverage(units, on)
    for year in found.years:
        rows = found.entries(year)
        keys = [(row.unit_id, row.series_id) for row in rows]
        told = min(on, date(year.end, 5, 31))
        expected = {
            (key, series)
            for key, unit in units.items()
            for series in unit.series
            if not unit.sample
            and not (unit.valid and unit.valid.since and unit.valid.since.first > told)
            and not (
                unit.valid and unit.valid.until and unit.valid.until.last < date(year.start, 9, 5)
            )
        }

        assert sorted(expected) == sorted(keys)
        for table in (found.by_type(year), found.by_place(year)):
            assert len(rows) == sum(tally.total for tally in table)
            for status in Status:
                count = sum(row.status is status for row in rows)
                assert count == sum(tally.counts[status] for tally in table)


@given(units=archives, on=days)
def test_a_row_claims_what_the_facts_say(units: Mapping[str, Unit], on: date):
    """Signed only by a signed edition that covers the year; missing only where none covers it."""
    found = coverage(units, on)
    for year in found.years:
        for row in (*rows_of(units, year, on), *rows_of(units, year, on, sample=True)):
            editions = row.unit.series[row.series_id].editions
            covering = [
                edition
                for period, edition in editions.items()
                for prolonged in [edition.extended.to if edition.extended else period]
                if period.start <= year.start < max(period, prolonged).end
            ]

            assert (row.status is Status.MISSING) == (not covering)
            if row.agreement:
                assert row.agreement.edition in covering
                assert (row.status is Status.DRAFT) == row.agreement.facts.draft


@given(units=archives, on=days)
def test_samples_change_nothing(units: Mapping[str, Unit], on: date):
    """Without the samples the years, tables, sentences, and the real CSV files are the same."""
    whole = coverage(units, on)
    real = coverage({key: unit for key, unit in units.items() if not unit.sample}, on)

    assert real.years == whole.years
    for year in real.years:
        assert real.entries(year) == whole.entries(year)
        assert real.sentence(year) == whole.sentence(year)
        assert real.by_place(year) == whole.by_place(year)
    kept = {name: data for name, data in whole.files() if "du-lieu-mau" not in name}
    assert dict(real.files()) == kept


def read_back(data: bytes) -> list[list[str]]:
    """What a spreadsheet reads."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@given(units=archives, on=days)
def test_csv_says_what_the_table_says(units: Mapping[str, Unit], on: date):
    """Read back, each file has the rows of its table; only an apostrophe may stand before a cell."""
    found = coverage(units, on)
    files = dict(found.files())
    for year in found.years:
        for sample in (False, True):
            name = f"tinh-hinh/{year}{'-du-lieu-mau' if sample else ''}.csv"
            rows = found.entries(year, sample=sample)
            if sample and not rows:
                assert name not in files
                continue
            said = "dữ liệu mẫu, không có thật"
            head, *lines = read_back(files[name])

            assert list(COLUMNS) == head
            assert [[harmless(cell) for cell in row.cells] for row in rows] == lines
            assert all((said in row.cells[-2]) == sample for row in rows)


# --- files ---


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("", ""),
        ("Trường A", "Trường A"),
        ("2026-2027", "2026-2027"),
        ("'Trường'", "'Trường'"),
        ("=1+1", "'=1+1"),
        ('=HYPERLINK("http://x","y")', '\'=HYPERLINK("http://x","y")'),
        ("+84", "'+84"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1", "' =1"),
        ("\t=1", "'\t=1"),
        ("\r", "'\r"),
        ("＝1", "'＝1"),
        ("a=1", "a=1"),
    ],
)
def test_no_cell_is_a_formula(cell: str, expected: str):
    """What a spreadsheet would work out gets an apostrophe; all else stays."""
    assert expected == harmless(cell)


def test_csv_is_for_spreadsheets():
    """UTF-8 with its mark, lines that end as in Windows, a name that looks like a formula harmless."""
    unit = a_unit({NOW: SIGNED}, names=(UnitName(name='=cmd|" /C calc"!A0'),))
    data = dict(coverage({"a": unit}).files())["tinh-hinh/2026-2027.csv"]
    [_, row] = read_back(data)

    assert data.startswith(b"\xef\xbb\xbfN\xc4\x83m h\xe1\xbb\x8dc,")
    assert data.count(b"\n") == data.count(b"\r\n") == 2
    assert [
        "2026-2027", "a/cong-doan", "'=cmd|\" /C calc\"!A0", "Trường tiểu học", "", "Công đoàn",
        "Có bản đã ký", "năm học 2026-2027", "", "", "", "don-vi/a/cong-doan/2026-2027/",
    ] == row  # fmt: skip


# --- pages ---


def many(count: int, *, samples: int = 0, places: int = 1) -> dict[str, Unit]:
    """So many units of two types, and samples behind them; statuses in turns."""
    kinds = (SIGNED, DRAFT, withdrawn(SIGNED, "2026-10"))
    found = {}
    for n in range(count + samples):
        editions = {LAST: SIGNED} if n % 4 == 3 else {NOW: kinds[n % 4]}
        place = f"Nơi đo {n % places:04}"
        found[f"don-vi-{n:04}"] = a_unit(
            editions,
            names=(UnitName(name=f"Đơn vị đo {n:04}"),),
            type=UnitType.PRIMARY if n % 3 else UnitType.PRESCHOOL,
            region=Region(name=place, printed=place),
            sample=n >= count,
        )
    return found


def html_of(units: Mapping[str, Unit]) -> dict[str, str]:
    """The pages as the site has them, by address."""
    made = WholeSite(archive(units), DAY).common()
    return {key: make().html for key, make in made.items() if key.startswith("tinh-hinh/")}


def named(html: str) -> list[str]:
    """The units of a list in their order."""
    return re.findall(r'class="unit-name"[^>]*>([^<]+)<', html)


def test_short_list_stands_on_the_page():
    """Up to a hundred series are listed and filtered on the page, samples in a section behind."""
    pages = html_of(many(PER_PAGE, samples=2))
    real, sample = pages["tinh-hinh/"].split('<section class="samples">')
    [line] = re.findall(r'<tr><th scope="row">Trường tiểu học</th>(.*?)</tr>', real)
    cells = re.findall(r"<td[^>]*>(\d+)", line)
    [primary] = (t for t in coverage(many(PER_PAGE)).by_type(NOW) if t.name == "Trường tiểu học")

    assert {"tinh-hinh/", "tinh-hinh/2026-2027/", "tinh-hinh/2025-2026/"} == set(pages)
    assert PER_PAGE == len(set(named(real))) == len(named(real))
    assert ["Đơn vị đo 0100", "Đơn vị đo 0101"] == sorted(named(sample))
    assert 'class="filters' in real
    assert [*map(str, primary.counts.values()), "66"] == cells
    assert 'href="../tinh-hinh/2026-2027-du-lieu-mau.csv"' in sample


def test_long_list_is_paged_by_type():
    """Above that the lists are by type on pages of a hundred, which name each series once; those of
    which something is to be asked stand first; no page is heavy.
    """
    pages = html_of(many(1000, samples=150, places=1000))
    lists = {key: html for key, html in pages.items() if key.startswith("tinh-hinh/2026-2027/loai")}
    units = [name for html in lists.values() for name in named(html)]
    order = [
        status
        for n in ("", *(f"{n}/" for n in range(2, 8)))
        for status in re.findall(
            r'data-state="(\w+)"',
            lists[f"tinh-hinh/2026-2027/loai/tieu-hoc/{n}"].split('<section class="samples">')[0],
        )
    ]

    assert sorted(f"Đơn vị đo {n:04}" for n in range(1150)) == sorted(units)
    assert [] == named(pages["tinh-hinh/"])
    assert 'href="../tinh-hinh/2026-2027/loai/mam-non/"' in pages["tinh-hinh/"]
    assert ["missing", "draft", "superseded", "signed"] == list(dict.fromkeys(order))
    assert order == sorted(order, key=["missing", "draft", "superseded", "signed"].index)
    assert max(len(html.encode()) for html in pages.values()) < 100_000


def test_many_places_end_in_one_line():
    """The table by place has the largest, the others together, and nothing is left out."""
    units = many(300, places=150)
    units["khong-ro"] = a_unit({NOW: SIGNED})
    table = coverage(units).by_place(NOW)

    assert PER_PAGE + 1 == len(table)
    assert ["Các địa bàn khác (51)", "Không rõ địa bàn"] == [each.name for each in table[-2:]]
    assert 301 == sum(each.total for each in table)


def test_picture_is_as_long_as_the_counts():
    """The parts of a bar follow each other without a gap, to the end."""
    [primary] = (t for t in coverage(many(100)).by_type(NOW) if t.name == "Trường tiểu học")
    ends = [0.0]
    for status, start, length in primary.bar:
        assert ends[-1] == pytest.approx(float(start[:-1]), abs=0.011)
        assert primary.counts[status] / primary.total == pytest.approx(
            float(length[:-1]) / 100, abs=0.0001
        )
        ends.append(float(start[:-1]) + float(length[:-1]))
    assert ends[-1] == pytest.approx(100, abs=0.011)


def test_names_are_escaped():
    """A name is text, in the list and in the attributes that the filter reads."""
    unit = a_unit({NOW: SIGNED}, names=(UnitName(name='<b>"Trường"</b>'),))
    html = html_of({"a": unit})["tinh-hinh/"]

    assert "<b>" not in html.replace("<b>●", "").replace("<b>✎", "").replace("<b>↷", "").replace(
        "<b>○", ""
    )
    assert 'data-name="&lt;b&gt;&#34;trường&#34;&lt;/b&gt;"' in html


def test_nothing_changes_from_day_to_day():
    """On another day of the same states the pages are the same: build.json alone names the day."""
    units = many(5)
    first, second = (
        {key: make() for key, make in coverage(units, DAY + timedelta(days=n)).pages().items()}
        for n in (0, 1)
    )

    assert first == second


def test_links_lead_to_pages_and_files():
    """Every link of these pages is an address that the site has."""
    publication = WholeSite(archive(many(130, samples=3)), DAY)
    known = {*publication.pages(), *(address for address, _ in publication.files())}
    wrong = [
        (address, link)
        for address, make in publication.common().items()
        if address.startswith("tinh-hinh/")
        for link in re.findall(r'href="([^"]+)"', make().html)
        if link.removeprefix("../" * address.count("/")) not in known
    ]

    assert [] == wrong


def test_statuses_have_a_sign_each():
    """Nothing rests on colour: the signs differ."""
    assert len(Status) == len({sign for sign, _ in STATUSES.values()})
    assert list(Status) == list(STATUSES)
