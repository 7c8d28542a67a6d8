from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.calendar import (
    WORDS,
    Standing,
    afterwards,
    effective,
    first_day,
    holding,
    last_day,
    school_year,
    state,
    timeline,
    turning_days,
)
from macros.model import Agreement, Page, PartialDate, Period, SeriesId, Unit, UnitId

AMENDED = {"record": {"kind": "amend", "what": "Sửa.", "why": "Đã bàn."}}
SIGNED = {"printed": "ngày ký", "value": "2024-09-20"}


def since(day: str) -> dict[str, str]:
    """A clause that says from when the edition holds."""
    return {"value": day, "clause": "hieu-luc", "printed": "có hiệu lực"}


def replaces(period: str) -> dict[str, str]:
    """What a later edition says of the one that it replaces."""
    return {"period": period, "printed": "thay thế"}


def editions(facts: dict[str, dict]) -> list[Agreement]:
    """The newest versions of a series, the oldest period first."""
    unit = Unit(
        names=({"name": "Trường Thử"},),
        type="primary",
        sides={"management": "Nhà trường", "union": "Công đoàn"},
        series={
            "cong-doan": {
                "counterpart": "union",
                "editions": {key: {"kind": "regulation", **more} for key, more in facts.items()},
            }
        },
    )
    found = []
    for key in sorted(facts):
        versions = ("goc", *sorted(facts[key].get("versions", ())))
        found.append(
            Agreement(
                unit_id=UnitId("truong-thu"), unit=unit, series_id=SeriesId("cong-doan"),
                period=Period.parse(key), version=versions[-1], page=Page(), path=key,
            )
        )  # fmt: skip
    return found


def day(text: str) -> date:
    """A day, short to write in a row."""
    return date.fromisoformat(text)


OLD, NEW = "2023-2024", "2024-2025"
ALONE = {NEW: {}}
REPLACED = {OLD: {}, NEW: {"supersedes": replaces(OLD), "date": SIGNED}}
EXTENDED = {NEW: {"extended": {"to": "2025-2026", "evidence": "Công văn số 1."}}}
WITHDRAWN = {NEW: {"withdrawn": {"date": "2024-12-01", "evidence": "Quyết định số 2."}}}
VERSIONS = {NEW: {"versions": {"2025-01-10": AMENDED, "2025-03": AMENDED}}}


@pytest.mark.parametrize(
    ("facts", "which", "on", "standing", "reason"),
    [
        ({NEW: {"draft": True}}, 0, "2024-01-01", "draft", "chưa ký"),
        ({NEW: {"draft": True}}, 0, "2030-01-01", "draft", "chưa thay cho bản nào"),
        (ALONE, 0, "2024-09-04", "coming", "Năm học 2024-2025 chưa bắt đầu."),
        (ALONE, 0, "2024-09-05", "current", "Đang trong năm học 2024-2025."),
        (ALONE, 0, "2025-05-31", "current", "Đang trong năm học 2024-2025."),
        (ALONE, 0, "2025-06-01", "past", "Năm học 2024-2025 đã kết thúc, chưa có bản mới trong kho."),
        ({"2018-2020": {}}, 0, "2017-12-31", "coming", "Giai đoạn 2018-2020 chưa bắt đầu."),
        ({"2018-2020": {}}, 0, "2018-01-01", "current", "Đang trong giai đoạn 2018-2020."),
        ({"2018-2020": {}}, 0, "2020-12-31", "current", "Đang trong giai đoạn 2018-2020."),
        ({"2018-2020": {}}, 0, "2021-01-01", "past", "Giai đoạn 2018-2020 đã kết thúc"),
        (REPLACED, 0, "2024-05-31", "current", "Đang trong năm học 2023-2024."),
        (REPLACED, 0, "2024-09-19", "past", "bản năm học 2024-2025 chưa bắt đầu."),
        (REPLACED, 0, "2024-09-20", "replaced", "bản năm học 2024-2025 (ngày 20/09/2024)"),
        (REPLACED, 1, "2024-09-20", "current", "Đang trong năm học 2024-2025."),
        ({OLD: {}, NEW: {}}, 0, "2024-09-04", "past", "bản năm học 2024-2025 chưa bắt đầu."),
        ({OLD: {}, NEW: {}}, 0, "2024-09-05", "past", "bản mới nhất trong kho là năm học 2024-2025."),
        ({OLD: {}, NEW: {"supersedes": replaces("2022-2023")}}, 0, "2025-01-01", "past", "2024-2025"),
        ({OLD: {}, NEW: {"draft": True, "supersedes": replaces(OLD)}}, 0, "2025-01-01", "past", "bản thảo"),
        ({OLD: {}, NEW: {"supersedes": replaces(OLD), "valid_from": since("2024-03-01")}}, 0,
         "2024-03-01", "replaced", "ngày 01/03/2024"),
        (EXTENDED, 0, "2025-05-31", "current", "Đang trong năm học 2024-2025."),
        (EXTENDED, 0, "2025-06-01", "current", "Được kéo dài sang năm học 2025-2026: Công văn số 1."),
        (EXTENDED, 0, "2026-05-31", "current", "Được kéo dài sang"),
        (EXTENDED, 0, "2026-06-01", "past", "Năm học 2025-2026 đã kết thúc"),
        (WITHDRAWN, 0, "2024-11-30", "current", "Đang trong"),
        (WITHDRAWN, 0, "2024-12-01", "withdrawn", "ngày 01/12/2024: Quyết định số 2."),
        (WITHDRAWN, 0, "2030-01-01", "withdrawn", "Đã thu hồi"),
    ],
)  # fmt: skip
def test_state(facts, which, on, standing, reason):
    """The state of an edition on a day is what its facts say, with the reason."""
    found = editions(facts)
    told = state(found[which], found, day(on))

    assert standing == told.standing
    assert reason in told.reason


@pytest.mark.parametrize(
    ("version", "on", "standing", "reason"),
    [
        ("goc", "2025-01-09", "current", "Đang trong"),
        (
            "goc",
            "2025-01-10",
            "replaced",
            "Cùng năm học 2024-2025 đã có phiên bản ngày 10/01/2025.",
        ),
        ("2025-01-10", "2025-02-28", "current", "Đang trong"),
        ("2025-01-10", "2025-03-01", "replaced", "phiên bản tháng 03/2025"),
        ("2025-03", "2025-03-01", "current", "Đang trong"),
        ("2025-03", "2025-06-01", "past", "đã kết thúc"),
    ],
)
def test_state_of_a_version(version, on, standing, reason):
    """A version is replaced from the day of the next one."""
    newest = editions(VERSIONS)
    one = newest[0]
    told = state(
        Agreement(
            unit_id=one.unit_id, unit=one.unit, series_id=one.series_id, period=one.period,
            version=version, page=one.page, path=one.path,
        ),
        newest, day(on),
    )  # fmt: skip

    assert standing == told.standing
    assert reason in told.reason


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, "2024-09-05"),
        ({"date": SIGNED}, "2024-09-20"),
        ({"date": {"printed": "x", "value": "2024-08-01"}}, "2024-09-05"),
        ({"date": {"printed": "x", "value": "2024"}}, "2024-09-05"),
        ({"date": {"printed": "ngày tháng năm"}}, "2024-09-05"),
        ({"date": SIGNED, "valid_from": since("2024-08-15")}, "2024-08-15"),
    ],
)
def test_effective(facts, expected):
    """An edition holds from the day that it states, else from its signing within its period."""
    assert day(expected) == effective(editions({NEW: facts})[0])


@pytest.mark.parametrize(
    ("facts", "on", "expected"),
    [
        ({OLD: {}, NEW: {}}, "2020-01-01", OLD),
        ({OLD: {}, NEW: {}}, "2024-01-01", OLD),
        ({OLD: {}, NEW: {}}, "2024-07-01", OLD),
        ({OLD: {}, NEW: {"valid_from": since("2024-07-01")}}, "2024-07-01", NEW),
        ({OLD: {}, NEW: {}}, "2024-09-05", NEW),
        ({OLD: {}, NEW: {"date": SIGNED}}, "2024-09-19", OLD),
        ({OLD: {}, NEW: {"draft": True}}, "2024-10-01", OLD),
        ({NEW: {"draft": True}}, "2024-10-01", NEW),
        ({OLD: {"extended": {"to": NEW, "evidence": "x"}}, NEW: {"withdrawn": {"date": "2024-10-01", "evidence": "x"}}},
         "2024-10-02", OLD),
        ({OLD: {}, NEW: {}}, "2040-01-01", NEW),
        ({"2018-2020": {}, "2019-2020": {}}, "2019-03-01", "2018-2020"),
    ],
)  # fmt: skip
def test_holding(facts, on, expected):
    """The series' own address shows the edition of the day, else the last one that held."""
    assert expected == str(holding(editions(facts), day(on)).period)


def test_timeline():
    """A timeline is what holds first, then only the days on which it becomes another."""
    days = [
        day("2024-09-05"),
        day("2025-06-01"),
        day("2024-09-05"),
        day("2020-01-01"),
        day("2025-01-01"),
    ]
    found = editions(ALONE)

    assert [
        (day("2024-01-01"), "coming"),
        (day("2024-09-05"), "current"),
        (day("2025-06-01"), "past"),
    ] == timeline(days, day("2024-01-01"), lambda on: state(found[0], found, on).standing)


@pytest.mark.parametrize(
    ("on", "expected"),
    [("2024-09-04", "2023-2024"), ("2024-09-05", "2024-2025"), ("2025-01-01", "2024-2025"),
     ("2025-08-31", "2024-2025")],
)  # fmt: skip
def test_school_year(on, expected):
    """A day belongs to the school year that began last, on 5 September."""
    assert expected == str(school_year(day(on)))


@given(st.dates(date(1901, 1, 1), date(2199, 1, 1)))
def test_school_years_cover_all_days(on):
    """Each day has one school year, and no day of it is before its first."""
    year = school_year(on)

    assert first_day(year) <= on < first_day(Period(year.start + 1, year.end + 1))
    assert last_day(year).year == year.end


days_ = st.dates(date(2021, 1, 1), date(2027, 12, 31))
partial = days_.flatmap(lambda on: st.sampled_from([str(on), str(on)[:7], str(on.year)]))
facts_ = st.fixed_dictionaries(
    {},
    optional={
        "draft": st.booleans(),
        "date": st.builds(lambda on: {"printed": "x", "value": on}, partial),
        "valid_from": partial.map(since),
        "supersedes": st.sampled_from(["2021-2022", "2022-2023", "2023-2024"]).map(replaces),
        "extended": st.sampled_from(["2025-2026", "2024-2027"]).map(
            lambda to: {"to": to, "evidence": "x"}
        ),
        "withdrawn": partial.map(lambda on: {"date": on, "evidence": "x"}),
        "versions": st.dictionaries(partial, st.just(AMENDED), max_size=2),
    },
)
series_ = st.dictionaries(
    st.sampled_from(["2021-2022", "2022-2023", "2022-2024", "2023-2024", "2024-2025"]),
    facts_,
    min_size=1,
).map(editions)


@given(series_, days_, days_)
def test_turning_days_are_all_the_days_that_matter(found, start, later):
    """What the timeline tells a browser for a day is what the facts say of that day."""
    start, later = sorted((start, later))
    for value in (
        lambda on: holding(found, on),
        *(lambda on, each=each: state(each, found, on) for each in found),
    ):
        told = timeline(turning_days(found), start, value)
        shown = [what for on, what in told if on <= later][-1]

        assert value(later) == shown


@given(series_, days_)
def test_no_state_claims_the_end_of_validity(found, on):
    """No state says more than the facts: a period ends, an agreement is not said to lapse."""
    for each in found:
        told = state(each, found, on)

        assert "hiệu lực" not in f"{WORDS[told.standing]} {told.reason}".lower()
        assert told.reason[0].isupper()
        assert told.reason.endswith((".", "x"))


@given(series_, days_)
def test_a_draft_never_holds_beside_a_signed_edition(found, on):
    """A draft replaces nothing and is shown as the holding one only where nothing is signed."""
    held = holding(found, on)

    assert held.edition.draft is all(each.edition.draft for each in found)
    assert (Standing.DRAFT == state(held, found, on).standing) is held.facts.draft


def test_days_of_a_period():
    """A school year runs from 5 September to 31 May, another period by calendar years."""
    assert (date(2024, 9, 5), date(2025, 5, 31)) == (
        first_day(Period(2024, 2025)),
        last_day(Period(2024, 2025)),
    )
    assert (date(2018, 1, 1), date(2020, 12, 31)) == (
        first_day(Period(2018, 2020)),
        last_day(Period(2018, 2020)),
    )
    assert PartialDate(2020).last + timedelta(days=1) == first_day(Period(2021, 2023))


LONGER = {"to": "2023-2024", "evidence": "Thông báo."}
PROLONGED = "Đã kéo dài sang năm học 2023-2024"
REPLACED = "rồi được bản năm học 2024-2025 thay thế (ngày 20/09/2024)"


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ({}, {"supersedes": replaces("2022-2023")}, ""),
        ({"extended": LONGER}, {}, PROLONGED),
        (
            {"withdrawn": {"date": "2023-09-22", "evidence": "Quyết định."}},
            {"supersedes": replaces("2022-2023")},
            "Thu hồi ngày 22/09/2023",
        ),
        (
            {"extended": LONGER, "withdrawn": {"date": "2024-01-15", "evidence": "Quyết định."}},
            {},
            f"{PROLONGED}, rồi thu hồi ngày 15/01/2024",
        ),
        (
            {"extended": LONGER},
            {"supersedes": replaces("2022-2023"), "valid_from": since("2024-09-20")},
            f"{PROLONGED}, {REPLACED}",
        ),
        (
            {"extended": LONGER},
            {"supersedes": replaces("2022-2023"), "draft": True},
            PROLONGED,
        ),
        (
            {"extended": LONGER, "withdrawn": {"date": "2024-10-01", "evidence": "Quyết định."}},
            {"supersedes": replaces("2022-2023"), "valid_from": since("2024-09-20")},
            f"{PROLONGED}, {REPLACED}, rồi thu hồi ngày 01/10/2024",
        ),
    ],
)
def test_what_became_of_an_edition_is_told_in_order(first: dict, second: dict, told: str) -> None:
    """Prolonged, withdrawn, replaced: each with its day, in the order in which it came."""
    found = editions({"2022-2023": first, "2024-2025": second})

    assert told == afterwards(found[0], found)
