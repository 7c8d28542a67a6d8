"""Duties in Chromium: on an agreement, in a unit's year, in the calendar of all units."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .conftest import serious, too_wide

pytestmark = pytest.mark.browser

AGREEMENT = "don-vi/tt-hoa-nhap-dak-nong/cong-doan/2024-2025/"
HA_NOI = "don-vi/so-gddt-ha-noi/cong-doan-nganh/2019-2020/"
REPORT = "don-vi/phong-gddt-huyen/lien-doan-lao-dong/2018-2020/"
UNIT = "don-vi/truong-mau/"
YEARS = "don-vi/phong-gddt-huyen/"
CALENDAR = "lich/2024-2025/"
OPEN = "document.querySelectorAll('.duties details').forEach(each => each.open = true)"
PAGES = [AGREEMENT, REPORT, UNIT, YEARS, CALENDAR, "lich/"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_accessible(open_page, path, scheme):
    """Axe finds nothing serious, with the folded list open; the page fits its window."""
    page = open_page(path, scheme=scheme)
    page.evaluate(OPEN)

    assert [] == serious(page)
    assert [] == too_wide(page, 768)


@pytest.mark.parametrize("path", PAGES)
def test_pages_fit_a_phone(open_page, path):
    """No page is wider than the window: the picture of a year scrolls within itself."""
    page = open_page(path, width=390)
    page.evaluate(OPEN)

    assert [] == too_wide(page)
    assert [] == serious(page)


@pytest.mark.parametrize("width", [390, 1280])
def test_mark_leads_to_the_duty_and_back(open_page, width):
    """The mark of a clause opens the fold and shows the duty; from there back to the clause."""
    page = open_page(AGREEMENT, width=width)
    page.locator("#hoi-nghi-lien-tich .duty-mark").click()
    row = page.locator("#viec--hoi-nghi-lien-tich")
    expect(row).to_be_in_viewport()
    expect(row).to_contain_text("3 tháng một lần")
    row.get_by_role("link", name="Khoản 3 mục IV").click()
    expect(page.locator("#hoi-nghi-lien-tich")).to_be_in_viewport()


def test_address_of_a_folded_duty_opens_it(open_page):
    """What a calendar or the picture links to is shown, also on a phone."""
    page = open_page(f"{AGREEMENT}#viec--bao-cao-nu-cong", width=390)

    expect(page.locator("#viec--bao-cao-nu-cong")).to_be_in_viewport()


def test_mark_is_no_part_of_the_text(open_page):
    """It has no text, is named for those who can't see it, and is not printed; nor is the list."""
    page = open_page(AGREEMENT)
    mark = page.locator("#hoi-nghi-lien-tich .duty-mark")

    expect(mark).to_be_visible()
    assert "" == mark.inner_text()
    assert re.match("Khoản 3 mục IV có việc phải làm: Hội nghị", mark.get_attribute("aria-label"))
    page.emulate_media(media="print")
    expect(mark).to_be_hidden()
    expect(page.locator(".duties")).to_be_hidden()


def test_few_duties_are_open_on_a_wide_screen(open_page):
    """A fold where they would push the text away: on a phone, and where they are many."""
    few, rows = "don-vi/th-binh-hoa-2/cong-doan/2021-2022/", ".duties-table tbody"

    expect(open_page(few).locator(rows)).to_be_visible()
    expect(open_page(few, width=390).locator(rows)).to_be_hidden()
    page = open_page(AGREEMENT)
    expect(page.locator(rows)).to_be_hidden()
    page.locator(".duties summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(rows)).to_be_visible()


def test_browser_says_what_is_now_and_what_comes_next(open_page):
    """By the reader's own day: nothing is said of what is over."""
    page = open_page("")
    page.clock.set_fixed_time("2025-02-10T08:00:00+07:00")
    page.goto(page.url + AGREEMENT)
    page.evaluate(OPEN)
    times = page.locator("#viec--hoi-nghi-lien-tich .times li")

    expect(times.nth(1)).to_have_text("quý I/2025 lúc này")
    assert ["quý IV/2024", "quý II/2025*"] == [times.nth(n).inner_text() for n in (0, 2)]
    page.clock.set_fixed_time("2024-12-10T08:00:00+07:00")
    page.goto(page.url.split("#")[0])
    expect(page.locator("#viec--hoi-nghi-lien-tich .times li b")).to_have_text("lúc này")


def test_address_of_the_calendar_is_copied(open_page):
    """What a calendar program subscribes to is the whole address of the file."""
    page = open_page(AGREEMENT, permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Chép địa chỉ lịch").click()
    expect(page.get_by_role("button", name="Đã chép")).to_be_visible()

    assert f"{page.url}lich.ics" == page.evaluate("navigator.clipboard.readText()")


def test_picture_leads_to_the_duty_by_keyboard(open_page):
    """Each bar is a link that says what, when and who; letters tell the sides apart."""
    page = open_page(UNIT)
    bar = page.get_by_role("link", name=re.compile("^Nghe báo cáo nữ công, sáu tháng đầu năm 2026"))
    assert "CQ ›" == bar.inner_text()
    bar.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/2025-2026/#viec--nu-cong$"))
    expect(page.locator("#viec--nu-cong")).to_be_in_viewport()


def test_calendar_is_filtered(open_page):
    """By unit, by side, and by month: what began before and still is due in it stays."""
    page = open_page(CALENDAR)
    rows = page.locator(".due:visible")
    whole = rows.count()
    page.get_by_label("Phải làm trong").select_option("2024-11")
    expect(page.locator("#thang-10")).to_be_visible()  # the quarter begins in October
    expect(page.locator("#thang-1")).to_be_hidden()
    assert page.url.endswith("?thang=2024-11")
    page.get_by_label("Bên làm").select_option("union")
    expect(rows.filter(has_not_text="Công đoàn")).to_have_count(0)
    page.get_by_label("Phải làm trong").select_option("")
    page.get_by_label("Bên làm").select_option("")
    page.get_by_label("Tên đơn vị").fill("truong mau")
    expect(page.locator("#du-lieu-mau")).to_be_visible()
    expect(page.locator(".due-group:visible").filter(has_not_text="dữ liệu mẫu")).to_have_count(0)
    page.get_by_label("Tên đơn vị").fill("khong co")
    expect(page.locator(".none")).to_be_visible()
    page.get_by_label("Tên đơn vị").fill("")
    expect(rows).to_have_count(whole)


def test_filter_is_kept_in_the_address(open_page):
    """The address of a filtered calendar opens it filtered."""
    page = open_page(f"{CALENDAR}?ben=union&thang=2025-05")

    expect(page.locator(".due:visible").filter(has_not_text="Công đoàn")).to_have_count(0)
    expect(page.locator(".count")).to_have_text(re.compile(r"^\d+ kết quả(, \d+ dữ liệu mẫu)?$"))


@pytest.mark.parametrize("path", PAGES)
def test_pages_need_no_script(open_page, path):
    """Without scripts all of it can be read, and nothing is offered that can't work."""
    page = open_page(path, java_script_enabled=False)

    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".js-only:visible")).to_have_count(0)
    if path == CALENDAR:
        assert page.locator(".due:visible").count() == page.locator(".due").count() > 0


def test_duty_leads_from_the_calendar_to_its_clause(open_page):
    """A row opens the clause that says so."""
    page = open_page("lich/2019-2020/")
    page.locator("#thang-10 ~ ul .due-what").first.click()

    expect(page).to_have_url(re.compile(rf"/{HA_NOI}#hoi-dien-van-nghe$"))
    expect(page.locator("#hoi-dien-van-nghe")).to_be_in_viewport()
