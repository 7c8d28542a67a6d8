"""Which pages there are, what they list, and what they say on a day."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from macros.archive import load
from macros.lists import PER_PAGE, UNITS, Lists
from macros.markup import SitePage
from macros.model import (
    Agreement,
    Archive,
    Clause,
    ClauseId,
    ClauseKind,
    Edition,
    Kind,
    Page,
    PartialDate,
    Period,
    Region,
    Series,
    SeriesId,
    Side,
    Unit,
    UnitId,
    UnitName,
    UnitType,
    Withdrawn,
)
from macros.publish import Publication
from macros.render import Contact
from tests.whole_site import WholeSite

ROOT = Path(__file__).resolve().parents[1]
DAY = date(2026, 11, 21)


def many(count: int) -> Archive:
    """An archive of that many units with one edition each."""
    page = Page(
        title=("QUY CHẾ",),
        clauses=(Clause(id=ClauseId("a"), kind=ClauseKind.PREAMBLE, text="Căn cứ."),),
    )
    period = Period(2025, 2026)
    units: dict[UnitId, Unit] = {}
    agreements = []
    for number in range(count):
        unit = Unit(
            names=(UnitName(name=f"Đơn vị đo {number:04}"),),
            type=UnitType.PRIMARY if number % 2 else UnitType.PRESCHOOL,
            sides={Side.MANAGEMENT: "Nhà trường", Side.UNION: "Công đoàn"},
            region=Region(name="Nơi đo", printed="Nơi đo"),
            series={
                "cong-doan": Series(
                    counterpart=Side.UNION, editions={period: Edition(kind=Kind.REGULATION)}
                )
            },
        )
        unit_id = UnitId(f"don-vi-{number:04}")
        units[unit_id] = unit
        agreements.append(
            Agreement(
                unit_id=unit_id,
                unit=unit,
                series_id=SeriesId("cong-doan"),
                period=period,
                version="goc",
                page=page,
                path="",
            )
        )
    return Archive(units=units, agreements=tuple(agreements))


def pages_of(archive: Archive, day: date = DAY) -> dict[str, SitePage]:
    """All generated pages by address."""
    made = WholeSite(archive, day).pages()
    return {address: make() for address, make in made.items()}


def test_long_list_is_paged_by_type() -> None:
    """With a thousand units every list page stays small and together they name each unit once."""
    pages = pages_of(many(1000))
    lists = {a: p for a, p in pages.items() if re.fullmatch(r"don-vi/(loai/[a-z-]+/(\d+/)?)?", a)}
    named = [name for page in lists.values() for name in re.findall(r"Đơn vị đo \d{4}", page.html)]

    assert len(lists) == 1 + 2 * 500 // PER_PAGE
    assert sorted(set(named)) == [f"Đơn vị đo {number:04}" for number in range(1000)]
    assert len(named) == 1000
    assert max(len(page.html.encode()) for page in lists.values()) < 100_000


def sampled(archive: Archive, *, keep: int = 0) -> Archive:
    """The archive with all units but the first `keep` made up."""
    units = {
        key: unit if number < keep else replace(unit, sample=True)
        for number, (key, unit) in enumerate(archive.units.items())
    }
    agreements = tuple(replace(each, unit=units[each.unit_id]) for each in archive.agreements)
    return Archive(units=units, agreements=agreements)


def test_many_samples_are_paged_behind_the_others() -> None:
    """Samples are no way to make a list long: where they are many they stand on the pages by type,
    apart from the units that count.
    """
    pages = pages_of(sampled(many(300), keep=10))
    lists = {a: p.html for a, p in pages.items() if re.fullmatch(r"don-vi/(loai/.*)?", a)}
    named = [name for html in lists.values() for name in re.findall(r"Đơn vị đo \d{4}", html)]
    first = lists["don-vi/loai/mam-non/"].split("<h2>Dữ liệu mẫu</h2>")

    assert sorted({f"Đơn vị đo {number:04}" for number in range(300)}) == sorted(set(named))
    assert "Kho có 10 đơn vị." in lists["don-vi/"]
    assert max(len(html.encode()) for html in lists.values()) < 100_000
    assert [5, PER_PAGE - 5] == [len(re.findall(r'class="unit-name"', part)) for part in first]


def units_of(archive: Archive, day: date = DAY) -> dict[str, Any]:
    """What the browser has to filter the units."""
    found: dict[str, Any] = json.loads(dict(Lists.of(archive, day, Contact()).files())[UNITS])
    return found


def test_a_thousand_units_are_filtered_from_a_small_file() -> None:
    """The long list names one file, which has all units and stays small."""
    archive = many(1000)
    files = dict(Lists.of(archive, DAY, Contact()).files())

    assert 'data-list="../don-vi/units.json"' in pages_of(archive)["don-vi/"].html
    assert len(files[UNITS]) < 150_000
    assert sorted(archive.units) == sorted(row[0] for row in json.loads(files[UNITS])["units"])


def test_list_for_the_browser_says_what_the_pages_say() -> None:
    """Each unit with its name, type, region and, by series, what the lists show of it; the states
    are those of the card, each from its day on.
    """
    found = units_of(load(ROOT).archive, date(2026, 3, 1))
    rows = {row[0]: row for row in found["units"]}
    id_, name, kind, region, sample, texts, series = rows["truong-mau"]
    side, called, period, title, states = series[1], *series[2:]

    assert ("truong-mau", "Trường Mẫu", 1) == (id_, name, sample)
    assert "Quy chế phối hợp năm học 2025-2026" == found["titles"][title]
    assert ("union", "cong-doan", "2025-2026") == (found["sides"][side], series[0], period)
    assert found["names"][called] in pages_of(load(ROOT).archive)["don-vi/"].html
    assert ["current", "2026-06-01", "past"] == found["states"][states]
    assert ("trung-hoc-co-so", 5) == (found["types"][kind], texts)
    assert region == -1 or found["regions"][region]
    assert 0 == rows["phong-gddt-huyen"][5]


def test_editions_of_a_unit_depend_on_it_alone() -> None:
    """What is fetched once a unit is picked: its editions, where they are and what was built."""
    archive = load(ROOT).archive
    unit_id = UnitId("truong-mau")
    alone = Archive(
        units={unit_id: archive.units[unit_id]},
        agreements=tuple(each for each in archive.agreements if each.unit_id == unit_id),
        shared=archive.shared, glossary=archive.glossary, sources=archive.sources,
    )  # fmt: skip
    address = "don-vi/truong-mau/editions.json"
    data = dict(Publication(alone, DAY, Contact()).files_of(unit_id))[address]
    first, second, *_ = json.loads(data)["editions"]

    assert data == dict(WholeSite(archive, DAY).files())[address]
    assert "truong-mau/cong-doan/2022-2023" == first["id"]
    assert {first["id"]} == set(second["built"])
    assert second["built"][first["id"]] in pages_of(archive)


@pytest.mark.parametrize("day", [date(2022, 9, 1), date(2024, 10, 7), DAY])
def test_the_sentence_of_a_later_day_is_that_days_own(day: date) -> None:
    """What the home page keeps for later days is what it says when it is built on them."""
    archive = load(ROOT).archive
    html = Lists.of(archive, day, Contact()).glance("./")
    later = re.search(r'data-later="([^"]+)"', html)

    assert later
    for then, sentence in json.loads(unescape(later[1])):
        built = Lists.of(archive, date.fromisoformat(then), Contact()).glance("./")
        assert f">{sentence}</p>" in built


def test_withdrawn_editions_stop_counting_on_their_day() -> None:
    """From the day of its withdrawal on an edition is no longer counted, also where none replaces
    it.
    """
    archive = many(3)
    unit_id, unit = next(iter(archive.units.items()))
    period = Period(2025, 2026)
    gone = Withdrawn(date=PartialDate(2026, 1, 15), evidence="Thông báo 1")
    edition = replace(unit.series["cong-doan"].editions[period], withdrawn=gone)
    series = {"cong-doan": replace(unit.series["cong-doan"], editions={period: edition})}
    changed = replace(unit, series=series)
    found = Archive(
        units={**archive.units, unit_id: changed},
        agreements=tuple(
            replace(each, unit=changed) if each.unit_id == unit_id else each
            for each in archive.agreements
        ),
    )
    html = unescape(Lists.of(found, date(2025, 10, 1), Contact()).glance("./"))

    assert "kho có bản của 3 trên 3 đơn vị." in html
    assert '["2026-01-15", "Năm học 2025-2026: kho có bản của 2 trên 2 đơn vị."]' in html


def test_short_list_stands_on_one_page() -> None:
    """A few units are all on the first page, which asks for no other."""
    page = pages_of(many(3))["don-vi/"]

    assert len(re.findall(r"Đơn vị đo \d{4}", page.html)) == 3
    assert "data-list" not in page.html


def test_series_address_shows_the_edition_that_holds() -> None:
    """The fixed address shows the signed edition in force, not the draft after it."""
    pages = pages_of(load(ROOT).archive)
    series = pages["don-vi/truong-mau/cong-doan/"]

    assert series.canonical == "don-vi/truong-mau/cong-doan/2025-2026/"
    assert series.title == "Quy chế phối hợp năm học 2025-2026 – Trường Mẫu"


def test_home_is_honest_when_all_is_past() -> None:
    """With no edition of this school year the home page says so and how old the newest are."""
    html = Lists.of(load(ROOT).archive, DAY, Contact()).glance("./")

    assert "Năm học 2026-2027: kho chưa có bản nào." in html
    assert "từ giai đoạn 2018-2020 đến năm học 2024-2025" in html


@pytest.mark.parametrize("day", [date(2019, 9, 17), date(2024, 10, 7), DAY, date(2030, 1, 1)])
def test_no_page_claims_more_than_the_facts(day: date) -> None:
    """No generated page of a real unit says that a text has lost its force."""
    for page in pages_of(load(ROOT).archive, day).values():
        outside = re.sub(r'<section class="clause.*?</section>', "", page.html, flags=re.DOTALL)
        assert "hết hiệu lực" not in outside.lower()


def test_day_changes_only_states() -> None:
    """No page prints the as-of day: two days with the same states give the same pages."""
    archive = load(ROOT).archive

    assert pages_of(archive, date(2026, 11, 21)) == pages_of(archive, date(2026, 11, 25))


def test_each_page_knows_its_address() -> None:
    """A page is published where it says that it stands."""
    pages = pages_of(load(ROOT).archive)

    assert list(pages) == [page.address for page in pages.values()]


def with_facts(**facts: object) -> Archive:
    """The sample unit's archive with one edition's facts changed."""
    archive = load(ROOT).archive
    unit = archive.units[UnitId("truong-mau")]
    series = unit.series["cong-doan"]
    period = Period(2025, 2026)
    editions = {**series.editions, period: replace(series.editions[period], **facts)}
    changed = replace(unit, series={"cong-doan": replace(series, editions=editions)})
    return Archive(
        units={UnitId("truong-mau"): changed},
        agreements=tuple(
            replace(each, unit=changed)
            for each in archive.agreements
            if each.unit_id == "truong-mau"
        ),
        shared=archive.shared,
    )


def test_a_draft_amendment_does_not_take_the_signed_texts_place() -> None:
    """Until it is signed, an amendment stands at its own address and replaces nothing."""
    edition = load(ROOT).archive.units[UnitId("truong-mau")].series["cong-doan"].editions
    versions = edition[Period(2025, 2026)].versions
    drafts = {day: replace(later, draft=True) for day, later in versions.items()}
    pages = pages_of(with_facts(versions=drafts))
    own = "don-vi/truong-mau/cong-doan/2025-2026/"

    assert f"{own}ban/2026-02-16/" in pages
    assert f"{own}ban/goc/" not in pages
    assert "không phải phiên bản mới nhất" not in pages[own].html


def test_a_former_address_leads_on_from_every_page() -> None:
    """The addresses of a unit, its series and its editions all lead on from a former id."""
    archive = many(1)
    unit_id, unit = next(iter(archive.units.items()))
    moved = replace(unit, aliases=("ten-cu",))
    changed = Archive(
        units={unit_id: moved},
        agreements=tuple(replace(each, unit=moved) for each in archive.agreements),
    )
    pages = pages_of(changed)

    for rest in ("", "cong-doan/", "cong-doan/2025-2026/"):
        assert pages[f"don-vi/ten-cu/{rest}"].canonical == f"don-vi/{unit_id}/{rest}"


def test_filters_offer_all_regions_of_a_long_list() -> None:
    """Where the list itself is on other pages, its filter still offers what they have."""
    html = pages_of(many(1000))["don-vi/"].html

    assert "<option>Nơi đo</option>" in html


def test_home_counts_neither_drafts_nor_later_years_as_missing() -> None:
    """On a later day the sentence is about the edition that holds on that day."""
    archive = many(3)
    lists = Lists.of(archive, date(2025, 8, 1), Contact())

    assert "2025-2026: kho có bản của 3 trên 3 đơn vị" in lists.glance("./")


OWN = "don-vi/truong-mau/cong-doan/2025-2026/"
STEP = "don-vi/truong-mau/cong-doan/so-sanh/2025-2026.goc--2025-2026.2026-02-16/"


@pytest.mark.parametrize("address", [OWN, f"{OWN}ban/goc/"])
def test_each_later_version_says_what_it_changed(address: str) -> None:
    """On every version's page the list has kind, day and what was changed, and leads to the
    comparison with the version before, which is there.
    """
    pages = pages_of(load(ROOT).archive)
    html = pages[address].html
    found = html[html.index('<ol class="versions">') : html.index("</ol>")]

    assert ["Bản ký lần đầu", "Bản sửa đổi, bổ sung ngày 16/02/2026"] == re.findall(
        r"Bản [^<]+", found
    )
    assert 'class="did">Nâng mức thăm hỏi, họp liên tịch hằng tháng,' in found
    up = "../" * address.count("/")
    assert [f"{up}{STEP}"] == re.findall(r'<a href="([^"]+)" aria-label="Khác gì', found)
    assert STEP in pages


def test_unit_page_names_the_version_shown() -> None:
    """Where an edition has several versions its row says which one it is, and whether sealed."""
    rows = re.findall(
        r'class="version">([^<]+)', pages_of(load(ROOT).archive)["don-vi/truong-mau/"].html
    )

    assert ["bản sửa đổi, bổ sung 16/02/2026 · niêm phong · 2 phiên bản"] == rows


def test_picture_shows_what_a_later_version_did() -> None:
    """In the cell of its edition, beside what the edition did, linked to its own comparison."""
    html = pages_of(load(ROOT).archive)["don-vi/truong-mau/"].html
    later = re.findall(
        r'class="later" href="\.\./\.\./([^"#]+)#([^"]+)" aria-label="([^"]+)">(.) <small>([^<]+)',
        html,
    )

    assert {STEP} == {link for link, *_ in later}
    assert [
        ("lich-hop", "sửa 16/02, phiên bản ngày 16/02/2026, 2025-2026", "S", "16/02"),
        ("thoi-gian-cong-doan", "thêm 16/02, phiên bản ngày 16/02/2026, 2025-2026", "+", "16/02"),
        ("tham-hoi", "sửa 16/02, phiên bản ngày 16/02/2026, 2025-2026", "S", "16/02"),
        ("hieu-luc", "sửa 16/02, phiên bản ngày 16/02/2026, 2025-2026", "S", "16/02"),
    ] == [tuple(rest) for _, *rest in later]
    assert "phiên bản ngày ấy của cùng kỳ sửa" in html


def test_picture_leaves_draft_versions_out() -> None:
    """A version that nobody has signed changed nothing yet."""
    edition = load(ROOT).archive.units[UnitId("truong-mau")].series["cong-doan"].editions
    versions = edition[Period(2025, 2026)].versions
    drafts = {day: replace(later, draft=True) for day, later in versions.items()}
    html = pages_of(with_facts(versions=drafts))["don-vi/truong-mau/"].html

    assert 'class="later"' not in html
    assert "phiên bản ngày ấy" not in html


def test_missing_signatures_are_laid_to_no_source_that_is_not_there() -> None:
    """Only where the archive has the original can a page say that the original prints no names."""
    unsigned = pages_of(with_facts(signatures=()))[f"{OWN}ban/goc/"].html
    assert "Chưa có bản gốc trong kho" in unsigned
    assert "Nguồn không in" not in unsigned
    real = pages_of(load(ROOT).archive)["don-vi/tt-hoa-nhap-dak-nong/cong-doan/2024-2025/"].html

    assert "Nguồn không in" in real
    assert "Chưa có bản gốc trong kho" not in real
