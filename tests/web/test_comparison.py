"""What changed, in Chromium: the table, the three views, keys, links, history, paper."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .conftest import serious, too_wide

pytestmark = pytest.mark.browser

SAMPLE = "don-vi/truong-mau/cong-doan/"
YEARS = f"{SAMPLE}so-sanh/2023-2024--2024-2025/"
VERSIONS = f"{SAMPLE}so-sanh/2025-2026.goc--2025-2026.2026-02-16/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [YEARS, VERSIONS], ids=["years", "versions"])
def test_comparison_is_accessible(open_page, path, scheme):
    """Axe finds nothing serious on a comparison, in any of its views."""
    page = open_page(path, scheme=scheme)
    for view in ("Trong dòng", "Hai cột", "Chỉ chỗ khác"):
        page.get_by_role("button", name=view).click()
        assert serious(page) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_comparison_fits_its_width(open_page, width):
    """Neither the table nor a view is wider than the window."""
    page = open_page(YEARS, width=width)
    page.get_by_role("button", name="Hai cột").click()

    assert too_wide(page) == []


def test_table_is_filtered_by_kind(open_page):
    """The filter leaves the rows of one kind."""
    page = open_page(YEARS)
    rows = page.locator("tr[data-kind]:visible")
    whole = rows.count()
    page.get_by_role("radio", name="thêm").check()
    expect(rows).to_have_count(3)
    page.get_by_role("radio", name="Tất cả").check()
    expect(rows).to_have_count(whole)


def test_views_show_one_text_three_ways(open_page):
    """In line both sides stand together, beside each other apart, and changes can stand alone."""
    page = open_page(YEARS)
    changed = page.locator("#thay-doi-6")
    expect(changed.locator(".both")).to_be_visible()
    expect(changed.locator(".beside")).to_be_hidden()
    page.get_by_role("button", name="Hai cột").click()
    expect(changed.locator(".both")).to_be_hidden()
    expect(changed.locator(".beside")).to_be_visible()
    page.get_by_role("button", name="Chỉ chỗ khác").click()
    expect(page.locator(".change-same").first).to_be_hidden()
    expect(changed).to_be_visible()


def test_keys_and_buttons_step_through_the_changes(open_page):
    """n and p and the buttons go from change to change and say which of how many."""
    page = open_page(YEARS)
    count = page.locator(".change[id]").count()
    output = page.locator(".steps output")
    page.keyboard.press("n")
    expect(output).to_have_text(f"1 / {count}")
    page.keyboard.press("n")
    expect(output).to_have_text(f"2 / {count}")
    expect(page.locator("#thay-doi-2")).to_be_in_viewport()
    assert page.url.endswith("#thay-doi-2")
    page.keyboard.press("p")
    page.keyboard.press("p")
    expect(output).to_have_text(f"{count} / {count}")
    page.get_by_role("button", name="Thay đổi sau").click()
    expect(output).to_have_text(f"1 / {count}")


def test_a_change_has_a_link(open_page):
    """The address of change k, and of a clause, open the page there."""
    page = open_page(f"{YEARS}#thay-doi-5")
    expect(page.locator("#thay-doi-5")).to_be_in_viewport()
    expect(page.locator(".steps output")).to_have_text(re.compile("^5 / "))
    clause = open_page(f"{YEARS}#doi-thoai")
    expect(clause.locator(".change:has(#doi-thoai)")).to_be_in_viewport()


def test_a_move_is_linked_to_its_other_end(open_page):
    """Where a clause stood before, a line leads to where it stands now."""
    page = open_page(YEARS)
    page.locator(".went a").first.click()
    moved = page.locator(".change-moved")
    expect(moved).to_be_in_viewport()
    expect(moved).to_contain_text("khoản 4 mục I")


def test_words_on_the_page_rebuild_both_texts(open_page, site: Path):
    """What the page marks joins to the old text without insertions, to the new without deletions."""
    page = open_page(YEARS)
    texts = {
        side: {
            clause["id"]: clause["text"]
            for clause in json.loads(
                (site / f"{SAMPLE}{period}/agreement.json").read_text("utf-8")
            )["clauses"]
        }
        for side, period in (("old", "2023-2024"), ("new", "2024-2025"))
    }
    shown = page.evaluate(
        """() => [...document.querySelectorAll('.change-amended')].map(change => {
          const id = change.querySelector('.anchor-target').id;
          const of = (gone) => {
            const copy = change.querySelector('.both').cloneNode(true);
            copy.querySelectorAll('.label, ' + gone).forEach(each => each.remove());
            return copy.textContent.split(/\\s+/).filter(Boolean).join(' ');
          };
          return [id, of('ins'), of('del')];
        })"""
    )
    assert len(shown) >= 5
    for clause, old, new in shown:
        assert (texts["old"][clause], texts["new"][clause]) == (old, new)


def test_everything_but_the_switches_works_without_javascript(open_page):
    """Without scripts the table and the text with its changes are there."""
    page = open_page(YEARS, java_script_enabled=False)
    expect(page.locator(".reader")).to_be_hidden()
    expect(page.locator("form.kinds")).to_be_hidden()
    expect(page.locator("#thay-doi-1")).to_be_visible()
    assert page.locator("tr[data-kind]").count() == page.locator(".change[id]").count()


def test_paper_has_the_table_alone(open_page):
    """Printed, the table of changes remains and the switches are gone."""
    page = open_page(YEARS)
    page.emulate_media(media="print")
    expect(page.locator("table.words")).to_be_visible()
    for hidden in (".reader", ".comparison .text", ".kinds", ".md-header"):
        expect(page.locator(hidden).first).to_be_hidden()


def test_history_leads_to_each_change(open_page):
    """A cell of the picture opens the comparison at that clause."""
    page = open_page("don-vi/truong-mau/")
    cell = page.locator("td.event-amended a").first
    name = cell.get_attribute("href").split("#")[1]
    cell.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/so-sanh/**")
    expect(page.locator(f".change:has(#{name})")).to_be_in_viewport()


def test_agreement_says_what_changed(open_page):
    """At most seven sentences on top, each linked to its clause; a mark opens the old wording."""
    page = open_page(f"{SAMPLE}2024-2025/")
    sentences = page.locator(".since li a")
    assert 1 <= sentences.count() <= 7
    button = page.locator("#kinh-phi-phong-trao .change-button")
    button.focus()
    page.keyboard.press("Enter")
    note = page.locator("#sua--kinh-phi-phong-trao")
    expect(note).to_be_visible()
    expect(note.locator("del").last).to_contain_text("5.000.000")
    expect(note).to_contain_text("Có từ 2022-2023")
    expect(note).to_contain_text("Lý do: ")
    note.get_by_role("link", name="Mở trong bảng so sánh").click()
    page.wait_for_url("**/so-sanh/2023-2024--2024-2025/#thay-doi-*")


def test_first_edition_says_nothing_of_changes(open_page):
    """Where nothing came before, no change is told."""
    page = open_page(f"{SAMPLE}2022-2023/")

    assert page.locator(".since, .change-button").count() == 0
