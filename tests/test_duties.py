"""What has to be done, and when: the rhythms, the versions of an edition, and the real texts."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros import checks
from macros.archive import load
from macros.calendar import course, first_day, last_day, reach, spans, times
from macros.duties import duties_of
from macros.model import (
    AS_SIGNED,
    Agreement,
    Archive,
    Evidence,
    Extended,
    PartialDate,
    Period,
    PrintedDate,
    Supersedes,
    TextState,
    When,
    Withdrawn,
)

ROOT = Path(__file__).resolve().parent.parent
YEAR, YEARS = Period(2024, 2025), Period(2018, 2020)
RHYTHMS = [
    "every-week", "every-month", "every-2-months", "every-3-months", "every-4-months",
    "every-6-months", "every-year", "every-term", "year-start", "year-end",
]  # fmt: skip


@pytest.fixture(scope="module")
def archive() -> Archive:
    loaded = load(ROOT)
    assert not loaded.problems
    return loaded.archive


@pytest.mark.parametrize(
    ("when", "period", "words"),
    [
        ("every-3-months", YEAR, ["quý IV/2024", "quý I/2025", "quý II/2025"]),
        ("every-6-months", YEAR, ["sáu tháng cuối năm 2024", "sáu tháng đầu năm 2025"]),
        ("every-year", YEAR, ["năm học 2024-2025"]),
        ("every-year", YEARS, ["năm 2018", "năm 2019", "năm 2020"]),
        ("every-term", YEAR, ["học kỳ I năm học 2024-2025", "học kỳ II năm học 2024-2025"]),
        ("year-start", YEAR, ["đầu năm học 2024-2025 (tháng 09/2024)"]),
        ("year-end", YEAR, ["cuối năm học 2024-2025 (tháng 05/2025)"]),
        ("2024-10", YEAR, ["tháng 10/2024"]),
        ("2024-11/2025-02", YEAR, ["từ tháng 11/2024 đến tháng 02/2025"]),
        ("2024-10-07", YEAR, ["ngày 07/10/2024"]),
        ("regularly", YEAR, []),
        ("2023-10", YEAR, []),
    ],
)
def test_a_rhythm_gives_these_times(when: str, period: Period, words: list[str]):
    """No day that the text does not give: a quarter, a half, a month, a term, the year."""
    assert [span.words for span in spans(When.parse(when), period)] == words


def test_a_quarter_is_a_calendar_quarter():
    """`3 tháng một lần` spans the calendar quarter, from its first day to its last."""
    found = spans(When.parse("every-3-months"), YEAR)
    assert [(str(each.first), str(each.last)) for each in found] == [
        ("2024-10-01", "2024-12-31"), ("2025-01-01", "2025-03-31"), ("2025-04-01", "2025-06-30"),
    ]  # fmt: skip


@st.composite
def periods(draw: st.DrawFn) -> Period:
    start = draw(st.integers(1950, 2150))
    return Period(start, start + draw(st.integers(1, 5)))


@given(st.sampled_from(RHYTHMS), periods())
def test_times_follow_each_other(when: str, period: Period):
    """In order, each with a name of its own; months, quarters and weeks never meet; at least half of
    each lies in the period.
    """
    found = spans(When.parse(when), period)
    assert found
    assert len({each.words for each in found}) == len(found)
    for one, other in pairwise(found):
        assert one.first < other.first
        assert when == "every-term" or one.last < other.first
    for each in found:
        assert each.first <= each.last
        first, last = max(each.first, first_day(period)), min(each.last, last_day(period))
        assert 2 * ((last - first).days + 1) >= (each.last - each.first).days + 1


@given(st.integers(1, 12), st.integers(2000, 2050))
def test_next_year_goes_on_where_this_one_ended(months: int, year: int):
    """The months that a rhythm covers in one school year are not covered again in the next."""
    when = When.parse("every-month" if months == 1 else f"every-{months}-months")
    last = [each.last for each in spans(when, Period(year, year + 1))]
    first = [each.first for each in spans(when, Period(year + 1, year + 2))]
    assert not last or not first or last[-1] < first[0]


@given(periods(), st.dates(date(1950, 1, 1), date(2150, 12, 31)), st.integers(0, 900))
def test_named_days_stay_within_reach(period: Period, first: date, days: int):
    """Days that the text names are never moved and never cut: all of them stand, or none."""
    last = first + timedelta(days=days)
    found = spans(When.parse(f"{first}/{last}"), period)
    begins, ends = reach(period)
    assert [(each.first, each.last) for each in found] == (
        [(first, last)] if begins <= first and last <= ends else []
    )


def test_withdrawn_and_prolonged(archive: Archive):
    """Nothing begins once an edition is withdrawn; a prolonged one goes on."""
    (of,) = archive.editions("tt-hoa-nhap-dak-nong", "cong-doan")
    quarterly = When.parse("every-3-months")

    def with_(**facts: object) -> Agreement:
        edition = replace(of.edition, **facts)  # type: ignore[arg-type]
        series = replace(of.series, editions={of.period: edition})
        return replace(of, unit=replace(of.unit, series={of.series_id: series}))

    gone = with_(withdrawn=Withdrawn(date=PartialDate(2025, 1, 15), evidence="x"))
    assert [each.words for each in times(gone, quarterly)] == ["quý IV/2024", "quý I/2025"]
    longer = with_(extended=Extended(to=Period(2025, 2026), evidence="x"))
    assert [each.words for each in times(longer, quarterly)][-2:] == ["quý I/2026", "quý II/2026"]


def test_an_amendment_moves_what_is_to_come(archive: Archive):
    """From the day of the amendment on its rhythm holds; what began before stays as it was."""
    edition = archive.editions("truong-mau", "cong-doan")[3]
    versions = archive.versions(edition)
    assert [each.version for each in versions] == [AS_SIGNED, "2026-02-16"]
    whens = [
        next(
            owed.when for owed in duties_of(each, archive.shared) if owed.id == "hoi-nghi-lien-tich"
        )
        for each in versions
    ]
    found = course(
        list(zip(versions, whens, strict=True)), archive.editions("truong-mau", "cong-doan")
    )
    assert [place for place, _ in found] == [0, 0, 0, 1, 1, 1]
    assert [each.words for _, each in found] == [
        "từ tháng 09/2025 đến tháng 10/2025", "từ tháng 11/2025 đến tháng 12/2025",
        "từ tháng 01/2026 đến tháng 02/2026", "tháng 03/2026", "tháng 04/2026", "tháng 05/2026",
    ]  # fmt: skip


def facts(of: Agreement, **more: object) -> Agreement:
    """The edition with other facts."""
    edition = replace(of.edition, **more)  # type: ignore[arg-type]
    series = replace(of.series, editions={**of.series.editions, of.period: edition})
    return replace(of, unit=replace(of.unit, series={**of.unit.series, of.series_id: series}))


def test_nothing_is_due_before_the_text_holds_or_after_it_ends(archive: Archive):
    """`valid_from` and `valid_to` bound what stands in calendars; a prolonged edition goes on."""
    (of,) = archive.editions("tt-hoa-nhap-dak-nong", "cong-doan")
    quarterly = When.parse("every-3-months")

    def held(**more: object) -> list[str]:
        own = facts(of, **more)
        return [each.words for _, each in course([(own, quarterly)], [own])]

    def says(day: str) -> Evidence:
        return Evidence(value=PartialDate.parse(day), clause="x", printed="x")

    assert held() == ["quý IV/2024", "quý I/2025", "quý II/2025"]
    assert held(valid_from=says("2025-01-15")) == ["quý I/2025", "quý II/2025"]
    assert held(valid_to=says("2025-03-31")) == ["quý IV/2024", "quý I/2025"]
    longer = Extended(to=Period(2025, 2026), evidence="x")
    assert len(held(valid_to=says("2025-03-31"), extended=longer)) == 6


def test_a_late_successor_of_a_prolonged_edition_doubles_nothing(archive: Archive):
    """The old one keeps what began before the day on which it was replaced, the new one the rest."""
    (of,) = archive.editions("tt-hoa-nhap-dak-nong", "cong-doan")
    next_year = Period(2025, 2026)
    old = facts(of, extended=Extended(to=next_year, evidence="x"))
    since = PartialDate.parse("2025-11-15")
    edition = replace(
        of.edition,
        date=PrintedDate(printed="x", value=since),
        supersedes=Supersedes(period=of.period, printed="x"),
    )
    series = replace(old.series, editions={**old.series.editions, next_year: edition})
    unit = replace(old.unit, series={of.series_id: series})
    both = [replace(old, unit=unit), replace(of, unit=unit, period=next_year)]
    monthly = When.parse("every-month")
    found = [[each.first for _, each in course([(one, monthly)], both)] for one in both]
    assert max(found[0]) < min(found[1]) == date(2025, 12, 1)
    assert len({*found[0], *found[1]}) == len(found[0]) + len(found[1]) == 18


@pytest.mark.parametrize("period", [Period(1900, 1903), Period(2197, 2200)])
@pytest.mark.parametrize("when", RHYTHMS)
def test_the_first_and_the_last_years_have_times_too(period: Period, when: str):
    """No rhythm asks for a school year that no period can hold."""
    assert spans(When.parse(when), period)


# --- the real texts ---

# Words that speak of a period, a date, or of doing something regularly.
_SAYS_WHEN = re.compile(
    r"định kỳ|thường xuyên|h[àằ]ng năm|\d+ tháng một lần|từng tháng|(?:đầu|cuối|kết thúc) năm học"
    r"|tháng \d{1,2}/\d{4}|trong năm \d{4}|học kỳ|hằng tháng|mỗi năm|lần thứ|trong năm học",
    re.IGNORECASE,
)
# Clauses with such words that put nobody under a duty at a time.
_NO_DUTY = {
    # "tùy theo khả năng kinh phí của đơn vị hàng năm": the means are yearly, not the duty
    ("tt-hoa-nhap-dak-nong", "phuong-tien-lam-viec"),
    # they name the very year for which the text was made
    ("so-gddt-ha-noi", "hoc-tap-lam-theo"),
    ("so-gddt-ha-noi", "thong-nhat-chi-dao"),
    ("so-gddt-ha-noi", "ho-tro-kinh-phi"),
    ("so-gddt-ha-noi", "chi-dao-phong-ban"),
    # in a report: the grassroots unions, which are neither side
    ("phong-gddt-huyen", "Các công đoàn cơ sở thường xuyên trao"),
    # "trong năm học tiếp theo": what the review is good for
    ("th-binh-hoa-2", "rut-kinh-nghiem"),
}


def real(archive: Archive) -> list[Agreement]:
    return [each for each in archive.agreements if not each.unit.sample]


def test_every_time_that_the_real_texts_state_is_a_duty(archive: Archive):
    """Each clause that states a period or a date has a duty, or is named above with the reason."""
    found = set()
    for agreement in real(archive):
        owed = duties_of(agreement, archive.shared)
        quoted = {each.clause.id for each in owed if each.clause}
        for clause in agreement.page.clauses:
            if _SAYS_WHEN.search(clause.text) and clause.id not in quoted:
                found.add((agreement.unit_id, clause.id))
        for sentence in agreement.page.report:
            for each in re.split(r"(?<=\.)\s+", sentence):
                said = _SAYS_WHEN.search(each)
                if said and not any(one.printed in each for one in owed):
                    found.add((agreement.unit_id, " ".join(each.split()[:8])))
    basis = {
        (agreement.unit_id, clause.id)
        for agreement in real(archive)
        for clause in agreement.page.clauses
        if clause.kind in ("basis", "preamble")
    }
    assert found - basis == _NO_DUTY


def test_real_duties_are_told_in_the_words_of_their_clause(archive: Archive):
    """Each duty says what in words that its clause (or its heading, or the report) has."""
    for agreement in real(archive):
        texts = {clause.id: clause for clause in agreement.page.clauses}
        for name, duty in agreement.facts.duties.items():
            said = list(agreement.page.report)
            at = texts.get(duty.clause or "")
            while at:
                said.append(at.text)
                at = texts.get(at.parent or "")
            words = set(re.findall(r"\w+", " ".join(said).casefold()))
            assert set(re.findall(r"\w+", duty.what.casefold())) <= words, (agreement.name, name)


def test_nothing_is_given_a_day(archive: Archive):
    """Of the real duties only those have days that the text dates, and no more exactly than it."""
    for agreement in real(archive):
        for owed in duties_of(agreement, archive.shared):
            found = times(agreement, owed.when)
            if owed.when.text == "regularly":
                assert not found
            for span in found:
                assert span.last - span.first >= timedelta(days=25), (agreement.name, owed.id)
            if owed.when.days:
                printed = set(re.findall(r"\d{1,2}/\d{4}|năm \d{4}|\d{4}$", owed.printed))
                meant = {
                    f"{day.month}/{day.year}" if day.month else f"{day.year}"
                    for day in owed.when.days
                }
                assert {each.removeprefix("năm ") for each in printed} == meant
                assert not any(day.day for day in owed.when.days)


@pytest.mark.parametrize(
    ("when", "told"),
    [("2019-12", "tháng 12"), ("2018-11", "năm 2018"), ("2019-11-07", "ngày 7"), ("2019-11", "")],
)
def test_days_that_are_not_printed_are_told(archive: Archive, when: str, told: str):
    """A month, year or day that the quoted words lack is a mistake of whoever wrote it down."""
    (of,) = archive.editions("so-gddt-ha-noi", "cong-doan-nganh")
    own = of.facts.duties
    duty = replace(own["hoi-dien-chung-khao"], when=When.parse(when))
    changed = facts(of, duties={**own, "hoi-dien-chung-khao": duty})
    problems = list(checks.duties(Archive(units={of.unit_id: changed.unit}, agreements=(changed,))))
    assert [each.code for each in problems] == (
        ["Y106" if when != "2018-11" else "Y108"] if told else []
    )
    assert not problems or told in problems[0].message or when == "2018-11"


@pytest.mark.parametrize(
    ("duties", "when", "told"),
    [(101, "regularly", "101 việc"), (40, "every-week", "2120"), (99, "every-year", "")],
)
def test_more_than_a_calendar_can_show_is_told(archive: Archive, duties: int, when: str, told: str):
    """Neither many duties nor many times of few make a build long."""
    (of,) = archive.editions("th-binh-hoa-2", "cong-doan")
    one = replace(of.facts.duties["kham-suc-khoe"], when=When.parse(when))
    changed = facts(of, duties={f"viec-{number}": one for number in range(duties)})
    problems = list(checks.duties(Archive(units={of.unit_id: changed.unit}, agreements=(changed,))))
    assert [each.code for each in problems] == (["S110"] if told else [])
    assert not told or told in problems[0].message


def test_a_report_quotes_the_report(archive: Archive):
    """The one agreement known from a report has its duty from there, in turns."""
    (of,) = archive.editions("phong-gddt-huyen", "lien-doan-lao-dong")
    assert of.edition.text is TextState.REPORT_ONLY
    (owed,) = duties_of(of, archive.shared)
    assert owed.clause is None
    assert owed.in_turn
    assert any(owed.printed in each for each in of.page.report)
