"""The command `ids`: which paragraphs lack an id, and which one each of them gets."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import assume, example, given
from hypothesis import strategies as st

from macros.archive import load
from macros.cli import cli
from macros.editing import Edits
from macros.grammar import parse, write
from macros.model import Archive, ClauseKind, Page
from macros.naming import missing
from macros.problem import EditorError
from tests.golden import Golden, cases
from tests.test_grammar import anything, pages, resolve

ROOT = Path(__file__).resolve().parent.parent
BASE = ROOT / "tests/broken/base"
FOLDER = "docs/don-vi/truong-thu/cong-doan"
PAGE = f"{FOLDER}/2024-2025.md"
MARK = re.compile(r" ?\{#([^{}]*)\}")
GOOD = load(BASE).archive


def archive(**texts: str) -> Archive:
    """The good base with these pages only; `y2024` is 2024-2025, and none is declared in data."""
    paths = {f"{FOLDER}/{y[1:]}-{int(y[1:]) + 1}.md": text for y, text in texts.items()}
    return replace(GOOD, agreements=(), texts=paths)


def ids_of(edits: Edits, path: str = PAGE) -> list[str]:
    """The ids of a page after the edits, in order."""
    return MARK.findall(edits.texts.get(path, ""))


def named(*paragraphs: str) -> list[str]:
    """The ids that a page of these paragraphs gets below a title."""
    return ids_of(missing(archive(y2024="\n\n".join(["# QUY CHẾ", *paragraphs])), []))


@pytest.mark.parametrize("page", cases("naming", ".md"), ids=lambda page: page.stem)
def test_golden(page: Path, golden: Golden):
    """A real page without its ids gets ids that a clerk finds sensible."""
    text = page.read_text(encoding="utf-8")
    edits = missing(archive(y2024=text), [])

    golden(page.with_suffix(".txt"), "\n".join(edits.said).replace(PAGE, "") + "\n")
    assert text == MARK.sub("", edits.texts[PAGE])


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        ("Căn cứ Luật Công đoàn số 50/2024/QH15 ngày 27 tháng 11 năm 2024;", "luat-cong-doan"),
        ("Căn cứ vào Bộ luật Lao động 2019;", "bo-luat-lao-dong"),
        ("Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05/3/2020 của Chính phủ về công tác văn thư;",
         "nghi-dinh-cong-tac-van-thu"),
        ("Căn cứ Điều lệ Công đoàn Việt Nam;", "dieu-le-cong-doan"),
        ("Thực hiện Kế hoạch nhiệm vụ năm học 2024 - 2025;", "ke-hoach-nhiem-vu"),
        ("## **II.** TRÁCH NHIỆM CỦA CÔNG ĐOÀN", "trach-nhiem-cong-doan"),
        ("## TỔ CHỨC THỰC HIỆN", "to-chuc-thuc-hien"),
        ("## Năm 2024", "nam"),
        ("**1.** Đẩy mạnh tuyên truyền, giáo dục pháp luật.", "tuyen-truyen-giao-duc"),
        ("**1.** Hiệu trưởng và Ban Chấp hành Công đoàn chăm lo đời sống.", "cham-lo-doi-song"),
        ("**1.** Hiệu trưởng trường Tiểu học Nơi Khác hỗ trợ kinh phí.", "ho-tro-kinh-phi"),
        ("**1.** Nhà trường vận động từ thiện.", "van-dong-tu-thien"),
        ("**1.** 30/4 - 1/5: 100%", "dieu-khoan"),
        ("**1.** Của các và những.", "dieu-khoan"),
        ("**1.** 日本", "dieu-khoan"),
        ("**1.**", "dieu-khoan"),
        ("|Cuộc họp|Định kỳ|\n|---|---|\n|Giao ban|Hằng tuần|", "bang-hop-dinh-ky"),
        ("|1|\n|---|\n|2|", "bang"),
        ("**1.** " + "A" * 500 + " b.", "b"),
        ('**1.** {{ clause("hop-giao-ban", "2024-2025", union="Công đoàn") }}', "hop-giao-ban"),
        ('**1.** {{ clause("khong-co", "2024-2025") }}', "khong-co"),
        ("Hai bên thống nhất như sau:", "mo-dau"),
    ],
)  # fmt: skip
def test_an_id_says_what_the_clause_is_about(paragraph: str, expected: str):
    """An id is made of the words that tell most, without years, numbers and who acts."""
    assert [expected] == named(paragraph)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# A\n\nCông tác giữa hai bên\n\nNăm học 2024 - 2025\n\nCăn cứ Luật A;\n", [7]),
        ("# A\n\nNăm học\n\nHai bên thỏa thuận.\n\nBa\n", [5, 7]),
        ("# A\n\nHai bên thỏa thuận:\n", [3]),
        ("# A\n\n" + "chữ " * 25 + "\n\n" + "chữ " * 26 + "\n", [5]),
        ("# A\n\nTên\n\n## Mục\n\nBa\n", [5, 7]),
        ("# A\n\nTên\n\n**1.** Một\n", [5]),
        ("# A\n\n|a|\n|---|\n|b|\n", [3]),
        ("# A\n\nTên dài.\n\nHai. {#hai}\n\nBa\n", [7]),
        ("# A\n\nTên\n\nthực hiện Luật A\n\nXét đề nghị\n\nCăn cứ B {#b}\n", [5, 7]),
        ("# A\n\n**1.** Một\n\n## Mục\n\nHai. {#hai}\n", [3, 5]),
        ("# A\n# B\n", [2]),
        ("## A\n\nTên\n", []),
        ("**1.** Một\n", [1]),
        ("Tên\n\nHai bên.\n", [3]),
        ("# A {#a}\n\nTên\n", [3]),
        ("# A\n\nTên\n\n***\n\nTrên đây.\n\n##\n\n***\n", [7]),
        ("", []),
    ],
)  # fmt: skip
def test_where_the_title_ends(text: str, expected: list[int]):
    """What belongs to the title gets no id, and all that follows does."""
    said = missing(archive(y2024=text), []).said

    assert expected == [int(found[1]) for s in said if (found := re.match(rf"{PAGE}:(\d+): ", s))]


def test_every_other_byte_stays():
    """Ids stand where a paragraph ends; white space, line ends and the byte order mark stay."""
    text = (
        "\ufeff# A\r\n\r\n  Căn cứ  Luật A;  \r\nnăm 2024 \r\n\r\n"
        "|a|\r\n|-|\r\n|b| \r\n\n## M\t\n**1.** C\\\n\n***\rHết"
    )
    expected = (
        "\ufeff# A\r\n\r\n  Căn cứ  Luật A;  \r\nnăm 2024 {#luat-a} \r\n\r\n"
        "|a|\r\n|-|\r\n|b| \r\n{#bang-a}\r\n\n## M {#m}\t\n**1.** C\\ {#c}\n\n***\rHết {#het}"
    )

    assert expected == missing(archive(y2024=text), []).texts[PAGE]


def test_one_id_for_one_clause():
    """Clauses with equal words get longer ids, and at last numbers, but none that is a year."""
    same = "**1.** Hỗ trợ kinh phí hoạt động phong trào thi đua."
    expected = ["ho-tro-kinh-phi", "ho-tro-kinh-phi-phong-trao"]
    expected += ["ho-tro-kinh-phi-phong-trao-thi-dua", "ho-tro-kinh-phi-2"]

    assert expected == named(same, same, same, same)
    many = named(*["**1.** Một"] * 1990)
    assert len(many) == len(set(many)) == 1990
    assert not {each for each in many if re.search(r"-(19|20)\d\d$", each)}


def test_a_page_past_the_limits_is_left_alone():
    """What grammar no longer reads gets no id, and the editor is told; nothing breaks."""
    found = missing(archive(y2024="# A\n\n" + "**1.** Một\n\n" * 2200), [])

    assert {} == found.texts
    assert found.said == (f"{PAGE}: trang không đọc được hết; chạy qcph check để biết vì sao",)


def test_another_paragraph_changes_no_id():
    """An id depends on its own clause: one more paragraph leaves the others as they are."""
    paragraphs = ["**1.** Thăm hỏi đoàn viên.", "**2.** Hỗ trợ kinh phí.", "**3.** Đối thoại."]
    before = named(*paragraphs)

    assert before == [i for i in named("## Mục lục", *paragraphs) if i != "muc-luc"]
    assert before == [i for i in named(*paragraphs, "**4.** Giao ban.") if i != "giao-ban"]


OLD = """# A

Căn cứ Luật A ngày 1/1/2020; {#luat-a}

Căn cứ Luật B; {#luat-mot}

## **I.** QUY ĐỊNH {#phan-mot}

**1.** Công đoàn thăm hỏi đoàn viên ốm đau, mỗi lần 300.000 đồng. {#mot}

**2.** Hiệu trưởng hỗ trợ kinh phí hoạt động. {#hai}

**3.** Hai bên đối thoại hai lần mỗi năm học. {#doi-thoai}

**4.** Tổ trưởng ký giấy đi đường cho giáo viên. {#nghi-phep-bao}
"""


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "luat-a luat-mot phan-mot mot hai doi-thoai nghi-phep-bao"),
        ({"300.000": "500.000", "ngày 1/1/2020": "ngày 2/2/2022"},
         "luat-a luat-mot phan-mot mot hai doi-thoai nghi-phep-bao"),
        ({"Luật B": "Luật C"}, "luat-a luat-c phan-mot mot hai doi-thoai nghi-phep-bao"),
        ({"Hiệu trưởng hỗ trợ kinh phí hoạt động": "Nghỉ phép báo trước với tổ trưởng",
          "\n**4.** Tổ trưởng ký giấy đi đường cho giáo viên.\n": ""},
         "luat-a luat-mot phan-mot mot nghi-phep-bao-to-truong doi-thoai"),
        ({"hai lần mỗi năm học": "rồi báo cáo lên cấp trên xem xét kết quả, kiến nghị"},
         "luat-a luat-mot phan-mot mot hai doi-thoai-bao-cao nghi-phep-bao"),
        ({"**2.** Hiệu trưởng": "**2.** Vay vốn. {#mot}\n\n**3.** Hiệu trưởng"},
         "luat-a luat-mot phan-mot tham-hoi-doan-vien mot hai doi-thoai nghi-phep-bao"),
    ],
    ids=["giữ nguyên", "sửa", "luật khác", "điều khác", "mã của điều khác", "mã đã dùng"],
)  # fmt: skip
@pytest.mark.parametrize("years", [("y2023", "y2024"), ("y2025", "y2024")], ids=["trước", "sau"])
def test_a_clause_keeps_its_id(years: tuple[str, str], change: dict[str, str], expected: str):
    """A clause has the id of the other editions; no other clause gets it."""
    text = MARK.sub("", OLD)
    for old, new in change.items():
        assert old in text
        text = text.replace(old, new)
    edits = missing(archive(**dict(zip(years, (OLD, text), strict=True))), [])

    assert expected.split() == ids_of(edits)


def test_the_nearest_earlier_edition_comes_first():
    """Of several editions the one before decides, then those before it, then the later ones."""
    first = OLD.replace("#mot", "#dau").replace("#hai", "#dau-nua")
    later = OLD.replace("#mot", "#sau").replace("#hai", "#sau-nua")
    plain = MARK.sub("", OLD)

    assert MARK.findall(OLD) == ids_of(
        missing(archive(y2022=first, y2023=OLD, y2024=plain, y2025=later), [])
    )
    assert MARK.findall(first) == ids_of(
        missing(archive(y2022=first, y2024=plain, y2025=later), [])
    )


def test_what_is_named_now_counts():
    """Two editions without ids get the same ones, also where a clause was amended."""
    plain = MARK.sub("", OLD)
    amended = plain.replace("hỗ trợ kinh phí", "giúp một phần kinh phí").replace("300", "500")
    edits = missing(archive(y2023=plain, y2024=amended), [])

    assert ids_of(edits, PAGE.replace("2024-2025", "2023-2024")) == ids_of(edits)
    assert named(*amended.split("\n\n")[1:]) != ids_of(edits)


def test_a_report_beside_is_no_edition():
    """A series may hold a report; it says nothing about the ids of its other pages."""
    own = load(ROOT).archive
    path = "docs/don-vi/phong-gddt-huyen/lien-doan-lao-dong/2020-2022.md"
    edits = missing(replace(own, texts={**own.texts, path: "# A\n\nCăn cứ Luật A;\n"}), [path])

    assert ["luat-a"] == ids_of(edits, path)


def test_ids_of_the_page_stay():
    """What a page has for ids is kept, whatever they are."""
    text = "\ufeff**1.** Giao ban\n\n**2.** Hai {#z-1}\n\n**a)** Ba {#ba ^z-1}\n\n**3.** Đối thoại"

    assert (
        text.replace("ban", "ban {#giao-ban}") + " {#doi-thoai}"
        == missing(archive(y2024=text), []).texts[PAGE]
    )


def test_a_year_is_not_handed_on():
    """An id that names a year is wrong in the other edition, so it is not taken over."""
    old = OLD.replace("#mot", "#tham-hoi-2023")
    edits = missing(archive(y2023=old, y2024=MARK.sub("", OLD)), [])

    assert "tham-hoi-doan-vien" == ids_of(edits)[3]


def test_a_misplaced_id_is_told():
    """An id that stands inside its paragraph is no lack of one: the editor must move it."""
    edits = missing(archive(y2024="# A\n\nMột. {#mot}\n\nHai {#hai}.\n"), [])

    assert (f"{PAGE}:5: mã viết sai chỗ, hãy đưa về cuối đoạn: Hai {{#hai}}.",) == edits.said
    assert {} == edits.texts


def test_a_page_of_a_title_is_told():
    """Where no paragraph is found the page is not called complete."""
    edits = missing(archive(y2024="# A\n\nNăm học\n"), [])

    assert (f"{PAGE}: cả trang đọc như tên gọi, chưa thấy đoạn nào để ghi mã",) == edits.said


def test_what_is_said():
    """One line for each id, with where its paragraph begins, and one that counts."""
    text = "# A\n\n## **I.** Mục\n\n**1.** " + "Chăm lo đời sống đoàn viên " * 4 + "\nở đây.\n"
    edits = missing(archive(y2023=OLD, y2024=text), [])
    said = [
        f"{PAGE}:3: {{#muc}} Mục",
        f"{PAGE}:5: {{#cham-lo-doi-song}} Chăm lo đời sống đoàn viên Chăm lo đời sống đoàn viên Chăm …",
        "Mã cho 2 đoạn chưa có mã, ở 1 trang.",
    ]

    assert said == list(edits.said)
    assert ("Mọi đoạn của 1 trang quy chế đều đã có mã.",) == missing(archive(y2024=OLD), []).said


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ([], {"2023", "2024"}),
        (["."], {"2023", "2024"}),
        (["docs"], {"2023", "2024"}),
        ([FOLDER + "/"], {"2023", "2024"}),
        ([PAGE], {"2024"}),
        ([f"docs/../{PAGE}", PAGE], {"2024"}),
    ],
)  # fmt: skip
def test_paths(paths: list[str], expected: set[str]):
    """Only what is asked for is written."""
    plain = MARK.sub("", OLD)
    edits = missing(archive(y2023=plain, y2024=plain), paths)

    assert expected == {path[len(FOLDER) + 1 :][:4] for path in edits.texts}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("docs/index.md", "docs/index.md: không có trang quy chế nào"),
        (f"{FOLDER}/2024-202", f"{FOLDER}/2024-202: không có trang quy chế nào"),
        ("docs/don-vi/a/b/2025-2024.md", "không có trang quy chế nào"),
        ("docs/don-vi/a/b/ghi-chu.md", "không có trang quy chế nào"),
        ("docs/don-vi/la/b", "docs/don-vi/la/b: chưa có hay chưa đọc được data/units/la.yml"),
        ("docs/don-vi/phong-gddt-huyen", "chỉ có bài báo"),
    ],
)
def test_no_agreement_page(path: str, expected: str):
    """A path without an agreement page whose unit is known is refused in words."""
    own = load(ROOT).archive
    names = ("a/b/2025-2024.md", "a/b/ghi-chu.md", "la/b/2024-2025.md")
    texts = {**own.texts, **{f"docs/don-vi/{name}": MARK.sub("", OLD) for name in names}}
    with pytest.raises(EditorError) as told:
        missing(replace(own, texts={**texts, PAGE: OLD}), [path])

    assert expected in str(told.value)


def test_unread_units_and_reports_stay():
    """A report gets no ids, nor a page that may be one because its unit's data can't be read."""
    own = load(ROOT).archive
    known = missing(own, [])
    rest = {unit_id: unit for unit_id, unit in own.units.items() if unit_id != "phong-gddt-huyen"}
    agreements = tuple(each for each in own.agreements if each.unit_id in rest)
    unread = missing(replace(own, units=rest, agreements=agreements), [])

    assert {} == known.texts == unread.texts
    assert not [line for line in known.said if "phong-gddt-huyen" in line]
    folder = "docs/don-vi/phong-gddt-huyen/lien-doan-lao-dong"
    data = "data/units/phong-gddt-huyen.yml"
    assert (f"{folder}: bỏ qua, vì chưa có hay chưa đọc được {data}",) == unread.said


def test_the_command(tmp_path: Path):
    """`ids` writes what `ids --check` tells, and then nothing is missing."""
    shutil.copytree(BASE, tmp_path / "kho")
    page = tmp_path / "kho" / PAGE
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace(" {#luat-cong-doan}", ""), encoding="utf-8")
    line = f"{PAGE}:5: {{#luat-cong-doan}} Căn cứ Luật Công đoàn;"
    runs = [
        CliRunner().invoke(cli, ["ids", *flags, "--root", str(tmp_path / "kho")])
        for flags in (["--check"], [], ["--check"])
    ]

    assert [1, 0, 0] == [run.exit_code for run in runs]
    assert [True, True, False] == [line in run.output for run in runs]
    assert text == page.read_text(encoding="utf-8")


def bare(page: Page) -> list[tuple[object, ...]]:
    """The clauses of a page without their ids; the parent is told by its place."""
    at = {clause.id: number for number, clause in enumerate(page.clauses)}
    return [
        (c.kind, c.label, c.text, c.level, c.rows, at.get(c.parent or c.id) if c.parent else None)
        for c in page.clauses
    ]


@given(pages(), st.data())
def test_named_pages_are_whole(page: Page, data: st.DataObject):
    """A page that lost its ids, but for those that the title needs, is whole with the new ones."""
    assume(page.clauses)
    text = re.sub(r" \^m-\d+\}", "}", write(page))
    whole = parse(text, PAGE, resolve)
    assume(not whole.problems)
    first = whole.page.clauses[0]
    lost = [c.id for c in whole.page.clauses if c is not first and data.draw(st.booleans())]
    less = text
    for clause_id in lost:
        less = re.sub(rf"[ \n]\{{#{clause_id}\}}$", "", less, flags=re.MULTILINE)
    edits = missing(archive(y2024=less), [])
    after = parse(edits.texts.get(PAGE, less), PAGE, resolve)

    assert () == after.problems
    assert (whole.page.title, bare(whole.page)) == (after.page.title, bare(after.page))
    assert {c.id for c in whole.page.clauses} - set(lost) <= {c.id for c in after.page.clauses}


@pytest.mark.parametrize(
    "path", [each.path for each in load(ROOT).archive.agreements if each.page.clauses]
)
def test_real_pages_are_whole(path: str):
    """The archive's own pages without any id get back all that they were, but for `^parent`."""
    text = re.sub(r" \^[a-z-]+\}", "}", (ROOT / path).read_text(encoding="utf-8"))
    whole = parse(text, PAGE, resolve).page
    edits = missing(archive(y2024=MARK.sub("", text).replace("\n\n\n", "\n\n")), [])
    after = parse(edits.texts.get(PAGE, text), PAGE, resolve)

    assert [] == [problem for problem in after.problems if problem.code.startswith("G")]
    assert (whole.title, bare(whole)) == (after.page.title, bare(after.page))


@given(anything, anything)
@example("# A\n\n##\n\n# \\", "")
def test_any_text_is_named_once(text: str, other: str):
    """Whatever a page holds, ids are all that is new, and a second run adds none."""
    edits = missing(archive(y2023=other, y2024=text), [PAGE])
    again = archive(y2023=other, y2024=edits.texts.get(PAGE, text))
    lost = edits.texts.get(PAGE, text)
    for clause_id in re.findall(
        rf"^{PAGE}:\d+: \{{#([a-z0-9-]+)\}} ?", "\n".join(edits.said), re.MULTILINE
    ):
        lost = re.sub(rf"( |\r\n|\r|\n)\{{#{clause_id}\}}", "", lost, count=1)

    assert {} == missing(again, [PAGE]).texts
    assert text == lost
    problems = parse(edits.texts.get(PAGE, text), PAGE, resolve).problems
    before = {(p.code, p.message) for p in parse(text, PAGE, resolve).problems}
    assert not [
        p for p in problems if p.code in ("G104", "G105") and (p.code, p.message) not in before
    ]


def test_every_kind_has_words():
    """Whatever is wordless still gets an id for what it is."""
    kinds = {
        ClauseKind.BASIS: "Căn cứ 1;",
        ClauseKind.HEADING: "## 1",
        ClauseKind.CLAUSE: "**1.** 1",
        ClauseKind.TABLE: "|1|\n|---|\n|2|",
        ClauseKind.CLOSING: "***\n\n1",
    }

    assert ["can-cu", "muc", "dieu-khoan", "bang", "loi-ket"] == named(*kinds.values())
    assert ["mo-dau", "muc"] == named("1:", "## 1")
