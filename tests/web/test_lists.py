"""Lists of a thousand units and of hundreds of shared clauses in Chromium."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from playwright.sync_api import expect

from macros.archive import load
from macros.lists import UNITS
from macros.model import Archive, SharedClause, UnitId, UnitName
from tests.whole_site import WholeSite

from .conftest import AS_OF, ROOT, serious

pytestmark = pytest.mark.browser
UNIT = UnitId("mn-hoa-sua")
COUNT = 1000


@pytest.fixture(scope="module")
def publication() -> WholeSite:
    """A unit a thousand times under other names, and 250 shared clauses."""
    archive = load(ROOT).archive
    names = {UnitId(f"do-{n:04}"): f"Trường Mầm non Đo {n:04}" for n in range(COUNT)}
    units = {
        key: replace(archive.units[UNIT], names=(UnitName(name=name),), aliases=())
        for key, name in names.items()
    }
    [one] = (each for each in archive.agreements if each.unit_id == UNIT)
    clause = archive.shared["hop-giao-ban"]
    found = Archive(
        units=units,
        agreements=tuple(replace(one, unit_id=key, unit=unit) for key, unit in units.items()),
        shared={
            f"khoan-{n:03}": SharedClause(title=f"Khoản đo {n:03}", wordings=clause.wordings)
            for n in range(250)
        },
    )
    return WholeSite(found, date.fromisoformat(AS_OF))


@pytest.fixture
def opened(framed, publication):
    """Open a page of that archive."""
    pages, files = publication.common(), dict(publication.lists.files())
    return lambda path, **how: framed(path, path.partition("?")[0], pages, files, **how)


def cards(page):
    """The units that are listed."""
    return page.locator("[aria-label='Đơn vị'] .unit-card")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_thousand_units_are_filtered(opened, width):
    """All of them, from a list that is fetched once; a hundred are shown at a time."""
    page = opened("don-vi/", width=width)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    expect(cards(page)).to_have_count(0)
    said = page.locator("form.filters .count")
    page.get_by_label("Tên", exact=True).fill("mam non do")
    expect(said).to_have_text(f"{COUNT} kết quả")
    expect(cards(page)).to_have_count(100)
    page.get_by_role("button", name="Xem thêm").focus()
    page.keyboard.press("Enter")
    expect(cards(page)).to_have_count(200)
    expect(cards(page).nth(100).locator("a").first).to_be_focused()
    page.get_by_label("Tên", exact=True).fill("do 0777")
    expect(said).to_have_text("1 kết quả")
    expect(cards(page).first).to_contain_text("Trường Mầm non Đo 0777")
    expect(page.get_by_role("button", name="Xem thêm")).to_be_hidden()
    assert page.url.endswith("?ten=do+0777")
    page.get_by_label("Tình trạng", exact=True).select_option("current")
    expect(page.get_by_text("Không có đơn vị nào khớp")).to_be_visible()
    page.get_by_label("Tình trạng", exact=True).select_option("past")
    page.get_by_label("Bên phối hợp", exact=True).select_option("youth-union")
    expect(cards(page)).to_have_count(1)
    assert width >= page.evaluate("document.documentElement.scrollWidth")
    assert [UNITS.rpartition("/")[2]] == [name for name in asked if name.endswith(".json")]


def test_a_card_of_the_browser_is_that_of_the_pages(opened):
    """What the browser lists looks and leads as on the page of its type."""
    shown = []
    for path in ("don-vi/?ten=0042", "don-vi/loai/mam-non/"):
        card = cards(opened(path)).filter(has_text="Đo 0042")
        links = [link.evaluate("each => each.href") for link in card.locator("a").all()]
        badge = card.locator(".state").get_attribute("class")
        shown.append((card.inner_text().split("\n"), links, badge))

    assert shown[0] == shown[1]


def test_filtered_list_is_accessible(opened):
    """axe finds nothing serious in the list that the browser made."""
    page = opened("don-vi/?ten=do")
    expect(cards(page)).to_have_count(100)

    assert [] == serious(page)


def test_a_list_that_does_not_come_is_said(opened):
    """A broken line is told; the next letter tries again."""
    page = opened("don-vi/")
    page.route("**/units.json", lambda route: route.fulfill(status=200, body="{"))
    page.get_by_label("Tên", exact=True).fill("do 1")
    expect(page.locator("form.filters .count")).to_contain_text("Không tải được danh sách đơn vị.")
    page.unroute("**/units.json")
    page.get_by_label("Tên", exact=True).fill("do 0001")
    expect(page.locator("form.filters .count")).to_have_text("1 kết quả")


def test_without_javascript_types_lead_to_all(opened):
    """The long list is reached by type and page."""
    page = opened("don-vi/", java_script_enabled=False)
    page.get_by_role("link", name=re.compile("^Trường mầm non")).click()
    expect(cards(page)).to_have_count(100)
    page.get_by_role("link", name="Trang 10").click()
    expect(cards(page).last).to_contain_text("Đo 0999")


def test_hundreds_of_shared_clauses_are_filtered(opened):
    """A filter finds clauses of other pages too; without words the page is as it was."""
    page = opened("dieu-khoan/")
    shown = page.locator(".shared-card:visible")
    expect(shown).to_have_count(100)
    page.get_by_label("Tên hoặc câu chữ").fill("khoan do 249")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("Khoản đo 249")
    expect(page.locator(".pages")).to_be_hidden()
    shown.get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"/dieu-khoan/khoan-249/$"))
    page.go_back()
    page.get_by_label("Tên hoặc câu chữ").fill("")
    expect(shown).to_have_count(100)
    expect(page.locator(".pages")).to_be_visible()
