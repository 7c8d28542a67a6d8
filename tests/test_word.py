import io
import struct
import zipfile

import docx as python_docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.foreign.word import read_word
from macros.manuscript import Grid, LeftOut, Manuscript, Printed
from macros.problem import EditorError
from tests.word_files import (
    BY,
    DECLARED,
    PACKAGE,
    abstract,
    box,
    document,
    docx,
    field,
    gone,
    ins,
    lvl,
    marked,
    members,
    num,
    numbered_by,
    p,
    part,
    r,
    relation,
    relations,
    style,
    t,
    tbl,
    tc,
    tr,
    zipped,
)  # fmt: skip

UP, DOWN = '<w:vertAlign w:val="superscript"/>', '<w:vertAlign w:val="subscript"/>'
DECIMALS = abstract(0, lvl(0, "upperRoman", "%1."), lvl(1, "decimal", "%1.%2."),
                    lvl(2, "lowerLetter", "%3)"))  # fmt: skip
ROMAN_AND_POINTS = DECIMALS + num(1, 0)


def shown(manuscript: Manuscript) -> list[str]:
    """Label and text of each line, a label in brackets."""
    return [f"[{e.label}] {e.text}" if e.label else e.text for e in manuscript.lines()]


def labels(numbering: str, *levels: tuple[int, int], styles: str = "") -> list[str]:
    """The labels that paragraphs of these lists and levels get."""
    blocks = [p("x", num=each) for each in levels]
    return [e.label for e in read_word(docx(*blocks, numbering=numbering, styles=styles)).lines()]


def left(manuscript: Manuscript) -> list[tuple[str, str, str]]:
    """What was left out, as rows."""
    return [(each.text, each.place, each.why) for each in manuscript.left_out]


def one(level: str) -> str:
    """A list of one level, used as list 1."""
    return abstract(0, level) + num(1, 0)


@pytest.mark.parametrize(
    ("numbering", "levels", "expected"),
    [
        (ROMAN_AND_POINTS, [(1, 0), (1, 1), (1, 1), (1, 2), (1, 0), (1, 1)],
         ["I.", "I.1.", "I.2.", "a)", "II.", "II.1."]),
        # a level below counts anew after each level above, also after one that was skipped
        (ROMAN_AND_POINTS, [(1, 0), (1, 2), (1, 2), (1, 1), (1, 2), (1, 0), (1, 2)],
         ["I.", "a)", "b)", "I.2.", "a)", "II.", "a)"]),
        # a level that was skipped has begun by that
        (ROMAN_AND_POINTS, [(1, 1), (1, 0), (1, 1)], ["I.1.", "II.", "II.1."]),
        # two uses of one list count together; one with a start of its own begins there, once
        (DECIMALS + num(1, 0) + num(2, 0), [(1, 0), (2, 0), (1, 0)], ["I.", "II.", "III."]),
        (DECIMALS + num(1, 0) + num(2, 0, {0: 1}), [(1, 0), (1, 0), (2, 0), (2, 0), (2, 1)],
         ["I.", "II.", "I.", "II.", "II.1."]),
        (DECIMALS + num(1, 0, {1: 5}), [(1, 0), (1, 1), (1, 1), (1, 0), (1, 1)],
         ["I.", "I.5.", "I.6.", "II.", "II.5."]),
        # a use can have a level of its own
        (DECIMALS + num(1, 0, more='<w:lvlOverride w:ilvl="0">' + lvl(0, "decimal", "Điều %1.", 7)
         + "</w:lvlOverride>"), [(1, 0), (1, 0)], ["Điều 7.", "Điều 8."]),
        # restart: never, and only after the first level
        (abstract(0, lvl(0, "decimal", "%1"), lvl(1, "decimal", "%2", more='<w:lvlRestart w:val="0"/>'))
         + num(1, 0), [(1, 0), (1, 1), (1, 0), (1, 1)], ["1", "1", "2", "2"]),
        (abstract(0, lvl(0, "decimal", "%1"), lvl(1, "decimal", "%2"),
                  lvl(2, "decimal", "%3", more='<w:lvlRestart w:val="1"/>')) + num(1, 0),
         [(1, 0), (1, 1), (1, 2), (1, 1), (1, 2), (1, 0), (1, 2)],
         ["1", "1", "1", "2", "2", "2", "1"]),
        # legal: all digits, whatever the levels above print
        (abstract(0, lvl(0, "upperRoman", "%1."), lvl(1, "decimal", "%1.%2", more="<w:isLgl/>"))
         + num(1, 0), [(1, 0), (1, 0), (1, 1)], ["I.", "II.", "2.1"]),
        (abstract(0, lvl(0, "decimalZero", "%1"), lvl(1, "upperRoman", "%1.%2", more="<w:isLgl/>"))
         + num(1, 0), [(1, 0), (1, 1)], ["01", "01.1"]),
        (one(lvl(0, "decimalZero", "%1/")), [(1, 0)] * 2, ["01/", "02/"]),
        (one(lvl(0, "lowerRoman", "(%1)", 3)), [(1, 0)] * 2, ["(iii)", "(iv)"]),
        (one(lvl(0, "upperLetter", "%1-", 26)), [(1, 0)] * 2, ["Z-", "AA-"]),
        (one(lvl(0, "upperRoman", "Chương %1 ", 1998)), [(1, 0)] * 2,
         ["Chương MCMXCVIII", "Chương MCMXCIX"]),
        (one(lvl(0, "none", "*%1")), [(1, 0)], ["*"]),
        (one(lvl(0, "bullet", "\uf0b7", more='<w:rPr><w:rFonts w:ascii="Symbol"/></w:rPr>')),
         [(1, 0)], ["-"]),
        (one(lvl(0, "bullet", "+")), [(1, 0)], ["+"]),
        (one(lvl(0, "decimal", "%1.", more="<w:rPr><w:vanish/></w:rPr>")), [(1, 0)], [""]),
        # a level above without numbers prints nothing of itself
        (abstract(0, lvl(0, "decimal", "%1"), lvl(1, "bullet", "-"), lvl(2, "decimal", "%1.%2%3"))
         + num(1, 0), [(1, 0), (1, 1), (1, 2)], ["1", "-", "1.1"]),
        # no list, no such list, no such level
        (ROMAN_AND_POINTS, [(0, 0), (9, 0), (1, 8)], ["", "", ""]),
        # what counts nowhere: negative, huge, not a number
        (one('<w:lvl w:ilvl="0"><w:start w:val="x"/><w:lvlText w:val="%1"/></w:lvl>'),
         [(1, 0)] * 2, ["0", "1"]),
        (one(lvl(0, "upperRoman", "%1", 9_999_999)), [(1, 0)], ["1000000"]),
    ],
)  # fmt: skip
def test_automatic_numbers(numbering: str, levels: list[tuple[int, int]], expected: list[str]):
    """A list's labels are those that Word prints."""
    assert expected == labels(numbering, *levels)


@pytest.mark.parametrize(
    ("styles", "named", "expected"),
    [
        # level by the style's own words, or by the level that names the style
        (style("Muc", numbered_by(1, 1)), "Muc", "I.1."),
        (style("Muc", numbered_by(1)), "Muc", "a)"),
        # through the style that it is based on
        (style("Goc", numbered_by(1, 0)) + style("Con", based="Goc"), "Con", "I."),
        (style("Goc", numbered_by(1, 0)) + style("Con", numbered_by(None, 1), based="Goc"),
         "Con", "I.1."),
        # taken away again
        (style("Goc", numbered_by(1, 0)) + style("Con", numbered_by(0), based="Goc"), "Con", ""),
        # a style that is based on itself
        (style("Vong", numbered_by(1, 0), based="Vong"), "Vong", "I."),
        # the style of all paragraphs that name none
        (style("Normal", numbered_by(1, 0), default=True), "", "I."),
    ],
)  # fmt: skip
def test_numbers_of_styles(styles: str, named: str, expected: str):
    """A paragraph without a list of its own has that of its style."""
    third = lvl(2, "lowerLetter", "%3)", more='<w:pStyle w:val="Muc"/>')
    first = lvl(0, "upperRoman", "%1."), lvl(1, "decimal", "%1.%2.")
    numbering = abstract(0, *first, third if "ilvl" not in styles else "") + num(1, 0)
    read = read_word(docx(p("x", style=named), numbering=numbering, styles=styles))

    assert [expected] == [each.label for each in read.lines()]


def test_a_paragraph_can_leave_the_list_of_its_style():
    """List 0 means none, also against the style."""
    styles = style("Muc", numbered_by(1, 0))
    read = read_word(
        docx(p("x", style="Muc", num=(0, None)), numbering=ROMAN_AND_POINTS, styles=styles)
    )

    assert [""] == [each.label for each in read.lines()]


def test_a_style_of_lists_stands_for_its_list():
    """A list that only names a style of lists has the levels of that style's list."""
    numbering = (
        DECIMALS
        + '<w:abstractNum w:abstractNumId="5"><w:numStyleLink w:val="DS"/></w:abstractNum>'
        + num(1, 0)
        + num(2, 5)
    )
    styles = style("DS", numbered_by(1), kind="numbering")

    assert ["I.", "II."] == labels(numbering, (2, 0), (1, 0), styles=styles)


def test_an_empty_numbered_paragraph_counts_and_is_told():
    """Word prints the number of a paragraph without words; it is left out with its reason."""
    read = read_word(
        docx(p("a", num=(1, 0)), p(num=(1, 0)), p("c", num=(1, 0)), numbering=ROMAN_AND_POINTS)
    )

    assert ["[I.] a", "[III.] c"] == shown(read)
    assert [("II.", "đoạn 1", "số tự động của một đoạn không có chữ")] == left(read)


def test_a_hidden_numbered_paragraph_does_not_count():
    """A paragraph that does not print at all has no number either."""
    hidden = p(r("b", "<w:vanish/>"), num=(1, 0), mark="<w:vanish/>")
    blocks = p("a", num=(1, 0)), hidden, p("c", num=(1, 0))
    read = read_word(docx(*blocks, numbering=ROMAN_AND_POINTS))

    assert ["[I.] a", "[II.] c"] == shown(read)


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        (["Hai ", "bên"], "Hai bên"),
        ([r("<w:t> không giữ </w:t>"), "x"], "không giữx"),
        ([r(t("a") + "<w:tab/>" + t("b") + "<w:br/>" + t("c") + "<w:cr/>" + t("d"))], "a\tb\nc\nd"),
        ([r(t("2024") + "<w:noBreakHyphen/>" + t("2025") + "<w:softHyphen/>")], "2024-2025"),
        ([r('<w:sym w:font="Symbol" w:char="F0B7"/>'), " x"], "• x"),
        ([r('<w:sym w:font="Wingdings" w:char="00FC"/>')], "✓"),
        (["\uf02d chi"], "- chi"),
        ([f'<w:hyperlink r:id="x">{r("trang web")}</w:hyperlink>', " ạ"], "trang web ạ"),
        ([f"<w:sdt><w:sdtPr/><w:sdtContent>{r('chọn')}</w:sdtContent></w:sdt>"], "chọn"),
        ([field(" REF x ", "mục 2")], "mục 2"),
        ([field("IF " + field("REF y", "ẩn"), "hiện")], "hiện"),
        ([f'<w:fldSimple w:instr=" DATE ">{r("5/9")}</w:fldSimple>'], "5/9"),
        ([r("&<>\"' {{ x }}")], "&<>\"' {{ x }}"),
        ([r("Quy chế", "<w:caps/>")], "QUY CHẾ"),
        ([f"<m:oMath><m:r>{t('x').replace('w:t', 'm:t')}</m:r></m:oMath>"], "x"),
        ([r("e\u0302\u0301")], "e\u0302\u0301"),
    ],
)  # fmt: skip
def test_what_runs_print(runs: list[str], expected: str):
    """The text of a paragraph is what Word shows of its runs."""
    assert [expected] == shown(read_word(docx(p(*runs))))


def test_how_a_paragraph_is_set():
    """Bold and italic hold for all visible letters, by run, style or both; style undoes style."""
    bold = "<w:rPr><w:b/></w:rPr>"
    styles = (
        style("Dam", bold)
        + style("ChuDam", bold, kind="character")
        + style("u1", based="Dam", named="heading 1")
        + style("Ten", '<w:pPr><w:jc w:val="center"/><w:outlineLvl w:val="1"/></w:pPr>')
    )
    rows = [
        (p(r("a", "<w:b/>"), " ", r("b", "<w:b/><w:i/>")), (True, False, False, 0)),
        (p(r("a", "<w:b/>"), "b"), (False, False, False, 0)),
        (p("a", style="Dam"), (True, False, False, 0)),
        (p(r("a", '<w:b w:val="0"/>'), style="Dam"), (False, False, False, 0)),
        (p(r("a", '<w:rStyle w:val="ChuDam"/>'), style="Dam"), (False, False, False, 0)),
        (p(r("a", "<w:i/>"), form='<w:jc w:val="center"/>'), (False, True, True, 0)),
        (p("a", style="u1"), (True, False, False, 1)),
        (p("a", style="Ten"), (False, False, True, 2)),
        (p("a", style="Ten", form='<w:jc w:val="both"/><w:outlineLvl w:val="9"/>'),
         (False, False, False, 0)),
    ]  # fmt: skip
    read = read_word(docx(*(block for block, _ in rows), styles=styles))

    assert [row for _, row in rows] == [
        (each.bold, each.italic, each.centred, each.level) for each in read.lines()
    ]


def test_empty_lines_and_places():
    """An empty paragraph is a gap before the next; people count the printed ones from 1."""
    read = read_word(docx("a", p(), p(" "), "b", "c"))

    assert (
        Printed(text="a", place="đoạn 1"),
        Printed(text="b", place="đoạn 2", gap=True),
        Printed(text="c", place="đoạn 3"),
    ) == read.parts


def test_tables():
    """Cells in order, merged ones once and in their column, lines of a nested table in its cell."""
    span, down = '<w:gridSpan w:val="2"/>', "<w:vMerge/>"
    nested = tbl(("n1", "n2"))
    table = tbl(
        tr(tc("tên", form=span), tc("năm", form='<w:vMerge w:val="restart"/>')),
        tr("a", tc("b", "b2"), tc("thừa", form=down)),
        tr("c", tc(nested, "d"), tc()),
        ruled=True,
    )
    read = read_word(docx("trước", table, "sau"))
    grid = read.parts[1]

    assert isinstance(grid, Grid)
    assert grid.ruled
    assert [
        [["tên"], [], ["năm"]],
        [["a"], ["b", "b2"], []],
        [["c"], ["n1", "n2", "d"], []],
    ] == [[[line.text for line in cell] for cell in row] for row in grid.rows]
    assert "bảng 1, hàng 2, ô 2" == grid.rows[1][1][0].place
    assert "bảng 1, hàng 3, ô 2, bảng 1, hàng 1, ô 2" == grid.rows[2][1][1].place
    assert [("thừa", "bảng 1, hàng 2, ô 3", "ô đã gộp vào ô khác, Word không in")] == left(read)


def around(tag: str, inside: str) -> str:
    """XML in one more element; a tracked change is by somebody."""
    by = f' w:id="7" {BY}' if tag in ("w:ins", "w:del", "w:moveTo", "w:moveFrom") else ""
    return f"<{tag}{by}>{inside}</{tag}>"


def table_of(*inside: str) -> str:
    """A table of XML that need not be rows."""
    return f"<w:tbl><w:tblPr/>{tr('a', 'b')}{''.join(inside)}</w:tbl>"


def row_of(inside: str) -> str:
    """A table of one row, of XML that need not be cells."""
    return tbl(f"<w:tr>{tc('a')}{tc('b')}{inside}</w:tr>")


def shape(*, choice: str, fallback: str) -> str:
    """A drawing in two forms."""
    return r(
        f'<mc:AlternateContent><mc:Choice Requires="wps">{choice}</mc:Choice>'
        f"<mc:Fallback>{fallback}</mc:Fallback></mc:AlternateContent>"
    )


DELETED = "đã bị xóa trong chế độ theo dõi thay đổi"
MOVED = "đã chuyển đi nơi khác trong chế độ theo dõi thay đổi"
ADDED = "được thêm trong chế độ theo dõi thay đổi, chưa chấp nhận"
ASTRAY = "chữ nằm sai chỗ trong tệp (ngoài đoạn và ô của bảng), có thể Word không in"
PICT = f"<w:pict><v:shape><v:textbox>{p('chữ')}</v:textbox></v:shape></w:pict>"


@pytest.mark.parametrize(
    ("block", "why"),
    [
        *((table_of(around(tag, tr("chữ", "d"))), "") for tag in
          ("w:ins", "w:moveTo", "w:bdo", "w:dir", "w:hyperlink", "w:customXml", "w:smartTag")),
        *((row_of(around(tag, tc("chữ"))), "") for tag in ("w:ins", "w:bdo", "w:hyperlink")),
        *((around(tag, p("chữ")), "") for tag in ("w:ins", "w:bdo", "w:hyperlink")),
        (table_of(around("w:del", tr("chữ"))), DELETED),
        (table_of(around("w:moveFrom", tr("chữ"))), MOVED),
        (row_of(around("w:del", tc("chữ"))), DELETED),
        (around("w:del", p("chữ")), DELETED),
        (around("w:del", tbl(("chữ", "chữ"))), DELETED),
        (table_of(around("w:khac", tr("chữ"))), ASTRAY),
        (table_of(p("chữ")), ASTRAY),
        (table_of(r("chữ")), ASTRAY),
        (row_of(r("chữ")), ASTRAY),
        (row_of(around("w:trPr", t("chữ"))), ASTRAY),
        (p(form=r("chữ")), ASTRAY),
        (p(r(f"<w:drawing>{p('chữ')}</w:drawing>")), ASTRAY),
        # cells that take no column, at one place
        (tbl(tr(tc("a", form='<w:gridSpan w:val="0"/>'), tc("chữ"))), ""),
        # forms of a drawing
        (p(shape(choice="", fallback=PICT)), ""),
        (p(shape(choice=t("  "), fallback=PICT)), ""),
        (p(shape(choice=PICT, fallback="")), ""),
        (p(shape(choice=t("a"), fallback=PICT)), ASTRAY),
        (p(r(PICT)), ""),
    ],
)  # fmt: skip
def test_words_astray_are_read_or_told(block: str, why: str):
    """A word where no word belongs is printed, or it is left out with its reason."""
    read = read_word(docx("x", block))

    told = {each.why for each in read.left_out if "chữ" in each.text}
    assert ("chữ" in shown(read), told) == (not why, {why} - {""})


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (table_of(around("w:ins", tr("chữ"))), [ADDED]),
        (table_of(around("w:del", tr("chữ"))), []),
        (row_of(around("w:ins", tc("chữ"))), [ADDED]),
        (around("w:ins", p("chữ")), [ADDED]),
        (around("w:del", p("chữ")), []),
    ],
)
def test_changes_around_blocks_are_rejected(block: str, expected: list[str]):
    """What was put in round a row, a cell or a paragraph goes where changes are rejected."""
    read = read_word(docx("x", block), accept=False)

    assert ("chữ" not in shown(read), expected) == (
        bool(expected),
        [each.why for each in read.left_out],
    )


TAGS = """w:p w:r w:tbl w:tr w:tc w:ins w:del w:moveTo w:moveFrom w:hyperlink w:bdo w:dir w:sdt
w:sdtContent w:sdtPr w:customXml w:smartTag w:fldSimple w:ruby w:rt w:pPr w:rPr w:trPr w:tblPr
w:pict w:drawing w:object w:txbxContent v:shape v:textbox wps:txbx mc:AlternateContent mc:Choice
mc:Fallback m:oMath m:r w:khac a:t w:t""".split()


@given(
    st.recursive(
        st.sampled_from(["w:t", "w:delText", "m:t", "a:t", "field"]),
        lambda inside: st.tuples(st.sampled_from(TAGS), st.lists(inside, max_size=4)),
        max_leaves=12,
    ).flatmap(lambda tree: st.tuples(st.just(tree), st.booleans()))
)
def test_no_nesting_loses_a_word(drawn):
    """Whatever elements stand around a word, it is printed, or left out with a reason."""
    tree, accept = drawn
    words: list[str] = []

    def xml(node) -> str:
        if node == "field":
            return r('<w:fldChar w:fldCharType="begin"/>')
        if isinstance(node, str):
            words.append(f"từ{len(words)}.")
            return f"<{node}>{words[-1]}</{node}>"
        tag, inside = node
        return around(tag, "".join(xml(each) for each in inside))

    data = docx("x", xml(tree))
    try:
        read = read_word(data, accept=accept)
    except EditorError:
        return
    said = " ".join([*(each.text for each in read.lines()), *(e.text for e in read.left_out)])

    assert [] == [each for each in words if each not in said]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (tbl(("a", "b")), False),
        (tbl(("a", "b"), ruled=True), True),
        (tbl(("a", "b"), style="Ke"), True),
        (tbl(("a", "b"), style="TableGrid"), True),
        # a rule below the head only
        (tbl(tr(tc("a", form='<w:tcBorders><w:bottom w:val="single"/></w:tcBorders>'), "b")), False),
        (tbl(("a", "b"), ruled=True).replace('"single"', '"nil"'), False),
    ],
)  # fmt: skip
def test_ruled_tables(table: str, expected: bool):
    """A table is ruled where its lines are drawn, by itself or by its style."""
    borders = tbl(ruled=True).removeprefix("<w:tbl>").removesuffix("</w:tbl>")
    read = read_word(docx(table, styles=style("Ke", borders, kind="table")))

    assert [expected] == [each.ruled for each in read.parts if isinstance(each, Grid)]


def test_a_frame_that_nobody_sees_is_no_table():
    """A table of one cell without lines is the paragraphs and tables in it."""
    read = read_word(docx("a", tbl((tc("b", tbl(("c", "d"), ruled=True)),)), "e"))

    assert ["đoạn 1", "đoạn 2", "bảng 1", "đoạn 3"] == [each.place for each in read.parts]


def test_content_controls_around_anything():
    """Paragraphs, rows and cells in content controls are read like others."""

    def control(inside: str) -> str:
        return f"<w:sdt><w:sdtPr/><w:sdtContent>{inside}</w:sdtContent></w:sdt>"

    rows = control(tr("a", "b")), f"<w:tr>{control(tc('c'))}{tc('d')}</w:tr>"

    assert ["x", "a", "b", "c", "d"] == shown(read_word(docx(control(p("x")), tbl(*rows))))


def test_text_boxes_once_at_their_anchor():
    """A box's paragraphs follow the paragraph that holds it, once though Word writes them twice."""
    read = read_word(
        docx(
            p("đầu ", box(p("Số: 1"), p("x", num=(1, 0))), "đuôi", num=(1, 0)),
            p("sau", num=(1, 0)),
            numbering=ROMAN_AND_POINTS,
        )
    )

    assert ["[I.] đầu đuôi", "Số: 1", "[I.] x", "[II.] sau"] == shown(read)
    assert "khung chữ 1" == read.parts[1].place


@pytest.mark.parametrize(
    ("accept", "expected", "out"),
    [
        (True, ["Hai bên mới", "thêm", "một hai", "đích", "[I.] số"],
         ["cũ", "bỏ", "nguồn"]),
        (False, ["Hai bên cũ", "bỏ", "một", "hai", "nguồn", "số"], ["mới", "thêm", "đích"]),
    ],
)  # fmt: skip
def test_tracked_changes(accept: bool, expected: list[str], out: list[str]):
    """All changes accepted, or all rejected; the other words are left out."""
    data = docx(
        p("Hai bên ", gone("cũ"), ins("mới")),
        p(gone("bỏ"), mark=marked("del")),
        p(ins("thêm"), mark=marked("ins")),
        p("một ", mark=marked("del")),
        p("hai"),
        p(ins("nguồn", tag="moveFrom"), mark=marked("moveFrom")),
        p(ins("đích", tag="moveTo"), mark=marked("moveTo")),
        p("số", num=(1, 0), form=f'<w:pPrChange w:id="9" {BY}><w:pPr/></w:pPrChange>'),
        numbering=ROMAN_AND_POINTS,
    )
    read = read_word(data, accept=accept)

    assert expected == [each.strip() for each in shown(read)]
    assert sorted(out) == sorted(each.text for each in read.left_out)
    assert "track changes" in read.notes[0]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [(True, ["a", "thêm", "m"]), (False, ["a", "bỏ", "x"])],
)
def test_tracked_rows_and_cells(accept: bool, expected: list[str]):
    """Rows and cells that came or went."""
    table = tbl(
        tr("a"),
        tr("bỏ", form=marked("del")),
        tr("thêm", form=marked("ins")),
        tr(tc("x", form=marked("cellDel")), tc("m", form=marked("cellIns"))),
        ruled=True,
    )
    read = read_word(docx(table), accept=accept)

    assert expected == shown(read)
    assert 2 == len(read.left_out)


def test_what_stands_beside_the_text():
    """Notes, margins, comments and hidden words are left out, each with place and reason."""
    read = read_word(
        docx(
            p("Một", r('<w:footnoteReference w:id="2"/>')),
            p("Hai", r("ẩn", "<w:vanish/>"), r("hiện", '<w:vanish w:val="0"/>')),
            p("Trang ", field("PAGE", "3")),
            p(r("kín", '<w:rStyle w:val="An"/>')),
            styles=style("An", "<w:rPr><w:vanish/></w:rPr>", kind="character"),
            footnotes=f'<w:footnote w:id="2">{p("Theo luật.")}</w:footnote>'
            f'<w:footnote w:id="3">{p("không ai nhắc")}</w:footnote>',
            header=p("TRƯỜNG MẪU ", field("PAGE", "1")),
            footer=p("Lưu hành nội bộ"),
            comments=f'<w:comment w:id="0">{p("xem lại")}</w:comment>',
        )
    )

    assert ["Một", "Haihiện", "Trang "] == shown(read)
    assert [
        ("Theo luật.", "đoạn 1", "chú thích cuối trang"),
        ("ẩn", "đoạn 2", "chữ ẩn, Word không in"),
        ("3", "đoạn 3", "số trang"),
        ("kín", "đoạn 3", "chữ ẩn, Word không in"),
        ("TRƯỜNG MẪU", "đầu trang", "đầu trang"),
        ("1", "đầu trang", "số trang"),
        ("Lưu hành nội bộ", "chân trang", "chân trang"),
        ("xem lại", "nhận xét 1", "nhận xét của người duyệt"),
    ] == left(read)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (p("x", r("2", UP), " và H", r("2", DOWN), "O ", r("2 3", UP)), "khác: x2, H2O, 2, 3."),
        (p("m", r("2", '<w:rStyle w:val="Mu"/>')), "khác: m2."),
        (p(*(r(f"x{at} ", UP) for at in range(23))), "x18, x19 và 3 chữ khác."),
        (p("a", r('<w:drawing><a:blip r:embed="x"/></w:drawing>')), "1 hình"),
        (p("a", r("<w:object/>")), "1 đối tượng nhúng"),
        (p("a", field("LISTNUM", "")), "LISTNUM"),
        (p(r("a", '<w:rFonts w:ascii=".VnTime"/>')), "phông chữ cũ, dấu có thể sai: .VnTime"),
        (p(r("a", "<w:caps/>")), "All caps"),
        (p("\uf0ee"), "1 ký hiệu"),
        (
            p("a", r('<w:footnoteReference w:id="2"/>')),
            "1 chú thích cuối trang không nằm trong trang",
        ),
        (
            p("a", r('<w:endnoteReference w:id="2"/>')),
            "1 chú thích cuối văn bản không nằm trong trang",
        ),
        (p("x", num=(1, 0)), "Kiểu số tự động lạ, đã đọc thành 1, 2, 3: hebrew1"),
    ],
)
def test_what_people_should_know(block: str, expected: str):
    """A note says what could not be read, or was read otherwise than it is stored."""
    raised = style("Mu", f"<w:rPr>{UP}</w:rPr>", kind="character")
    read = read_word(docx(block, numbering=one(lvl(0, "hebrew1", "%1")), styles=raised))

    assert [True] == [expected in each for each in read.notes]


def test_letters_put_back_on_the_line():
    """A run that leaves its style's raised letters is not told."""
    raised = style("Mu", f"<w:rPr>{UP}</w:rPr>", kind="character")
    back = '<w:rStyle w:val="Mu"/><w:vertAlign w:val="baseline"/>'

    assert () == read_word(docx(p("m", r("2", back)), styles=raised)).notes


def test_the_strict_form_reads_the_same():
    """Word's second set of name spaces (ISO strict) says the same."""
    files = members(p("x", num=(1, 0)), numbering=ROMAN_AND_POINTS)
    strict = {
        key: data.replace(
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        ).replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        )
        for key, data in files.items()
    }

    assert read_word(zipped(files)) == read_word(zipped(strict))


def test_a_file_of_another_program():
    """What python-docx writes with its own template is read with its lists and table styles."""
    made = python_docx.Document()
    made.add_heading("Quy định chung", 1)
    for text in ("một", "hai"):
        made.add_paragraph(text, style="List Number")
    made.add_paragraph("ba", style="List Bullet")
    made.add_table(1, 2, style="Table Grid").cell(0, 1).text = "ô"
    out = io.BytesIO()
    made.save(out)
    read = read_word(out.getvalue())

    assert ["Quy định chung", "[1.] một", "[2.] hai", "[-] ba", "ô"] == shown(read)
    assert (1, True) == (read.parts[0].level, read.parts[-1].ruled)


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cc", "Cs", "Co"], exclude_characters="\ufffe\uffff"))
    )
)  # fmt: skip
def test_no_word_is_lost_or_made_up(texts: list[str]):
    """Each paragraph comes back to the letter, whatever is in it."""
    wanted = [each for each in texts if each.strip()]

    if wanted:
        assert wanted == shown(read_word(docx(*(p(r(t(each))) for each in texts))))


def bomb(size: int) -> bytes:
    """A document whose text packs a thousand times smaller."""
    return zipped(members() | {"word/document.xml": document(p("a" * size))})


def lying(data: bytes) -> bytes:
    """The same zip, all of whose members say that they are 100 bytes long."""
    out = bytearray(data)
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        found = data.find(mark)
        while found >= 0:
            out[found + at : found + at + 4] = struct.pack("<I", 100)
            found = data.find(mark, found + 4)
    return bytes(out)


def with_part(name: str, data: bytes, *blocks: str, **parts: str) -> bytes:
    """A good file with one member replaced or added."""
    return zipped(members(*blocks, **parts) | {name: data})


def twice() -> bytes:
    """A zip with two members of one name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for each in ("word/document.xml", "Word/Document.xml"):
            archive.writestr(each, document(p("a")))
    return out.getvalue()


ENTITIES = '<!DOCTYPE x [<!ENTITY a "' + "ha" * 50 + '"><!ENTITY b "&a;&a;&a;">]>'
HOSTILE_XML = document(p("&b;")).decode().replace(DECLARED, DECLARED + ENTITIES)
DEEP = "<w:tbl><w:tr><w:tc>" * 100 + p("a") + "</w:tc></w:tr></w:tbl>" * 100


def nested(depth: int) -> str:
    """Tables in tables."""
    block = p("a")
    for _ in range(depth):
        block = tbl((tc(block), "b"))
    return block


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"", "tệp rỗng", id="nothing"),
        pytest.param(b"%PDF-1.7 ...", "không phải .docx", id="not a zip"),
        pytest.param(docx("a" * 999)[:700], "hỏng", id="truncated"),
        pytest.param(docx("a" * 999)[:-1], "hỏng", id="a byte short"),
        pytest.param(b"PK\x03\x04" + b"\x00" * 90, "hỏng", id="a zip by its first bytes"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, ".doc cũ", id="doc"),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "mật khẩu",
            id="encrypted",
        ),
        pytest.param(zipped({"a.txt": b"a"}), "không phải tệp Word", id="another zip"),
        pytest.param(zipped(dict.fromkeys(map(str, range(4000)), b"")), "quá nhiều phần", id="many"),
        pytest.param(bomb(5_000_000), "quá lớn", id="bomb by ratio"),
        pytest.param(bomb(15_000_000), "quá lớn", id="bomb by size"),
        pytest.param(lying(bomb(15_000_000)), "hỏng", id="bomb that lies about its size"),
        pytest.param(twice(), "hai phần cùng tên", id="one name twice"),
        pytest.param(with_part("word/document.xml", HOSTILE_XML.encode()), "DOCTYPE", id="entities"),
        pytest.param(
            with_part("word/document.xml", HOSTILE_XML.replace("UTF-8", "UTF-16").encode("utf-16")),
            "DOCTYPE",
            id="entities in UTF-16",
        ),
        pytest.param(
            with_part("word/document.xml", HOSTILE_XML.replace("UTF-8", "UTF-7").encode("utf-7")),
            "bảng mã lạ",
            id="entities in UTF-7",
        ),
        pytest.param(
            with_part(
                "word/styles.xml",
                part("styles", "").replace(b"<w:", b"<!DOCTYPE x><w:", 1), styles="",
            ),
            "styles.xml",
            id="entities in a side part",
        ),
        pytest.param(with_part("word/document.xml", b"<w:document"), "XML sai", id="not XML"),
        pytest.param(with_part("word/vbaProject.bin", b"x", p("a")), "macro", id="macros"),
        pytest.param(
            with_part(
                "[Content_Types].xml",
                members()["[Content_Types].xml"].replace(
                    b"openxmlformats-officedocument.wordprocessingml.document",
                    b"ms-word.document.macroEnabled",
                ),
            ),
            "macro",
            id="macros by type",
        ),
        pytest.param(
            with_part(
                "word/_rels/settings.xml.rels",
                relations(relation("attachedTemplate", "https://x.example/t.dotm", outside=True)),
            ),
            "attachedTemplate",
            id="template from outside",
        ),
        pytest.param(
            docx(p("a"), links=relation("image", "http://x.example/a.png", outside=True)),
            "liên kết ngoài",
            id="picture from outside",
        ),
        pytest.param(
            with_part(
                "_rels/.rels", relations(relation("officeDocument", "xl/workbook.xml")), p("a")
            ),
            "Excel",
            id="a workbook",
        ),
        pytest.param(docx(p("a"), '<w:altChunk r:id="x"/>'), "altChunk", id="a file inside"),
        pytest.param(docx(p(field("DDEAUTO cmd x", "a"))), "DDEAUTO", id="a program by field"),
        pytest.param(docx(nested(20)), "quá sâu", id="tables in tables"),
        pytest.param(
            docx(p("<mc:AlternateContent><mc:Choice>" * 10 + r("a")
                   + "</mc:Choice></mc:AlternateContent>" * 10)),
            "hình vẽ lồng nhau quá sâu", id="forms in forms",
        ),
        pytest.param(docx(DEEP), "quá sâu", id="tables a hundred deep"),
        pytest.param(docx(p("<w:ins>" * 260 + r("a") + "</w:ins>" * 260)), "quá sâu", id="deep runs"),
        pytest.param(
            docx(p(r('<w:fldChar w:fldCharType="begin"/>') * 99)), "quá sâu", id="fields in fields"
        ),
        pytest.param(docx("<w:p/>" * 20_001), "20.000 đoạn", id="many paragraphs"),
        pytest.param(docx("<w:p/>" * 900_000), "quá lớn", id="very many paragraphs"),
        pytest.param(docx(p(), p(r("<w:drawing/>"))), "không có chữ nào", id="no words"),
    ],
)  # fmt: skip
def test_hostile_files(data: bytes, expected: str):
    """A file that cannot or should not be read is told in Vietnamese, never in a traceback."""
    with pytest.raises(EditorError) as told:
        read_word(data)

    assert expected in str(told.value)


def test_links_to_web_pages_are_allowed():
    """Only their words are read; the address is named nowhere."""
    links = relation("hyperlink", "https://x.example/", "l", outside=True)
    read = read_word(docx(p(f'<w:hyperlink r:id="l">{r("trang")}</w:hyperlink>'), links=links))

    assert (["trang"], (), ()) == (shown(read), read.left_out, read.notes)


@given(st.integers(0), st.binary(min_size=1, max_size=8))
def test_a_damaged_file_is_told_or_read(at: int, put: bytes):
    """Whatever bytes are damaged, the file reads or is an editor's error."""
    good = docx(p("a", num=(1, 0)), tbl(("b", "c")), numbering=ROMAN_AND_POINTS)
    at %= len(good)
    try:
        read = read_word(good[:at] + put + good[at + len(put) :])
    except EditorError:
        return

    assert isinstance(read, Manuscript)


def test_left_out_is_of_its_own_kind():
    """What was left out is told by value."""
    read = read_word(docx(p("a", gone("b"))))

    why = "đã bị xóa trong chế độ theo dõi thay đổi"
    assert (LeftOut("b", "đoạn 1", why),) == read.left_out


def test_the_package_of_relationships_is_named_once():
    """The builder writes name spaces that the reader knows."""
    assert PACKAGE.encode() in members()["_rels/.rels"]
