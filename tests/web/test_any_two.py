"""Any two editions: the engine in the browser agrees with the one in Python, and the page works."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, permutations
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from macros.archive import load
from macros.compare import compare
from macros.model import Agreement, Clause, ClauseId, ClauseKind, Page
from macros.words import words

from .conftest import ROOT, serious, too_wide

pytestmark = pytest.mark.browser

# --- two engines ---

PAIRS = 400
LABELS = "I. II. III. 1. 2. 3. 4. a) b) -".split()


@dataclass(eq=False)
class Node:
    """A clause and what stands below it."""

    clause: Clause
    children: list[Node] = field(default_factory=list)


class Edits:
    """A page, and what a few edits make of it; none of them splits or merges."""

    def __init__(self, page: Page, foreign: Sequence[Clause], chance: random.Random) -> None:
        self.foreign, self.chance = foreign, chance
        self.root = Node(Clause(id=ClauseId("root"), kind=ClauseKind.HEADING))
        nodes = {None: self.root}
        for clause in page.clauses:
            nodes[clause.id] = node = Node(clause)
            nodes[clause.parent].children.append(node)
        edits = [self.amend, self.amend, self.rewrite, self.add, self.remove]
        edits += [self.reorder, self.move, self.renumber, self.retitle]
        for number in range(chance.randint(1, max(2, len(page.clauses) // 3))):
            chance.choice(edits)(number)

    @property
    def page(self) -> Page:
        return Page(clauses=tuple(self.flat(self.root, None)))

    def flat(self, node: Node, parent: ClauseId | None) -> Iterator[Clause]:
        for child in node.children:
            yield replace(child.clause, parent=parent)
            yield from self.flat(child, child.clause.id)

    def any(self, fits: Callable[[Node], bool]) -> tuple[Node, Node]:
        """A node that fits, and its parent; where none does, one that is in no text."""
        found = [(child, node) for node in self.nodes(self.root) for child in node.children]
        spare = Node(replace(self.root.clause, text="x y z"))
        return self.chance.choice([both for both in found if fits(both[0])] or [(spare, spare)])

    def nodes(self, node: Node) -> Iterator[Node]:
        yield node
        for child in node.children:
            yield from self.nodes(child)

    def say(self, node: Node, **how: str) -> None:
        node.clause = replace(node.clause, **how)

    def amend(self, _: int) -> None:
        node, _parent = self.any(lambda node: len(words(node.clause.text)) > 3)
        text = node.clause.text.split(" ")
        for _time in range(self.chance.randint(1, 3)):
            at = self.chance.randrange(len(text))
            put = self.chance.choice(self.foreign).text.split(" ")[: self.chance.randint(0, 3)]
            text[at : at + self.chance.randint(0, 2)] = put
        self.say(node, text=" ".join(text) or "x")

    def rewrite(self, _: int) -> None:
        node, _parent = self.any(lambda node: not node.clause.level)
        self.say(node, text=self.chance.choice(self.foreign).text)

    def add(self, number: int) -> None:
        beside, parent = self.any(lambda _: True)
        text = self.chance.choice(self.foreign).text
        new = Clause(id=ClauseId(f"them-{number}"), kind=ClauseKind.CLAUSE, label="9.", text=text)
        parent.children.insert(parent.children.index(beside) + 1, Node(new))

    def remove(self, _: int) -> None:
        node, parent = self.any(lambda node: not node.children)
        if node in parent.children:
            parent.children.remove(node)

    def reorder(self, _: int) -> None:
        node, parent = self.any(lambda _: True)
        if node in parent.children:
            parent.children.remove(node)
            parent.children.insert(self.chance.randint(0, len(parent.children)), node)

    def move(self, _: int) -> None:
        node, parent = self.any(lambda node: not node.children)
        if node in parent.children:
            parent.children.remove(node)
            other = self.chance.choice([each for each in self.nodes(self.root) if each is not node])
            other.children.insert(self.chance.randint(0, len(other.children)), node)

    def renumber(self, _: int) -> None:
        node, _parent = self.any(lambda _: True)
        self.say(node, label=self.chance.choice(LABELS))

    def retitle(self, _: int) -> None:
        node, _parent = self.any(lambda node: bool(node.clause.level))
        self.say(node, text=f"{node.clause.text} VÀ {self.chance.choice(self.foreign).text[:20]}")


@dataclass(frozen=True)
class Judged:
    """A pair, what Python says of it (None where it finds splits or merges), and the browser."""

    old: Page
    new: Page
    python: list[dict[str, Any]] | None
    browser: list[dict[str, Any]]


def full(*, sample: bool) -> list[Agreement]:
    """Every version with a text, of the real or of the sample units."""
    found = load(ROOT).archive.agreements
    return [each for each in found if each.unit.sample is sample and each.page.clauses]


def named(page: Page, prefix: str) -> Page:
    """The page with ids that only count."""
    ids = {clause.id: ClauseId(f"{prefix}-{n}") for n, clause in enumerate(page.clauses)}
    clauses = [replace(c, id=ids[c.id], parent=c.parent and ids[c.parent]) for c in page.clauses]
    return Page(clauses=tuple(clauses))


def generated() -> Iterator[tuple[Page, Page, bool]]:
    """Pages and what edits made of them; ids decide in half of the pairs. Where they do not they
    are kept, or are other ones on either side, or mislead; half of the pairs are exchanged.
    """
    chance = random.Random(2026)
    bases = [*full(sample=False), *full(sample=True)]
    for number in range(PAIRS):
        base = bases[number % len(bases)]
        others = [c for each in bases if each.unit_id != base.unit_id for c in each.page.clauses]
        long = [clause for clause in others if len(words(clause.text)) > 5]
        old, new = base.page, Edits(base.page, long, chance).page
        ids_decide = number % 2 == 0
        if not ids_decide:
            prefixes = chance.choice([None, ("cu", "moi"), ("doan", "doan")])
            if prefixes:
                old, new = (named(*both) for both in zip((old, new), prefixes, strict=True))
        yield (new, old, ids_decide) if chance.random() < 0.5 else (old, new, ids_decide)


def as_published() -> Iterator[tuple[Page, Page, bool]]:
    """All pairs of real editions, and neighbouring versions of the sample."""
    for old, new in permutations(full(sample=False), 2):
        series = [(each.unit_id, each.series_id) for each in (old, new)]
        yield old.page, new.page, series[0] == series[1]
    for old, new in pairwise(full(sample=True)):
        yield old.page, new.page, True
        yield new.page, old.page, True


def clauses(page: Page) -> list[dict[str, Any]]:
    """The clauses as agreement.json has them."""
    return [
        {
            "id": clause.id,
            "parent": clause.parent,
            "kind": clause.kind.value,
            "label": clause.label,
            "text": clause.text,
        }
        for clause in page.clauses
    ]


@pytest.fixture(scope="module")
def judged(chromium, address, site, once) -> dict[str, list[Judged]]:
    """Every pair compared by both, in the browser all at once and for all workers."""
    sources = {"generated": list(generated()), "published": list(as_published())}
    vectors = [
        [clauses(old), clauses(new), ids_decide]
        for pairs in sources.values()
        for old, new, ids_decide in pairs
    ]
    module = next((site / "assets").glob("compare.*.js")).relative_to(site).as_posix()

    def ask(folder: Path) -> None:
        page = chromium.new_page()
        page.goto(f"{address}{ANY}")
        told = page.evaluate(  # as text: Playwright takes values apart one by one
            """async ([module, vectors]) => {
              const { compareAgreements } = await import(module);
              return JSON.stringify(JSON.parse(vectors).map((each) => compareAgreements(...each)));
            }""",
            [address + module, json.dumps(vectors)],
        )
        page.close()
        (folder / "told.json").write_text(told, encoding="utf-8")

    found = iter(json.loads((once("judged", ask) / "told.json").read_text(encoding="utf-8")))
    return {
        name: [Judged(old, new, python(old, new, ids), next(found)) for old, new, ids in pairs]
        for name, pairs in sources.items()
    }


def python(old: Page, new: Page, ids_decide: bool) -> list[dict[str, Any]] | None:
    """What changes.json says; None where clauses are split or merged."""
    changes = compare(old, new, ids_decide=ids_decide).changes
    if any(len(change.old) > 1 or len(change.new) > 1 for change in changes):
        return None
    return [change.entry for change in changes]


@pytest.mark.parametrize(("source", "least"), [("generated", 300), ("published", 12)])
def test_both_engines_say_the_same(judged, source, least):
    """Where nothing is split or merged both find the same changes, in the same order and words."""
    comparable = [each for each in judged[source] if each.python is not None]

    assert len(comparable) >= least
    for each in comparable:
        assert each.python == each.browser


def test_generated_pairs_hold_every_kind_and_flag(judged):
    """The pairs that agree are no empty promise: each kind and flag occurs in at least fifty."""
    seen = [
        {change["kind"] for change in each.python}
        | {flag for change in each.python for flag in ("moved", "renumbered") if change[flag]}
        for each in judged["generated"]
        if each.python
    ]
    for what in ("same", "amended", "added", "removed", "moved", "renumbered"):
        assert sum(what in each for each in seen) >= 50, what


@pytest.mark.parametrize("source", ["generated", "published"])
def test_browser_loses_nothing(judged, source):
    """Each clause of both sides is in one change, and its words rebuild both texts."""
    for each in judged[source]:
        for side, page, without in (("old", each.old, "+"), ("new", each.new, "-")):
            told = {
                change[side][0]: "".join(text for op, text in change["words"] if op != without)
                for change in each.browser
                if change[side]
            }
            count = sum(len(change[side]) for change in each.browser)
            assert (count, told) == (
                len(page.clauses),
                {clause.id: clause.text for clause in page.clauses},
            )


# --- the page ---

ANY = "so-sanh/"
SAMPLE = "truong-mau/cong-doan"
HOA_SUA = "mn-hoa-sua/chi-doan/2024-2025"
BINH_HOA = "th-binh-hoa-2/cong-doan/2021-2022"
HA_NOI = "so-gddt-ha-noi/cong-doan-nganh/2019-2020"
REPORT = "phong-gddt-huyen/lien-doan-lao-dong/2018-2020"
YEARS = f"{ANY}?old={SAMPLE}/2023-2024&new={SAMPLE}/2024-2025"
UNITS = f"{ANY}?old={BINH_HOA}&new={HA_NOI}"


def lists(page, side: str):
    """The field for the unit and the two lists of a side."""
    group = page.get_by_role("group", name=side, exact=True)
    unit = group.get_by_role("combobox", name="Đơn vị", exact=True)
    return [unit, *(group.get_by_label(name, exact=True) for name in ("Bộ quy chế", "Kỳ"))]


def offered(page):
    """The units in the list that is open."""
    return page.locator(".pick-panel:visible").get_by_role("option")


def pick(page, side: str, name: str) -> None:
    """Type the name of a unit and take it from the list."""
    unit = lists(page, side)[0]
    unit.fill(name)
    unit.press("Enter")
    expect(unit).to_have_value(name)


def asked(page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def counts(page) -> dict[str, int]:
    """How many changes of each kind the page counts."""
    expect(page.locator(".status")).to_contain_text(re.compile("Đã so sánh|Không điều khoản"))
    found = page.locator(".counts li").all_inner_texts()
    return {words: int(count) for count, words in (each.split(" ", 1) for each in found)}


def test_two_editions_are_picked(open_page):
    """Picking two units compares them at once; the address names both, and can be opened again."""
    page = open_page(ANY)
    expect(page.locator(".status")).to_have_text("Hãy chọn hai bản.")
    _, series, period = lists(page, "Bản trước")
    expect(series).to_be_disabled()
    pick(page, "Bản trước", "Trường Tiểu học Bình Hòa 2")
    expect(period).to_have_value(BINH_HOA)
    expect(page.locator(".status")).to_have_text("Hãy chọn bản còn lại.")
    assert {"old": [BINH_HOA]} == asked(page)
    pick(page, "Bản sau", "Sở Giáo dục và Đào tạo Hà Nội")
    found = counts(page)
    assert page.url.endswith(UNITS)
    assert found["sửa"] > 5
    expect(page.locator(".limits")).to_contain_text("không tìm chỗ tách và gộp")
    expect(page.locator(".limits")).to_contain_text("hai bộ quy chế")
    expect(page.locator(".sample-notice")).to_have_count(0)

    again = open_page(page.url.split("/quy-che/")[1])
    assert found == counts(again)
    assert again.title().startswith("Trường Tiểu học Bình Hòa 2, năm học 2021-2022 so với Sở")


def test_a_unit_stands_for_its_newest_edition_that_is_not_picked_yet(open_page):
    """A second side of the same series starts at another edition; samples stand apart."""
    page = open_page(f"{ANY}?old={SAMPLE}/2026-2027")
    unit, _, period = lists(page, "Bản sau")
    unit.click()
    expect(offered(page).last).to_have_text("Trường Mẫu dữ liệu mẫu")
    offered(page).last.click()
    expect(period).to_have_value(f"{SAMPLE}/2025-2026")
    counts(page)
    expect(page.locator(".sample-notice")).to_be_visible()
    expect(page.locator(".pair")).to_contain_text("(bản thảo)")
    period.select_option(f"{SAMPLE}/2026-2027")
    assert list(counts(page)) == ["giữ nguyên"]
    expect(page.locator(".result")).to_contain_text("Không điều khoản nào khác.")


def test_sides_are_exchanged(open_page):
    """The button exchanges the sides: added is removed, and the address follows."""
    page = open_page(YEARS)
    found = counts(page)
    page.get_by_role("button", name="Đổi hai bên").click()
    page.wait_for_url(f"**?old={SAMPLE}/2024-2025&new={SAMPLE}/2023-2024")
    names = {"thêm": "bỏ", "bỏ": "thêm"}
    assert {names.get(kind, kind): count for kind, count in found.items()} == counts(page)


def test_a_unit_is_picked_by_keyboard(open_page):
    """A few letters without accents and Enter pick a unit; arrow keys go through the list, Escape
    leaves it, and focus stays where it was.
    """
    page = open_page(f"{ANY}?old={HOA_SUA}")
    unit, _, period = lists(page, "Bản sau")
    expect(unit).to_be_enabled()
    unit.focus()
    page.keyboard.type("binh hoa")
    option = offered(page)
    expect(option).to_have_count(1)
    expect(unit).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")
    counts(page)
    expect(unit).to_be_focused()
    expect(period).to_have_value(BINH_HOA)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    active = page.locator("[role=option][aria-selected=true]")
    expect(active).to_have_text(option.nth(1).inner_text())
    expect(unit).to_have_attribute("aria-activedescendant", active.get_attribute("id") or "")
    page.keyboard.press("Escape")
    expect(option.first).to_be_hidden()
    expect(unit).to_have_value("Trường Tiểu học Bình Hòa 2")
    expect(period).to_have_value(BINH_HOA)
    page.get_by_role("button", name="Đổi hai bên").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**&new={HOA_SUA}")


def test_what_is_no_unit_is_given_up(open_page):
    """Letters that name no unit pick nothing: the field says again what is picked."""
    page = open_page(f"{ANY}?old={HOA_SUA}")
    unit = lists(page, "Bản trước")[0]
    unit.fill("không có đơn vị này")
    expect(page.get_by_text("Không có đơn vị nào khớp.")).to_be_visible()
    unit.press("Tab")
    expect(unit).to_have_value("Trường Mầm non Hoa Sữa")
    assert {"old": [HOA_SUA]} == asked(page)


def listed(count: int):
    """A route for the list of units with that many others in it."""

    def answer(route) -> None:
        found = route.fetch().json()
        more = [[f"do-{n:04}", f"Trường Đo {n:04}", 0, -1, 0, 1] for n in range(count)]
        route.fulfill(json={**found, "units": found["units"] + more})

    return answer


@pytest.mark.parametrize("width", [390, 1280])
def test_of_many_units_a_few_are_shown(open_page, width):
    """With a thousand units the list shows some and says so; a few letters bring the one meant, and
    nothing else is fetched until it is taken.
    """
    page = open_page("huong-dan/", width=width)
    page.route("**/don-vi/units.json", listed(1000))
    page.goto(page.url.replace("huong-dan/", ANY))
    unit = lists(page, "Bản trước")[0]
    asked_for: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    unit.click()
    expect(page.locator(".pick-panel:visible .pick-said")).to_contain_text("1005 đơn vị")
    assert 50 == offered(page).count()
    unit.fill("do 0777")
    expect(offered(page)).to_have_text("Trường Đo 0777")
    assert [] == [url for url in asked_for if url.endswith(".json")]
    box = page.locator(".pick-panel:visible").bounding_box()
    assert box
    assert 0 <= box["x"] <= box["x"] + box["width"] <= width


def test_the_page_says_what_the_engine_found(open_page, judged):
    """The page counts and shows the changes that both engines find, word for word."""
    page = open_page(UNITS)
    counts(page)
    archive = {f"{a.unit_id}/{a.series_id}/{a.period}": a.page for a in full(sample=False)}
    pages = archive[BINH_HOA], archive[HA_NOI]
    one = next(each for each in judged["published"] if (each.old, each.new) == pages)
    shown = page.locator(".text .change .both")
    assert len(one.browser) == shown.count()
    for side, gone, change in (("old", "ins", "-"), ("new", "del", "+")):
        told = shown.evaluate_all(
            """(all, gone) => all.map((each) => {
              const copy = each.cloneNode(true);
              for (const out of copy.querySelectorAll(`${gone}, .label`)) out.remove();
              return copy.textContent.trim();
            })""",
            gone,
        )
        expected = [
            "".join(text for op, text in each["words"] if op in ("=", change))
            for each in one.browser
        ]
        assert expected == told, side


def test_facts_that_differ_are_shown(open_page):
    """Title, number, date, place, signatories and recipients stand beside each other."""
    page = open_page(UNITS)
    counts(page)
    table = page.locator(".facts-table")
    names = table.locator("th[scope=row]").all_inner_texts()
    expected = "Tiêu đề, Số, Địa danh, Ngày, Ban hành kèm, Người ký, Nơi nhận"
    assert expected == ", ".join(names)
    number = table.get_by_role("row", name=re.compile("^Số"))
    assert ["không có", "Số: 4064 /KHLT-SGDDT-CĐN"] == number.locator("td").all_inner_texts()


def test_changes_are_filtered_by_kind(open_page):
    """A kind leaves its rows; "chỉ chỗ khác" leaves the clauses that differ."""
    page = open_page(YEARS)
    found = counts(page)
    rows = page.locator("tr[data-kind]:visible")
    every = sum(count for kind, count in found.items() if kind != "giữ nguyên")
    expect(rows).to_have_count(every)
    page.get_by_role("radio", name=re.compile("^sửa")).check()
    expect(rows).to_have_count(found["sửa"])
    page.get_by_role("radio", name=re.compile("^Tất cả")).check()
    expect(rows).to_have_count(every)
    sections = page.locator(".text .change:visible")
    expect(sections).to_have_count(sum(found.values()))
    page.get_by_role("button", name="Chỉ chỗ khác").click()
    expect(sections).to_have_count(every)
    page.get_by_role("button", name="Hai cột").click()
    expect(page.locator(".text .beside").first).to_be_visible()


def test_readers_go_from_change_to_change(open_page):
    """Keys and links lead to a change; its address opens it."""
    page = open_page(YEARS)
    counts(page)
    page.locator("h1").click()
    page.keyboard.press("n")
    page.keyboard.press("n")
    expect(page.locator("#thay-doi-2")).to_be_focused()
    page.keyboard.press("p")
    assert page.url.endswith(f"new={SAMPLE}/2024-2025#thay-doi-1")
    linked = open_page(f"{YEARS}#thay-doi-3")
    expect(linked.locator("#thay-doi-3")).to_be_in_viewport()
    expect(linked.locator(".steps output")).to_have_text(re.compile("^3 / "))


def test_marks_do_not_rest_on_colour_and_are_read_out(open_page):
    """What was put in is underlined, what was taken out struck; screen readers hear both."""
    page = open_page(YEARS)
    counts(page)
    line = "e => getComputedStyle(e).textDecorationLine"
    ins, out = (page.locator(f".text .both {tag}").first for tag in ("ins", "del"))
    assert ["underline", "line-through"] == [ins.evaluate(line), out.evaluate(line)]
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    names = {node.get("name", {}).get("value", "").strip() for node in nodes}
    assert {"[thêm:", "[bỏ:"} <= names


def test_link_is_copied(open_page):
    """The link below the result is the address of the comparison."""
    page = open_page(YEARS, permissions=["clipboard-read", "clipboard-write"])
    counts(page)
    page.get_by_role("button", name="Chép liên kết").click()
    expect(page.get_by_role("button", name="Đã chép")).to_be_visible()
    assert page.url == page.evaluate("navigator.clipboard.readText()")
    link = page.get_by_role("link", name="Liên kết tới so sánh này")
    assert page.url == link.evaluate("link => link.href")


def test_ready_made_comparison_is_linked(open_page, address):
    """Where the list names a page built for the pair, in either order, the result links to it."""
    page = open_page(YEARS)
    expect(page.locator(".limits")).to_be_visible()
    built = f"don-vi/{SAMPLE}/so-sanh/2023-2024--2024-2025/"

    def with_built(route) -> None:
        found = route.fetch().json()
        newer = next(row for row in found["editions"] if row["id"] == f"{SAMPLE}/2024-2025")
        newer["built"] = {f"{SAMPLE}/2023-2024": built}
        route.fulfill(json=found)

    page.route("**/truong-mau/editions.json", with_built)
    page.reload()
    link = page.get_by_role("link", name="Mở trang so sánh dựng sẵn")
    assert address + built == link.evaluate("link => link.href")
    page.get_by_role("button", name="Đổi hai bên").click()
    assert address + built == link.evaluate("link => link.href")
    link.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("So sánh năm học 2023-2024")


def test_unknown_edition_leads_to_the_nearest(open_page):
    """An edition that is not there is named, and the nearest one is a click away."""
    page = open_page(f"{ANY}?old={SAMPLE}/2024-2052&new={HOA_SUA}")
    expect(page.get_by_role("alert")).to_contain_text(f"Kho không có bản “{SAMPLE}/2024-2052”.")
    page.get_by_role("link", name="Trường Mẫu, năm học 2024-2025").click()
    counts(page)
    assert page.url.endswith(f"?old={SAMPLE}/2024-2025&new={HOA_SUA}")


def test_unknown_unit_leads_to_the_nearest(open_page):
    """So is an edition of a unit that is not there; no file is asked for that can't be there."""
    page = open_page(f"{ANY}?old={HOA_SUA.replace('hoa-sua', 'hoa-xua')}")
    link = page.get_by_role("link", name="Trường Mầm non Hoa Sữa, năm học 2024-2025")
    expect(link).to_be_visible()
    link.click()
    expect(lists(page, "Bản trước")[2]).to_have_value(HOA_SUA)


def test_report_is_not_offered(open_page):
    """Of a report about an agreement there are no clauses; the page says so."""
    page = open_page(f"{ANY}?old={REPORT}&new={HOA_SUA}")
    expect(page.get_by_role("alert")).to_contain_text("kho chỉ có bài báo")
    lists(page, "Bản trước")[0].click()
    units = offered(page).all_inner_texts()
    assert (True, False) == (
        "Trường Mầm non Hoa Sữa" in units,
        "Phòng Giáo dục & Đào tạo huyện" in units,
    )


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        ("**/units.json", "Không tải được danh sách đơn vị."),
        ("**/truong-mau/editions.json", "Không tải được các bản của đơn vị."),
        ("**/2024-2025/agreement.json", "Không tải được văn bản: Trường Mẫu, năm học 2024-2025."),
    ],
)
def test_what_cannot_be_fetched_is_said_and_tried_again(chromium, address, lost, said):
    """A broken line is told in Vietnamese; one button tries again."""
    page = chromium.new_page()
    page.route(lost, lambda route: route.abort())
    page.goto(address + YEARS)
    expect(page.get_by_role("alert")).to_contain_text(said)
    page.unroute(lost)
    page.get_by_role("button", name="Thử lại").click()
    assert counts(page)["giữ nguyên"] > 10
    expect(page.get_by_role("alert")).to_be_empty()
    page.close()


def test_without_javascript_the_page_leads_on(open_page):
    """Without scripts a sentence says why, and leads to the units."""
    page = open_page(YEARS, java_script_enabled=False)
    expect(page.locator(".pickers")).to_be_hidden()
    expect(page.get_by_text("nên cần JavaScript")).to_be_visible()
    page.get_by_role("link", name="danh sách đơn vị").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đơn vị")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", [ANY, UNITS, YEARS], ids=["empty", "units", "years"])
def test_page_fits_its_width(open_page, path, width):
    """Pickers and result are no wider than the window, side by side too, also when it changes."""
    page = open_page(path, width=width)
    if path != ANY:
        counts(page)
        page.get_by_role("button", name="Hai cột").click()
    assert too_wide(page, 768) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [ANY, UNITS, YEARS], ids=["empty", "units", "years"])
def test_page_is_accessible(open_page, path, scheme):
    """axe finds nothing serious or critical, before and after a comparison, a list of units open."""
    page = open_page(path, scheme=scheme)
    if path != ANY:
        counts(page)
    lists(page, "Bản trước")[0].click()
    expect(offered(page).first).to_be_visible()
    assert serious(page) == []


def test_print_is_the_table(open_page):
    """On paper: the table and the facts, no pickers and no buttons."""
    page = open_page(YEARS)
    counts(page)
    page.emulate_media(media="print")
    for hidden in (".pickers", ".kinds", ".reader", ".text"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator("table.redline.words")).to_be_visible()
    expect(page.locator(".pair")).to_contain_text("Trường Mẫu, năm học 2023-2024")
    expect(page.locator(".pair")).to_be_visible()


def test_page_needs_no_leave_from_a_strict_policy(open_page, site):
    """Scripts and styles are files of the site: a policy that allows nothing else is kept."""
    html = (site / ANY / "index.html").read_text(encoding="utf-8")
    own = re.search(
        r'<link rel="stylesheet" href="[^"]*so-sanh\.\w+\.css">.*so-sanh\.\w+\.js"></script>',
        html,
        re.DOTALL,
    )
    policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}"><link rel="icon" href="data:,">'
    html = f"{head}{own[0]}"
    page = open_page(
        YEARS,
        routes={
            "**/so-sanh/?*": lambda route: route.fulfill(
                body=html, content_type="text/html; charset=utf-8"
            )
        },
    )
    assert counts(page)["sửa"] > 0
