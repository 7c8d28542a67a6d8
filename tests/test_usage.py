"""Who uses which wording of a shared clause, and who stands against the model how."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.against import How, Model, difference, prints
from macros.archive import load
from macros.markup import ENVIRONMENT
from macros.model import (
    Agreement,
    Archive,
    Clause,
    ClauseId,
    ClauseKind,
    Page,
    Period,
    Shared,
    SharedClause,
    UnitId,
)
from macros.problem import EditorError
from macros.usage import HEAVY, PER_PAGE, Usage, impact, shared_pages
from tests.whole_site import WholeSite

DAY = date(2026, 11, 21)
CLAUSES = {
    "giao-ban": """title: Dự họp giao ban
wordings:
  2022-2023: "{Union} được dự các cuộc giao ban định kỳ của {management}."
  2024-2025: "{Union} được dự các cuộc giao ban định kỳ và hội nghị sơ kết của {management}."
""",
    "to-chuc": "title: Mục tổ chức\nwordings:\n  2022-2023: TỔ CHỨC THỰC HIỆN\n",
}
UNIT = """names:
- name: {name}
type: primary
sample: {sample}
sides:
  management: Nhà trường
  union: Công đoàn
terms:
  management: {{2020-2021: nhà trường}}
  union: {{2020-2021: công đoàn}}
series:
  cong-doan:
    counterpart: union
    editions:
{editions}"""
CALL = '{{{{ clause("giao-ban", "{}") }}}}'
OWN = "Công đoàn được mời dự các cuộc giao ban hằng tuần của nhà trường."
NEWEST = "Công đoàn được dự các cuộc giao ban định kỳ và hội nghị sơ kết của nhà trường."
ELSE = "Cuối năm học, hai bên cùng đánh giá kết quả và rút kinh nghiệm."


def project(root: Path, units: Mapping[str, Mapping[str, str]], *, sample: str = "") -> Path:
    """Sources where each unit has, by period, the words of its one clause; `!` makes a draft."""
    for name, text in CLAUSES.items():
        path = root / f"data/clauses/{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "data/units").mkdir(exist_ok=True)
    for unit, editions in units.items():
        told = ""
        for period, words in editions.items():
            draft = ", draft: true" if words.startswith("!") else ""
            told += f"      {period}: {{kind: regulation{draft}}}\n"
            page = root / f"docs/don-vi/{unit}/cong-doan/{period}.md"
            page.parent.mkdir(parents=True, exist_ok=True)
            text = f"# QUY CHẾ\n\nCăn cứ Luật Công đoàn; {{#luat}}\n\n**1.** {words.lstrip('!')} "
            page.write_text(f"{text}{{#khoan-mot}}\n", encoding="utf-8")
        name = f"Trường {unit.upper()}"
        data = UNIT.format(name=name, sample=str(unit == sample).lower(), editions=told)
        (root / f"data/units/{unit}.yml").write_text(data, encoding="utf-8")
    return root


def archive(root: Path, units: Mapping[str, Mapping[str, str]], *, sample: str = "") -> Archive:
    """What is read from such sources, which have nothing wrong in their texts."""
    loaded = load(project(root, units, sample=sample))

    assert [] == [problem.text() for problem in loaded.problems]
    return loaded.archive


FOUR = {
    "an": {"2022-2023": CALL.format("2022-2023"), "2024-2025": CALL.format("2024-2025")},
    "binh": {"2024-2025": OWN},
    "cuong": {"2024-2025": NEWEST, "2025-2026": "!" + CALL.format("2022-2023")},
    "dung": {"2024-2025": ELSE},
}


def standing(found: Archive) -> dict[str, How]:
    """By unit what it has of the clause `giao-ban`."""
    all_ = Usage(found).standings
    return {unit_id: each.answers["giao-ban"].how for (unit_id, _), each in all_.items()}


def test_impact_tells_versions_by_wording(tmp_path: Path):
    """The newest wording comes first, each with its versions, then the drafts that are late."""
    assert [
        "giao-ban (Dự họp giao ban): 3 bản của 2 đơn vị",
        "Câu chữ 2024-2025 (mới nhất): 1 bản của 1 đơn vị",
        "  Trường AN: an/cong-doan/2024-2025, chưa niêm phong",
        "Câu chữ 2022-2023: 2 bản của 2 đơn vị",
        "  Trường AN: an/cong-doan/2022-2023, chưa niêm phong",
        "  Trường CUONG: cuong/cong-doan/2025-2026, bản thảo",
        "Bản thảo có thể lấy câu chữ 2024-2025:",
        "  docs/don-vi/cuong/cong-doan/2025-2026.md:5: đang dùng câu chữ 2022-2023",
    ] == list(impact(archive(tmp_path, FOUR), "giao-ban"))


def test_impact_of_what_nobody_uses(tmp_path: Path):
    """A clause without a use is told so."""
    assert [
        "to-chuc (Mục tổ chức): chưa bản nào dùng",
        "Câu chữ 2022-2023 (mới nhất): chưa bản nào dùng",
    ] == list(impact(archive(tmp_path, FOUR), "to-chuc"))


def test_impact_counts_samples_apart(tmp_path: Path):
    """Sample units do not swell the number of units."""
    lines = list(impact(archive(tmp_path, FOUR, sample="cuong"), "giao-ban"))

    assert "giao-ban (Dự họp giao ban): 2 bản của 1 đơn vị, 1 bản của 1 đơn vị mẫu" == lines[0]


def test_impact_of_an_unknown_clause(tmp_path: Path):
    """An unknown id is refused with the nearest one."""
    with pytest.raises(EditorError, match='"giao-bn".*Có phải "giao-ban"'):
        list(impact(archive(tmp_path, FOUR), "giao-bn"))


def test_units_against_the_model(tmp_path: Path):
    """Used, the same words not called, own text, lacking: by the newest edition that is no draft."""
    assert {
        "an": How.NEWEST, "binh": How.OWN, "cuong": How.SAME, "dung": How.LACKING,
    } == standing(archive(tmp_path, FOUR))  # fmt: skip


def test_older_wording_is_told(tmp_path: Path):
    """A unit that still uses an older wording is not told to use the newest."""
    units = {"an": {"2024-2025": CALL.format("2022-2023")}}

    assert {"an": How.OLDER} == standing(archive(tmp_path, units))


def test_only_a_draft_stands_by_itself(tmp_path: Path):
    """A unit that has nothing but a draft is set against the model by it."""
    units = {"an": {"2024-2025": "!" + CALL.format("2024-2025")}}

    assert {"an": How.NEWEST} == standing(archive(tmp_path, units))


def clause(id_: str, text: str, level: int = 0, shared: Shared | None = None) -> Clause:
    """A heading or a paragraph."""
    kind = ClauseKind.HEADING if level else ClauseKind.CLAUSE
    return Clause(id=ClauseId(id_), kind=kind, text=text, level=level, shared=shared)


def told(
    wordings: Mapping[str, str], clauses: tuple[Clause, ...], headings: Mapping[str, set[bool]]
) -> dict[str, tuple[str, str, int]]:
    """By shared clause: how, which clause, how alike in percent."""
    shared = {
        name: SharedClause(title=name, wordings={Period(2024, 2025): text})
        for name, text in wordings.items()
    }
    answers = Model(shared, headings).answers(Page(clauses=clauses), {})
    return {
        each.shared: (each.how.value, each.clause.id if each.clause else "", each.percent)
        for each in answers
    }


@pytest.mark.parametrize(
    ("wordings", "clauses", "headings", "expected"),
    [
        # A heading answers for no clause, a clause for no heading.
        ({"a": "Tổ chức thực hiện"}, (clause("x", "Tổ chức thực hiện"),), {"a": {True}},
         {"a": ("lacking", "", 100)}),
        ({"a": "Tổ chức thực hiện"}, (clause("x", "Tổ chức thực hiện", 2),), {"a": {False}},
         {"a": ("lacking", "", 100)}),
        # What nobody uses yet is looked for in both.
        ({"a": "Tổ chức thực hiện"}, (clause("x", "Tổ chức thực hiện", 2),), {},
         {"a": ("same", "x", 100)}),
        # Other letters are another text, never quite 100.
        ({"a": "Tổ chức thực hiện"}, (clause("x", "TỔ CHỨC THỰC HIỆN"),), {},
         {"a": ("own", "x", 99)}),
        # One clause answers once, to what is most like it.
        ({"a": "Hai bên cùng đánh giá hằng năm", "b": "Hai bên cùng đánh giá"},
         (clause("x", "Hai bên cùng đánh giá"),), {},
         {"a": ("lacking", "", 100), "b": ("same", "x", 100)}),
        # A blank that nobody knows stands for a few words.
        ({"a": "{Head} gửi dự thảo kế hoạch cho {union} góp ý"},
         (clause("x", "Giám đốc gửi dự thảo kế hoạch cho Công đoàn cơ sở góp ý"),), {},
         {"a": ("same", "x", 100)}),
        # An id that agrees helps what is half alike, and nothing else.
        ({"a": "một hai ba bốn năm"}, (clause("a", "một hai ba sáu bảy tám"),), {},
         {"a": ("own", "a", 54)}),
        ({"a": "một hai ba bốn năm"}, (clause("b", "một hai ba sáu bảy tám"),), {},
         {"a": ("lacking", "", 100)}),
        ({"a": "một hai ba bốn năm"}, (clause("a", "sáu bảy tám"),), {},
         {"a": ("lacking", "", 100)}),
        # A text of marks alone is like nothing.
        ({"a": "{union}"}, (clause("x", "…"),), {}, {"a": ("lacking", "", 100)}),
    ],
)  # fmt: skip
def test_nearest(wordings, clauses, headings, expected):
    """Which clause answers to which shared one."""
    assert expected == told(wordings, clauses, headings)


@pytest.mark.parametrize(
    ("template", "text", "expected"),
    [
        ("Hai bên.", "Hai bên.", True),
        ("Hai bên.", "hai bên.", False),
        ("{Union} họp.", "Công đoàn họp.", True),
        ("{Union} họp.", " họp.", False),
        ("{Union} họp.", "Công đoàn họp", False),
        ("{union} và {head} họp", "A và B và C họp", True),
        ("a {x} b {x}", "a 1 b ", False),
        ("{a}{b}", "xy", True),
        ("{a}{b}", "x", False),
        ("Mời {x}.", "Mời một hai ba bốn năm sáu bảy tám.", True),
        ("Mời {x}.", "Mời một hai ba bốn năm sáu bảy tám chín.", False),
        ("aba{x}ba", "aba", False),
    ],
)
def test_prints(template, text, expected):
    """A wording is printed where each blank holds a few words and all else is the same."""
    assert expected is prints(template, text)


@given(st.lists(st.sampled_from(["{Union}", "{union}", "{x}", "họp", "và", ",", " ", "\U000f0001"])),
       st.lists(st.sampled_from(["{Union}", "{x}", "{y}", "họp", "mọi", ".", " ", "{"])))  # fmt: skip
def test_difference_conserves_both_texts(old, new):
    """Common and old pieces join to the old wording, common and new ones to the new; no blank is
    cut.
    """
    before, after = "".join(old), "".join(new)
    pieces = [
        (op, f"{{{blank}}}" if blank else text)
        for op, text, blank in difference(before, after, both=True)
    ]

    assert before == "".join(text for op, text in pieces if op != "+")
    assert after == "".join(text for op, text in pieces if op != "-")


def test_a_blank_is_never_cut():
    """A blank that only gains a capital is one blank out and one in."""
    assert [("-", "union"), ("+", "Union")] == [
        (op, blank) for op, _, blank in difference("{union} họp", "{Union} họp", both=True) if blank
    ]


def pages(found: Archive) -> dict[str, str]:
    """The HTML of the pages about shared clauses and of the units."""
    made = WholeSite(found, DAY).pages()
    return {
        at: make().html
        for at, make in made.items()
        if at.startswith("dieu-khoan/") or at.count("/") == 2
    }


def test_clause_page_leads_to_the_clause(tmp_path: Path):
    """The table of units and periods links each use where it stands, and says which wording."""
    html = pages(archive(tmp_path, FOUR))["dieu-khoan/giao-ban/"]
    table = html[html.index("<table") : html.index("</table>")]
    cells = re.findall(
        r'<a href="([^"]+#[^"]+)"><span aria-hidden="true">(.)</span> ([\d-]+)(?:<small>([^<]+))?',
        table,
    )

    assert [
        ("../../don-vi/an/cong-doan/2022-2023/#khoan-mot", "○", "2022-2023", ""),
        ("../../don-vi/an/cong-doan/2024-2025/#khoan-mot", "●", "2024-2025", ""),
        ("../../don-vi/cuong/cong-doan/2025-2026/#khoan-mot", "○", "2022-2023", "bản thảo"),
    ] == cells


def test_what_editors_write_for_a_blank_is_folded(tmp_path: Path):
    """The legend is for readers; how a blank is written stands in a line for editors."""
    html = pages(archive(tmp_path, FOUR))["dieu-khoan/giao-ban/"]
    legend, folded = html.split('<details class="for-editors"><summary>Cho người soạn</summary>')
    folded, after = folded.split("</details>", 1)

    assert "<code>{union}</code>" in folded.lower()
    assert "data/clauses/giao-ban.yml" in folded
    assert "<code>" not in legend + after


def test_clause_page_marks_what_differs(tmp_path: Path):
    """A later wording has its new words marked, an own text both sides; blanks are whole."""
    html = pages(archive(tmp_path, FOUR))["dieu-khoan/giao-ban/"]

    assert "<ins> và hội nghị sơ kết</ins> của" in html
    assert '<span class="blank" title="Chỗ trống Union">‹Công đoàn›</span> được dự' in html
    assert "<ins> mời</ins>" in html
    assert "</ins> của nhà trường.</p>" in html
    assert "giống 81% câu chữ 2022-2023" in html


@pytest.mark.parametrize(
    ("sample", "groups"),
    [
        ("binh", ["ai-dung", "cung-chu", "khong-co", "mau-cau-chu-rieng"]),
        ("cuong", ["ai-dung", "cau-chu-rieng", "khong-co", "mau-ai-dung", "mau-cung-chu"]),
    ],
)
def test_clause_page_groups_units(tmp_path: Path, sample, groups):
    """Users, the same words, own text and lacking stand apart, samples after all of them."""
    html = pages(archive(tmp_path, FOUR, sample=sample))["dieu-khoan/giao-ban/"]

    assert ["cau-chu", *groups] == re.findall(r'<section id="([^"]+)"', html)


def test_what_only_samples_use_is_said_to_be_sample_data(tmp_path: Path):
    """A clause of sample data says so on its page and in the list; no real unit is judged by it."""
    units = {"an": FOUR["an"], "binh": FOUR["binh"]}
    found = archive(tmp_path, units, sample="an")
    made = pages(found)
    real, sample = (Usage(found).standings[UnitId(key), "cong-doan"] for key in ("binh", "an"))

    assert (["to-chuc"], ["giao-ban", "to-chuc"]) == (list(real.answers), sorted(sample.answers))
    assert "<b>Dữ liệu mẫu.</b>" in made["dieu-khoan/giao-ban/"]
    assert "Trường BINH" not in made["dieu-khoan/giao-ban/"]
    assert 1 == made["dieu-khoan/"].count("dữ liệu mẫu")
    assert "<b>Dữ liệu mẫu.</b>" not in made["dieu-khoan/to-chuc/"]


def test_list_counts_units_and_versions(tmp_path: Path):
    """Each shared clause stands in the list with its newest wording and its use."""
    html = pages(archive(tmp_path, FOUR))["dieu-khoan/"]

    assert [("giao-ban", "3 bản của 2 đơn vị"), ("to-chuc", "chưa bản nào dùng")] == re.findall(
        r'href="../dieu-khoan/([a-z-]+)/".*?unit-meta">[^·]*· ([^<]+)<', html, re.DOTALL
    )


def test_unit_page_has_its_table_folded(tmp_path: Path):
    """A unit's page tells per series what it has of the model, in a section that is folded."""
    html = pages(archive(tmp_path, FOUR))["don-vi/binh/"]

    assert '<details class="against" id="cong-doan-dieu-khoan-chung">' in html
    assert "giống 81% câu chữ 2022-2023" in html
    assert '<a href="../../don-vi/binh/cong-doan/2024-2025/#khoan-mot">Khoản 1</a>' in html
    assert '<li><a href="../../dieu-khoan/to-chuc/">Mục tổ chức</a></li>' in html


def test_agreement_page_has_a_quiet_mark(tmp_path: Path):
    """A shared clause leads to its wording; the mark adds no letter to the text."""
    found = WholeSite(archive(tmp_path, FOUR), DAY).pages()
    marked = found["don-vi/an/cong-doan/2024-2025/"]().html
    link = re.search(r'<a class="shared-mark" href="([^"]+)" aria-label="([^"]+)"></a>', marked)

    assert link
    assert "../../../../dieu-khoan/giao-ban/#cau-chu-2024-2025" == link[1]
    assert "Khoản 1 là điều khoản dùng chung “Dự họp giao ban”, câu chữ 2024-2025" == link[2]
    assert "shared-mark" not in found["don-vi/binh/cong-doan/2024-2025/"]().html


def test_nothing_shared(tmp_path: Path):
    """Without shared clauses the list says so and no unit has a table."""
    found = replace(archive(tmp_path, {"binh": {"2024-2025": OWN}}), shared={})
    made = pages(found)

    assert "Kho chưa có điều khoản dùng chung nào." in made["dieu-khoan/"]
    assert "against" not in made["don-vi/binh/"]


def test_hostile_words_stay_text(tmp_path: Path):
    """Marks of HTML in a title, a wording and a name are shown, not obeyed."""
    evil = '<img src=x onerror=alert(1)>"'
    found = archive(tmp_path, FOUR)
    shared = {
        name: SharedClause(title=evil, wordings={Period(2024, 2025): f"{evil} {{{name}}} {evil}"})
        for name in found.shared
    }
    made = pages(replace(found, shared=shared))

    assert "onerror" in made["dieu-khoan/giao-ban/"]
    assert [] == [at for at, html in made.items() if "<img" in html]


def many(found: Archive, count: int) -> Archive:
    """The same sources for that many units."""
    first = next(iter(found.units.values()))
    units = {UnitId(f"u-{number:04}"): first for number in range(count)}
    agreements: list[Agreement] = [
        replace(each, unit_id=unit_id) for unit_id in units for each in found.agreements
    ]
    return replace(found, units=units, agreements=tuple(agreements))


def test_no_page_grows_without_bound(tmp_path: Path):
    """Units are listed a hundred on a page; together the pages have each unit once."""
    found = many(archive(tmp_path, {"binh": {"2024-2025": OWN}}), 2 * PER_PAGE + 1)
    own = {at: html for at, html in pages(found).items() if at.startswith("dieu-khoan/giao-ban/")}
    named = [re.findall(r'<p class="who"><a href="[^"]*/(u-\d+)/"', html) for html in own.values()]

    assert ["dieu-khoan/giao-ban/", "dieu-khoan/giao-ban/2/", "dieu-khoan/giao-ban/3/"] == list(own)
    assert [PER_PAGE, PER_PAGE, 1] == [len(each) for each in named]
    assert sorted(found.units) == sorted(name for each in named for name in each)


def test_long_texts_make_shorter_pages(tmp_path: Path):
    """A page ends before its rows grow heavy, so that long texts of a hundred units stay readable."""
    found = archive(tmp_path, {"binh": {"2024-2025": OWN}})
    [one] = found.agreements
    long = tuple(
        replace(each, text=f"{each.text} {'và các việc khác ' * 200}") for each in one.page.clauses
    )
    wordings = {Period(2024, 2025): long[-1].text.replace("hằng tuần", "hằng tháng").strip()}
    heavy = replace(
        found,
        agreements=(replace(one, page=replace(one.page, clauses=long)),),
        shared={"giao-ban": SharedClause(title="Giao ban", wordings=wordings)},
    )
    own = [h for at, h in pages(many(heavy, PER_PAGE)).items() if at.startswith("dieu-khoan/g")]

    assert PER_PAGE == sum(html.count('<p class="who">') for html in own)
    assert len(own) > 2
    assert max(len(html) for html in own) < HEAVY + 20_000


def test_rows_that_were_made_before_give_the_same_pages(tmp_path: Path):
    """Pages are put together from the rows of each unit, made with it alone."""
    found = archive(tmp_path, FOUR)
    whole = Usage(found)
    alone = {}
    for key in whole.standings:
        units = {key[0]: found.units[key[0]]}
        own = tuple(each for each in found.agreements if each.unit_id == key[0])
        usage = Usage(replace(found, units=units, agreements=own), common=whole.common)
        alone |= dict(usage.standings)
    expected = {at: make() for at, make in shared_pages(whole).items()}
    usage = Usage(found, common=whole.common, standings=alone)

    assert any(each.rows for each in alone.values())
    assert expected == {at: make() for at, make in shared_pages(usage).items()}


@pytest.fixture(scope="module")
def lone(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """One unit with one edition."""
    return archive(tmp_path_factory.mktemp("lone"), {"an": {"2024-2025": ELSE}})


def against(found: Archive, clauses: Sequence[str], wordings: Sequence[str]) -> Usage:
    """The unit with these clauses against shared ones with these wordings: `a`, `b` and so on."""
    (one,) = found.agreements
    own = [clause("abcd"[n], text) for n, text in enumerate(clauses)]
    page = replace(one.page, clauses=tuple(own))
    shared = {
        name: SharedClause(title=name, wordings={Period(2024, 2025): text})
        for name, text in zip("abc", wordings, strict=True)
    }
    return Usage(replace(found, agreements=(replace(one, page=page),), shared=shared))


def test_what_an_edit_leaves_alone_is_taken_over(lone):
    """However a wording changes, a text stands to all as if it was set against them anew, also where
    a clause of it answers to another shared one now.
    """
    chance = random.Random(2026)

    def said(blank: str) -> str:
        """So few words that three wordings want the same clause."""
        return " ".join(chance.choice(["hai", "bên", blank]) for _ in range(4))

    moved = 0
    for _ in range(60):
        texts = [said("công đoàn") for _ in range(chance.randint(1, 2))]
        wordings = [said("{union}") for _ in "abc"]
        old = against(lone, texts, wordings)
        new = against(lone, texts, [wordings[0], said("{union}"), wordings[2]])
        ((key, stood),) = old.standings.items()
        (expected,) = new.standings.values()

        assert expected == new.standing(key, expected.agreement, stood, {"a", "c"})
        moved += any(stood.answers[name] != expected.answers[name] for name in "ac")
    assert moved


def test_list_of_hundreds_of_clauses_has_pages(tmp_path: Path):
    """Hundreds of shared clauses stand on several pages, each once; the pages lead to each other."""
    found = archive(tmp_path, {"binh": {"2024-2025": OWN}})
    clause = found.shared["giao-ban"]
    shared = {f"khoan-{n:03}": clause for n in range(2 * PER_PAGE + 1)}
    made = pages(replace(found, shared=shared))
    lists = {at: html for at, html in made.items() if re.fullmatch("dieu-khoan/(trang--.*)?", at)}
    named = [
        name
        for html in lists.values()
        for name in re.findall(r'unit-name" href="[^"]*/(k[^/]+)/"', html)
    ]

    assert ["dieu-khoan/", "dieu-khoan/trang--2/", "dieu-khoan/trang--3/"] == list(lists)
    assert sorted(shared) == sorted(named)
    assert '<a href="../dieu-khoan/trang--3/" aria-label="Trang 3">3</a>' in lists["dieu-khoan/"]
    assert '<a href="../../dieu-khoan/" aria-label="Trang 1">1</a>' in lists["dieu-khoan/trang--2/"]


@pytest.mark.parametrize(("page", "last"), [(1, 2), (7, 15), (1, 500), (250, 500), (500, 500)])
def test_links_to_pages_stay_few(page: int, last: int):
    """However many pages there are, a page leads to the first, the last and its neighbours with
    about twenty links.
    """
    module = ENVIRONMENT.get_template("pages.html").module
    html = str(module.pages(page, last, str, "../"))  # type: ignore[attr-defined]
    linked = {int(each) for each in re.findall(r'aria-label="Trang (\d+)"', html)}

    assert {1, last, max(1, page - 1), min(last, page + 1)} <= linked | {page}
    assert len(linked) < 20


def test_links_are_relative(tmp_path: Path):
    """No page about shared clauses names a host, or an address from a host's root."""
    linked = [
        link
        for html in pages(archive(tmp_path, FOUR)).values()
        for link in re.findall(r'href="([^"]*)"', html)
    ]

    assert linked
    assert [] == [link for link in linked if link.startswith("/") or ":" in link]
