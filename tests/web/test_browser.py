"""The site in Chromium: what a reader sees, clicks, types and prints."""

from __future__ import annotations

import re
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import serious, too_wide

pytestmark = pytest.mark.browser

HOA_SUA = "don-vi/mn-hoa-sua/chi-doan/2024-2025/"
HA_NOI = "don-vi/so-gddt-ha-noi/cong-doan-nganh/2019-2020/"
DAK_NONG = "don-vi/tt-hoa-nhap-dak-nong/cong-doan/2024-2025/"
SAMPLE = "don-vi/truong-mau/cong-doan/"
KINDS = {
    "home": "",
    "units": "don-vi/",
    "search": "tim-kiem/",
    "type": "don-vi/loai/mam-non/",
    "unit": "don-vi/truong-mau/",
    "agreement": HA_NOI,
    "report": "don-vi/phong-gddt-huyen/lien-doan-lao-dong/2018-2020/",
    "series": "don-vi/mn-hoa-sua/chi-doan/",
    "draft": f"{SAMPLE}2026-2027/",
    "version": f"{SAMPLE}2025-2026/",
    "old-version": f"{SAMPLE}2025-2026/ban/goc/",
    "original": f"{HOA_SUA}nguon/",
    "guide": "huong-dan/van-ban/",
    "errors": "huong-dan/loi/",
    "technical": "ky-thuat/kien-truc/",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS)
def test_page_kind_is_accessible(open_page, path, scheme):
    """axe finds nothing serious or critical on any page kind, light or dark; it fits a wide window."""
    page = open_page(path, scheme=scheme)

    assert serious(page) == []
    assert too_wide(page, 1920) == []


@pytest.mark.parametrize("path", KINDS.values(), ids=KINDS)
def test_page_kind_fits_a_phone(open_page, path):
    """No page is wider than the window of a phone, nor of a tablet that it grows to."""
    assert too_wide(open_page(path, width=390), 768) == []


def test_every_clause_has_its_own_link(open_page):
    """A clause's address opens the page at that clause, below the header."""
    page = open_page(f"{HOA_SUA}#hop-giao-ban")
    clause = page.locator("#hop-giao-ban")

    expect(clause).to_be_in_viewport()
    top = clause.evaluate("element => element.getBoundingClientRect().top")
    header = page.locator(".md-header").evaluate("e => e.getBoundingClientRect().bottom")
    assert top >= header
    links = page.locator(".document .clause").count()
    assert links == page.locator(".document .clause .anchor").count()


def test_link_and_citation_are_copied(open_page, address):
    """The two buttons at a clause copy its address and its citation."""
    page = open_page(HOA_SUA, permissions=["clipboard-read", "clipboard-write"])
    page.locator("#hieu-luc").hover()
    page.get_by_role("button", name="Chép liên kết").click()
    assert f"{address}{HOA_SUA}#hieu-luc" == page.evaluate("navigator.clipboard.readText()")

    page.get_by_role("button", name="Chép trích dẫn").click()
    assert page.evaluate("navigator.clipboard.readText()") == (
        "khoản 3 mục IV, Quy chế phối hợp số 474/QCPH-MNHS-CT giữa Chính quyền và Chi đoàn, "
        f"Trường Mầm non Hoa Sữa, năm học 2024-2025 ({address}{HOA_SUA}#hieu-luc)"
    )


def test_repeated_label_is_cited_by_its_place(open_page):
    """The second printed `2.` of section IV is cited as the second."""
    page = open_page(HOA_SUA)
    cited = page.locator("#chi-doan-giam-sat").get_attribute("data-cite")

    assert cited == "khoản 2 (thứ hai) mục IV"


def test_copy_buttons_are_reached_by_keyboard(open_page):
    """Focus on a clause's link brings the buttons right behind it."""
    page = open_page(HOA_SUA)
    page.locator("#hieu-luc .anchor").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Chép liên kết"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Chép trích dẫn"


def test_abbreviation_is_explained_on_focus_hover_and_tap(open_page):
    """An abbreviation shows its long form by keyboard, mouse and finger, and keeps its text."""
    page = open_page(DAK_NONG)
    shown = "element => getComputedStyle(element, '::after').content"
    abbr = page.locator("abbr[data-long]").first
    long = abbr.get_attribute("data-long")
    assert abbr.evaluate(shown) == "none"
    abbr.focus()
    assert abbr.evaluate(shown) == f'"{long}"'
    abbr.blur()
    abbr.hover()
    assert abbr.evaluate(shown) == f'"{long}"'

    phone = open_page(DAK_NONG, width=390, has_touch=True, is_mobile=True)
    touched = phone.locator("abbr[data-long]").first
    touched.tap()
    assert touched.evaluate(shown) == f'"{long}"'


def test_suspected_mistake_opens_beside_the_text(open_page):
    """The quiet mark opens an explanation by keyboard, Escape closes it, the text stays."""
    page = open_page(HOA_SUA)
    heading = page.locator("#le-loi-lam-viec h2")
    expect(heading).to_contain_text("Lễ lới")
    button = heading.get_by_role("button", name="Chỗ nghi sai")
    note = page.locator(f"#{button.get_attribute('popovertarget')}")
    expect(note).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    expect(note).to_be_visible()
    expect(note).to_contain_text("Lề lối")
    page.keyboard.press("Escape")
    expect(note).to_be_hidden()


def test_suspected_mistake_opens_without_javascript(open_page):
    """The explanation needs no script."""
    page = open_page(HOA_SUA, java_script_enabled=False)
    page.locator("#le-loi-lam-viec .suspect-button").click()

    expect(page.get_by_text("Lề lối", exact=False).first).to_be_visible()


@pytest.mark.parametrize(
    ("day", "path", "where", "said"),
    [
        ("2026-11-21", "", ".overview .lead", "Năm học 2026-2027: kho chưa có bản nào."),
        ("2027-09-10", "", ".overview .lead", "Năm học 2027-2028: kho chưa có bản nào."),
    ],
)
def test_what_depends_on_a_day_follows_the_readers(chromium, address, day, path, where, said):
    """A page built earlier says what the facts say on the reader's own day."""
    context = chromium.new_context(timezone_id="Asia/Ho_Chi_Minh")
    page = context.new_page()
    page.clock.set_fixed_time(f"{day}T08:00:00+07:00")
    page.goto(address + path)

    expect(page.locator(where)).to_contain_text(said)
    context.close()


def test_units_are_filtered_without_reloading(open_page):
    """Type, name without accents, counterpart and state filter at once and stand in the address."""
    page = open_page("don-vi/")
    rows = page.locator("[aria-label='Đơn vị'] .unit-card:visible")
    assert rows.count() == 5
    page.evaluate("window.stayed = true")
    page.get_by_label("Loại", exact=True).select_option("mam-non")
    expect(rows).to_have_count(1)
    page.get_by_label("Loại", exact=True).select_option("")
    page.get_by_label("Tên", exact=True).fill("dak nong")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("Đắk Nông")
    assert page.url.endswith("?ten=dak+nong")
    page.get_by_label("Tên", exact=True).fill("")
    page.get_by_label("Bên phối hợp", exact=True).select_option("youth-union")
    expect(rows).to_have_count(1)
    page.get_by_label("Tình trạng", exact=True).select_option("current")
    expect(rows).to_have_count(0)
    expect(page.get_by_text("Không có đơn vị nào khớp")).to_be_visible()
    assert page.evaluate("window.stayed")


def test_filter_in_the_address_is_applied(open_page):
    """A filtered list can be sent to a colleague."""
    page = open_page("don-vi/?dia-ban=H%C3%A0+N%E1%BB%99i")
    expect(page.locator("[aria-label='Đơn vị'] .unit-card:visible")).to_have_count(1)


def test_units_are_usable_without_javascript(open_page):
    """Without scripts the list, the pages by type and the agreements are there."""
    page = open_page("don-vi/", java_script_enabled=False)
    expect(page.locator("form.filters")).to_be_hidden()
    page.get_by_role("link", name=re.compile("Trường mầm non")).first.click()
    page.get_by_role("link", name="Quy chế phối hợp năm học 2024-2025").click()
    expect(page.locator("#hieu-luc")).to_contain_text("được thực hiện từ ngày ký")


def test_dark_mode_is_chosen_and_kept(open_page):
    """The switch turns the page dark; the next page stays so."""
    page = open_page("")
    page.locator("label[title='Chuyển sang nền tối']").click()
    assert page.evaluate("document.body.dataset.mdColorScheme") == "slate"
    page.get_by_role("link", name="Đơn vị", exact=True).first.click()
    page.wait_for_url("**/don-vi/")
    assert page.evaluate("document.body.dataset.mdColorScheme") == "slate"


def test_print_is_a_clean_document(open_page, address, tmp_path: Path):
    """On paper: A4, the text, and at every foot the address, the version and the day."""
    page = open_page(HA_NOI)
    path = tmp_path / "page.pdf"
    page.pdf(path=str(path), prefer_css_page_size=True)
    page.emulate_media(media="print")
    for hidden in (".md-header", ".actions", ".md-footer", ".suspect-button >> nth=0"):
        expect(page.locator(hidden).first).to_be_hidden()
    data = path.read_bytes()

    assert re.search(rb"/MediaBox\s*\[\s*0 0 59[45][.\d]* 84[12]", data)
    if (text := _pdftotext(path)) is None:
        pytest.skip("pdftotext is not installed")
    folded = " ".join(text.split())
    pages = data.count(b"/Type /Page\n")
    assert pages >= 4
    assert pages == folded.count(f"{address}{HA_NOI} · văn bản như đã ký · in ngày ")
    assert "Chép liên kết" not in folded


def _pdftotext(path: Path) -> str | None:
    try:
        done = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True)
    except OSError:
        return None
    return done.stdout.decode()


def test_agreement_page_is_light(chromium, address):
    """A cold visit transfers at most 250 kB, compressed as web servers do."""
    context = chromium.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address + HA_NOI)
    page.wait_for_load_state("networkidle")
    context.close()

    assert sum(sizes) <= 250_000


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", [HA_NOI, "don-vi/", ""], ids=["agreement", "units", "home"])
def test_nothing_jumps_while_loading(open_page, path, width):
    """There is no layout shift that a reader could notice."""
    page = open_page(path, width=width)
    page.wait_for_load_state("networkidle")
    shift = page.evaluate(
        """() => new Promise(done => {
          let sum = 0;
          new PerformanceObserver(list => {
            for (const entry of list.getEntries()) sum += entry.value;
          }).observe({type: "layout-shift", buffered: true});
          setTimeout(() => done(sum), 400);
        })"""
    )
    assert shift <= 0.01


def test_own_fonts_are_used(open_page):
    """The document is set in Tinos, the site in Be Vietnam Pro, both served by us."""
    page = open_page(HA_NOI)
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate(
        "[...document.fonts].filter(f => f.status == 'loaded').map(f => f.family.replaceAll('\"', ''))"
    )

    assert set(loaded) == {"Tinos", "Be Vietnam Pro"}


def test_contents_list_leads_to_titled_groups(open_page):
    """The contents list has sections and titled groups, each a link to its clause."""
    page = open_page(HA_NOI)
    contents = page.locator(".md-sidebar--secondary")
    expect(contents.get_by_role("link", name="II. NỘI DUNG PHỐI HỢP")).to_be_visible()
    contents.get_by_role("link", name="2. Sở GD&ĐT Hà Nội", exact=True).click()
    expect(page.locator("#trach-nhiem-chinh-quyen")).to_be_in_viewport()


def test_reader_can_propose_and_report(open_page):
    """The configured forge and office are one click away."""
    page = open_page(HOA_SUA)
    propose = page.get_by_role("link", name="Đề xuất sửa đổi").get_attribute("href")
    report = page.get_by_role("link", name="Báo sai sót").get_attribute("href")

    assert propose == (
        "https://forge.example/nhom/quy-che/edit/main/docs/don-vi/mn-hoa-sua/chi-doan/2024-2025.md"
    )
    assert report == "mailto:van-thu@truong.example"


def test_missing_page_says_so(chromium, site_at_root):
    """An unknown address at any depth is answered in Vietnamese, in the site's dress."""
    page = chromium.new_page()
    answer = page.goto(f"{site_at_root}khong/co/trang-nay/")

    assert answer.status == 404
    expect(page.get_by_role("heading", name="Không có trang này")).to_be_visible()
    assert "Be Vietnam Pro" in page.evaluate("getComputedStyle(document.body).fontFamily")
    page.close()


@pytest.mark.parametrize("path", ["", "don-vi/", HOA_SUA, "huong-dan/van-ban/"])
def test_phone_has_a_menu(open_page, path):
    """On a phone the menu button opens the way to every part of the site, and the contents list."""
    page = open_page(path, width=390)
    page.locator("label.md-header__button[for='__drawer']").click()

    expect(page.locator(".md-sidebar--primary").get_by_text("Đơn vị", exact=True)).to_be_visible()


def test_original_stands_beside_the_text(open_page):
    """The original is shown as it is, in Vietnamese letters, and can be downloaded."""
    page = open_page(HOA_SUA)
    page.get_by_role("link", name="Xem bản gốc").click()
    original = page.locator("pre.original")

    expect(original).to_contain_text("III. Lễ lới làm việc.")
    path = Path(__file__).resolve().parents[2] / "data/sources/002_51488acdfc4b7d6c.txt"
    source = path.read_text(encoding="utf-8")
    assert source == original.evaluate("e => e.textContent")


def test_phone_has_a_contents_list(open_page):
    """Where the side column has no room the contents list opens above the text."""
    page = open_page(HA_NOI, width=390)
    page.locator("details.contents summary").click()
    page.locator("details.contents").get_by_role(
        "link", name="2. Sở GD&ĐT Hà Nội", exact=True
    ).click()

    expect(page.locator("#trach-nhiem-chinh-quyen")).to_be_in_viewport()


def test_unreadable_fragment_does_no_harm(open_page):
    """A broken name after # leaves the page working."""
    page = open_page(f"{HOA_SUA}#%E0%A4%A")

    assert "in ngày" in page.locator(".print-foot").text_content()


@pytest.mark.parametrize("scripts", [True, False])
def test_facts_are_folded_on_a_phone_alone(open_page, scripts):
    """On a phone number, date and seal stand before the text and the rest is one click away; on a
    wide screen all of it is there, also without JavaScript.
    """
    phone = open_page(HOA_SUA, width=390, java_script_enabled=scripts)
    rest = phone.locator(".more-facts .facts")
    expect(phone.locator(".facts.main")).to_contain_text("474/QCPH-MNHS-CT")
    expect(phone.locator(".facts.main")).to_contain_text("Niêm phong")
    expect(rest).to_be_hidden()
    phone.locator(".more-facts summary").click()
    expect(rest).to_be_visible()
    expect(rest).to_contain_text("Người ký")

    wide = open_page(HOA_SUA, java_script_enabled=scripts)
    expect(wide.locator(".more-facts .facts")).to_be_visible()
    expect(wide.locator(".more-facts summary")).to_be_hidden()


def test_fact_boxes_leave_no_holes(open_page):
    """On a wide screen every row of facts reaches both edges."""
    page = open_page(f"{SAMPLE}2025-2026/")
    for facts in page.locator("dl.facts").all():
        reached = facts.evaluate(
            """list => {
              const rows = {};
              for (const box of [...list.children].map(each => each.getBoundingClientRect()))
                rows[Math.round(box.top)] = Math.round(box.right);
              return [Math.round(list.getBoundingClientRect().right), ...Object.values(rows)];
            }"""
        )
        assert {reached[0]} == set(reached)


@pytest.mark.parametrize("path", [HOA_SUA, HA_NOI, f"{SAMPLE}2025-2026/"])
def test_names_of_signers_stand_on_one_line(open_page, path):
    """However many lines of power one of them has; on a phone two people are kept apart."""
    names = open_page(path).locator(".signature .name")
    bottoms = [
        round(each.bounding_box()["y"] + each.bounding_box()["height"]) for each in names.all()
    ]
    assert 1 == len(set(bottoms))

    people = open_page(path, width=390).locator(".signature").all()
    boxes = [each.bounding_box() for each in people]
    gaps = [after["y"] - before["y"] - before["height"] for before, after in pairwise(boxes)]
    assert [gap for gap in gaps if gap < 48] == []


@pytest.mark.parametrize("width", [360, 390, 1280])
def test_words_that_belong_together_share_a_line(open_page, width):
    """A mark stands on the line of the last word before it; the motto's last two words are one."""
    page = open_page(f"{SAMPLE}2025-2026/", width=width)
    alone = page.evaluate(
        """() => [...document.querySelectorAll('.document .clause p > .marks .shared-mark')]
          .filter(mark => {
            const text = mark.closest('.marks').previousSibling;
            const range = document.createRange();
            range.selectNodeContents(text);
            const last = [...range.getClientRects()].pop();
            const box = mark.getBoundingClientRect();
            return box.top > last.bottom || box.bottom < last.top;
          }).map(mark => mark.closest('.clause').id)"""
    )
    assert page.locator(".document .clause p > .marks .shared-mark").count() >= 8
    assert [] == alone
    assert 1 == page.locator(".motto .whole").evaluate("e => e.getClientRects().length")


def test_print_has_no_facts_and_no_fold(open_page):
    """On paper the fold leaves no line behind."""
    page = open_page(HOA_SUA)
    page.emulate_media(media="print")

    expect(page.locator(".more-facts")).to_be_hidden()
