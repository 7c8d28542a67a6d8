"""Last year's ids: which clause of another year keeps its id, and which one is new."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.archive import load
from macros.counterparts import Numbered, with_last_years_ids
from macros.grammar import NUMBERED, TAKEN, parse
from macros.model import KEBAB, ClauseId, Page
from tests.test_grammar import pages, resolve

ROOT = Path(__file__).resolve().parent.parent
ARCHIVE = load(ROOT).archive
SAMPLE = ARCHIVE.editions("truong-mau", "cong-doan")
LAST = """# QUY CHẾ

Căn cứ Luật Công đoàn số 12/2012/QH13; {#luat-cong-doan}

## **I.** QUY ĐỊNH CHUNG {#quy-dinh-chung}

**1.** Hiệu trưởng gửi trước dự thảo kế hoạch năm học cho Công đoàn góp ý. {#gui-du-thao}

**2.** Công đoàn được dự họp giao ban định kỳ của nhà trường. Hiệu trưởng được mời dự hội nghị của Ban Chấp hành. {#hop-giao-ban}

**3.** Nhà trường cấp phòng làm việc và máy tính cho Công đoàn. {#phuong-tien}

**4.** Hai bên thăm hỏi đoàn viên ốm đau, hoạn nạn và gia đình khó khăn. {#tham-hoi}
"""


def page(text: str) -> Page:
    """A page of the grammar."""
    return parse(text, "trang.md", resolve).page


def bare(of: Page, name: str = "doan-{}") -> Page:
    """The page with ids that mean nothing."""
    ids = {c.id: ClauseId(name.format(n)) for n, c in enumerate(of.clauses, start=1)}
    clauses = (replace(c, id=ids[c.id], parent=c.parent and ids[c.parent]) for c in of.clauses)
    return replace(of, clauses=tuple(clauses))


def numbered(text: str, *before: str, taken: tuple[str, ...] = ()) -> Numbered:
    """What a page of this text gets below these earlier ones."""
    return with_last_years_ids(bare(page(text)), [page(each) for each in before], taken)


def ids_of(of: Page) -> list[str]:
    """The ids of a page in reading order."""
    return [clause.id for clause in of.clauses]


def with_line(old: str, new: str) -> str:
    """Last year's text with one passage changed, without its ids' meaning."""
    assert old in LAST
    return LAST.replace(old, new)


# Of these no words are left that say which clause they were.
REWRITTEN = {
    "2024-2025": {"hoi-nghi-lien-tich"},
    "2025-2026": {"thi-dua"},
    "2026-2027": {"tham-gia-hoi-dong"},
}
ALL = ["luat-cong-doan", "quy-dinh-chung", "gui-du-thao", "hop-giao-ban", "phuong-tien", "tham-hoi"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(LAST, ALL, id="the same text"),
        pytest.param(with_line("kế hoạch năm học", "kế hoạch từng tháng"), ALL, id="a word"),
        pytest.param(LAST.replace("**", ""), ALL, id="no labels"),
        pytest.param(
            with_line("QUY ĐỊNH CHUNG", "NGUYÊN TẮC LÀM VIỆC"),
            ALL,
            id="a title of the same section",
        ),
        pytest.param(
            with_line("**3.**", "**3.** Tổ chức giải bóng chuyền dịp 20/11. {#x}\n\n**4.**"),
            [*ALL[:4], "giai-bong-chuyen-dip", *ALL[4:]],
            id="an added clause",
        ),
        pytest.param(
            with_line("góp ý. {#gui-du-thao}\n\n**2.** Công", "góp ý. Công"),
            [*ALL[:3], *ALL[4:]],
            id="merged: the main one's",
        ),
        pytest.param(
            with_line("trường. Hiệu", "trường. {#y}\n\n**3.** Hiệu"),
            [*ALL[:4], "du-hoi-nghi", *ALL[4:]],
            id="split: the main part keeps it",
        ),
        pytest.param(
            with_line("Luật Công đoàn số 12/2012/QH13", "Luật Giáo dục số 43/2019/QH14"),
            ["luat-giao-duc", *ALL[1:]],
            id="another law is another basis",
        ),
        pytest.param(
            with_line("Luật Công đoàn số 12/2012/QH13", "Luật Công đoàn số 50/2024/QH15"),
            ALL,
            id="a new law of the same name",
        ),
    ],
)
def test_one_year_later(text: str, expected: list[str]):
    """What stays keeps its id, what is new gets one of its words."""
    assert expected == ids_of(numbered(text, LAST).page)


def test_what_is_told():
    """`kept` leads from the ids that came to the old ones, `fresh` has the others."""
    found = numbered(with_line("**4.**", "**4.** Thi đua dạy tốt, học tốt. {#x}\n\n**5.**"), LAST)

    assert dict(zip([f"doan-{n}" for n in (1, 2, 3, 4, 5, 7)], ALL, strict=True)) == found.kept
    assert ("thi-dua-day",) == found.fresh


def test_an_older_page_knows_what_the_newest_has_not():
    """A clause that was left out for a year comes back with its id, by way of the older page."""
    without = with_line(LAST.rsplit("\n\n", maxsplit=1)[-1], "")

    assert ALL == ids_of(numbered(LAST, without, LAST).page)


def test_the_newest_page_goes_first():
    """Where two earlier pages know a clause under two ids, the newest one's holds."""
    newest = LAST.replace("{#tham-hoi}", "{#tham-hoi-doan-vien}")

    assert "tham-hoi-doan-vien" == ids_of(numbered(LAST, newest, LAST).page)[-1]


def test_no_id_of_another_clause():
    """A new clause gets no id that an earlier clause had, nor one that is taken."""
    new = "# QUY CHẾ\n\n**1.** Tặng quà Tết cho học sinh nghèo. {#x}\n"
    plain, *_ = ids_of(numbered(new).page)
    other = f"# QUY CHẾ\n\n**1.** Thanh tra nhân dân báo cáo hằng quý. {{#{plain}}}\n"

    assert plain not in ids_of(numbered(new, other).page)
    assert plain not in ids_of(numbered(new, taken=(plain,)).page)


def test_provisional_ids_say_nothing():
    """Ids that a page comes with do not speak for a counterpart that has the same id."""
    last = bare(page(LAST))
    new = replace(last, clauses=last.clauses[:2] + last.clauses[:1:-1])
    new = bare(new)

    assert ids_of(last)[:2] + ids_of(last)[:1:-1] == ids_of(with_last_years_ids(new, [last]).page)


def test_a_year_in_an_id_is_not_handed_on():
    """An id with a year in it is a mistake that the next year does not take over."""
    wrong = LAST.replace("{#tham-hoi}", "{#tham-hoi-2024}")

    assert "tham-hoi-2024" not in ids_of(numbered(LAST, wrong).page)


def test_a_report_gives_no_ids():
    """A report about an agreement has no clauses; it is passed over."""
    report = Page(title=("TIN",), report=("Hai bên đã ký.",))

    assert ALL == ids_of(with_last_years_ids(bare(page(LAST)), [report, page(LAST)]).page)


@pytest.mark.parametrize("year", range(1, len(SAMPLE)), ids=lambda n: str(SAMPLE[n].period))
def test_the_years_of_the_sample_unit(year: int):
    """Each committed year, its ids taken away, gets back all that an earlier year had, but for rewritten ones."""
    own = SAMPLE[year].page
    before = [each.page for each in SAMPLE[:year]][::-1]
    known = {clause.id for each in before for clause in each.clauses}
    found = with_last_years_ids(bare(own), before).page

    pairs = zip(ids_of(own), ids_of(found), strict=True)
    wrong = {own for own, got in pairs if own != got and {own, got} & known}
    assert REWRITTEN.get(str(SAMPLE[year].period), set()) == wrong


@given(pages(), st.lists(pages(), max_size=2))
def test_only_ids_change(new: Page, before: list[Page]):
    """All else stays; ids are well made and unique, each is kept or fresh, parents follow."""
    before = [each for each in before if not each.report]
    found = with_last_years_ids(new, before)
    ids = ids_of(found.page)
    old = {clause.id for each in before for clause in each.clauses}

    assert bare(new) == bare(found.page)
    assert len(ids) == len({*ids})
    assert {*ids} == {*found.kept.values(), *found.fresh}
    assert {*found.kept.values()} <= old
    assert old.isdisjoint(found.fresh)
    assert all(re.fullmatch(KEBAB, each) for each in found.fresh)
    assert not any(NUMBERED.search(each) or TAKEN.fullmatch(each) for each in found.fresh)
    assert [each for each in ids_of(new) if each in found.kept] == list(found.kept)
