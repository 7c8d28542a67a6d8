"""The upper level's view in Chromium: the tables, the picture, the list and its filters, the file."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from playwright.sync_api import expect

from macros.calendar import school_year
from macros.coverage import Coverage, joined, register, years
from macros.model import (
    Agreement,
    Archive,
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
from macros.render import SLUGS, TYPES

from .conftest import AS_OF, serious, too_wide

pytestmark = pytest.mark.browser

HOME = "tinh-hinh/"
PAST = "tinh-hinh/2024-2025/"
LONG = "tinh-hinh/2026-2027/loai/mam-non/"
NOW, LAST = Period(2026, 2027), Period(2025, 2026)
SIGNED = Edition(kind=Kind.REGULATION)
KINDS = (UnitType.PRESCHOOL, UnitType.PRESCHOOL, UnitType.PRIMARY)
PLACES = ("Hà Nội", "Đắk Nông", "")
# What units have, in turns: of each ten four signed, two drafts, one withdrawn, three nothing.
GONE = Withdrawn(date=PartialDate(2026, 10, 1), evidence="Quyết định số 12/QĐ")
HAVE = (
    *[{NOW: SIGNED}] * 4,
    *[{NOW: replace(SIGNED, draft=True)}] * 2,
    {NOW: replace(SIGNED, withdrawn=GONE)},
    *[{LAST: SIGNED}] * 3,
)


def of(count: int) -> Coverage:
    """So many units with one series each, the last of them a sample."""
    units: dict[UnitId, Unit] = {}
    agreements = []
    for n in range(count + 1):
        place = PLACES[n % 3]
        editions = HAVE[n % 10]
        unit_id = UnitId(f"do-{n:03}")
        unit = units[unit_id] = Unit(
            names=(UnitName(name=f"Trường Đo {n:03}"),),
            type=KINDS[n % 3],
            sides={Side.MANAGEMENT: "Nhà trường", Side.UNION: "Công đoàn"},
            series={"cong-doan": Series(counterpart=Side.UNION, editions=editions)},
            region=Region(name=place, printed=place) if place else None,
            sample=n == count,
        )
        agreements += [
            Agreement(
                unit_id=unit_id, unit=unit, series_id=SeriesId("cong-doan"), period=period,
                version="goc", page=Page(), path="",
            )
            for period in editions
        ]  # fmt: skip
    archive = Archive(units=units, agreements=tuple(agreements))
    day = date.fromisoformat(AS_OF)
    shown = sorted({school_year(day), *years(archive, day)})
    return Coverage(joined([register(archive, day, shown, TYPES)], shown), day, TYPES, SLUGS)


@pytest.fixture
def opened(framed):
    """Open a page of so many units."""

    def opening(path: str, count: int = 60, **how: object):
        made = of(count)
        return framed(path, HOME, made.pages(), dict(made.files()), **how)

    return opening


def cards(page):
    """The series that are listed, samples aside."""
    return page.locator("[aria-label='Bộ quy chế'] .unit-card:visible")


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
@pytest.mark.parametrize("path", [HOME, PAST])
def test_real_pages_are_accessible(open_page, path, width, scheme):
    """Axe finds nothing serious on this year's page and on a past year's; they fit the window."""
    page = open_page(path, width=width, scheme=scheme)

    assert [] == serious(page)
    assert [] == too_wide(page)


@pytest.mark.parametrize(
    ("path", "count", "width", "scheme"),
    [
        *((HOME, 60, width, scheme) for width in (390, 1280) for scheme in ("light", "dark")),
        *((path, 400, 390, "dark") for path in (HOME, LONG)),
        *((path, 400, 1280, "light") for path in (HOME, LONG)),
    ],
)
def test_every_status_is_accessible(opened, path, count, width, scheme):
    """So it is with all statuses, and where the list is long."""
    page = opened(path, count, width=width, scheme=scheme)

    assert [] == serious(page)
    assert [] == too_wide(page)


def test_picture_is_as_long_as_its_numbers(opened):
    """Each part of a bar is drawn as long as its count is to the whole, in a dress of its own."""
    page = opened(HOME)
    picture = page.get_by_role("img", name=re.compile("^Hình: "))
    expect(picture).to_be_visible()
    drawn = page.evaluate("""() => {
        const row = document.querySelector(".coverage-row");
        const whole = row.querySelector("svg").getBoundingClientRect().width;
        return [...row.querySelectorAll("rect[class]")].map((part) => [
            part.getAttribute("class"), part.getBoundingClientRect().width / whole,
            getComputedStyle(part).fill + getComputedStyle(part).strokeDasharray,
        ]);
    }""")
    expected = {"signed": 24, "draft": 12, "superseded": 6, "missing": 18}

    assert [f"part-{name}" for name in expected] == [name for name, _, _ in drawn]
    for (_, share, _), count in zip(drawn, expected.values(), strict=True):
        assert count / 60 == pytest.approx(share, abs=0.01)
    assert len({dress for _, _, dress in drawn}) == 4
    said = page.locator(".coverage-row .counts").first.inner_text().split()
    assert ["●", "24", "✎", "12", "↷", "6", "○", "18"] == said


def test_tables_and_list_say_the_same(opened):
    """The filter finds as many of each status, type and place as the tables count."""
    page = opened(HOME)
    table = page.get_by_role("region", name="Bảng theo loại đơn vị")
    row = table.get_by_role("row", name=re.compile("^Trường mầm non"))
    counts = [int(cell) for cell in row.get_by_role("cell").all_inner_texts()]
    said = page.locator("form.filters .count")
    page.get_by_label("Loại", exact=True).select_option("mam-non")
    for status, count in zip(("signed", "draft", "superseded", "missing"), counts, strict=False):
        page.get_by_label("Tình trạng", exact=True).select_option(status)
        expect(said).to_have_text(f"{count} kết quả")
        expect(cards(page)).to_have_count(count)
    page.get_by_label("Địa bàn", exact=True).select_option("Hà Nội")
    expect(cards(page).first).to_contain_text("Hà Nội")
    assert page.url.endswith("?loai=mam-non&dia-ban=H%C3%A0+N%E1%BB%99i&tinh-trang=missing")
    page.get_by_label("Tên", exact=True).fill("khong co ai")
    expect(page.get_by_text("Không có bộ quy chế nào khớp")).to_be_visible()


def test_keyboard_reaches_years_file_tables_and_list(opened):
    """Tab goes from the years to the file, over the tables that may scroll, to filters and list."""
    page = opened(HOME, width=390)
    page.get_by_role("navigation", name="Năm học").get_by_role("link").first.focus()
    names = []
    for _ in range(9):
        names.append(
            page.evaluate("""() => {
                const at = document.activeElement;
                return at.getAttribute("aria-label") || at.name || at.textContent.trim();
            }""")
        )
        page.keyboard.press("Tab")

    assert names == [
        "2026-2027", "2025-2026", "Tải bảng này (CSV)", "Bảng theo loại đơn vị",
        "Bảng theo địa bàn", "ten", "loai", "dia-ban", "ben",
    ]  # fmt: skip


def test_past_year_is_opened_and_says_of_which_day_it_tells(opened):
    """A year leads to its own page; that is marked as the one that is shown."""
    page = opened(HOME)
    years = page.get_by_role("navigation", name="Năm học")
    years.get_by_role("link", name="2025-2026").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tình hình năm học 2025-2026")
    expect(page.get_by_text("Tình trạng tính vào ngày cuối năm học (31/05/2026)")).to_be_visible()
    expect(years.locator("[aria-current]")).to_have_text("2025-2026")


def test_sample_is_apart(opened):
    """It stands in a section that says so, outside of the counts, with a file of its own."""
    page = opened(HOME)
    samples = page.locator(".samples")
    expect(page.locator(".lead")).to_contain_text("với 60 bộ quy chế của 60 đơn vị")
    expect(samples.locator(".unit-card")).to_have_count(1)
    expect(samples).to_contain_text("Trường Đo 060")
    with page.expect_download() as started:
        samples.get_by_role("link", name="Tải riêng (CSV)").click()
    assert started.value.suggested_filename == "2026-2027-du-lieu-mau.csv"


def test_file_is_downloaded(open_page):
    """The button gives the whole table as a file that spreadsheets open."""
    page = open_page(HOME)
    with page.expect_download() as started:
        page.get_by_role("link", name="Tải bảng này (CSV)").click()
    data = started.value.path().read_bytes()

    assert started.value.suggested_filename == "2026-2027.csv"
    assert data.startswith(b"\xef\xbb\xbf")
    assert "mn-hoa-sua/chi-doan" in data.decode("utf-8-sig")


def test_without_javascript_all_is_there(opened):
    """The list stands on the page, without a form that would do nothing; the long one has pages."""
    page = opened(HOME, java_script_enabled=False)
    expect(page.locator("form.filters")).to_be_hidden()
    expect(cards(page)).to_have_count(60)
    page = opened(HOME, 400, java_script_enabled=False)
    expect(cards(page)).to_have_count(0)
    page.get_by_role("link", name=re.compile(r"^Trường mầm non 267$")).click()
    expect(cards(page)).to_have_count(100)
    expect(cards(page).first).to_contain_text("Kho chưa có bản")
    page.get_by_role("link", name="Trang 3").click()
    expect(cards(page).last).to_contain_text("Có bản đã ký")
