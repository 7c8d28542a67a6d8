"""The calendars and the news that a unit offers: what stands in them, and what stays when it changes."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from datetime import date
from pathlib import Path

import icalendar
import pytest

from macros.archive import load
from macros.exchange.subscriptions import NEWEST, feed_of_all, files, news
from macros.model import Agreement, Archive, PartialDate, UnitId, When, Withdrawn
from macros.publish import Publication
from macros.render import FEED, Contact
from tests.whole_site import WholeSite

ROOT = Path(__file__).resolve().parent.parent
SITE = "https://quy-che.example/kho/"
CENTRE = UnitId("tt-hoa-nhap-dak-nong")
OWN = f"don-vi/{CENTRE}/cong-doan/2024-2025/"


@pytest.fixture(scope="module")
def archive() -> Archive:
    return load(ROOT).archive


def events(
    archive: Archive, unit: str, name: str, site_url: str = SITE
) -> dict[str, icalendar.Event]:
    """The events of a calendar file of a unit by UID."""
    data = dict(files(archive, UnitId(unit), (), site_url))[name]
    with warnings.catch_warnings():
        # It reads the list of time zones without naming UTF-8 where a calendar describes one.
        warnings.simplefilter("ignore", EncodingWarning)
        read = icalendar.Calendar.from_ical(data)
    return {str(each["UID"]): each for each in read.walk("VEVENT")}


def changed(archive: Archive, of: Agreement, **facts: object) -> Archive:
    """The archive with other facts of one edition."""
    edition = replace(of.edition, **facts)  # type: ignore[arg-type]
    series = replace(of.series, editions={**of.series.editions, of.period: edition})
    unit = replace(of.unit, series={**of.unit.series, of.series_id: series})
    agreements = tuple(
        replace(each, unit=unit) if each.unit_id == of.unit_id else each
        for each in archive.agreements
    )
    return replace(archive, units={**archive.units, of.unit_id: unit}, agreements=agreements)


def test_a_quarterly_meeting_is_three_quarters(archive: Archive):
    """Each spans its calendar quarter, tells the words, the clause, and whose reading the days are."""
    found = [
        each
        for each in events(archive, CENTRE, f"{OWN}lich.ics").values()
        if str(each["SUMMARY"]).startswith("Hội nghị Liên tịch")
    ]
    assert [(each["DTSTART"].dt, each["DTEND"].dt) for each in found] == [
        (date(2024, 10, 1), date(2025, 1, 1)),
        (date(2025, 1, 1), date(2025, 4, 1)),
        (date(2025, 4, 1), date(2025, 7, 1)),
    ]
    assert str(found[0]["DESCRIPTION"]).splitlines() == [
        "Bên làm: Trung tâm và Công đoàn",
        "Khi nào: quý IV/2024 – “định kỳ 3 tháng một lần”",
        f"Theo: Quy chế phối hợp năm học 2024-2025, {archive.units[CENTRE].name}, khoản 3 mục IV",
        "Thời gian là cách đọc của trang: văn bản nêu nhịp hay dịp trong năm, không nêu ngày cụ thể.",
    ]
    assert str(found[0]["URL"]) == f"{SITE}{OWN}#hoi-nghi-lien-tich"


def test_without_an_address_of_the_site_there_is_no_link(archive: Archive):
    """Nothing absolute is made up; all else stays, the UIDs too."""
    bare = events(archive, CENTRE, f"{OWN}lich.ics", "")
    assert bare.keys() == events(archive, CENTRE, f"{OWN}lich.ics").keys()
    assert not any("URL" in each for each in bare.values())


def test_each_side_has_its_own(archive: Archive):
    """A side's calendar has what this side does; the unit's has all, each event under one UID."""
    whole = events(archive, CENTRE, f"don-vi/{CENTRE}/lich.ics")
    union = events(archive, CENTRE, f"don-vi/{CENTRE}/lich-cong-doan.ics")
    management = events(archive, CENTRE, f"don-vi/{CENTRE}/lich-chinh-quyen.ics")
    assert whole.keys() == union.keys() | management.keys()
    assert {str(each["SUMMARY"])[:12] for each in union.values()} == {
        "Tổ chức đối ", "Tổ chức Hội ", "Hội nghị Liê",
    }  # fmt: skip


def test_a_changed_duty_moves_and_doubles_nothing(archive: Archive):
    """Another rhythm, other words: the same UIDs stand at other days, none beside them."""
    (of,) = archive.editions(CENTRE, "cong-doan")
    before = events(archive, CENTRE, f"{OWN}lich.ics")
    name = "hoi-nghi-lien-tich"
    own = of.facts.duties
    duty = replace(own[name], when=When.parse("every-6-months"), what="Hội nghị")
    after = events(changed(archive, of, duties={**own, name: duty}), CENTRE, f"{OWN}lich.ics")
    assert after.keys() < before.keys()  # two halves where three quarters were
    moved = [key for key in after if after[key]["SUMMARY"] != before[key]["SUMMARY"]]
    assert len(moved) == 2
    days = [
        [(each[key]["DTSTART"].dt, each[key]["DTEND"].dt) for key in moved]
        for each in (before, after)
    ]
    assert not set(days[0]) & set(days[1])
    same = after.keys() - set(moved)
    assert all(after[key].to_ical() == before[key].to_ical() for key in same)


def test_an_amended_edition_keeps_its_past(archive: Archive):
    """Meetings before the amendment stand as they were; the later ones follow the new rhythm."""
    own = "don-vi/truong-mau/cong-doan/2025-2026/"
    found = [
        each
        for each in events(archive, "truong-mau", f"{own}lich.ics").values()
        if "Hội nghị liên tịch" in each["SUMMARY"]
    ]
    assert [str(each["DTSTART"].dt) for each in found] == [
        "2025-09-01", "2025-11-01", "2026-01-01", "2026-03-01", "2026-04-01", "2026-05-01",
    ]  # fmt: skip
    assert all("dữ liệu mẫu" in str(each["DESCRIPTION"]) for each in found)
    assert all(str(each["SUMMARY"]).startswith("[Mẫu] ") for each in found)


def test_a_draft_has_no_calendar(archive: Archive):
    """Nobody is reminded of what nobody has signed."""
    found = dict(files(archive, UnitId("truong-mau"), (), SITE))
    assert "don-vi/truong-mau/cong-doan/2026-2027/lich.ics" not in found
    assert not any(
        str(each["DTSTART"].dt) > "2026-08"
        for each in events(archive, "truong-mau", "don-vi/truong-mau/lich.ics").values()
    )


def test_what_has_no_rhythm_has_no_calendar(archive: Archive):
    """An agreement whose duties are all `thường xuyên` or `định kỳ` has a file without events: who
    subscribed when there were some sees them go.
    """
    assert not events(archive, "mn-hoa-sua", "don-vi/mn-hoa-sua/lich.ics")


def test_an_edition_withdrawn_before_anything_was_due_empties_its_calendar(archive: Archive):
    """The address stays, and nothing stands there."""
    (of,) = archive.editions(CENTRE, "cong-doan")
    gone = Withdrawn(date=PartialDate(2024, 6, 1), evidence="x")
    assert not events(changed(archive, of, withdrawn=gone), CENTRE, f"{OWN}lich.ics")


def test_a_unit_that_moved_keeps_its_calendars_and_news(archive: Archive):
    """Under its new address the events and entries have the ids of the old one, where the files stay."""
    before = dict(files(archive, CENTRE, tuple(entries(archive, CENTRE).values()), SITE))
    moved = UnitId("tt-moi")
    unit = replace(archive.units[CENTRE], aliases=(CENTRE,))
    agreements = tuple(
        replace(each, unit=unit, unit_id=moved)
        for each in archive.agreements
        if each.unit_id == CENTRE
    )
    after_move = replace(archive, units={moved: unit}, agreements=agreements)
    told = tuple(entries(after_move, moved).values())
    after = dict(files(after_move, moved, told, SITE))
    assert {f"don-vi/{CENTRE}/{each}" for each in ("lich.ics", FEED)} <= after.keys()
    assert before.keys() <= after.keys()
    ids = [
        re.findall(r"UID:(\S+)", each.decode())
        for each in (before[f"{OWN}lich.ics"], after["don-vi/tt-moi/cong-doan/2024-2025/lich.ics"])
    ]
    assert ids[0] == ids[1] != []
    assert [each.name for each in told] == list(entries(archive, CENTRE))


def test_each_event_quotes_the_version_that_held_then(archive: Archive):
    """What was due before an amendment is told in the words of the text before it."""
    own = "don-vi/truong-mau/cong-doan/2025-2026/"
    said = [
        re.search("“(.*)”", str(each["DESCRIPTION"]))[1]
        for each in events(archive, "truong-mau", f"{own}lich.ics").values()
        if "Hội nghị liên tịch" in each["SUMMARY"]
    ]
    assert said == ["2 tháng một lần"] * 3 + ["Hằng tháng"] * 3


# --- news ---


def entries(archive: Archive, unit: str) -> dict[str, object]:
    publication = Publication(archive, date(2026, 11, 22), Contact())
    return {each.name: each for each in news(archive, UnitId(unit), publication.since)}


def test_news_are_the_versions_with_their_day(archive: Archive):
    """Editions and amendments in the sentences of the page; drafts are no news."""
    found = entries(archive, "truong-mau")
    assert [name.removeprefix("truong-mau/cong-doan/") for name in found] == [
        "2022-2023/goc", "2023-2024/goc", "2024-2025/goc", "2025-2026/goc", "2025-2026/2026-02-16",
    ]  # fmt: skip
    amended = found["truong-mau/cong-doan/2025-2026/2026-02-16"]
    assert "sửa đổi, bổ sung ngày 16/02/2026" in amended.title
    assert amended.sentences[0][0].startswith("Nâng mức thăm hỏi")
    assert any("“2 tháng một lần” thành “Hằng tháng”" in text for text, _ in amended.sentences)
    first = found["truong-mau/cong-doan/2025-2026/goc"]
    assert any(text.startswith("Gộp khoản 4") for text, _ in first.sentences)


def test_every_link_of_the_news_leads_to_a_page(archive: Archive):
    """The addresses in the sentences are pages of the site, and their anchors clauses of it."""
    site = WholeSite(archive, date(2026, 11, 22))
    publication, pages = site.publication, site.pages()
    for unit in archive.units:
        for each in news(archive, unit, publication.since):
            assert each.address in pages
            for _, link in each.sentences:
                address, _, anchor = link.partition("#")
                if address:
                    assert address in pages
                if anchor:
                    assert f'id="{anchor}"' in pages[address]().html


def test_without_a_day_nothing_is_told(archive: Archive):
    """A version of which nobody knows when it came in is in no feed."""
    (of,) = archive.editions(CENTRE, "cong-doan")
    assert not entries(changed(archive, of, entered_on=None), CENTRE)


def test_the_feed_of_all_has_the_newest(archive: Archive):
    """It is bounded, and holds the newest of all units."""
    publication = Publication(archive, date(2026, 11, 22), Contact())
    found = [each for unit in archive.units for each in news(archive, unit, publication.since)]
    many = [
        replace(each, name=f"{each.name}-{number}", day=date(2020, 1, 1 + number % 28))
        for number in range(NEWEST)
        for each in found
    ]
    written = feed_of_all([*many, *found], SITE).decode()
    assert written.count("<entry>") == NEWEST
    for each in found:
        assert each.title.replace("&", "&amp;") in written
    own = dict(files(archive, CENTRE, tuple(entries(archive, CENTRE).values()), SITE))
    assert own[f"don-vi/{CENTRE}/{FEED}"].count(b"<entry>") == 1
