"""Shared clauses in Chromium: the list, a clause's page, the mark in a text, a unit's table."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .conftest import serious, too_wide

pytestmark = pytest.mark.browser

LIST = "dieu-khoan/"
CLAUSE = "dieu-khoan/hop-giao-ban/"
UNIT = "don-vi/truong-mau/"
AGREEMENT = "don-vi/truong-mau/cong-doan/2024-2025/"
OPEN = "document.querySelectorAll('details.against').forEach(each => each.open = true)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [LIST, CLAUSE, UNIT, AGREEMENT])
def test_pages_are_accessible(open_page, path, scheme):
    """Axe finds nothing serious, with the folded table open; the page fits its window."""
    page = open_page(path, scheme=scheme)
    page.evaluate(OPEN)

    assert [] == serious(page)
    assert [] == too_wide(page)


@pytest.mark.parametrize("path", [LIST, CLAUSE, UNIT, AGREEMENT])
def test_pages_fit_a_phone(open_page, path):
    """No page is wider than the window: wide tables scroll within themselves."""
    page = open_page(path, width=390)
    page.evaluate(OPEN)

    assert [] == too_wide(page)


def test_list_is_filtered_without_diacritics(open_page):
    """A few words, with diacritics or without, leave the clauses that have them all."""
    page = open_page(LIST)
    cards = page.locator(".shared-card:visible")
    whole = cards.count()
    page.get_by_label("Tên hoặc câu chữ").fill("giao ban hoi nghi")
    expect(cards).to_have_count(1)
    expect(cards).to_contain_text("Dự họp giao ban")
    assert page.url.endswith("?chu=giao+ban+hoi+nghi")
    page.get_by_label("Tên hoặc câu chữ").fill("khong co chu nay")
    expect(page.locator(".none")).to_be_visible()
    page.get_by_label("Tên hoặc câu chữ").fill("")
    expect(cards).to_have_count(whole)


def test_filter_is_kept_in_the_address(open_page):
    """The address of a filtered list opens it filtered."""
    page = open_page(f"{LIST}?chu=dự họp giao ban")

    expect(page.locator(".shared-card:visible")).to_have_count(1)


def test_mark_leads_to_the_wording_and_back(open_page):
    """From the mark in a text to the wording that it uses, and from there to the clause."""
    page = open_page(AGREEMENT)
    page.locator("#hop-giao-ban .shared-mark").click()
    expect(page).to_have_url(re.compile(r"/dieu-khoan/hop-giao-ban/#cau-chu-2024-2025$"))
    expect(page.locator("#cau-chu-2024-2025")).to_be_in_viewport()
    page.locator(f".usage-table a[href$='{AGREEMENT}#hop-giao-ban']").click()
    expect(page.locator("#hop-giao-ban")).to_be_in_viewport()


def test_mark_is_no_part_of_the_text(open_page):
    """What a reader selects and copies of a shared clause is its text alone."""
    page = open_page(AGREEMENT)
    mark = page.locator("#hop-giao-ban .shared-mark")

    expect(mark).to_be_visible()
    assert "" == mark.inner_text()
    page.emulate_media(media="print")
    expect(mark).to_be_hidden()


def test_table_of_a_unit_opens_by_keyboard(open_page):
    """The table is folded; Enter opens it, and its links are reached from there."""
    page = open_page(UNIT)
    table = page.locator("details.against table").first
    expect(table).to_be_hidden()
    page.locator("details.against summary").first.focus()
    page.keyboard.press("Enter")
    expect(table).to_be_visible()
    page.keyboard.press("Tab")
    expect(table.locator("a").first).to_be_focused()


@pytest.mark.parametrize("path", [LIST, CLAUSE, UNIT])
def test_pages_need_no_script(open_page, path):
    """Without scripts all of it can be read, and no filter is offered that can't work."""
    page = open_page(path, java_script_enabled=False)

    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("form.filters:visible")).to_have_count(0)


def test_search_finds_a_shared_clause(open_page):
    """The site's search leads to the wording."""
    page = open_page("")
    page.get_by_role("combobox").fill("Dự họp giao ban dùng chung")
    found = page.locator(".find-panel a[href*='dieu-khoan/hop-giao-ban/']").first

    expect(found).to_be_visible()
