"""Text, Markdown, HTML and PDF files as manuscripts: what is kept, what is left out, and why."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from macros.foreign.columns import Piece, blocks, parted
from macros.foreign.pdftext import read_pdf
from macros.foreign.plaintext import decoded, read_text
from macros.foreign.webpage import read_html
from macros.manuscript import Grid, Manuscript, Printed
from macros.problem import EditorError
from macros.verbatim import NOISE
from tests.incoming_files import bare_pdf, pdf

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "data/sources").glob("*.txt"))


def shown(manuscript: Manuscript) -> list[object]:
    """Lines as texts, grids as rows of cells of texts."""
    return [
        [[[line.text for line in cell] for cell in row] for row in part.rows]
        if isinstance(part, Grid)
        else f"{part.label} {part.text}".strip()
        for part in manuscript.parts
    ]


def bare(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name[:3])
def test_sources_keep_every_character(path):
    """A real text loses white space and the listed noise, and nothing else."""
    data = path.read_bytes()
    lines = read_text(data).lines()

    assert bare(NOISE.sub("", data.decode())) == bare("".join(line.text for line in lines))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name[:3])
def test_sources_name_their_lines(path):
    """Each line says where in the file it stands."""
    source = path.read_text(encoding="utf-8").split("\n")
    for line in read_text(path.read_bytes()).lines():
        number = int(line.place.removeprefix("dòng "))
        assert line.text in NOISE.sub("", source[number - 1])


ENCODED = [
    ("utf-8", "Quy chế".encode(), "Quy chế"),
    ("utf-8 with mark", "\ufeffQuy chế".encode(), "Quy chế"),
    ("utf-16", "Quy chế".encode("utf-16"), "Quy chế"),
    ("utf-16 big", b"\xfe\xff" + "Quy chế".encode("utf-16-be"), "Quy chế"),
    ("quotes of Windows", b"a \x93b\x94 \x96 c\x85", "a “b” – c…"),
    (
        "windows-1258",
        "Phô\u0301i hơ\u0323p giư\u0303a Công đoa\u0300n".encode("cp1258"),
        "Phối hợp giữa Công đoàn",
    ),
    ("TCVN3 stays", "C«ng ®oµn phèi hîp nhµ tr­êng".encode("latin-1"), "C«ng ®oµn phèi hîp nhµ tr­êng"),
    ("VNI stays", "Coâng ñoaøn phoái hôïp nhaø tröôøng".encode("latin-1"),
     "Coâng ñoaøn phoái hôïp nhaø tröôøng"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "text"), [row[1:] for row in ENCODED], ids=[r[0] for r in ENCODED]
)
def test_encodings(data, text):
    """What is sure is decoded; letters of old fonts stay as they are, for `legacy` to propose."""
    assert text == decoded(data)[0]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"Quy ch\xc3\xa9\nch\xff\x81", "dòng 2 có các byte FF 81"),
        (b"caf\xe9 na\xefve", "dòng 1 có các byte E9"),
        (b"a\n\x00", "dòng 2 có byte 00"),
        ("a".encode("utf-32"), "UTF-32"),
        ("ă".encode("utf-16") + b"a", "UTF-16"),
    ],
    ids=["neither", "latin", "nul", "utf-32", "utf-16"],
)
def test_unsure_bytes_are_named(data, told):
    """What can be read in two ways is refused with its place and its bytes."""
    with pytest.raises(EditorError, match=re.escape(told)):
        decoded(data)


TEXTS = [
    ("lines", "txt", "a\r\nb\rc\u2028d", ["a", "b", "c", "d"]),
    ("bullet star stays", "txt", "* một\n* hai", ["* một", "* hai"]),
    ("emphasis goes", "txt", "*(Ban hành\nkèm theo)*", ["(Ban hành", "kèm theo)"]),
    ("lone star stays", "txt", "5 * 3", ["5 * 3"]),
    ("rule of stars", "txt", "a\n***\nb", ["a", "b"]),
    ("bookmark", "txt", "[bookmark: _Hlk1]2. Quan hệ", ["2. Quan hệ"]),
    ("blank to fill in", "txt", "Số:     /QC-TM", ["Số:     /QC-TM"]),
    ("blank day", "txt", "Hà Nội, ngày      tháng      năm 2024",
     ["Hà Nội, ngày      tháng      năm 2024"]),
    ("label", "txt", "1.\tMục đích\n-    Chi đoàn", ["1.\tMục đích", "-    Chi đoàn"]),
    ("heads", "txt",
     ("UBND HUYỆN MẪU          CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n"
     "  TRƯỜNG MẪU                Độc lập - Tự do - Hạnh phúc\n"
     "Số:     /QC-TM          Trường Mẫu, ngày     tháng 10 năm 2024\n"
     "\n"
     "                   QUY CHẾ PHỐI HỢP\n"),
     [[[["UBND HUYỆN MẪU", "TRƯỜNG MẪU", "Số:    /QC-TM"],
        ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
         "Trường Mẫu, ngày    tháng 10 năm 2024"]]],
      "QUY CHẾ PHỐI HỢP"]),
    ("signatures", "txt",
     ("Trên đây là quy chế./.\n"
     "HIỆU TRƯỞNG\t\t\tTM. BAN CHẤP HÀNH\n"
     "\t\t\t\t\tCHỦ TỊCH\n\n\n"
     "Nguyễn Văn A\t\t\tTrần Thị B\n"),
     ["Trên đây là quy chế./.",
      [[["HIỆU TRƯỞNG", "Nguyễn Văn A"], ["TM. BAN CHẤP HÀNH", "CHỦ TỊCH", "Trần Thị B"]]]]),
    ("recipients beside", "txt",
     ("Nơi nhận:                    HIỆU TRƯỞNG\n"
     "- CBGVNV;\n"
     "- Lưu: VT.\n\n"
     "                             Nguyễn Văn A\n"),
     [[[["Nơi nhận:", "- CBGVNV;", "- Lưu: VT."], ["HIỆU TRƯỞNG", "Nguyễn Văn A"]]]]),
    ("body is no column", "txt", "Chung       Riêng\n1. Một\n2. Hai\nChung       Riêng\n",
     [[[["Chung"], ["Riêng"]]], "1. Một", "2. Hai", [[["Chung"], ["Riêng"]]]]),
    ("table of tabs", "txt", "STT\tViệc\tNgày\n1\tHọp\t5/9\n2\tTổng kết\t31/5",
     [[[["STT"], ["Việc"], ["Ngày"]], [["1"], ["Họp"], ["5/9"]], [["2"], ["Tổng kết"], ["31/5"]]]]),
    ("bars", "md", "| a | b |\n|---|:-:|\n| c<br>d | e \\| f |\n",
     [[[["a"], ["b"]], [["c", "d"], ["e | f"]]]]),
    ("boxes", "txt", "+---+---+\n| a | b |\n| c |   |\n+---+---+\n| d | e |\n+---+---+\n",
     [[[["a", "c"], ["b"]], [["d"], ["e"]]]]),
    ("bars in a line", "txt", "Ngày đăng 03/04/2018 | 08:58", ["Ngày đăng 03/04/2018 | 08:58"]),
    ("headings", "md", "# QUY CHẾ\n\nMột\n===\n\n#hai\n", ["QUY CHẾ", "Một", "#hai"]),
    ("headings are text in txt", "txt", "# QUY CHẾ", ["# QUY CHẾ"]),
    ("escapes", "md", "1\\. Một \\*\n\\- Hai", ["1. Một *", "- Hai"]),
    ("links", "md", "xem [tệp](http://a/b) ![hình](x.png)", ["xem tệp"]),
    ("front matter", "md", "---\ntitle: x\n---\nQuy chế", ["Quy chế"]),
    ("control", "txt", "a\x07b", ["ab"]),
    ("pages", "txt", "a\x0cb", ["a", "b"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "text", "expected"), [row[1:] for row in TEXTS], ids=[row[0] for row in TEXTS]
)
def test_texts(form, text, expected):
    """Lines and columns of plain text, marks of Markdown."""
    assert expected == shown(read_text(text.encode(), form))


LEFT_OUT = [
    ("txt", "[bookmark: _Hlk1]a", ("[bookmark: _Hlk1]", "dòng 1", "dấu trang của Word")),
    ("txt", "a\n***\n", ("***", "dòng 2", "dòng dấu sao")),
    ("txt", "a\x07", ("U+0007", "dòng 1", "ký tự điều khiển, không in ra")),
    ("md", "[a](http://b)", ("http://b", "dòng 1", "địa chỉ của liên kết")),
    ("md", "---\nx: 1\n---\na", ("x: 1", "dòng 2", "phần khai báo ở đầu tệp Markdown")),
]


@pytest.mark.parametrize(("form", "text", "expected"), LEFT_OUT, ids=[r[2][2] for r in LEFT_OUT])
def test_left_out_of_text(form, text, expected):
    """What is not of the text is listed with its place and its reason."""
    (left,) = read_text(text.encode(), form).left_out

    assert expected == (left.text, left.place, left.why)


def test_lines_say_how_they_are_printed():
    """Gaps, emphasis over lines, headings and pages are told beside the text."""
    lines = read_text(b"## I. Chung\na\n\n**b\nc**\n*d* e\n\x0cg", "md").parts

    assert [
        Printed(text="I. Chung", place="dòng 1", hard=True, level=2, page=1),
        Printed(text="a", place="dòng 2", hard=True, page=1),
        Printed(text="b", place="dòng 4", hard=True, gap=True, bold=True, page=1),
        Printed(text="c", place="dòng 5", hard=True, bold=True, page=1),
        Printed(text="d e", place="dòng 6", hard=True, page=1),
        Printed(text="g", place="dòng 8", hard=True, gap=True, page=2),
    ] == list(lines)


@given(st.text(st.sampled_from("abđế  \t\n|*-+.:1[]()\\#>_/\x0c"), max_size=120))
def test_text_loses_nothing(text):
    """Whatever a file holds: letters and digits come out in number as they went in."""
    try:
        manuscript = read_text(text.encode())
    except EditorError:
        return
    out = "".join(line.text for line in manuscript.lines())

    assert Counter(re.findall(r"\w", text)) == Counter(re.findall(r"\w", out))


@given(st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), max_size=4), max_size=12))
def test_blocks_hold_each_piece_once(widths):
    """Columns neither lose nor double a piece, and blocks do not overlap."""
    rows = []
    for row in widths:
        at, pieces = 0, []
        for gap, width in row:
            pieces.append(Piece(at + gap, at + gap + width, "x"))
            at += gap + width + 4
        rows.append(tuple(pieces))
    after = 0
    for block in blocks(rows):
        held = Counter(number for cell in block.cells for number, _ in cell)
        assert {
            n: len(row) for n, row in enumerate(rows) if row and block.first <= n < block.after
        } == held
        assert after <= block.first
        after = block.after


@pytest.mark.parametrize(
    ("texts", "count"),
    [
        (["HIỆU TRƯỞNG", "CHỦ TỊCH"], 2),
        (["Nơi nhận:", "HIỆU TRƯỞNG"], 2),
        (["Số: 05/QC-TM", "Trường Mẫu, ngày 05 tháng 10 năm 2024"], 2),
        (["Số:", "Trường Mẫu, ngày", "tháng 10 năm 2024"], 2),
        (["Số:", "/QC-TM"], 1),
        (["ngày", "tháng", "năm 2024"], 1),
        (["II.", "Nội dung"], 1),
        (["Điều 5.", "Nội dung"], 1),
    ],
)
def test_which_gaps_part(texts, count):
    """A gap that is a blank to fill in, or that follows a label, parts nothing."""
    assert count == len(parted([Piece(n * 20, n * 20 + 9, text) for n, text in enumerate(texts)]))


HTML = [
    ("paragraphs", "<p>a\n b<p>c&nbsp;d<br>e", ["a b", "c\xa0d\ne"]),
    ("numbers", "<ol type=I start=3><li>a<ol type=a><li>b</ol><li value=9>c</ol>",
     ["III. a", "a. b", "IX. c"]),
    ("reversed", "<ol reversed><li>a<li>b</ol>", ["2. a", "1. b"]),
    ("bullets", "<ul><li>a<ul><li>b</ul></ul><ul style='list-style: none'><li>c</ul>",
     ["• a", "◦ b", "c"]),
    ("item of paragraphs", "<ol><li><p>a</p><p>b</p></ol>", ["1. a", "b"]),
    ("item without words", "<ol><li><li>b</ol>", ["1.", "2. b"]),
    ("table", "<table border=1><tr><th>a<td><p>b<p>c<tr><td>d</table>",
     [[[["a"], ["b", "c"]], [["d"]]]]),
    ("layout", "<table><tr><td><p>a<table><tr><td>b<td>c</table></table>", ["a", [[["b"], ["c"]]]]),
    ("inline", "<div>a<b>b</b> <i>c</i>d<span> e</span></div>", ["ab cd e"]),
    ("pre", "<pre>a\n  b</pre>", ["a\nb"]),
    ("script", "<p>a<script>alert(1)</script><style>p{}</style>", ["a"]),
    ("furniture", "<nav>x</nav><p>a</p><footer>y</footer><p hidden>z", ["a"]),
    ("main", "<div>x<main><p>a</main>y</div>z", ["a"]),
    ("comment", "<p>a<!-- x --><![if !supportLists]>b<![endif]>", ["ab"]),
    ("entity", "<p>&lt;b&gt; &eacute;&#7871;", ["<b> éế"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [r[1:] for r in HTML], ids=[r[0] for r in HTML])
def test_html(text, expected):
    """What a browser prints, numbers of lists included."""
    assert expected == shown(read_html(f"<html><body>{text}".encode()))


def test_html_lists_what_it_leaves_out():
    """Words that a page has beside its text are listed, scripts only counted."""
    manuscript = read_html(
        b"<html><head><title>t</title></head><body>o<nav>n</nav><main><p>a<button>k</button>"
        b"<p style='display:none'>h<script>s</script></main><p>p"
    )
    left = {(each.text, each.why) for each in manuscript.left_out}

    assert {
        ("t", "tên của trang web"),
        ("o", "khung của trang web"),
        ("n", "khung của trang web"),
        ("p", "khung của trang web"),
        ("k", "nút hoặc ô nhập"),
        ("h", "trang web giấu phần này"),
    } == left
    assert ("Bỏ qua 1 phần <script> của trang web: không phải chữ để đọc.",) == manuscript.notes


def test_html_dress():
    """Headings, emphasis and the middle are told; whether a table has lines too."""
    title, line, grid, other = read_html(
        b"<html><h2 align=center>a</h2><p><i>b <b>c</b></i><table style='border:1px solid'>"
        b"<tr><td>d<td>e</table><table border=0><tr><td>f<td>g</table>"
    ).parts

    assert (2, True, True) == (title.level, title.bold, title.centred)
    assert (0, False, True) == (line.level, line.bold, line.italic)
    assert (True, False) == (grid.ruled, other.ruled)
    assert "bảng 1, hàng 1, ô 2" == list(grid.lines())[1].place


@given(st.recursive(st.text("abđế <&", max_size=8), lambda inner: st.tuples(
    st.sampled_from("p div b table td li ol ul h1 br pre center section".split()),
    st.lists(inner, max_size=4)), max_leaves=20))  # fmt: skip
@settings(max_examples=60)
def test_html_loses_nothing(tree):
    """Whatever tags stand around them: letters come out, as lines or as left out, once each."""

    def written(node):
        if isinstance(node, str):
            return node.replace("&", "&amp;").replace("<", "&lt;")
        return f"<{node[0]}>{''.join(map(written, node[1]))}</{node[0]}>"

    text = written(tree)
    try:
        manuscript = read_html(f"<html><body>{text}</body>".encode())
    except EditorError:
        return
    out = "".join(line.text for line in manuscript.lines())
    out += "".join(left.text for left in manuscript.left_out)
    letters = re.sub(r"</?\w+>|&\w+;", "", text)

    assert Counter(re.findall(r"\w", letters)) == Counter(re.findall(r"\w", out))


LETTER = """
#set text(size: 11pt)
#grid(columns: (1fr, 1.6fr), align: center,
  [UBND HUYỆN MẪU \\ *TRƯỜNG MẪU* \\ Số: 05/QC-TM],
  [*CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM* \\ *Độc lập - Tự do - Hạnh phúc* \\
   _Trường Mẫu, ngày 05 tháng 10 năm 2024_])
#align(center)[*QUY CHẾ PHỐI HỢP*]
#set text(size: 14pt)
_Căn cứ Luật Công đoàn;_

*I. NHỮNG QUY ĐỊNH CHUNG*

Chính quyền và Công đoàn cùng chăm lo và bảo vệ quyền và lợi ích hợp pháp của người lao động
trong nhà trường, mỗi bên theo chức năng của mình.

Ủy ban họp ba tháng một lần.
#table(columns: 3, [Thời gian], [Việc], [Ghi chú], [Tháng 9], [Hội nghị viên chức], [],
  [Tháng 5], [Tổng kết], [Họp])
#grid(columns: (1fr, 1fr), align: center, [*HIỆU TRƯỞNG* \\ \\ \\ Nguyễn Văn A],
  [*TM. BAN CHẤP HÀNH* \\ *CHỦ TỊCH* \\ \\ Trần Thị B])
"""


def test_pdf_letter():
    """Heads and signatures side by side, a drawn table, paragraphs of several lines."""
    manuscript = read_pdf(pdf(LETTER))

    assert [
        [[["UBND HUYỆN MẪU", "TRƯỜNG MẪU", "Số: 05/QC-TM"],
          ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc",
           "Trường Mẫu, ngày 05 tháng 10 năm 2024"]]],
        "QUY CHẾ PHỐI HỢP",
        "Căn cứ Luật Công đoàn;",
        "I. NHỮNG QUY ĐỊNH CHUNG",
        "Chính quyền và Công đoàn cùng chăm lo và bảo vệ quyền và lợi ích hợp",
        "pháp của người lao động trong nhà trường, mỗi bên theo chức năng của mình.",
        "Ủy ban họp ba tháng một lần.",
        [[["Thời gian"], ["Việc"], ["Ghi chú"]], [["Tháng 9"], ["Hội nghị viên chức"], []],
         [["Tháng 5"], ["Tổng kết"], ["Họp"]]],
        [[["HIỆU TRƯỞNG", "Nguyễn Văn A"], ["TM. BAN CHẤP HÀNH", "CHỦ TỊCH", "Trần Thị B"]]],
    ] == shown(manuscript)  # fmt: skip


def test_pdf_wrapped_head():
    """A head that goes on in the next line stays on its side."""
    head = """#grid(columns: (7cm, 6cm), align: center, [CÔNG ĐOÀN XÃ MẪU \\ TRƯỜNG MẪU \\ Số: 15/QC],
      [*CỘNG HÒA XÃ HỘI CHỦ \\ NGHĨA VIỆT NAM* \\ Mẫu, ngày 15 tháng 10 năm \\ 2025])
    #v(1cm)
    Quy chế."""

    assert [
        [[["CÔNG ĐOÀN XÃ MẪU", "TRƯỜNG MẪU", "Số: 15/QC"],
          ["CỘNG HÒA XÃ HỘI CHỦ", "NGHĨA VIỆT NAM", "Mẫu, ngày 15 tháng 10 năm", "2025"]]],
        "Quy chế.",
    ] == shown(read_pdf(pdf(head)))  # fmt: skip


def test_pdf_dress():
    """What is bold, italic and in the middle; where a paragraph begins; the page."""
    title, basis, heading, first, second, *_ = (
        part for part in read_pdf(pdf(LETTER)).parts if isinstance(part, Printed)
    )

    assert (True, True) == (title.bold, title.centred)
    assert (True, True, False) == (basis.italic, basis.gap, basis.bold)
    assert (True, True) == (heading.bold, heading.gap)
    assert [True, False] == [first.gap, second.gap]
    assert {(True, 1)} == {(line.hard, line.page) for line in (title, basis, first)}


def test_pdf_pages():
    """Page numbers and running lines are left out with their reason, the rest goes on."""
    body = "".join(f"Trang thứ {n} có chữ riêng của nó.#pagebreak()\n" for n in "ABCD") + "Hết."
    more = ', numbering: "1", number-align: center + top, footer: align(center)[Trường Mẫu]'
    manuscript = read_pdf(pdf(body, more))
    lines = [line.text for line in manuscript.lines()]

    assert [f"Trang thứ {n} có chữ riêng của nó." for n in "ABCD"] + ["Hết."] == lines
    assert {("Trường Mẫu", "chân trang lặp lại")} <= {
        (left.text, left.why) for left in manuscript.left_out
    }
    assert [1, 2, 3, 4, 5] == [line.page for line in manuscript.lines()]


def test_pdf_page_numbers():
    """Numbers at the top of pages are no text."""
    body = "Một.#pagebreak()Hai."
    left = read_pdf(pdf(body, ', numbering: "1", number-align: center + top')).left_out

    assert [("1", "trang 1", "số trang"), ("2", "trang 2", "số trang")] == [
        (each.text, each.place, each.why) for each in left
    ]


def test_pdf_page_without_letters():
    """A page that is a picture among others is named."""
    body = "Một trang có chữ.#pagebreak()#rect(width: 9cm)"

    assert ("trang 2 không có chữ nào: nếu là ảnh quét thì nội dung trang ấy chưa được đọc",) == (
        read_pdf(pdf(body)).notes
    )


@given(st.lists(st.sampled_from("Điều khoản phối hợp Công đoàn ưỡn ẫm ở Ủy ỷ ngữ (a) 12/2012".split()),
                min_size=4, max_size=60))  # fmt: skip
@settings(max_examples=15, deadline=None)
def test_pdf_loses_nothing(words):
    """The words of a page come out in their order."""
    out = " ".join(line.text for line in read_pdf(pdf(" ".join(words))).lines())

    assert words == out.split()


# Helvetica draws all but the letters that it "lacks", which Times draws after them; places are
# as an office program leaves them: only `Td` moves, and white space is drawn with Helvetica.
FALLBACK = {
    "wide-letter": (b"1 0 0 1 50 700 Tm (GI) Tj 1 0 0 1 74 700 Tm (A TA) Tj",
                    b"1 0 0 1 64.3 700 Tm (W) Tj", ["GIWA TA"]),
    "space-goes-on": (b"1 0 0 1 50 700 Tm (Th) Tj 1 0 0 1 70.3 700 Tm ( C) Tj",
                      b"1 0 0 1 66.3 700 Tm (i) Tj", ["Thi C"]),
    "gap-without-space": (b"1 0 0 1 50 700 Tm (Th) Tj 1 0 0 1 76 700 Tm (C) Tj",
                          b"1 0 0 1 66.3 700 Tm (i) Tj", ["Thi C"]),
}  # fmt: skip


@pytest.mark.parametrize("name", FALLBACK)
def test_pdf_letters_of_another_font(name):
    """A letter that another font draws later stays in its word; white space stays where it is."""
    drawn, after, expected = FALLBACK[name]
    content = b"BT /F1 14 Tf %s /F2 14 Tf %s ET" % (drawn, after)

    assert expected == [line.text for line in read_pdf(bare_pdf(content)).lines()]
