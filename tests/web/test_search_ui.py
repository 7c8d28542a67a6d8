"""The search box, its page and the marked words in Chromium, over a stub of the engine.

What is found, and in which order, is the engine's: tests/web/test_search.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from .conftest import serious

pytestmark = pytest.mark.browser

STUB = Path(__file__).with_name("search_stub.js")
ENGINE = re.compile(r"/assets/tim(\.[0-9a-f]{8})?\.js$")
SEARCH = "tim-kiem/"
HOA_SUA = "don-vi/mn-hoa-sua/chi-doan/2024-2025/"
UNIT = "don-vi/truong-mau/"

Opener = Callable[..., Page]


@pytest.fixture
def stubbed(open_page, address) -> Opener:
    """Open a page whose engine is the stub."""

    def opened(path: str, **options: object) -> Page:
        page = open_page("huong-dan/", **options)
        page.route(ENGINE, lambda route: route.fulfill(path=STUB, content_type="text/javascript"))
        page.goto(address + path)
        return page

    return opened


def typed(page: Page, words: str) -> Page:
    """Type into the box and wait for what is found."""
    page.get_by_role("combobox").first.fill(words)
    expect(page.get_by_role("option").first).to_be_visible()
    return page


def shown(page: Page) -> list[tuple[str, str]]:
    """What the address of a page asks for."""
    return parse_qsl(urlsplit(page.url).query)


@pytest.mark.parametrize("key", ["/", "Control+k"])
def test_a_key_leads_to_the_box(stubbed, key):
    """`/` and Ctrl-K bring the focus into the box from anywhere on the page."""
    page = stubbed(UNIT)
    page.keyboard.press(key)

    expect(page.get_by_role("combobox")).to_be_focused()


def test_a_slash_stays_a_slash_in_a_field(stubbed):
    """Who writes a number with slashes in a field is not carried away."""
    page = stubbed("don-vi/")
    page.get_by_label("Tên", exact=True).click()
    page.keyboard.type("a/b")

    assert "a/b" == page.get_by_label("Tên", exact=True).input_value()


def test_results_come_while_typing(stubbed):
    """Each result has its path above, its words marked in their accented form, and its years."""
    page = stubbed(UNIT)
    page.keyboard.press("/")
    page.keyboard.type("cong doan")
    first = page.get_by_role("option").first

    expect(first.locator(".hit-path")).to_contain_text(
        "Trường Mẫu › Phối hợp với Công đoàn › mục II, khoản 3"
    )
    assert ["Công đoàn"] == first.locator("mark").all_inner_texts()
    expect(first.locator(".hit-years")).to_contain_text("2025-2026, 2024-2025, 2023-2024")
    expect(page.locator(".find-said")).to_have_text("46 kết quả")


def test_box_is_a_combobox(stubbed):
    """Its role, whether it is open, its list and the chosen option are said to screen readers."""
    page = stubbed(UNIT)
    box = page.get_by_role("combobox")
    expect(box).to_have_attribute("aria-expanded", "false")
    typed(page, "cong doan")

    expect(box).to_have_attribute("aria-expanded", "true")
    listbox = page.locator(f"#{box.get_attribute('aria-controls')}")
    expect(listbox).to_have_role("listbox")
    box.press("ArrowDown")
    chosen = page.locator(f"#{box.get_attribute('aria-activedescendant')}")
    expect(chosen).to_have_attribute("aria-selected", "true")
    expect(page.locator(".find-live")).to_have_role("status")
    expect(page.locator(".find-live")).to_have_text("46 kết quả, mũi tên lên xuống để chọn")
    expect(box).to_be_focused()


def test_arrows_go_round(stubbed):
    """Down and up step through the options and the box itself, from either end."""
    page = typed(stubbed(UNIT), "cong doan")
    box = page.get_by_role("combobox")
    last = page.get_by_role("option").count() - 1

    seen = []
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowDown"):
        box.press(key)
        seen.append(box.get_attribute("aria-activedescendant"))
    assert seen == ["__tim-0", "__tim-1", "__tim-0", None, f"__tim-{last}", None]


def test_escape_closes_then_empties(stubbed):
    """The first Escape closes the list and keeps the words, the second takes them away."""
    page = typed(stubbed(UNIT), "cong doan")
    box = page.get_by_role("combobox")
    box.press("Escape")
    expect(page.locator(".find-panel")).to_be_hidden()
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("cong doan")
    box.press("Escape")
    expect(box).to_have_value("")


def test_box_closes_when_the_reader_goes_on(stubbed):
    """Leaving the box closes it; the same words are there on coming back."""
    page = typed(stubbed(UNIT), "cong doan")
    page.mouse.click(20, 880)
    expect(page.locator(".find-panel")).to_be_hidden()
    page.get_by_role("combobox").focus()
    expect(page.get_by_role("option").first).to_be_visible()


def test_enter_opens_what_is_chosen(stubbed, address):
    """With an option chosen Enter opens its clause."""
    page = typed(stubbed(UNIT), "hop giao ban")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**#giao-ban")

    assert page.url.startswith(f"{address}don-vi/truong-mau/cong-doan/2025-2026/?tim=")


def test_enter_alone_opens_the_page_of_results(stubbed):
    """With nothing chosen Enter opens tim-kiem/ with the words in its address."""
    page = typed(stubbed(UNIT), "hop giao ban")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tim-kiem/*")

    assert [("q", "hop giao ban")] == shown(page)
    expect(page.locator(".hits > li")).to_have_count(1)


def test_late_answers_are_dropped(stubbed):
    """What was asked before never takes the place of what is asked now."""
    page = stubbed(UNIT)
    box = page.get_by_role("combobox")
    box.fill("cham cong doan")
    page.wait_for_timeout(200)  # asked by now; the stub answers much later
    typed(page, "giao ban")
    page.wait_for_timeout(800)

    assert ["giao ban"] == page.get_by_role("option").locator("mark").all_inner_texts()


def test_texts_are_shown_as_text(stubbed):
    """Whatever a clause holds, a result writes no element into the page."""
    page = stubbed(f"{SEARCH}?q=img onerror")
    expect(page.locator(".hits > li").first).to_contain_text("<img src=x")

    assert 0 == page.locator(".hits img").count()


def test_engine_waits_for_the_reader(stubbed):
    """Opening an agreement fetches nothing for the search but the box itself."""
    page = stubbed(HOA_SUA)
    page.wait_for_load_state("networkidle")
    names = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    asked = {name.rsplit("/", 1)[1].split(".")[0] for name in names}
    assert {"tim-kiem"} == {name for name in asked if name.startswith("tim")}

    page.keyboard.press("/")
    page.keyboard.type("giao ban")
    expect(page.get_by_role("option").first).to_be_visible()


@pytest.mark.parametrize("path", [UNIT, f"{SEARCH}?q=cong+doan"], ids=["box", "page"])
def test_what_a_search_begins_with_is_asked_at_once(path, open_page, address):
    """The index's contents do not wait for the engine, and come once."""
    page = open_page("huong-dan/")
    held, asked = [], []
    page.route(ENGINE, lambda route: held.append(route))  # noqa: PLW0108 it is asked for its form
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_request("**/tim/muc-luc.json"):
        page.goto(address + path)
        if path == UNIT:
            page.keyboard.press("/")
    page.wait_for_timeout(200)
    (engine,) = held
    engine.continue_()
    if path == UNIT:
        typed(page, "cong doan")
    else:
        expect(page.locator(".hits > li").first).to_be_visible()

    assert 1 == sum(url.endswith("/tim/muc-luc.json") for url in asked)


def test_a_broken_line_is_no_end(chromium, address):
    """Where the index's contents do not come, the next key begins anew."""
    page = chromium.new_page()
    page.route("**/tim/muc-luc.json", lambda route: route.abort())
    page.goto(address + UNIT)
    page.get_by_role("combobox").fill("cong doa")
    expect(page.locator(".find-said")).to_contain_text("Không mở được tìm kiếm.")
    page.unroute("**/tim/muc-luc.json")

    typed(page, "cong doan")
    page.close()


def test_engine_that_does_not_come_is_said(chromium, address):
    """Where the engine can't be fetched the box and the page say so in Vietnamese."""
    page = chromium.new_page()
    page.route(ENGINE, lambda route: route.abort())
    page.goto(address + UNIT)
    page.get_by_role("combobox").fill("cong doan")
    expect(page.locator(".find-said")).to_contain_text("Không mở được tìm kiếm.")
    page.goto(f"{address}{SEARCH}?q=cong doan")
    expect(page.locator(".search-page .status")).to_contain_text("Không mở được tìm kiếm.")
    page.close()


def test_the_engine_itself_answers(open_page):
    """With the real engine: typed without accents, opened at its clause, words marked there."""
    page = open_page("")
    page.keyboard.press("/")
    page.keyboard.type("giao ban chi doan hoa sua")
    found = page.locator(".find-panel a[href*='/mn-hoa-sua/'][href$='#hop-giao-ban']").first
    expect(found).to_be_visible()
    found.click()

    expect(page.locator("#hop-giao-ban")).to_be_in_viewport()
    expect(page.locator("#hop-giao-ban mark.found").first).to_be_visible()


# --- nothing found ---


def test_nothing_found_says_what_to_try(stubbed):
    """Fewer words, without quotation marks, without accents, the units: each a click away."""
    page = stubbed(UNIT)
    page.get_by_role("combobox").fill("“giao ban” xyz")
    expect(page.locator(".find-said")).to_have_text("Không có kết quả cho ““giao ban” xyz”.")
    advice = page.locator(".find-none")
    expect(advice.get_by_role("link")).to_have_text(
        ["giao ban xyz", "giao ban", "giao ban", "danh sách đơn vị"]
    )
    advice.get_by_role("link", name="giao ban", exact=True).first.click()
    expect(page.locator(".hits > li")).to_have_count(1)


def test_advice_drops_accents_and_filters(stubbed):
    """On the page it also offers the words without accents, and names the filter."""
    page = stubbed(f"{SEARCH}?q=Đậm đà&ky=2024-2025")
    advice = page.locator(".find-none")
    expect(advice).to_contain_text("Bỏ bớt điều kiện lọc.")
    expect(advice.get_by_role("link", name="Dam da", exact=True)).to_have_attribute(
        "href", re.compile(r"tim-kiem/\?q=Dam\+da$")
    )
    page.get_by_role("button", name="Bỏ mọi điều kiện lọc").click()
    assert [("q", "Đậm đà")] == shown(page)


# --- the page ---


def test_address_holds_the_whole_search(stubbed):
    """An address with words and filters shows the same search to whoever opens it."""
    page = stubbed(f"{SEARCH}?q=cong doan&loai=mam-non&ky=2025-2026&ky=2024-2025")
    expect(page.locator(".hits > li")).to_have_count(1)

    expect(page.get_by_label("Tên đơn vị, lời trong")).to_have_value("cong doan")
    for name in ("Trường mầm non 1", "2025-2026"):
        expect(page.get_by_role("checkbox", name=name)).to_be_checked()
    expect(page.locator(".facets > summary")).to_have_text("Lọc (3 điều kiện)")


def test_ticking_filters_and_going_back(stubbed):
    """A ticked value narrows the results and stands in the address; the way back unticks it."""
    page = stubbed(f"{SEARCH}?q=cong doan")
    expect(page.locator(".status")).to_have_text("46 kết quả")
    box = page.get_by_role("checkbox", name="Trường mầm non 1")
    box.check()
    expect(page.locator(".status")).to_have_text("1 kết quả")
    assert [("q", "cong doan"), ("loai", "mam-non")] == shown(page)
    expect(box).to_be_focused()
    # The other types are still offered, with what they would bring.
    expect(page.get_by_role("checkbox", name="Trường tiểu học 45")).to_be_visible()

    page.go_back()
    expect(page.locator(".status")).to_have_text("46 kết quả")
    expect(box).not_to_be_checked()


def test_many_values_are_folded(stubbed):
    """Of many units the first stand open, the others one click away, and stay open."""
    page = stubbed(f"{SEARCH}?q=cong doan")
    units = page.get_by_role("group", name="Đơn vị", exact=True)
    expect(units.locator("label:visible")).to_have_count(8)
    units.get_by_text("Còn 38 nữa").click()
    expect(units.locator("label:visible")).to_have_count(46)
    units.get_by_role("checkbox", name="thu-30").check()
    expect(page.locator(".status")).to_have_text("1 kết quả")
    expect(units.get_by_role("checkbox", name="thu-40")).to_be_visible()


def test_more_results_follow(stubbed):
    """Twenty at a time; the focus goes on to the first new one."""
    page = stubbed(f"{SEARCH}?q=cong doan")
    expect(page.locator(".hits > li")).to_have_count(20)
    page.get_by_role("button", name="Xem thêm (26)").click()
    expect(page.locator(".hits > li")).to_have_count(40)
    expect(page.locator(".hits > li").nth(20).locator("a").first).to_be_focused()


def test_years_of_a_clause_are_one_result(stubbed):
    """One result leads to the newest year and to each of the others."""
    page = stubbed(f"{SEARCH}?q=giao ban")
    hit = page.locator(".hits > li")
    expect(hit).to_have_count(1)
    expect(hit.locator(".hit-main")).to_have_attribute("href", re.compile(r"/2025-2026/\?tim="))
    assert ["2024-2025", "2023-2024"] == hit.locator(".hit-years a").all_inner_texts()


def test_chosen_period_opens(stubbed):
    """Who filters by a period is led to that year; the others stay beside it."""
    page = stubbed(f"{SEARCH}?q=giao ban&ky=2024-2025")
    hit = page.locator(".hits > li")

    expect(hit.locator(".hit-main")).to_have_attribute("href", re.compile(r"/2024-2025/\?tim="))
    assert ["2025-2026", "2023-2024"] == hit.locator(".hit-years a").all_inner_texts()


def test_typing_on_the_page_keeps_one_step_back(stubbed):
    """Letters typed on the page change its address without filling the way back."""
    page = stubbed(SEARCH)
    box = page.get_by_label("Tên đơn vị, lời trong")
    expect(box).to_be_focused()
    before = page.evaluate("history.length")
    box.press_sequentially("giao ban", delay=5)
    expect(page.locator(".hits > li")).to_have_count(1)

    assert [("q", "giao ban")] == shown(page)
    assert before == page.evaluate("history.length")
    assert "“giao ban” – Tìm kiếm" in page.title()


def test_slash_on_the_page_leads_to_its_own_field(stubbed):
    """There the key leads to the big field, not to the box above it."""
    page = stubbed(f"{SEARCH}?q=giao ban")
    expect(page.locator(".hits > li")).to_have_count(1)
    page.keyboard.press("/")

    expect(page.get_by_label("Tên đơn vị, lời trong")).to_be_focused()


# --- the words on the page that a result opens ---


def marks(page: Page) -> list[str]:
    """The marked texts of a page, once they are marked."""
    page.locator("mark.found").first.wait_for()
    return page.locator("mark.found").all_inner_texts()


def test_a_result_opens_with_its_words_marked(open_page):
    """The clause is in sight, its words are marked as printed, and a bar counts them."""
    page = open_page(f"{HOA_SUA}?tim=giao ban#hop-giao-ban")

    expect(page.locator("#hop-giao-ban")).to_be_in_viewport()
    assert "giao ban" in [text.lower() for text in marks(page)]
    expect(page.locator("#hop-giao-ban mark.found").first).to_be_visible()
    expect(page.locator(".found-bar")).to_contain_text(f"“giao ban”: {len(marks(page))} chỗ")


@pytest.mark.parametrize("way", ["button", "Escape"])
def test_marks_go_without_a_trace(open_page, way):
    """Taking the marks away leaves the text and the address as they were without them."""
    read = """[...document.querySelectorAll('.document, .document *')]
        .map(each => [each.outerHTML, each.childNodes.length])"""
    page = open_page(f"{HOA_SUA}?tim=giao ban|Chi đoàn#hop-giao-ban")
    expect(page.locator(".found-bar")).to_be_visible()
    assert marks(page)
    if way == "button":
        page.get_by_role("button", name="Bỏ đánh dấu").click()
    else:
        page.keyboard.press("Escape")

    expect(page.locator(".found-bar")).to_have_count(0)
    assert page.url.endswith(f"{HOA_SUA}#hop-giao-ban")
    assert open_page(f"{HOA_SUA}#hop-giao-ban").evaluate(read) == page.evaluate(read)


def test_marks_change_no_letter(open_page):
    """The marked text is the text."""
    read = "document.querySelector('.document').textContent"
    marked = open_page(f"{HOA_SUA}?tim=Chi đoàn|công đoàn#hop-giao-ban")
    plain = open_page(f"{HOA_SUA}#hop-giao-ban")
    expect(marked.locator(".found-bar")).to_be_visible()

    assert plain.evaluate(read) == marked.evaluate(read)


def test_words_run_through_elements(open_page):
    """A phrase that a sign of doubt cuts in two is one place."""
    page = open_page(f"{HOA_SUA}?tim=lễ lới làm việc#le-loi-lam-viec")

    expect(page.locator(".found-bar")).to_contain_text("1 chỗ")
    assert "Lễ lới làm việc".lower() == " ".join("".join(marks(page)).split()).lower()


def test_bar_steps_from_place_to_place(open_page):
    """Its arrows go through the places in order, round from either end."""
    page = open_page(f"{HOA_SUA}?tim=Chi đoàn#hop-giao-ban")
    bar = page.locator(".found-bar")
    total = len(marks(page))
    bar.get_by_role("button", name="Chỗ sau").click()
    expect(bar).to_contain_text(f"1 / {total} chỗ")
    bar.get_by_role("button", name="Chỗ trước").click()
    expect(bar).to_contain_text(f"{total} / {total} chỗ")
    expect(page.locator("mark.found.here")).to_be_in_viewport()


def test_other_words_of_a_year_are_marked_singly(open_page):
    """Where a year does not have the phrase, its words are marked in the clause itself."""
    page = open_page(f"{HOA_SUA}?tim=giao nhanh ban#hop-giao-ban")

    assert {"giao", "ban"} <= {text.lower() for text in marks(page)}
    assert 0 == page.locator(".clause:not(#hop-giao-ban) mark.found").count()


@pytest.mark.parametrize(
    "words", ["<img src=x onerror=alert(1)>", "(((.*+?|[a-", "|", "%00", "ﷺ" * 5000]
)
def test_an_address_from_anybody_marks_and_does_nothing_else(open_page, words):
    """Whatever `tim` holds is looked for as text."""
    page = open_page("huong-dan/")
    page.evaluate("words => { location.search = new URLSearchParams({ tim: words }) }", words)
    page.wait_for_load_state("networkidle")

    expect(page.locator("h1").first).to_be_visible()
    assert 0 == page.locator(".found-bar img, mark.found img").count()


# --- phones, no scripts, everybody ---


def test_phone_opens_the_box_over_the_page(stubbed):
    """On a phone the button opens the box over the whole screen; closing leads back to it."""
    page = stubbed(HOA_SUA, width=390, has_touch=True, is_mobile=True)
    opener = page.locator(".find-open")
    opener.tap()
    typed(page, "cong doan")
    place = page.locator("form.find").bounding_box()
    assert (0, 0, 390, 844) == tuple(place[key] for key in ("x", "y", "width", "height"))
    assert 390 >= page.evaluate("document.documentElement.scrollWidth")
    page.get_by_role("button", name="Đóng tìm kiếm").tap()
    expect(page.locator("form.find")).to_be_hidden()
    expect(opener).to_be_focused()


def test_home_leads_to_the_box(stubbed):
    """The line on the home page opens the box, on a phone too."""
    for width in (1280, 390):
        page = stubbed("", width=width)
        page.locator(".home-search a").click()
        expect(page.get_by_role("combobox")).to_be_focused()


def test_without_javascript_the_box_leads_to_the_units(open_page):
    """Without scripts the box is a form, and its page has the units."""
    page = open_page("", java_script_enabled=False)
    page.locator(".find-input").fill("cong doan")
    page.locator(".find-input").press("Enter")
    assert [("q", "cong doan")] == shown(page)
    expect(page.locator(".search-line")).to_be_hidden()
    page.get_by_role("link", name="Trường Mầm non Hoa Sữa").first.click()
    expect(page.locator("h1")).to_contain_text("Quy chế phối hợp")

    phone = open_page("", width=390, java_script_enabled=False)
    phone.locator(".find-open").click()
    expect(phone.get_by_role("heading", name="Tìm kiếm")).to_be_visible()


def opened_box(page: Page) -> None:
    page.locator(".find-open").click() if page.viewport_size["width"] < 600 else None
    typed(page, "cong doan")
    page.keyboard.press("ArrowDown")


def nothing_found(page: Page) -> None:
    page.locator(".find-open").click() if page.viewport_size["width"] < 600 else None
    page.get_by_role("combobox").fill("khong co gi")
    expect(page.locator(".find-none")).to_be_visible()


def results(page: Page) -> None:
    expect(page.locator(".hits > li").first).to_be_visible()
    facets = page.locator(".facets")
    if not facets.evaluate("facets => facets.open"):
        facets.locator("> summary").click()


def marked(page: Page) -> None:
    expect(page.locator(".found-bar")).to_be_visible()


SIGHTS = {
    "box": (UNIT, opened_box),
    "nothing": (UNIT, nothing_found),
    "page": (f"{SEARCH}?q=cong doan&ky=2024-2025", results),
    "marked": (f"{HOA_SUA}?tim=Chi đoàn#hop-giao-ban", marked),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("sight", SIGHTS)
def test_search_is_accessible_and_fits(stubbed, sight, width, scheme):
    """axe finds nothing serious or critical, and nothing is wider than the window."""
    path, act = SIGHTS[sight]
    page = stubbed(path, width=width, scheme=scheme)
    act(page)

    assert serious(page) == []
    assert width >= page.evaluate("document.documentElement.scrollWidth")
