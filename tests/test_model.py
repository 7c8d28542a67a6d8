import calendar
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.model import (
    Agreement,
    Archive,
    Clause,
    ClauseId,
    ClauseKind,
    Page,
    PartialDate,
    Period,
    SeriesId,
    Unit,
    UnitId,
    versions_of,
)

years = st.integers(1900, 2199)
periods = st.builds(lambda start, length: Period(start, start + length), years, st.just(1))
partial_dates = st.dates(date(1000, 1, 1)).flatmap(
    lambda day: st.sampled_from(
        [
            PartialDate(day.year),
            PartialDate(day.year, day.month),
            PartialDate(day.year, day.month, day.day),
        ]
    )
)


@pytest.mark.parametrize(
    ("text", "words", "school_year"),
    [
        ("2024-2025", "năm học 2024-2025", True),
        ("1999-2000", "năm học 1999-2000", True),
        ("2018-2020", "giai đoạn 2018-2020", False),
        ("2020-2030", "giai đoạn 2020-2030", False),
    ],
)
def test_period(text, words, school_year):
    """A period of two neighbouring years is a school year, a longer one is not."""
    period = Period.parse(text)

    assert (text, words, school_year) == (str(period), period.words, period.school_year)


@pytest.mark.parametrize(
    "text",
    ["", "2024", "24-25", "2024-25", "2024 - 2025", "2024–2025", "2024-2025 ", " 2024-2025",
     "2024-2025\n", "2024-2024", "2025-2024", "1899-1900", "2200-2201", "٢٠٢٤-٢٠٢٥"],
)  # fmt: skip
def test_no_period(text):
    """Anything but two years, the later one second, is refused."""
    with pytest.raises(ValueError, match="."):
        Period.parse(text)


@pytest.mark.parametrize(
    ("text", "first", "last", "words"),
    [
        ("2024-10-07", date(2024, 10, 7), date(2024, 10, 7), "ngày 07/10/2024"),
        ("2021-10", date(2021, 10, 1), date(2021, 10, 31), "tháng 10/2021"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "tháng 02/2024"),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28), "tháng 02/2023"),
        ("2021", date(2021, 1, 1), date(2021, 12, 31), "năm 2021"),
        ("0999", date(999, 1, 1), date(999, 12, 31), "năm 999"),
    ],
)
def test_partial_date(text, first, last, words):
    """A date is as exact as its print: it means one day, a month or a year."""
    day = PartialDate.parse(text)

    assert (text, first, last, words) == (str(day), day.first, day.last, day.words)


@pytest.mark.parametrize(
    "text",
    ["", "24", "2024-1", "2024-1-2", "2024-13", "2024-00", "2024-02-30", "2023-02-29", "2024-10-00",
     "0000", "07/10/2024", "2024-10-07T00:00", "2024-10-07 ", "2024-10-", "٢٠٢٤-١٠-٠٧"],
)  # fmt: skip
def test_no_date(text):
    """Another form, or a day that no calendar has, is refused."""
    with pytest.raises(ValueError, match="."):
        PartialDate.parse(text)


@given(years, st.integers(1, 50))
def test_periods_come_back(start, length):
    """A period is read as it is written."""
    period = Period(start, min(start + length, 2200))

    assert period == Period.parse(str(period))


@given(st.lists(periods))
def test_periods_sort_as_their_names(found):
    """Files that sort by name sort by time."""
    assert [str(period) for period in sorted(found)] == sorted(str(period) for period in found)


@given(partial_dates)
def test_dates_come_back(day):
    """A date is read as it is written, and never says more than the print."""
    assert day == PartialDate.parse(str(day))
    assert day.first <= day.last
    assert (day.last - day.first).days < (1 if day.day else 31 if day.month else 366)


@given(st.integers(1900, 2100), st.integers(1, 12))
def test_a_month_ends_on_its_last_day(year, month):
    """The latest day of a month is that of the calendar."""
    last = PartialDate(year, month).last

    assert calendar.monthrange(year, month)[1] == last.day


def unit(**editions) -> Unit:
    """A school with a union series of these editions: `p2024={…}` is 2024-2025."""
    return Unit(
        names=({"name": "Tên cũ"}, {"name": "Tên mới"}),
        type="primary",
        sides={"management": "Nhà trường", "union": "Công đoàn"},
        series={
            "cong-doan": {
                "counterpart": "union",
                "editions": {
                    f"{name[1:]}-{int(name[1:]) + 1}": {"kind": "regulation", **facts}
                    for name, facts in editions.items()
                },
            }
        },
    )


def agreement(
    of: Unit, period: str, version: str = "goc", unit_id: str = "truong-thu"
) -> Agreement:
    return Agreement(
        unit_id=UnitId(unit_id), unit=of, series_id=SeriesId("cong-doan"), page=Page(),
        period=Period.parse(period), version=version, path=f"docs/{period}.{version}.md",
    )  # fmt: skip


AMENDED = {"record": {"kind": "amend", "what": "Sửa.", "why": "Đã bàn."}}
SCHOOL = unit(
    p2023={},
    p2024={
        "number": {"printed": "Số: 1"},
        "versions": {"2025-02": AMENDED | {"number": {"printed": "Số: 2"}}, "2024-12-01": AMENDED},
    },
)


def test_versions_are_in_order():
    """The signed text comes first, then the later ones by their dates."""
    edition = SCHOOL.series["cong-doan"].editions[Period.parse("2024-2025")]

    assert ("goc", "2024-12-01", "2025-02") == versions_of(edition)


@pytest.mark.parametrize(
    ("period", "version", "newest", "address", "number"),
    [
        ("2023-2024", "goc", True, "2023-2024/", None),
        ("2024-2025", "goc", False, "2024-2025/ban/goc/", "Số: 1"),
        ("2024-2025", "2024-12-01", False, "2024-2025/ban/2024-12-01/", None),
        ("2024-2025", "2025-02", True, "2024-2025/", "Số: 2"),
    ],
)
def test_agreement(period, version, newest, address, number):
    """Each version has its own facts and address; the newest stands at the edition's address."""
    found = agreement(SCHOOL, period, version)
    key = ("series", "cong-doan", "editions", period)

    assert newest is found.newest
    assert f"don-vi/truong-thu/cong-doan/{address}" == found.address
    assert number == (found.facts.number and found.facts.number.printed)
    assert "data/units/truong-thu.yml" == found.data_path
    assert (key if version == "goc" else (*key, "versions", version)) == found.data_key


def test_archive():
    """Editions come oldest first with their newest version, versions in their order."""
    order = ["2024-2025 goc", "2024-2025 2025-02", "2023-2024 goc", "2024-2025 2024-12-01"]
    found = [agreement(SCHOOL, *each.split()) for each in order]
    archive = Archive(units={UnitId("truong-thu"): SCHOOL}, agreements=tuple(found))

    assert (found[2], found[1]) == archive.editions("truong-thu", "cong-doan")
    assert (found[0], found[3], found[1]) == archive.versions(found[3])
    assert [("truong-thu", "cong-doan")] == list(archive.series())
    assert () == archive.editions("truong-khac", "cong-doan")
    assert "Tên mới" == SCHOOL.name


def test_clause_by_id():
    """A page finds a clause by its id, or says that there is none; its line does not count."""
    one, two = (
        Clause(id=ClauseId("mot"), kind=ClauseKind.CLAUSE, text="Một.", line=line)
        for line in (3, 30)
    )
    page = Page(clauses=(one,))

    assert one is page.clause("mot")
    assert page.clause("hai") is None
    assert one == two
