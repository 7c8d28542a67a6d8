import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from macros import grammar
from macros.citing import cite, out_of_sequence
from macros.grammar import Parsed, fold, parse, reworded, write
from macros.model import Clause, ClauseId, ClauseKind, Page, Shared
from tests.golden import Golden, cases

DOCS = Path(__file__).parent.parent / "docs/don-vi"

WORDINGS = {
    ("tieu-de", "2024-2025"): "LỀ LỐI LÀM VIỆC",
    ("hop-giao-ban", "2024-2025"): "Công đoàn được  dự giao ban, các Hội nghị sơ kết, tổng kết.",
    ("hop-giao-ban", "2022-2023"): "Công đoàn được dự giao ban.",
}


def resolve(use: Shared):
    """The wordings that the tests' pages use."""
    missing = ("C102", f'"{use.id}" không có câu chữ "{use.wording}"', "")
    return WORDINGS.get((use.id, use.wording), missing)


def archive_wording(use: Shared) -> str:
    """Some wording for each call in the archive's pages."""
    return f"Câu chữ {use.wording} của {use.id}."


def told(parsed: Parsed) -> str:
    """A page as the golden files hold it: one clause per line, then what is wrong."""
    cited = cite(parsed.page)
    clauses = [
        {
            "id": clause.id,
            "parent": clause.parent,
            "kind": clause.kind,
            "level": clause.level,
            "label": clause.label,
            "text": clause.text,
            "cite": cited[clause.id],
        }
        | ({"rows": clause.rows} if clause.rows else {})
        | ({"shared": [clause.shared.id, clause.shared.wording]} if clause.shared else {})
        for clause in parsed.page.clauses
    ]
    faults = [f"{each.id}: chờ {wanted}" for each, wanted in out_of_sequence(parsed.page)]
    problems = [
        f"{each.line}:{each.column} {each.code} {each.message} → {each.hint}"
        for each in parsed.problems
    ]
    lists = {
        "title": parsed.page.title,
        "clauses": clauses,
        "out_of_sequence": faults,
        "problems": problems,
    }
    parts = []
    for name, rows in lists.items():
        lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
        parts.append(f' "{name}": [\n{lines}\n ]' if lines else f' "{name}": []')
    return "{\n" + ",\n".join(parts) + "\n}\n"


@pytest.mark.parametrize("page", cases("grammar", ".md"), ids=lambda page: page.stem)
def test_golden(page: Path, golden: Golden):
    """A page of each heading system is nested and cited as a clerk would."""
    parsed = parse(page.read_text(encoding="utf-8"), page.name, resolve)

    golden(page.with_suffix(".json"), told(parsed))


TITLE = "# QUY CHẾ\n\n"
FIRST = TITLE + "**1.** Một. {#mot}\n\n"
# Each label of its own style: each opens a level below the one before.
_STYLES = (
    "1. i) 1.1. Điều_1. • §1. Chương_I. Mục_1. a.1) Khoản_1. Phần_I. 1.1.1. Phụ_lục_1."
).split()
DEEP = TITLE + "".join(
    f"**{style.replace('_', ' ')}** Một. {{#d{n}}}\n\n" for n, style in enumerate(_STYLES)
)
PROBLEMS = [
    ("Số: 12\n\nMột. {#mot}\n", "1:1 G101, 1:1 G102", "một dòng khóa: giá trị"),
    ("---\nunit: a\n---\n\n# QUY CHẾ\n\nMột. {#mot}\n", "1:1 G101, 1:1 G102, 5:1 G103", "front matter"),
    ("QUY CHẾ\n\nMột. {#mot}\n", "1:1 G102", "tiêu đề không có dấu thăng"),
    ("## QUY CHẾ\n\nMột. {#mot}\n", "1:1 G102", "tiêu đề hai dấu thăng"),
    ("# QUY CHẾ {#quy-che}\n\nMột. {#mot}\n", "1:1 G102", "tiêu đề mang mã"),
    ("", "1:1 G102, 1:1 G103", "trang trống"),
    ("\ufeff\r\n\r\n# QUY CHẾ\r\n\r\nHai dòng\r\nkhông mã\r\n", "1:1 G103", "không có điều khoản"),
    (TITLE + "## Mục\n\nMột. {#mot}\n", "3:1 G103", "tiêu đề mục thiếu mã"),
    (TITLE + "***\n\nMột. {#mot}\n", "3:1 G103", "*** trước điều khoản đầu tiên"),
    (FIRST + "Hai dòng\n  không mã.\n", "6:12 G103", "đoạn thiếu mã"),
    (FIRST + "Hai {#hai}.\n", "5:5 G104, 5:12 G103", "mã không ở cuối"),
    (FIRST + "|a|\n|---|\n|b|\n", "7:4 G103", "bảng thiếu mã"),
    (FIRST + "Hai.\n{#Hai}\n", "6:1 G104", "mã viết hoa"),
    (FIRST + "Hai. {#hai ba}\n", "5:6 G104", "mã có dấu cách"),
    (FIRST + "Hai. {#điều-hai}\n", "5:6 G104", "mã có dấu"),
    (FIRST + "Hai {# ghi chú #} nữa.\nBa. {#hai}\n", "5:5 G104", "chú thích Jinja"),
    (FIRST + "|a {#b}|\n|---|\n|b|\n{#hai}\n", "5:4 G104", "mã trong ô"),
    (FIRST + "  Hai. {#mot}\n", "5:8 G105", "mã trùng"),
    (FIRST + "- Hai. {#hai}\n", "5:1 G106", "gạch không đậm"),
    (FIRST + "Hai\n 3. ba\n+ bốn {#hai}\n", "6:2 G106, 7:1 G106", "dòng như danh sách"),
    (TITLE + "1) Năm học\n\nMột. {#mot}\n", "3:1 G106", "dòng tiêu đề như danh sách"),
    (FIRST + "Hai {{ x }}. {#hai}\n", "5:5 G107", "ngoặc nhọn kép"),
    (FIRST + "Hai\n{% if x %} {#hai}\n", "6:1 G107", "lệnh Jinja"),
    (FIRST + '{{ clause("a") }} {#hai}\n', "5:1 G107", "lời gọi thiếu kỳ"),
    (FIRST + "**2.** {{ clause('a', 'b') }} {#hai}\n", "5:8 G107", "lời gọi nháy đơn"),
    (FIRST + '{{ clause("a", "b", x="1", x="2") }} {#hai}\n', "5:1 G107", "lời gọi lặp tên"),
    (FIRST + '{{ clause("a", x="1", "b") }} {#hai}\n', "5:1 G107", "lời gọi sai thứ tự"),
    (FIRST + 'Và {{ clause("a", "b") }} {#hai}\n', "5:4 G107", "lời gọi giữa câu"),
    (FIRST + '**2.** {{ clause("a", "b") }} {#hai}\n', "5:8 C102", "lời gọi không giải được"),
    (FIRST + "Hai.\n{#hai ^khong-co}\n", "6:7 G108", "cha không có"),
    (FIRST + "## Mục {#muc}\n\nBa. {#ba ^mot}\n", "7:10 G108", "cha đã đóng"),
    (FIRST + "{#hai}\n", "5:1 G110", "điều khoản trống"),
    (FIRST + "## {#hai}\n", "5:1 G110", "mục trống"),
    (TITLE + "### Mục {#muc}\n", "3:1 G111", "mục đầu tiên nhảy cấp"),
    (TITLE + "## Mục {#muc}\n\n#### Sâu {#sau}\n", "5:1 G111", "nhảy cấp"),
    (FIRST + "|a|b|\n|c|d|\n{#hai}\n", "5:1 G112", "bảng không có dòng kẻ"),
    (FIRST + "|a|b|\n|---|---|\n|c|\n{#hai}\n", "5:1 G112", "bảng lệch ô"),
    (FIRST + "|---|\n{#hai}\n", "5:1 G112, 5:1 G110", "bảng chỉ có dòng kẻ"),
    (FIRST + "**2.**Hai. {#hai}\n", "5:1 G113", "nhãn dính chữ"),
    (FIRST + "## **2.** **Hai** {#hai}\n", "5:11 G113", "chữ đậm sau nhãn"),
    (FIRST + "** ** Hai {#hai}\n", "5:1 G113", "nhãn trống"),
    (FIRST + "|**a**|\n|---|\n|b|\n{#hai}\n", "5:2 G113", "ô in đậm"),
    (FIRST + "Hai\nba <script>x</script> {#hai}\n", "6:4 S101, 6:13 S101", "mã HTML"),
    (FIRST + "Hai \\\\<b> {#hai}\n", "5:7 S101", "gạch chéo đã thoát trước thẻ"),
    (TITLE.replace("Ế", "Ế <br>") + "Một. {#mot}\n", "1:11 S101", "mã HTML ở tiêu đề"),
    (FIRST + "|a|\n|---|\n|<!-- x -->|\n{#hai}\n", "7:2 S101", "mã HTML trong ô"),
    (FIRST + "Hai <b>\n", "5:5 S101, 5:8 G103", "mọi lỗi của một đoạn"),
    ("# A\n" + "Tên gọi\n" * 51 + "\nMột. {#mot}\n", "1:1 S110", "nhiều dòng tên gọi"),
    (FIRST + "".join(f"Hai. {{#h{n}}}\n\n" for n in range(2000)), "4003:1 S110", "nhiều điều khoản"),
    (FIRST + "| a |\n|---|\n" + "| b |\n" * 1000 + "{#b}\n", "5:1 S110", "bảng quá lớn"),
    (FIRST + "Câu này dài.\n" * 1540 + "{#hai}\n", "5:1 S111", "đoạn quá dài"),
    (DEEP, "27:1 S112", "lồng quá sâu"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"), [row[:2] for row in PROBLEMS], ids=[row[2] for row in PROBLEMS]
)
def test_problem(text: str, expected: str):
    """Each mistake is found where it stands, and nothing else is."""
    found = parse(text, "trang.md", resolve).problems

    assert sorted(expected.split(", ")) == sorted(f"{p.line}:{p.column} {p.code}" for p in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# TIN\n\nMột.\nHai.\n\nBa: 1. 2.\n", []),
        ("# TIN\n\nMột. Hai.\n  Ba. {#ba}\n", ["4:7 G109"]),
        ("# TIN\n\nMột.\n\n## Hai\n", ["5:1 G109"]),
        ("# TIN\n\nMột.\n\n***\n", ["5:1 G109"]),
        ("Một.\n", ["1:1 G102"]),
        ("# TIN\n\nMột <b>.\n", ["3:5 S101"]),
    ],
    ids=["đúng", "mã", "tiêu đề mục", "***", "thiếu tiêu đề", "mã HTML"],
)
def test_report(text: str, expected: list[str]):
    """A report has a title and paragraphs, and no mark of a clause."""
    parsed = parse(text, "trang.md", resolve, report=True)

    assert expected == [f"{p.line}:{p.column} {p.code}" for p in parsed.problems]
    assert () == parsed.page.clauses


def test_problems_say_what_to_do():
    """Every problem of the grammar has a message and, for its own codes, a hint."""
    found = [p for text, _, _ in PROBLEMS for p in parse(text, "a.md", resolve).problems]
    silent = {p.code for p in found if not p.message or not p.hint}

    assert {"C102"} == silent


def test_every_code_of_the_grammar_has_a_row():
    """The rows above name each code that grammar.py can give."""
    source = Path(grammar.__file__).read_text(encoding="utf-8")
    rows = " ".join(expected for _, expected, _ in PROBLEMS) + " G109"

    assert set(re.findall(r'"([GS]\d{3})"', source)) == set(re.findall(r"[GS]\d{3}", rows))


# Text that looks like marks, in every form that an editor's file may hold.
HOSTILE = (
    """\\ \\\\ \\{ { } {{ }} {# #} {% {{{# {#ma} {{clause("a","b")}} * ** *** **1.** _ ` ~ | || \\| < <b <<b>
    </p> <!-- <3 > & &lt; # ## - -- --- + 1. 2) 10. 1.1 Số: key: title: http://a.b [a](b) Căn ộ đ Đ Ừ
    “ ” – … ; : . ? ! a) i) Điều"""
).split()
LABELS = "1. 2. a) đ) i) I. II - -- + * ** (2)2. \\ <b> {#a} 1.1 7 C:\\".split()
words = st.lists(
    st.sampled_from(HOSTILE) | st.text(max_size=4) | st.just(" "), min_size=1, max_size=8
)
texts = st.builds(lambda parts, glue: fold(glue.join(parts)), words, st.sampled_from(["", " "]))
texts = texts.filter(
    lambda text: text and not re.match(r"(căn cứ|thực hiện)\b", text, re.IGNORECASE)
)
labels = st.sampled_from([*LABELS, "- -", "Điều 1:", "PHẦN I"]) | texts
names = st.from_regex(r"[a-z][a-z0-9_-]{0,4}", fullmatch=True)
blanks = st.dictionaries(names, st.text("ab ẩ,=.()#|<*", max_size=5), max_size=2)
calls = st.builds(
    Shared,
    id=st.just("hop-giao-ban"),
    wording=st.just("2024-2025"),
    blanks=blanks.map(lambda found: tuple(sorted(found.items()))),
)


@st.composite
def pages(draw):
    """A page: title lines, bases, headings to depth 4, clauses, tables, an end, a second part."""
    clauses: list[Clause] = []
    chain: list[Clause] = []  # the last clause and what holds it

    def add(kind: ClauseKind, parent: Clause | None, **fields):
        name = ClauseId(f"m-{len(clauses)}")
        clauses.append(Clause(id=name, kind=kind, parent=parent and parent.id, **fields))
        above = chain[chain.index(parent) :] if parent in chain else []
        chain[:] = [clauses[-1], *above]

    def within() -> Clause | None:
        return draw(st.sampled_from(chain)) if chain else None

    def heading(level: int):
        label, text = draw(st.just("") | labels), draw(texts)
        add(ClauseKind.HEADING, chain[0] if chain else None, level=level, label=label, text=text)
        headings.append(clauses[-1])

    def paragraph(kind: ClauseKind, *, labelled: bool):
        label = draw(labels) if labelled else ""
        shared = draw(st.none() | calls)
        text = draw(texts | st.just("")) if label else draw(texts)
        text = fold(WORDINGS["hop-giao-ban", "2024-2025"]) if shared else text
        free = not label and not any(each.level for each in chain)
        add(kind, None if free else within(), label=label, text=text, shared=shared)

    def table(kind: ClauseKind):
        width = draw(st.integers(1, 3))
        cells = st.lists(texts | st.just(""), min_size=width, max_size=width).map(tuple)
        rows = (draw(st.tuples(*[texts] * width)), *draw(st.lists(cells, max_size=2)))
        text = fold(" ".join(cell for row in rows for cell in row))
        add(kind, within(), rows=rows, text=text)

    title = tuple(draw(st.lists(texts, min_size=1, max_size=3)))
    for part in range(draw(st.integers(1, 2))):
        closing = False
        headings: list[Clause] = []
        if part:
            chain.clear()
            heading(1)
        for basis in draw(st.lists(st.booleans(), max_size=2)):
            text = draw(texts.map(lambda text: fold(f"Căn cứ {text}"))) if basis else draw(texts)
            kind = ClauseKind.BASIS if basis else ClauseKind.PREAMBLE
            add(kind, headings[-1] if headings else None, text=text)
        for step in ["heading", *draw(st.lists(st.sampled_from("hplte"), max_size=8))]:
            if step[0] == "h":
                level = draw(st.integers(2, min(4, headings[-1].level + 1 if headings else 2)))
                headings[:] = [each for each in headings if each.level < level]
                chain[:] = headings[::-1]
                heading(level)
                closing = False
            elif step == "e":
                headings[:] = [each for each in headings if each.level == 1]
                chain[:] = headings
                closing = True
                add(ClauseKind.CLOSING, within(), text=draw(texts))
            elif step == "t":
                table(ClauseKind.CLOSING if closing else ClauseKind.TABLE)
            else:
                kind = ClauseKind.CLOSING if closing else ClauseKind.CLAUSE
                paragraph(kind, labelled=step == "l")
    return Page(title=title, clauses=tuple(clauses))


@given(pages())
def test_what_is_written_is_read(page: Page):
    """A page comes back from its text as it was, without problems, whatever its words are."""
    parsed = parse(write(page), "trang.md", resolve)

    assert () == parsed.problems
    assert page == parsed.page


@given(pages())
def test_citations_are_unique(page: Page):
    """No two clauses of a page are cited alike."""
    cited = cite(page)

    assert [clause.id for clause in page.clauses] == list(cited)
    assert len(cited) == len(set(cited.values()))


@given(texts, st.lists(texts, max_size=3))
def test_a_report_is_read_as_written(title: str, paragraphs: list[str]):
    """A report comes back from its text as it was."""
    page = Page(title=(title,), report=tuple(paragraphs))
    parsed = parse(write(page), "tin.md", resolve, report=True)

    assert (page, ()) == (parsed.page, parsed.problems)


PIECES = ["\n", "  ", *"Một hai. Ba \\* \\{# \\<b căn <3 a|b 1. Căn\ncứ".split(" ")]
blocks = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(["", "", "", "## ", "### ", "# ", "  "]),
    st.sampled_from(["", "**1.** ", "**a)**\n", "**-** ", "**\\*)** "]),
    st.lists(st.sampled_from(PIECES)).map(" ".join),
    st.sampled_from(["", "\n", " "]),
    st.sampled_from(["{#m%d}", "{#m%d ^m1}", "{#m%d  ^m2}", "{#m%d}  "]),
)
others = st.sampled_from(["***", "|a|b|\n|-|-|\n|\\-|c\\||\n{#m%d}"])


def as_page(found: list[str]) -> str:
    """A page of these blocks, each with its number in its id."""
    numbered = (block.replace("%d", str(number)) for number, block in enumerate(found))
    return "\n\n".join(["# QUY CHẾ", *numbered])


sources = st.lists(blocks | others, max_size=8).map(as_page)
MARKS = ["\n", "\n\n", "\r\n", " {#a}\n\n", " {#b ^a}\n\n", "# ", "|"]
anything = st.lists(st.sampled_from([*HOSTILE, *MARKS]) | st.text(max_size=3)).map("".join)


@given(sources)
def test_writing_is_a_fixed_point(text: str):
    """The normal form of a page without errors is written again as it is."""
    parsed = parse(text, "trang.md", resolve)
    assume(not parsed.problems)
    once = write(parsed.page)
    again = parse(once, "trang.md", resolve)

    assert parsed.page == again.page
    assert once == write(again.page)


CALLED = '{{ clause("a", "2024-2025") }} {#m%d}'
marks = st.sampled_from(["", "## ", "# "]), st.sampled_from(["", "**1.** "])
calling = st.builds("{}{}{}".format, *marks, st.just(CALLED))
callers = st.lists(blocks | others | calling, min_size=1, max_size=6).map(as_page)
wordings = st.sampled_from(
    ["Một.", "Hai  ba.", "Căn cứ Điều lệ;", "căn cứ vào đó:", "Hai bên thống nhất:", " ", "1. Một"]
)


@given(callers, wordings, wordings | st.none())
def test_a_page_with_other_wordings_is_that_which_is_read_anew(
    text: str, before: str, after: str | None
):
    """What is known of a page gives the page with other wordings, wherever it calls for them; or
    says that the page has to be read, as it does where a wording is lacking.
    """
    one = parse(text, "trang.md", lambda _: before)
    assume(not one.problems)
    missing = ("C102", "không có câu chữ", "")
    found = reworded(one.page, lambda _: missing if after is None else after)
    other = parse(text, "trang.md", lambda _: missing if after is None else after)

    assert found is None or Parsed(found) == other
    if before == "Một." and after == "Hai  ba.":
        assert found


@given(sources | anything, st.booleans())
def test_any_text_is_read(text: str, report: bool):
    """No text makes the grammar, its citations or its sequence raise; each place exists."""
    parsed = parse(text, "trang.md", resolve, report=report)
    lines = re.split(r"\r\n|\r|\n", text)

    assert set(cite(parsed.page)) == {clause.id for clause in parsed.page.clauses}
    assert list(out_of_sequence(parsed.page)) is not None
    for problem in parsed.problems:
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1


@given(pages(), st.randoms(use_true_random=True))
def test_line_ends_mean_nothing(page: Page, random):
    """Inside a paragraph a line may end at any space, unless the next would begin like a mark."""
    ends = [" ", "\n", "\r\n", "\n  "]
    paragraphs = write(page).split("\n\n")
    for number in range(len(page.title), len(paragraphs)):
        if not paragraphs[number].startswith(("#", "|")):
            paragraphs[number] = re.sub(
                r"[ \n](?=[^\W\d_])", lambda _: random.choice(ends), paragraphs[number]
            )

    assert page == parse("\n\n".join(paragraphs), "trang.md", resolve).page


@given(st.text("aăâêôơưđ ấừỹỢ ."))
def test_decomposed_letters_are_read_composed(text: str):
    """NFD and NFC of the same letters are the same clause."""
    page = TITLE + f"**1.** Một {text} {{#mot}}\n"

    assert (
        parse(unicodedata.normalize("NFD", page), "a.md", resolve).page
        == parse(unicodedata.normalize("NFC", page), "a.md", resolve).page
    )


@pytest.mark.parametrize(
    "path", sorted(DOCS.rglob("*.md")), ids=lambda path: f"{path.parts[-3]}/{path.stem}"
)
def test_published_pages_keep_their_meaning(path: Path):
    """Writing a page of this archive in normal form changes nothing that it says."""
    text = path.read_text(encoding="utf-8")
    report = "{#" not in text
    parsed = parse(text, path.name, archive_wording, report=report)
    again = parse(write(parsed.page), path.name, archive_wording, report=report)

    assert () == parsed.problems
    assert parsed.page == again.page
