"""Edits of YAML that people wrote, and how they reach the disk: all of them or none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from macros.archive import load, write
from macros.editing import Edits, drop, edition_named, plain, put
from macros.model import Period, Seal, Side, Signature
from macros.problem import EditorError
from macros.reading import read

ROOT = Path(__file__).resolve().parent.parent
BASE = ROOT / "tests/broken/base"
HAND_MADE = """\
# Trường Thử
names:
    - name: Trường Thử     # tên trong quyết định
    - {name: "Trường: Thử", since: "2020"}

series:

    cong-doan:   # với công đoàn
        counterpart: union
        editions:
            "2024-2025":
                kind: 'regulation'
                place: {printed: "Xã Thử,"}
                what: >-
                    một câu dài
                    xuống dòng
                empty: {}   # chưa có
                # các lần sửa
                # sau khi ký
                versions:
                    2025-02-01:
                        draft: true
# hết"""
EDITION = ("series", "cong-doan", "editions", "2024-2025")


def without(lines: list[str], more: list[str]) -> list[str]:
    """The lines of `more` that are left when those of `lines` are taken out in order."""
    left, at = [], 0
    for line in more:
        if at < len(lines) and line == lines[at]:
            at += 1
        else:
            left.append(line)
    return left if at == len(lines) else ["a line was lost"]


@pytest.mark.parametrize(
    ("key", "value", "before", "line", "expected"),
    [
        ((*EDITION, "seal"), {"form": 1}, "versions", 18,
         ["                seal:", "                  form: 1"]),
        ((*EDITION, "seal"), {"form": 1}, "", 23,
         ["                seal:", "                  form: 1", "# hết"]),
        ((*EDITION, "versions", "2025-02-01", "seal"), 1, "versions", 23,
         ["                        seal: 1", "# hết"]),
        ((*EDITION, "versions", "2025-03-01"), {"draft": True}, "", 23,
         ["                    2025-03-01:", "                      draft: true", "# hết"]),
        (("series", "cong-doan", "editions", "2025-2026", "kind"), "plan", "", 23,
         ["            2025-2026:", "              kind: plan", "# hết"]),
        (("aliases",), ["a"], "series", 6, ["aliases:", "- a"]),
        (("sample",), True, "names", 2, ["sample: true"]),
    ],
    ids=["before", "last", "deep", "new version", "new edition", "root", "first"],
)  # fmt: skip
def test_a_new_key_touches_no_other_line(key, value, before, line, expected):
    """A new key stands where it was meant to, and all lines that were there keep their bytes."""
    text = put(HAND_MADE, "x.yml", key, value, before=before)
    new, old = text.split("\n"), HAND_MADE.split("\n")

    assert old[: line - 1] == new[: line - 1]
    assert expected == new[line - 1 : line - 1 + len(expected)]
    assert [each for each in expected if each != "# hết"] == [
        each for each in without(old, new) if each
    ]


@pytest.mark.parametrize(
    ("key", "value", "old", "new"),
    [
        ((*EDITION, "kind"), "plan", "kind: 'regulation'", "kind: plan"),
        ((*EDITION, "empty", "a", "b"), 1, "empty: {}   # chưa có",
         "empty:   # chưa có\n                  a:\n                    b: 1"),
        ((*EDITION, "what"), "ngắn",
         "what: >-\n                    một câu dài\n                    xuống dòng", "what: ngắn"),
        ((*EDITION, "place"), {"printed": "Xã"}, 'place: {printed: "Xã Thử,"}',
         "place:\n                  printed: Xã"),
        (("series", "cong-doan", "counterpart"), "staff", "counterpart: union", "counterpart: staff"),
    ],
    ids=["quoted", "empty", "folded", "flow", "plain"],
)  # fmt: skip
def test_a_changed_value_touches_no_other_line(key, value, old, new):
    """A key that is there gets its new value, and its comment stays."""
    assert HAND_MADE.replace(old, new) == put(HAND_MADE, "x.yml", key, value)


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("{a: {b: 1}}", ("a", "c"), "x.yml: chỗ đầu tệp viết trên một dòng; "),
        ("a: {b: 1}", ("a", "c"), "x.yml: chỗ a viết trên một dòng; "),
        ("a: 1", ("a", "c"), "x.yml: chỗ a viết trên một dòng; "),
        ("- a", ("a",), "x.yml: chỗ đầu tệp viết trên một dòng; "),
        ("", ("a",), "x.yml: chỗ đầu tệp viết trên một dòng; "),
        ("{}", ("a",), "x.yml: chỗ đầu tệp viết trên một dòng; "),
        ("? a\n: b: 1\n", ("a",), "x.yml: không thêm được a mà giữ nguyên các dòng khác; "),
        ("a: 1\n...\n", ("b",), None),
        ("a: [", ("b",), "x.yml: YAML không đọc được; "),
        ("a: 1\nb: 'x\u2028y'\n", ("b",), "x.yml: dòng 2 có dấu xuống dòng lạ; "),
        ("a: 1\rb: 2\n", ("c",), "x.yml: dòng 1 có dấu xuống dòng lạ; "),
    ],
)
def test_forms_that_can_not_be_edited(text, key, expected):
    """A file that leaves no place for a change is told in one Vietnamese sentence."""
    if expected is None:
        assert "a: 1\nb: 2\n...\n" == put(text, "x.yml", key, 2)
        return
    with pytest.raises(EditorError) as told:
        put(text, "x.yml", key, 2)

    assert expected == str(told.value)[: len(expected)]


# Any line that a person can write: nothing of it may be read as something else.
LINES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp")), min_size=1
).map(lambda text: " ".join(text.split()) or "x")
TRICKY = st.sampled_from(
    "true no ~ null 012 1e3 1:30 2024-01-05 2024-1-5T10:00:00 = << - # a:b|a: b|a #b|'x'|{a}|[a]|%a|@a|`a|&a|*a|!a|? a".replace(
        " ", "\n", 12
    ).replace("|", "\n").split("\n")
)  # fmt: skip


@given(st.one_of(LINES, TRICKY), st.integers(20, 120))
def test_every_line_reads_back(line, width):
    """What is written is read back to the very same words, whatever they look like to YAML."""
    text = put("form: 1\n", "x.yml", ("since",), "2024-10", width=width)
    text = put(text, "x.yml", ("sha256",), "0" * 64, width=width)
    text = put(text, "x.yml", ("parts",), line, width=width)
    found = read(text, "x.yml", Seal)

    assert ((), line) == (found.problems, found.value and found.value.parts)


def names() -> st.SearchStrategy[str]:
    return st.sampled_from(["a", "b", "c", "seal", "versions", "2024-2025", '"x y"', "'đ'"])


@st.composite
def hand_made(draw, depth: int = 0, column: int = 0) -> list[str]:
    """The lines of a block mapping as people write it: comments, quotes, flow lists, odd indents."""
    lines: list[str] = []
    for name in draw(st.lists(names(), min_size=1, max_size=4, unique=True)):
        if draw(st.booleans()):
            lines.append(
                draw(st.sampled_from(["", "# ghi chú: a", f"{' ' * column}# khác", "   "]))
            )
        pad, note = " " * column, draw(st.sampled_from(["", "  # vì sao", " "]))
        form = draw(st.integers(0, 6)) if depth < 3 else draw(st.integers(0, 4))
        if form == 0:
            lines.append(f"{pad}{name}: {draw(st.sampled_from(['một', '1', 'true']))}{note}")
        elif form == 1:
            lines.append(f'{pad}{name}:  "hai # không phải ghi chú"{note}')
        elif form == 2:
            lines.append(f"{pad}{name}: [x, 'y, z']{note}")
        elif form == 3:
            lines += [f"{pad}{name}:{note}", f"{pad}- k: v", f"{pad}  m: [1,", f"{pad}   2]"]
        elif form == 4:
            style = draw(st.sampled_from([">-", "|", ">"]))
            lines += [f"{pad}{name}: {style}", f"{pad}  dài", f"{pad}  # chữ", "", f"{pad}  thêm"]
            lines += draw(st.sampled_from([[], [""]]))
        else:
            lines.append(f"{pad}{name}:{note}")
            lines += draw(hand_made(depth + 1, column + draw(st.integers(1, 5))))
    return lines


@given(hand_made(), st.lists(names().map(lambda name: name.strip("\"'")), min_size=1, max_size=3),
       st.sampled_from([1, "hai", {"k": {"m": ["x", "y: z"]}}]), st.sampled_from(["", "versions"]),
       st.booleans())  # fmt: skip
def test_any_file_keeps_its_other_lines(lines, key, value, before, ends):
    """In any hand-made file a new key is read back as meant, and no other line changes a byte."""
    text = "\n".join(lines) + ("\n" if ends else "")
    was = yaml.load(text, yaml.BaseLoader)
    inner, there = was, True
    for name in key:
        there = isinstance(inner, dict) and name in inner
        inner = inner[name] if there else None
    try:
        result = put(text, "x.yml", key, value, before=before)
    except EditorError:
        inner = was
        for name in key[:-1]:
            inner = inner.get(name, {}) if isinstance(inner, dict) else None
        # Refused only where the key leads through a value, or a text's last line has no end.
        assert not isinstance(inner, dict) or not ends
        return

    now = yaml.load(result, yaml.BaseLoader)
    inner = was
    for name in key[:-1]:
        inner = inner.setdefault(name, {})
    inner[key[-1]] = yaml.load(yaml.safe_dump(value), yaml.BaseLoader)
    assert was == now
    if not there:
        added = [line for line in without(text.split("\n"), result.split("\n")) if line.strip()]
        assert "a line was lost" not in added
        assert len(added) <= len(key) + 5


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("- Lưu: VT.", '"- Lưu: VT."'),
        ("Nơi nhận:", '"Nơi nhận:"'),
        ("2024", '"2024"'),
        ("Kế hoạch: “A”", '"Kế hoạch: “A”"'),
        ('Kế hoạch: "A"', """'Kế hoạch: "A"'"""),
        ("- \\", r"'- \'"),
        ("- 🌱", "'- 🌱'"),
        ("Xã Thử,", "Xã Thử,"),
    ],
)
def test_quotes_are_those_that_people_write(line, written):
    """What must be quoted has double quotes, but where a character in it would need a mark."""
    assert f"a: 1\nb: {written}\n" == put("a: 1\n", "x.yml", ("b",), line)


@pytest.mark.parametrize(
    ("key", "gone"),
    [
        ((*EDITION, "versions", "2025-02-01"), (19, 22)),
        ((*EDITION, "versions"), (19, 22)),
        ((*EDITION, "what"), (13, 16)),
        ((*EDITION, "place"), (12, 13)),
        ((*EDITION, "empty"), (16, 17)),
        (("series",), (5, 22)),
        (("names",), (1, 4)),
    ],
    ids=["version", "versions", "folded", "flow", "empty", "series", "names"],
)
def test_a_dropped_key_takes_only_its_lines(key, gone):
    """A key goes with its lines, and with the mapping that would be empty; no other line changes."""
    lines = HAND_MADE.split("\n")
    del lines[slice(*gone)]

    assert "\n".join(lines) == drop(HAND_MADE, "x.yml", key)


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("a: 1\n", ("b",), "x.yml: không có b"),
        ("a: 1\n", ("a", "b"), "x.yml: không có a.b"),
        ("- a\n", ("a",), "x.yml: không có a"),
        ("a: {b: 1, c: 2}\n", ("a", "b"), "x.yml: không bỏ được a.b mà giữ nguyên các dòng khác; "),
        ("a:\n- b: 1\n", ("a", "b"), "x.yml: không có a.b"),
        ("a: [", ("a",), "x.yml: YAML không đọc được; "),
    ],
)
def test_what_can_not_be_dropped(text, key, expected):
    """A key that is not there, or has no lines of its own, is told in one Vietnamese sentence."""
    with pytest.raises(EditorError) as told:
        drop(text, "x.yml", key)

    assert expected == str(told.value)[: len(expected)]


@given(hand_made(), st.lists(names().map(lambda name: name.strip("\"'")), min_size=1, max_size=3),
       st.sampled_from([1, "hai", {"k": {"m": ["x", "y: z"]}}]), st.sampled_from(["", "versions"]))  # fmt: skip
def test_what_was_put_is_dropped_again(lines, key, value, before):
    """In any hand-made file a new key that is dropped again leaves the very same bytes."""
    text = "\n".join(lines) + "\n"
    inner = yaml.load(text, yaml.BaseLoader)
    for name in key[:-1]:
        inner = inner.get(name) if isinstance(inner, dict) else None
    if isinstance(inner, dict) and inner and key[-1] not in inner:
        assert text == drop(put(text, "x.yml", key, value, before=before), "x.yml", key)


def test_plain_facts_read_back():
    """A fact as `put` writes it has no field that says nothing, and is read to the same fact."""
    signed = Signature(lines=("CHỦ TỊCH", "Trần Thị B"), side=Side.UNION, name="Trần Thị B")
    said = plain(signed)
    text = put("a: 1\n", "x.yml", ("b",), said).removeprefix("a: 1\nb:\n")

    assert {"lines": ["CHỦ TỊCH", "Trần Thị B"], "side": "union", "name": "Trần Thị B"} == said
    assert signed == read(text, "x.yml", Signature).value
    assert {"2024-2025": "x"} == plain({Period(2024, 2025): "x"})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("truong-thu/cong-doan/2024-2025", "goc"),
        ("truong-thu/cong-doan/2024-2025.goc", "goc"),
        ("truong-thu/cong-doan/2024-2052", 'Có phải "truong-thu/cong-doan/2024-2025"?'),
        ("truong-thu/cong-doan", 'Có phải "truong-thu/cong-doan/2024-2025"?'),
        ("x", "Viết <đơn vị>/<bộ>/<kỳ>, như truong-mau/cong-doan/2024-2025."),
        ("", "Viết <đơn vị>/<bộ>/<kỳ>, như truong-mau/cong-doan/2024-2025."),
    ],
)
def test_naming_an_edition(name, expected):
    """A name finds its version; a wrong one is told with the nearest right one."""
    archive = load(BASE).archive
    if expected == "goc":
        assert expected == edition_named(archive, name).version
        return
    with pytest.raises(EditorError) as told:
        edition_named(archive, name)

    assert f'không có bản "{name}". {expected}' == str(told.value)


# --- on the disk ---


def laid(root: Path, files: dict[str, bytes]) -> dict[str, bytes]:
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    return files


def found(root: Path) -> dict[str, bytes | None]:
    """Everything below a folder, folders too."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(root.rglob("*"))
    }


@pytest.mark.parametrize(
    ("old", "text", "expected"),
    [
        (b"a\nb\n", "a\nx\nb\n", b"a\nx\nb\n"),
        (b"a\r\nb\r\n", "a\nx\nb\n", b"a\r\nx\r\nb\r\n"),
        (b"a\r\nb", "a\nb\nx\n", b"a\r\nb\r\nx\r\n"),
        (b"\xef\xbb\xbfa\r\n", "a\nx\n", b"\xef\xbb\xbfa\r\nx\r\n"),
        (b"\xef\xbb\xbfa\n", "x\na", b"\xef\xbb\xbfx\na"),
        (b"a\r\nb\nc\r\n", "a\nx\nb\nc\n", b"a\r\nx\r\nb\nc\r\n"),
        (b"a\nb\nc\r\n", "a\nx\nb\nc\n", b"a\nx\nb\nc\r\n"),
        (b"", "a\n", b"a\n"),
    ],
    ids=["lf", "crlf", "no end", "mark", "mark lf", "mixed crlf", "mixed lf", "empty"],
)
def test_a_file_keeps_its_form(tmp_path, old, text, expected):
    """Byte order mark and line ends of a file stay as they were; undoing gives its bytes back."""
    laid(tmp_path, {"a.yml": old})
    known = {"a.yml": old.decode("utf-8-sig").replace("\r\n", "\n")}

    written = write(tmp_path, Edits(texts={"a.yml": text}), known)

    assert {"a.yml": expected} == found(tmp_path)
    written.undo()
    assert {"a.yml": old} == found(tmp_path)


def test_new_files_and_folders_are_made_and_undone(tmp_path):
    """New files bring their folders, and take them with them when they are undone."""
    laid(tmp_path, {"docs/a.md": b"a"})
    (tmp_path / "docs/trong").mkdir()
    before = found(tmp_path)

    written = write(tmp_path, Edits(texts={"docs/x/y/b.md": "b", "docs/trong/c.md": "c"}), {})

    assert (b"b", b"c") == (found(tmp_path)["docs/x/y/b.md"], found(tmp_path)["docs/trong/c.md"])
    written.undo()
    assert before == found(tmp_path)


@pytest.mark.parametrize("old", [b"a\n", b"\xef\xbb\xbfa\r\n"], ids=["lf", "crlf"])
def test_a_file_is_removed_and_comes_back(tmp_path, old):
    """A path without a text is removed beside what else is written; undoing gives its bytes back."""
    laid(tmp_path, {"docs/a.md": old, "b.yml": b"b"})

    written = write(tmp_path, Edits(texts={"docs/a.md": None, "b.yml": "x"}),
                    {"docs/a.md": "a\n", "b.yml": "b"})  # fmt: skip

    assert {"docs": None, "b.yml": b"x"} == found(tmp_path)
    written.undo()
    assert {"docs": None, "docs/a.md": old, "b.yml": b"b"} == found(tmp_path)


REFUSED = [
    ("to remove what was changed", {"b.md": b"khac"}, {"a.md": "x", "b.md": None},
     "b.md vừa bị sửa trong lúc chạy; không ghi gì cả, hãy chạy lại"),
    ("to remove beside a file in the way", {"b.md": b"b", "moi": b"c"}, {"b.md": None, "moi/c.md": "y"},
     "không ghi được: ở đó có tệp trùng tên với một thư mục; mọi tệp vẫn như trước"),
    ("changed", {"b.md": b"khac"}, {"a.md": "x", "b.md": "y"},
     "b.md vừa bị sửa trong lúc chạy; không ghi gì cả, hãy chạy lại"),
    ("no longer text", {"b.md": b"\xff"}, {"a.md": "x", "b.md": "y"},
     "b.md vừa bị sửa trong lúc chạy; không ghi gì cả, hãy chạy lại"),
    ("gone", {}, {"a.md": "x", "b.md": "y"},
     "b.md vừa bị sửa trong lúc chạy; không ghi gì cả, hãy chạy lại"),
    ("there already", {"b.md": b"b", "moi/c.md": b"c"}, {"a.md": "x", "moi/c.md": "y"},
     "moi/c.md đã có; không ghi đè"),
    ("a file in the way", {"b.md": b"b", "moi": b"c"}, {"a.md": "x", "z/d.md": "d", "moi/c.md": "y"},
     "không ghi được: ở đó có tệp trùng tên với một thư mục; mọi tệp vẫn như trước"),
    ("a folder in the way", {"b.md": b"b", "moi/c.md/d": b"c"}, {"a.md": "x", "moi/c.md": "y"},
     "không ghi được: ở đó có tệp trùng tên với một thư mục; chưa ghi gì"),
    ("a name too long", {"b.md": b"b"}, {"a.md": "x", "z/d.md": "d", f"moi/{'c' * 300}": "y"}, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "texts", "said"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_half_is_never_written(tmp_path, files, texts, said):
    """Where one file can't be written none is, and nothing is left behind."""
    laid(tmp_path, {"a.md": b"a", **files})
    before = found(tmp_path)

    with pytest.raises(EditorError) as told:
        write(tmp_path, Edits(texts=texts), {"a.md": "a", "b.md": "b"})

    assert before == found(tmp_path)
    assert said in (None, str(told.value))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder_is_told(tmp_path):
    """A folder that may not be written into is told, and the file beside it stays as it was."""
    laid(tmp_path, {"a/a.md": b"a", "b/b.md": b"b"})
    (tmp_path / "b").chmod(0o500)
    try:
        with pytest.raises(EditorError, match="không có quyền ghi ở đó; mọi tệp vẫn như trước"):
            write(
                tmp_path,
                Edits(texts={"a/a.md": "x", "b/b.md": "y"}),
                {"a/a.md": "a", "b/b.md": "b"},
            )
    finally:
        (tmp_path / "b").chmod(0o700)

    assert {"a": None, "a/a.md": b"a", "b": None, "b/b.md": b"b"} == found(tmp_path)


def test_stopping_half_way_changes_nothing(tmp_path):
    """Stopped between two files: none of them is changed, and nothing is left behind."""
    laid(tmp_path, {"a.md": b"a", "b.md": b"b"})
    before = found(tmp_path)

    class Stopping(dict):
        """Texts of which the second can't be had."""

        def items(self):
            yield "a.md", "x"
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(
            tmp_path, Edits(texts=Stopping({"a.md": "x", "b.md": "y"})), {"a.md": "a", "b.md": "b"}
        )

    assert before == found(tmp_path)


def test_shortcuts_are_not_followed(tmp_path):
    """A file behind a symbolic link is not written; the project itself may stand behind one."""
    laid(tmp_path / "that", {"a.md": b"a", "docs/b.md": b"b"})
    try:
        (tmp_path / "du-an").symlink_to(tmp_path / "that", target_is_directory=True)
        (tmp_path / "that/tat").symlink_to(tmp_path / "that/docs", target_is_directory=True)
    except OSError as refused:
        pytest.skip(f"this machine makes no symbolic links: {refused}")

    with pytest.raises(EditorError, match="tat/b.md chỉ là lối tắt"):
        write(tmp_path / "du-an", Edits(texts={"a.md": "x", "tat/b.md": "y"}), {"a.md": "a"})
    write(tmp_path / "du-an", Edits(texts={"a.md": "x"}), {"a.md": "a"})

    assert (b"x", b"b") == (
        (tmp_path / "that/a.md").read_bytes(),
        (tmp_path / "that/docs/b.md").read_bytes(),
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_modes_are_kept(tmp_path):
    """A file keeps who may read and write it."""
    laid(tmp_path, {"a.md": b"a"})
    (tmp_path / "a.md").chmod(0o640)

    write(tmp_path, Edits(texts={"a.md": "x"}), {"a.md": "a"})

    assert "640" == f"{(tmp_path / 'a.md').stat().st_mode & 0o777:o}"
