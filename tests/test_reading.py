import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.archive import SCHEMAS, schemas
from macros.model import Glossary, PartialDate, Period, SharedClause, Unit
from macros.reading import _Reader, place_of, read

ROOT = Path(__file__).parent.parent
UNIT = """\
names:
- name: Trường Thử
type: primary
sides:
  management: Nhà trường
  union: Công đoàn
series:
  cong-doan:
    counterpart: union
    editions:
      2024-2025:
        kind: regulation
        date: {printed: ngày 07 tháng 10 năm 2024, value: 2024-10-07}
        signatures:
        - side: union
          lines: [CHỦ TỊCH, Trần Thị B]
        versions:
          2025-01:
            record: {kind: amend, what: Sửa., why: Đã bàn.}
"""


def told(text: str, into: type = Unit) -> list[str]:
    """`line:col CODE` of each problem of a text."""
    return [f"{p.line}:{p.column} {p.code}" for p in read(text, "data/a.yml", into).problems]


ROWS = [
    # What YAML itself refuses, or would read otherwise than it is written.
    ("tệp trống", "", ["1:1 D101"]),
    ("chỉ có chú thích", "# chưa có gì\n\n", ["1:1 D101"]),
    ("chỉ có null", "null\n", ["1:1 D101"]),
    ("phím Tab đầu dòng", "title:\n\tx\n", ["2:1 D101"]),
    ("phím Tab giữa giá trị", 'title: "a\\tb"\nwordings: {2024-2025: x}\n', ["1:1 D204"]),
    ("phím Tab đầu giá trị", "title: \tx\nwordings:\n\t2024-2025: x\n", ["3:1 D101"]),
    ("thiếu ngoặc đóng", 'title: "x\nwordings: {}\n', ["1:8 D101"]),
    ("hai chấm trong câu", "title: Số: 12\n", ["1:10 D101"]),
    ("thụt lệch", "title: x\n wordings: {}\n", ["2:10 D101"]),
    ("ký tự điều khiển", "title: a\x00b\n", ["1:9 D101"]),
    ("ký tự ngoài Unicode", "title: x\nb: a\ufffe\n", ["2:5 D101"]),
    ("neo", "title: &a x\nwordings: {2024-2025: *a}\n", ["1:8 D102", "2:23 D102"]),
    ("gộp khóa", "title: x\n<<: {a: b}\n", ["2:1 D202", "1:1 D201"]),
    ("thẻ", "title: !!str x\nwordings: !a {}\n", ["1:8 D102", "2:11 D102"]),
    ("thẻ chạy mã", "title: !!python/object/apply:os.system [ls]\n", ["1:8 D102"]),
    ("khóa phức", "? [a, b]\n: c\n", ["1:3 D102"]),
    ("khóa có neo", "&a title: x\n", ["1:1 D102", "1:1 D102"]),
    ("hai tài liệu", "title: x\n---\ntitle: y\n", ["2:1 D102"]),
    ("lồng quá sâu", "title: " + "[" * 40 + "]" * 40 + "\n", ["1:28 D102"]),
    ("khóa trùng", "title: x\ntitle: y\nwordings: {2024-2025: a}\n", ["2:1 D103"]),
    ("khóa trùng ở trong", "title: x\nwordings:\n  2024-2025: a\n  2024-2025: b\n", ["4:3 D103"]),
    ("mã ký tự, kể hai mươi chỗ", 'title: "' + "\\x41" * 5000 + '"\nwordings: {2024-2025: a}\n',
     [f"1:{9 + 4 * n} D104" for n in range(20)]),
    ("số 0 đứng đầu", "title: 012\nwordings: {}\n", ["1:8 D104"]),
    ("on", "title: on\n", ["1:8 D104"]),
    ("yes no", "title: yes\nwordings: {2024-2025: No}\n", ["1:8 D104", "2:23 D104"]),
    ("giờ phút", "title: 1:30\n", ["1:8 D104"]),
    ("số lẻ", "title: 1.5\nwordings: {2024-2025: .inf}\n", ["1:8 D104", "2:23 D104"]),
    ("số có gạch dưới", "title: 1_000\n", ["1:8 D104"]),
    ("thập lục", "title: 0x1F\n", ["1:8 D104"]),
    ("số mũ", "title: 1.0e+3\n", ["1:8 D104"]),
    ("ngày giờ", "title: 2024-10-07T10:00:00\n", ["1:8 D104"]),
    ("Null viết hoa", "title: Null\n", ["1:8 D104"]),
    ("dấu gộp", "title: <<\n", ["1:8 D104"]),
    ("dấu bằng", "title: =\n", ["1:8 D104"]),
    # What the fields refuse.
    ("không phải cặp khóa giá trị", "- a\n- b\n", ["1:1 D207"]),
    ("một từ", "title\n", ["1:1 D207"]),
    ("thiếu trường", "title: x\n", ["1:1 D201"]),
    ("trường lạ", "title: x\nwordings: {2024-2025: a}\nwording: x\n", ["3:1 D202"]),
    ("chữ thành số", "title: 5\nwordings: {2024-2025: a}\n", ["1:1 D207"]),
    ("chữ thành đúng sai", "title: true\nwordings: {2024-2025: a}\n", ["1:1 D207"]),
    ("chữ thành danh sách", "title: [a]\nwordings: {2024-2025: a}\n", ["1:1 D207"]),
    ("danh sách thay cặp khóa", "title: x\nwordings: [a]\n", ["2:1 D207"]),
    ("để trống", "title:\nwordings:\n  2024-2025:\n", ["1:1 D206", "3:3 D206"]),
    ("chuỗi rỗng", 'title: ""\nwordings: {2024-2025: a}\n', ["1:1 D206"]),
    ("không câu chữ nào", "title: x\nwordings: {}\n", ["2:1 D206"]),
    ("dấu cách ở đầu", 'title: " x"\nwordings: {2024-2025: a}\n', ["1:1 D204"]),
    ("hai dòng", "title: |\n  a\n  b\nwordings: {2024-2025: a}\n", ["1:1 D204"]),
    ("kỳ sai dạng", "title: x\nwordings: {2024: a}\n", ["2:12 D204"]),
    ("kỳ ngược", "title: x\nwordings: {2025-2024: a}\n", ["2:12 D205"]),
    ("kỳ bằng chữ số khác", "title: x\nwordings: {٢٠٢٤-٢٠٢٥: a}\n", ["2:12 D204"]),
    ("mọi lỗi một lần", "titel: x\nwordings:\n  24-25: a\n  2024-2025: 5\n",
     ["1:1 D202", "1:1 D201", "3:3 D204", "4:3 D207"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS])
def test_problems_of_a_shared_clause(text: str, expected: list[str]):
    """Each mistake is told where it stands, all that can be told at once."""
    assert sorted(expected) == sorted(told(text, SharedClause))


UNITS = [
    ("đúng", "", "", []),
    ("ngày không có", "value: 2024-10-07", "value: 2024-02-30", ["13:52 D205"]),
    ("tháng không có", "value: 2024-10-07", "value: 2024-13", ["13:52 D205"]),
    ("ngày không", "value: 2024-10-07", "value: 2024-10-00", ["13:52 D205"]),
    ("ngày kiểu Việt", "value: 2024-10-07", "value: 07/10/2024", ["13:52 D204"]),
    ("ngày chỉ có năm, quên ngoặc", "value: 2024-10-07", "value: 2024", ["13:52 D207"]),
    ("ngày có giờ", "value: 2024-10-07", "value: 2024-10-07 10:00:00", ["13:59 D104"]),
    ("ngày trống", "value: 2024-10-07", "value: null", []),
    ("loại lạ", "type: primary", "type: primari", ["3:1 D203"]),
    ("bên lạ", "- side: union", "- side: unoin", ["15:11 D203"]),
    ("bên lạ ở khóa", "  union: Công", "  unoin: Công", ["6:3 D203"]),
    ("trường lạ ở trong", "date: {", "dates: {", ["13:9 D202"]),
    ("trường sai chỗ", "counterpart: union", "counterpart: union\n    kind: plan", ["10:5 D202"]),
    ("thiếu ở trong", "kind: regulation", "draft: false", ["11:7 D201"]),
    ("dòng thay danh sách", "lines: [CHỦ TỊCH, Trần Thị B]", "lines: CHỦ TỊCH", ["16:11 D207"]),
    ("danh sách trống", "lines: [CHỦ TỊCH, Trần Thị B]", "lines: []", ["16:11 D206"]),
    ("mục trống", "lines: [CHỦ TỊCH, Trần Thị B]", "lines: [CHỦ TỊCH, ]", []),
    ("mục thứ hai trống", "lines: [CHỦ TỊCH, Trần Thị B]", 'lines: [CHỦ TỊCH, ""]', ["16:29 D206"]),
    ("một bên", "  union: Công đoàn\n", "", ["4:1 D206"]),
    ("mã bộ viết hoa", "  cong-doan:", "  Cong-Doan:", ["8:3 D204"]),
    ("kỳ sai", "2024-2025:", "2024-25:", ["11:7 D204"]),
    ("phiên bản sai ngày", "2025-01:", "2025-02-29:", ["18:11 D205"]),
    ("hồ sơ lạ", "kind: amend", "kind: change", ["19:22 D203"]),
    ("không có gì thay thế", "type: primary", "type: primary\naliases: a", ["4:1 D207"]),
    ("đúng sai bằng chữ", "type: primary", 'type: primary\nsample: "true"', ["4:1 D207"]),
    ("đúng sai bằng số", "type: primary", "type: primary\nsample: 1", ["4:1 D207"]),
]


@pytest.mark.parametrize(
    ("old", "new", "expected"), [r[1:] for r in UNITS], ids=[r[0] for r in UNITS]
)
def test_problems_of_a_unit(old: str, new: str, expected: list[str]):
    """A mistake deep in a unit's file is told at its own line and column."""
    assert old in UNIT

    assert expected == told(UNIT.replace(old, new, 1))


def test_values():
    """Periods and dates come as their own values, words as they are written."""
    unit = read(UNIT, "data/units/a.yml", Unit).value
    assert unit is not None
    edition = unit.series["cong-doan"].editions[Period(2024, 2025)]

    assert PartialDate(2024, 10, 7) == edition.date.value
    assert ("CHỦ TỊCH", "Trần Thị B") == edition.signatures[0].lines
    assert [PartialDate(2025, 1)] == list(edition.versions)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a: 12", "a: 12"), ("a: x # y", "a: x"), ("a: 'it''s'", "a: it's"), ('a: "on"', "a: on"),
     ("a: >-\n  x\n  y", "a: x y"), ("on: x", "on: x"), ("12: x", "12: x"), ("a: ừ", "a: ừ"),
     ("a: 2024-10-07", "a: 2024-10-07"), ("a: nếu", "a: nếu"), ("a: .", "a: .")],
)  # fmt: skip
def test_words_stay_as_written(text: str, expected: str):
    """What is not a number or true and false is words, exactly as an editor wrote them."""
    reader = _Reader("a.yml")
    data = reader.document(text)

    assert [] == reader.problems
    assert expected == "".join(f"{key}: {value}" for key, value in data.items())


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ((), (1, 1)),
        (("type",), (3, 1)),
        (("names", 0), (2, 3)),
        (("names", 0, "name"), (2, 3)),
        (("names", 0, "since"), (2, 3)),
        (("series", "cong-doan", "editions", "2024-2025", "date", "value"), (13, 52)),
        (("series", "cong-doan", "editions", "2024-2025", "signatures", 0, "lines", 1), (16, 29)),
        (("series", "cong-doan", "editions", "2030-2031", "date"), (10, 5)),
        (("khong-co", 1, "gi"), (1, 1)),
    ],
)
def test_places(key: tuple[str | int, ...], expected: tuple[int, int]):
    """Each key and item has its place; what is absent has that of what would hold it."""
    assert expected == place_of(read(UNIT, "data/units/a.yml", Unit).places, *key)


TOKENS = (
    ": |- |: |, |[|]|{|}|\n|\n  |\n    |\"|'|&a |*a|!t |? |# |---\n|...\n|%YAML 1.1\n|<<|=|on|012|1:30"
    "|title|wordings|names|2024-2025|a|ừ|\t|\\|\x00|\x85|\u2028|\ufeff|> \n|| |`|@"
).split("|")


@given(
    st.lists(st.sampled_from([*TOKENS, "|"]) | st.text(max_size=3), max_size=12).map("".join)
    | st.text(),
    st.sampled_from([Unit, SharedClause, Glossary]),
)
def test_any_text_is_read(text: str, into: type):
    """No text makes the reading raise: there is a value, or problems with places in the file."""
    found = read(text, "data/a.yml", into)

    assert (found.value is None) is bool(found.problems)
    for problem in found.problems:
        assert 1 <= problem.line <= len(text.splitlines()) + 2
        assert 1 <= problem.column
        assert problem.message


leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text("a1-:", max_size=9)
    | st.sampled_from(["union", "regulation", "2024-2025", "2024-10-07", "full", "primary"])
)
keys = st.sampled_from(
    "names name type sides union management series cong-doan counterpart editions 2024-2025 kind"
    " date printed value versions 2025-01 record signatures lines side x".split()
)
trees = st.recursive(
    leaves,
    lambda inside: st.lists(inside, max_size=2) | st.dictionaries(keys, inside, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(keys, trees, max_size=6), st.sampled_from([Unit, SharedClause, Glossary]))
def test_any_data_is_judged(data: dict, into: type):
    """Whatever shape the data has, each problem is told in Vietnamese with a message."""
    found = read(json.dumps(data, ensure_ascii=False), "data/a.yml", into)

    assert (found.value is None) is bool(found.problems)
    for problem in found.problems:
        assert problem.code.startswith("D2") or "D104" == problem.code
        assert "Input should" not in problem.message


def test_schemas_are_committed():
    """The schemas that editors' programs use are those of the model."""
    committed = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in (ROOT / "data/schema").iterdir()
    }

    assert schemas() == committed


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_describe_every_field(name: str):
    """A schema is JSON, closed to unknown keys, and says in Vietnamese what each field is."""
    schema = json.loads(schemas()[f"data/schema/{name}.json"])
    for definition in (schema, *schema.get("$defs", {}).values()):
        if definition.get("type") == "object":
            assert definition["additionalProperties"] is False
            assert all(field["description"] for field in definition["properties"].values())


FILES = [
    *((path, "unit") for path in sorted((ROOT / "data/units").iterdir())),
    *((path, "clause") for path in sorted((ROOT / "data/clauses").iterdir())),
    (ROOT / "data/glossary.yml", "glossary"),
]


@pytest.mark.parametrize(("path", "name"), FILES, ids=[path.stem for path, _ in FILES])
def test_committed_data_is_read(path: Path, name: str):
    """Every data file of this archive is read without a problem."""
    assert [] == told(path.read_text(encoding="utf-8"), SCHEMAS[name][0])


@pytest.mark.parametrize(("path", "name"), FILES, ids=[path.stem for path, _ in FILES])
def test_committed_data_fits_its_schema(path: Path, name: str):
    """What the reading accepts, the schema accepts."""
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not a dependency")
    data = _Reader(path.name).document(path.read_text(encoding="utf-8"))

    jsonschema.validate(data, json.loads(schemas()[f"data/schema/{name}.json"]))
