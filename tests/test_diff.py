"""The command `diff`: two texts told at a terminal, in Markdown and as changes.json."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from macros import redline, telling
from macros.archive import file_text, load
from macros.cli import cli, main
from macros.compare import compare
from macros.markup import begun, escaped, struck
from macros.telling import Telling, Text, changes_json, tell
from macros.words import runs
from tests.golden import HERE, Golden

ROOT = Path(__file__).resolve().parent.parent
BASE = ROOT / "tests/broken/base"
PAGE = "docs/don-vi/truong-thu/cong-doan/2024-2025.md"
EDITION = "truong-thu/cong-doan/2024-2025"
OLD, NEW = "truong-mau/cong-doan/2023-2024", "truong-mau/cong-doan/2024-2025"
REPORT = "phong-gddt-huyen/lien-doan-lao-dong/2018-2020"


def diff(*arguments: object, **options: object) -> Result:
    """The command with these arguments, in this process."""
    return CliRunner().invoke(cli, ["diff", *map(str, arguments)], **options)


def page(folder: Path, name: str, text: str | bytes) -> Path:
    """A page file; a text without a title line is given one."""
    path = folder / name
    if isinstance(text, str):
        text = (text if text.startswith("#") else f"# QUY CHẾ\n\n{text}\n").encode()
    path.write_bytes(text)
    return path


def told(tmp_path: Path, old: str, new: str) -> Telling:
    """Two page files compared."""
    return tell(*(file_text(page(tmp_path, n, t), BASE) for n, t in (("a.md", old), ("b.md", new))))


def plain(telling: Telling) -> list[str]:
    """The lines for a terminal without their styles."""
    return ["".join(text for _, text in line) for line in telling.lines()]


# --- what is told ---


@pytest.mark.parametrize(("form", "suffix"), [("text", "txt"), ("markdown", "md")])
def test_two_years(form: str, suffix: str, golden: Golden):
    """The sample unit's richest year is told as a person would check it."""
    result = diff(OLD, NEW, "--format", form)

    assert (0, "") == (result.exit_code, result.stderr)
    golden(HERE / f"diff/2023-2024--2024-2025.{suffix}", result.stdout)


# what happened, the old text, the new text, lines that are told after the header
ROWS = [
    (
        "nothing",
        "**1.** Một. {#a}",
        "**1.** Một. {#a}",
        ["Không điều khoản nào khác, 1 giữ nguyên."],
    ),
    (
        "a word",
        "**1.** Họp mười ngày. {#a}",
        "**1.** Họp chín ngày. {#a}",
        ["1 sửa.", "  1. Sửa khoản 1: “mười” thành “chín”.", "     Họp [-mười-] {+chín+} ngày."],
    ),
    (
        "an insertion",
        "**1.** Một hai ba. {#a}",
        "**1.** Thêm vào trước. {#b}\n\n**2.** Một hai ba. {#a}",
        [
            "1 thêm, 1 giữ nguyên (trong đó 1 đổi số).",
            "     {+Thêm vào trước.+}",
            "Chỉ đổi số, ký hiệu",
            "     Giữ nguyên khoản 2; trước là khoản 1.",
        ],
    ),
    (
        "a move",
        "## **I.** A {#i}\n\n**1.** Một. {#a}\n\n## **II.** B {#ii}",
        "## **I.** A {#i}\n\n## **II.** B {#ii}\n\n**1.** Một. {#a}",
        ["1 chuyển chỗ, 2 giữ nguyên.", "  1. Giữ nguyên khoản 1 mục II; chuyển từ khoản 1 mục I."],
    ),
    (
        "the title, which is all that page files say beside the clauses",
        "# QUY CHẾ\n\nNăm học 2023\n\nMột. {#a}",
        "# QUY CHẾ\n\nNăm học 2024\n\nMột. {#a}",
        ["  Tiêu đề", "    QUY CHẾ", "    [-Năm học 2023-]", "    {+Năm học 2024+}"],
    ),
    (
        "all words",
        "**1.** Một hai. {#a}",
        "**1.** Ba bốn! {#a}",
        ["     [-Một hai.-] {+Ba bốn!+}"],
    ),
]


@pytest.mark.parametrize(("old", "new", "lines"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS])
def test_rows(old: str, new: str, lines: list[str], tmp_path: Path):
    """Each change is one sentence, with its words where they changed."""
    found = plain(told(tmp_path, old, new))

    assert lines == [line for line in found if line in lines]


def test_json_is_the_published_file():
    """With --format json the bytes are those of changes.json."""
    versions = {f"{a.unit_id}/{a.series_id}/{a.period}": a for a in load(ROOT).archive.agreements}
    old, new = versions[OLD], versions[NEW]
    comparison = compare(old.page, new.page, ids_decide=True)
    found = json.loads(diff(OLD, NEW, "--format", "json").stdout)

    assert changes_json(old, new, comparison) == diff(OLD, NEW, "--format", "json").stdout_bytes
    assert list(found) == ["old", "new", "counts", "facts", "changes"]
    assert (found["old"], found["new"]) == (f"don-vi/{OLD}/", f"don-vi/{NEW}/")
    assert {"field", "old", "new"} == set(found["facts"][0])
    assert ["kind", "moved", "renumbered", "old", "new", "words"] == list(found["changes"][0])
    assert len(found["changes"]) == sum(list(found["counts"].values())[:6])


def test_json_of_files_has_nulls(tmp_path: Path):
    """Page files have neither address nor facts; what is to be known stands on the error stream."""
    file = page(tmp_path, "a.md", "Một. {#a}")
    result = diff(file, NEW, "--format", "json")
    found = json.loads(result.stdout)

    assert (found["old"], found["new"], found["facts"]) == (None, f"don-vi/{NEW}/", None)
    assert "Tệp trang không có dữ kiện" in result.stderr


def test_versions():
    """Without a version the newest is compared; `.goc` and a date name one."""
    edition = "truong-mau/cong-doan/2025-2026"
    newest, dated = (diff(f"{edition}.goc", e) for e in (edition, f"{edition}.2026-02-16"))

    assert newest.stdout == dated.stdout
    assert newest.stdout.startswith(f"{edition}.goc → {edition}.2026-02-16\n")


def test_one_version_by_two_names():
    """Two names of one version are told to be that; the same version at a revision is another."""
    said = "Hai tên này là cùng một bản"

    assert f"{said}: {OLD}." in diff(OLD, f"{OLD}.goc").stdout
    assert said not in diff(OLD, NEW).stdout
    assert said not in diff(OLD, f"HEAD:{OLD}").stdout


def test_words_of_the_pages():
    """Terminal and Markdown call kinds and facts what the comparison pages call them."""
    events = {event.value: words for event, (_, words) in redline.EVENTS.items()}

    assert events.items() >= telling.KINDS.items()
    assert redline.FIELDS == telling.FIELDS


def test_numbers_of_the_pages():
    """A change has the number that it has on the comparison page, and its reason."""
    result = diff(OLD, NEW).stdout

    assert "\n  6. Sửa khoản 5 mục II: “5.000.000” thành “6.000.000”" in result
    assert "Lý do: Hai bên thống nhất tăng mức hỗ trợ" in result


# --- which clauses are one ---


def test_ids_decide_within_a_series():
    """Two editions of one series are matched by id, those of two series are not."""
    assert "theo mã: cùng một bộ quy chế" in diff(OLD, NEW).stdout
    assert "theo lời" in diff(OLD, "tt-hoa-nhap-dak-nong/cong-doan/2024-2025").stdout


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("a b", "a b", "mã"),
        ("a b c", "a b d e f", "mã"),
        ("a b", "a c d", "lời"),
        ("a", "b", "lời"),
    ],
)
def test_ids_decide_where_most_are_common(old: str, new: str, rule: str, tmp_path: Path):
    """Of page files ids decide where more than half of the shorter one's are in both."""
    texts = ("\n\n".join(f"Đoạn. {{#{each}}}" for each in ids.split()) for ids in (old, new))

    assert f"Ghép điều khoản theo {rule}" in told(tmp_path, *texts).rule


# --- shared clauses ---

CALL = '{{ clause("hop-giao-ban", "2024-2025") }} {#a}'
FILLED = '{{ clause("hop-giao-ban", "2024-2025", union="Công đoàn") }} {#a}'


def test_shared_clause_is_resolved(tmp_path: Path):
    """A page file's shared clause has its words where the call fills its blanks."""
    texts = told(tmp_path, FILLED, "Công đoàn được tham gia. {#a}")

    assert "Không tra được" not in "".join(texts.notices)
    assert "{{" not in "".join(plain(texts))


@pytest.mark.parametrize("call", [CALL, '{{ clause("la", "2024-2025") }} {#a}'])
def test_shared_clause_by_its_pin(call: str, tmp_path: Path):
    """What can't be resolved is compared by its pin, and the reader is told so."""
    same, other = told(tmp_path, call, call), told(tmp_path, call, "Một câu khác hẳn. {#a}")
    pinned = call.removesuffix(" {#a}")

    assert same.comparison.counts["same"] == 1
    assert "Không tra được lời của điều khoản dùng chung" in same.notices[-1]
    assert f"     [-{pinned}-] {{+Một câu khác hẳn.+}}" in plain(other)


def test_pin_on_both_sides(tmp_path: Path):
    """A clause that only one side can resolve is not told as amended."""
    text = (BASE / PAGE).read_text(encoding="utf-8").replace(', union="Công đoàn"', "")
    counts = json.loads(
        diff(EDITION, page(tmp_path, "b.md", text), "--root", BASE, "--format", "json").stdout
    )["counts"]
    words = json.loads(
        diff(OLD, page(tmp_path, "c.md", (ROOT / f"docs/don-vi/{OLD}.md").read_bytes()),
             "--format", "json").stdout
    )["counts"]  # fmt: skip

    assert counts["amended"] == 1  # the call itself says something else
    assert words["same"] == sum(list(words.values())[:6])


def test_page_of_the_project_has_its_unit_s_words():
    """A page file that is an edition's page resolves with the unit's terms; it stays a file."""
    files = [f"docs/don-vi/{edition}.md" for edition in (OLD, NEW)]
    found = json.loads(diff(*(ROOT / file for file in files), "--format", "json").stdout)
    editions = json.loads(diff(OLD, NEW, "--format", "json").stdout)

    assert editions["changes"] == found["changes"]
    assert (None, None, None) == (found["old"], found["new"], found["facts"])


# --- another day ---


def git(folder: Path, *arguments: str) -> None:
    """Run git as somebody, with no settings of this machine."""
    own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    own |= {
        f"GIT_{who}_{what}": "a@b" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    subprocess.run(
        ["git", "-C", str(folder), *arguments],
        check=True,
        capture_output=True,
        env=os.environ | own,
    )


@pytest.fixture
def project(tmp_path: Path) -> Callable[[Callable[[Path], object]], Path]:
    """A project two folders down in a repository; each call changes it and commits."""
    git(tmp_path, "init", "-q")
    root = tmp_path / "a/b"
    shutil.copytree(BASE, root)

    def commit(change: Callable[[Path], object]) -> Path:
        change(root)
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-q", "--allow-empty", "-m", "x")
        return root

    commit(lambda _: None)
    return commit


def rewrite(path: str, old: str, new: str) -> Callable[[Path], object]:
    """A change of a file of the project."""

    def change(root: Path) -> None:
        text = (root / path).read_text(encoding="utf-8")
        assert old in text
        (root / path).write_text(text.replace(old, new), encoding="utf-8", newline="\n")

    return change


def test_revision(project):
    """An edition at a revision is compared with its facts, text and shared clauses of that day."""
    project(rewrite(PAGE, "từ ngày ký", "từ ngày 01 tháng 10"))
    project(rewrite("data/units/truong-thu.yml", "Xã Thử,", "Xã Mới,"))
    root = project(rewrite("data/clauses/hop-giao-ban.yml", "giao ban", "giao ban tuần"))
    result = diff(f"HEAD~3:{EDITION}", EDITION, "--root", root)
    still = diff(f"HEAD~1:{EDITION}", f"HEAD~1:{EDITION}.goc", "--root", root)

    assert result.exit_code == 0
    assert result.stdout.startswith(f"HEAD~3:{EDITION} → {EDITION}\n2 sửa, 2 giữ nguyên.\n")
    assert "[-Xã Thử,-]" in result.stdout
    assert "giao ban {+tuần+}" in result.stdout
    assert "[-ký-] {+01 tháng 10+}" in result.stdout
    assert "Không điều khoản nào khác" in still.stdout


def test_revision_before_the_edition(project, capsys, monkeypatch):
    """An edition that was not there yet is told with the day: its page missing, or all of it."""
    root = project(lambda root: (root / PAGE).unlink())
    project(lambda root: shutil.rmtree(root / "data"))
    project(lambda root: shutil.rmtree(root / "docs"))
    ends = [wrong(capsys, monkeypatch, f"{at}:{EDITION}", "x", "--root", root)
            for at in ("HEAD~2", "HEAD~1", "HEAD")]  # fmt: skip
    unknown = (2, f'Không làm được: không có bản "{{}}:{EDITION}". {FORM}\n')

    assert ends[0][0] == 1
    assert re.match(r"HEAD~2:data/units/truong-thu.yml:\d+:\d+: R102 chưa có trang ", ends[0][1])
    assert ends[1:] == [(2, unknown[1].format(at)) for at in ("HEAD~1", "HEAD")]


def test_revision_with_a_broken_page(project, capsys, monkeypatch):
    """A page that lacks an id on that day is told with the day, and is not compared."""
    project(rewrite(PAGE, " {#hieu-luc}", ""))
    root = project(rewrite(PAGE, "từ ngày ký.", "từ ngày ký. {#hieu-luc}"))
    code, told = wrong(capsys, monkeypatch, f"HEAD~1:{EDITION}", EDITION, "--root", root)

    assert code == 1
    assert told.startswith(f"HEAD~1:{PAGE}:11:43: G103 ")


def test_revision_follows_no_shortcut(project, capsys, monkeypatch):
    """A shortcut in a commit is told as such and not followed."""

    def link(root: Path) -> None:
        (root / PAGE).unlink()
        try:
            (root / PAGE).symlink_to(root / "data/units/truong-thu.yml")
        except OSError as refused:
            pytest.skip(f"this machine makes no symbolic links: {refused}")

    root = project(link)
    code, told = wrong(capsys, monkeypatch, f"HEAD:{EDITION}", EDITION, "--root", root)

    assert (1, "R103") == (code, told.split()[1])


# --- hostile page files ---

# what is done, the text, what Markdown must show of it
HOSTILE = [
    ("colours and cursor", "\x1b[2J\x1b]0;x\x07 \x9b31m", "\\u001b[2J\\u001b]0;x\\u0007"),
    ("turned around", "abc \u202edef\u2066", "\\u202edef\\u2066"),
    ("zero width", "a\u200bb\u00adc", "a\\u200bb\\u00adc"),
    ("script", r"\<script>alert(1)\</script> &lt;b>", "<script>alert(1)</script> &lt;b>"),
    ("link", "[a](javascript:b) ![c](http://d)", "[a](javascript:b) ![c](http://d)"),
    ("marks", "~~a~~ **b** `c` _d_ \\*", "~~a~~ **b** `c` _d_ *"),
    ("mention", "@all #12 !3 a@b.vn", "@all #12 !3 a@b.vn"),
    ("table", "a | b || c", "a | b || c"),
    ("heading", r"\# a", "# a"),
    ("list", r"1\. a", "1. a"),
    ("dashes", r"\- a", "- a"),
    ("rule", "--- ===", "--- ==="),
    ("template", "{ { config } } {= x =}", "{ { config } } {= x =}"),
    ("entity", "&#60;b&#62; &amp;", "&#60;b&#62; &amp;"),
    ("backslash", "\\\\n \\\\u001b", "\\n \\u001b"),
]
GFM = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


class Reader(HTMLParser):
    """What a reader sees of a page, and with which elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: set[str] = set()
        self.texts: list[tuple[str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self.elements.add(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        marks = [tag for tag in self.open if tag in ("s", "strong")]
        self.texts.append((marks[0] if marks else "", data))

    def text(self, *, without: str = "") -> str:
        """All text but that in one mark, with white space folded."""
        return " ".join("".join(t for mark, t in self.texts if mark != without or not mark).split())


@pytest.mark.parametrize(
    ("text", "expected"), [r[1:] for r in HOSTILE], ids=[r[0] for r in HOSTILE]
)
def test_hostile_text(text: str, expected: str, tmp_path: Path):
    """What a text would do to a terminal or a pull request is shown instead."""
    old = f"# {text.lstrip(chr(92) + '#-1. ') or 'A'}\n\nMột. {{#a}}\n\n## **{text[-1]}** {{#h}}"
    new = f"# B\n\n{text} {{#a}}\n\nx {text} y {{#b}}"
    telling = told(tmp_path, old, new)
    lines, markdown = plain(telling), telling.markdown()
    read = Reader(GFM.render(markdown))

    assert any(expected in line for line in lines)
    assert expected in read.text()
    assert {"p", "strong", "s", "ul", "li", "blockquote", "br"} | set(
        "table thead tbody tr th td".split()
    ) >= read.elements
    assert not [c for line in (*lines, *markdown.split("\n")) for c in line if unseen(c)]
    assert not re.search(r"[@#!]\w|://|www\.", re.sub(r"&#124;|#\d+;", "", markdown))


def unseen(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp")


NASTY = st.lists(
    st.sampled_from(
        "a b ngày 1. 2) - + = # * ** _ ~ ~~ ` `` | < > & [ ] ( ) ! \\ : ; , . / @ $ a*b c_d_e ~x~ "
        "&lt; <b> <!-- --> http://a.vn/b_c_d @x #1 --- === *** ___ ``` |a| [x](y) {+ +} 5.000 / ./.".split()
    ),
    max_size=8,
).map(" ".join) | st.text("ab *_~`|<>&[]#\\-.1", max_size=20).map(
    lambda text: " ".join(text.split())
)


@given(old=NASTY, new=NASTY)
@example(old="Hội nghị tổng kết", new="Hội nghị, tổng kết")
@example(old="- a", new="a")
@example(old="1. a", new="1. b")
@example(old="", new="---")
def test_markdown_shows_the_words(old: str, new: str):
    """Whatever a text holds: without bold the old text is read, without struck the new one."""
    shown = f"> {begun(struck(runs(old, new)))}"
    read = Reader(GFM.render(shown))

    assert {"blockquote", "p", "s", "strong"} >= read.elements
    assert (old, new) == (read.text(without="strong"), read.text(without="s"))


@given(st.text(max_size=30))
def test_markdown_shows_any_text(text: str):
    """An escaped text is read as itself, in a table's cell too."""
    cell = telling.shown(text)
    read = Reader(GFM.render(f"| a |\n| --- |\n| {escaped(cell)} |"))

    assert "".join(f"a{cell}".split()) == "".join(read.text().split())


@given(old=NASTY, new=NASTY)
def test_terminal_shows_the_words(old: str, new: str):
    """The spans for a terminal hold both texts."""
    spans = list(telling._spans(runs(old, new)))
    bare = {"old": slice(2, -2), "new": slice(2, -2)}
    texts = [(style, text[bare.get(style, slice(None))]) for style, text in spans]
    found = (
        "".join(text for style, text in texts if style != other).split() for other in ("new", "old")
    )

    assert ["".join(old.split()), "".join(new.split())] == ["".join(each) for each in found]


def test_text_is_never_run(tmp_path: Path):
    """What looks like a template is words, and names a problem of the page."""
    text = "Có {{ config.__class__ }} và {% include 'x' %}. {#a}"
    found = told(tmp_path, text, "Một. {#a}")

    assert "[-Có {{ config.__class__ }} và {% include 'x' %}.-]" in "".join(plain(found))
    assert "a.md còn 2 chỗ viết sai, chỗ đầu tiên ở dòng 3, mã G107." in found.notices[1]


def test_windows_files(tmp_path: Path):
    """A byte order mark and Windows line ends are no change."""
    text = "# QUY CHẾ\n\nMột\nhai. {#a}\n"
    files = (
        page(tmp_path, "a.md", text),
        page(tmp_path, "b.md", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()),
    )

    assert "Không điều khoản nào khác, 1 giữ nguyên." in diff(*files).stdout


def test_colour(tmp_path: Path):
    """On a terminal words are coloured beside their marks; piped and with NO_COLOR they are not."""
    files = (
        page(tmp_path, "a.md", "Họp mười ngày. {#a}"),
        page(tmp_path, "b.md", "Họp chín ngày. {#a}"),
    )
    terminal = diff(*files, color=True, env={"NO_COLOR": None}).stdout
    piped = diff(*files, env={"NO_COLOR": None}).stdout
    unwanted = diff(*files, color=True, env={"NO_COLOR": "1"}).stdout

    assert "Họp \x1b[31m[-mười-]\x1b[0m \x1b[32m{+chín+}\x1b[0m ngày." in terminal
    assert piped == unwanted == re.sub(r"\x1b\[\d+m", "", terminal)


def test_pipe():
    """The real command writes UTF-8 without colour and leaves with 0 where there are changes."""
    done = subprocess.run(
        [sys.executable, "-m", "macros", "diff", OLD, NEW, "--format", "markdown"],
        cwd=ROOT, capture_output=True,
    )  # fmt: skip

    assert (0, b"") == (done.returncode, done.stderr)
    assert done.stdout.decode() == diff(OLD, NEW, "--format", "markdown").stdout


# --- wrong use ---


def wrong(capsys, monkeypatch, *arguments: object) -> tuple[int, str]:
    """Exit code and all that the command prints, which is nothing on the output stream."""
    monkeypatch.setattr(sys, "argv", ["qcph", "diff", *map(str, arguments)])
    monkeypatch.setattr("macros.cli.end_in_order", lambda: None)  # this process goes on
    with pytest.raises(SystemExit) as left:
        main()
    out, err = capsys.readouterr()

    assert out == ""
    return left.value.code, err


FORM = "Viết <đơn vị>/<bộ>/<kỳ>, như truong-mau/cong-doan/2024-2025."
WRONG = [
    ("period", "truong-mau/cong-doan/2024-2052", 'không có bản "{}". Có phải "truong-mau/cong-doan/2024-2025"?'),
    ("unit", "truong-mua/cong-doan/2024-2025", 'không có bản "{}". Có phải "truong-mau/cong-doan/2024-2025"?'),
    ("series", "truong-mau/cong-doam/2024-2025", 'không có bản "{}". Có phải "truong-mau/cong-doan/2024-2025"?'),
    ("version", f"{NEW}.2025-01-01", f'không có bản "{{}}". Có phải "{NEW}"?'),
    ("address", f"don-vi/{NEW}/", f'không có bản "{{}}". Có phải "{NEW}"?'),
    ("word", "xyz", f'không có bản "{{}}". {FORM}'),
    ("nothing", "", f'không có bản "{{}}". {FORM}'),
    ("folder", "docs", f'không có bản "{{}}". {FORM}'),
    ("file", "khong-co.md", "không có tệp {}."),
    ("long name", "a" * 5000 + ".md", "không "),
    ("report", REPORT, "{} chỉ có bài báo, không có lời văn để so sánh."),
    ("report's page", f"{ROOT}/docs/don-vi/{REPORT}.md", "{} chỉ có bài báo, không có lời văn để so sánh."),
    ("revision", f"khong-co:{NEW}", 'không có mốc git "khong-co" (commit, nhánh hay thẻ).'),
    ("no revision", f":{NEW}", 'không có mốc git "" (commit, nhánh hay thẻ).'),
    ("no commit", f"HEAD:docs:{NEW}", 'không có mốc git "HEAD:docs" (commit, nhánh hay thẻ).'),
    ("option as revision", f"--output=x:{NEW}", 'không có mốc git "--output=x" (commit, nhánh hay thẻ).'),
    ("edition at a revision", "HEAD:truong-mau/cong-doan/1999-2000", 'không có bản "{}". Có phải "truong-mau'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "said"), [r[1:] for r in WRONG], ids=[r[0] for r in WRONG])
@pytest.mark.parametrize("first", [True, False])
def test_wrong_use(name: str, said: str, first: bool, capsys, monkeypatch, tmp_path: Path):
    """A name that leads nowhere is one line with the nearest right one, and exit code 2."""
    if name.startswith(("HEAD", "khong-co:", ":", "--")) and not (ROOT / ".git").exists():
        pytest.skip("not in a repository")
    monkeypatch.chdir(tmp_path)
    code, told = wrong(capsys, monkeypatch, "--", *((name, NEW) if first else (NEW, name)))

    assert (2, 1) == (code, len(told.splitlines()))
    assert told.startswith(f"Không làm được: {said.format(name)}")
    assert list(tmp_path.iterdir()) == []


def test_not_in_a_repository(capsys, monkeypatch, tmp_path: Path):
    """A revision of a folder without git is wrong use."""
    root = shutil.copytree(BASE, tmp_path / "project")
    code, told = wrong(capsys, monkeypatch, f"HEAD:{EDITION}", EDITION, "--root", root)

    assert (2, True) == (code, f"{root} không nằm trong kho git nào" in told)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"# A\n\nM\xff {#a}\n", "tệp không phải UTF-8 (byte 0xff)."),
        ("# A".encode("utf-16"), "tệp không phải UTF-8 (byte 0xff)."),
        (b"# A\n\n" + b"a " * 300_000 + b"{#a}\n", "lớn hơn 500 kB, không phải trang quy chế."),
    ],
    ids=["not UTF-8", "UTF-16", "too large"],
)
def test_unreadable_files(raw: bytes, said: str, capsys, monkeypatch, tmp_path: Path):
    """A file that can't be a page is wrong use."""
    code, told = wrong(capsys, monkeypatch, page(tmp_path, "a.md", raw), NEW)

    assert (2, 1) == (code, len(told.splitlines()))
    assert said in told


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("# A\n\nMột. {#a}\n\nHai.\n", ":5:5: G103"),
        ("# A\n\nMột. {#a}\n\nHai. {#A b}\n", ":5:6: G104"),
        ("# A\n\nMột. {#a}\n\nHai. {#a}\n", ":5:6: G105"),
        ("# A\n\nMột.\n", ":1:1: G103"),
        ("#\n", ":1:1: G103"),
    ],
)
def test_pages_that_would_lose_words(text: str, where: str, capsys, monkeypatch, tmp_path: Path):
    """Where a paragraph has no id of its own nothing is compared: its place is told, exit code 1."""
    file = page(tmp_path, "a.md", text)
    code, told = wrong(capsys, monkeypatch, file, NEW)

    assert code == 1
    assert told.startswith(f"{file}{where} ")
    assert told.endswith("Sửa 1 chỗ sai này thì mới so sánh được.\n")


def test_edition_with_broken_sources(capsys, monkeypatch, tmp_path: Path):
    """An edition whose facts can't be read is not said to be unknown: the problem is told."""
    root = shutil.copytree(BASE, tmp_path / "project")
    rewrite("data/units/truong-thu.yml", "type: primary", "type: primry")(root)
    code, told = wrong(capsys, monkeypatch, EDITION, EDITION, "--root", root)

    assert code == 1
    assert told.startswith("data/units/truong-thu.yml:3:1: D203 ")


def test_text_is_a_value(tmp_path: Path):
    """A text read twice is equal, and the same comparison gives the same bytes."""
    file = page(tmp_path, "a.md", "Một. {#a}")
    one, other = file_text(file, BASE), file_text(file, BASE)

    assert one == other
    assert isinstance(one, Text)
    assert tell(one, other).json == tell(other, one).json


def test_html_is_one_self_contained_page():
    """The HTML form asks no host for anything, has no script, and marks what changed."""
    years = ("truong-mau/cong-doan/2023-2024", "truong-mau/cong-doan/2024-2025")
    result = CliRunner().invoke(cli, ["diff", *years, "--format", "html"])
    html = result.stdout_bytes.decode()

    assert result.exit_code == 0
    assert html.startswith("<!doctype html>")
    assert not re.search(r"<script|<link|<img|https?://|url\(|@import", html)
    assert "<del> 5.000.000</del>" in html
    assert "<ins> 6.000.000</ins>" in html


def test_html_escapes_what_a_file_says(tmp_path):
    """Markup in a page's words comes out as text."""
    for name, words in (("a", "Họp 2 < 3 & \\\\<b>."), ("b", 'Họp "2" \\\\<img src=x>.')):
        text = f"# QUY CHẾ\n\nHọp. {{#hop}}\n\n{words} {{#ghi}}\n"
        (tmp_path / f"{name}.md").write_text(text.replace("\\\\", "\\"), encoding="utf-8")
    files = [str(tmp_path / "a.md"), str(tmp_path / "b.md")]
    result = CliRunner().invoke(cli, ["diff", *files, "--format", "html"])

    assert result.exit_code == 0
    assert "<img" not in result.stdout_bytes.decode()
    assert "&lt;img src=x" in result.stdout_bytes.decode()
