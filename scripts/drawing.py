"""Draws docs/assets/kien-truc.svg: the floors, their modules and the way of the data.

python scripts/drawing.py writes it; a test says that what is committed is what this draws.
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

DRAWING = Path(__file__).resolve().parent.parent / "docs/assets/kien-truc.svg"

# Each floor from the top: rows of modules, each with what it does in two or three words.
FLOORS: dict[int, list[dict[str, str]]] = {
    7: [{"__main__": "python -m macros = qcph"}],
    6: [{"cli": "lệnh, lời in, mã thoát"}],
    5: [
        {
            "hooks": "sự kiện của MkDocs",
            "server": "trang mở trên máy",
            "__init__": "macro cho trang viết tay",
        },
    ],
    4: [{"building": "cả trang, từng đơn vị một", "proposal": "trước và sau một đề nghị"}],
    3: [
        {
            "archive": "đọc, ghi nguồn",
            "publish": "có trang nào",
            "lists": "kể nhiều đơn vị",
            "search": "tìm được gì",
            "exchange": "PDF, Word, lịch",
            "cache": "đã làm rồi",
        },
        {
            " ": "",  # room for the arrows
            "  ": "",
            "intake": "nhập một tệp",
            "review": "kể đề nghị",
            "naming": "thiếu mã",
            "site": "đặt trang",
        },
        {
            "   ": "",
            "    ": "",
            "git": "commit, ngày",
            "asking": "lời của lệnh",
            "     ": "",
            "      ": "",
        },
    ],
    2: [
        {
            "checks": "mọi quy tắc",
            "render": "ra HTML",
            "keeping": "giữ quá khứ",
            "redline": "trang so sánh",
            "usage": "ai dùng gì",
        },
        {
            "telling": "lời so sánh",
            "touched": "những gì đổi",
            "ways": "đường đi tiếp",
            "renewal": "kỳ mới",
            "export": "agreement.json",
        },
        {
            "importing": "tệp → điều khoản",
            "counterparts": "mã năm trước",
            "safety": "không chạy gì",
            "serving": "cách phục vụ",
        },
        {
            "almanac": "việc phải làm, lịch",
            "coverage": "tình hình các đơn vị",
        },
    ],
    1: [
        {
            "reading": "YAML → dữ kiện",
            "grammar": "lời ↔ điều khoản",
            "clauses": "lời dùng chung",
            "citing": "cách trích dẫn",
            "calendar": "tình trạng",
        },
        {
            "verbatim": "đúng bản gốc",
            "compare": "khác gì nhau",
            "against": "so với lời chung",
            "matter": "chỉ là thể thức?",
            "mentions": "năm nào là kỳ này",
        },
        {
            "duties": "việc phải làm",
            "layout": "cách in",
            "legacy": "lỗi chuyển tệp",
            "foreign": "đọc tệp ngoài",
        },
        {
            "seal": "dấu của một bản",
            "editing": "sửa YAML",
            "markup": "khuôn, thoát ký tự",
            "links": "liên kết, neo",
            "limits": "giới hạn",
        },
    ],
    0: [
        {
            "problem": "một chỗ sai",
            "model": "đơn vị, điều khoản",
            "labels": "nhãn in: I. 2. a) -",
            "words": "lời thành từng từ",
            "postings": "chỉ mục tìm kiếm",
            "manuscript": "một tệp in gì",
        }
    ],
}
_FONTS = "'Be Vietnam Pro','Noto Sans','Segoe UI',Roboto,'DejaVu Sans',sans-serif"
_ARROW = (
    '<defs><marker id="to" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7"'
    ' markerHeight="7" orient="auto-start-reverse"><path d="M0 0 10 5 0 10z"'
    ' fill="#a8452f"/></marker></defs>'
)
_LEFT, _WIDE, _GAP, _BOX, _ROW = 190, 628, 8, 52, 60
# The way of the data: each step leads from the first to the second, its number stands beside.
_STEPS = (
    ("docs", "archive"), ("archive", "building"), ("MkDocs", "hooks"), ("archive", "checks"),
    ("checks", "mistakes"), ("building", "publish"), ("publish", "render"), ("building", "site/"),
)  # fmt: skip


def _text(x: float, y: float, text: str, *, size: float = 11.5, colour: str = "#4a443c") -> str:
    return (
        f'<text font-size="{size:g}" fill="{colour}" text-anchor="middle" x="{x:g}" y="{y:g}">'
        f"{escape(text)}</text>"
    )


def _name(x: float, y: float, text: str) -> str:
    return (
        '<text class="m" font-size="16" font-weight="600" fill="#1b1814" text-anchor="middle"'
        f' x="{x:g}" y="{y:g}">{escape(text)}</text>'
    )


def _rect(x: float, y: float, wide: float, high: float, colours: tuple[str, str]) -> str:
    fill, stroke = colours
    return (
        f'<rect fill="{fill}" stroke="{stroke}" x="{x:g}" y="{y:g}" width="{wide:g}"'
        f' height="{high:g}" rx="6"/>'
    )


def _outside(x: float, y: float, name: list[str], lines: list[str]) -> tuple[str, list[float]]:
    """A box beside the house: its drawing, and its left, top, right and bottom."""
    high = 16 + 19 * len(name) + 16 * len(lines)
    drawn = [_rect(x, y, 112, high, ("#f6e5df", "#c08a7c"))]
    drawn += [_name(x + 56, y + 23 + 19 * n, each) for n, each in enumerate(name)]
    below = y + 21 + 19 * len(name)
    drawn += [_text(x + 56, below + 16 * n, each) for n, each in enumerate(lines)]
    return "".join(drawn), [x, y, x + 112, y + high]


def drawing() -> str:
    """The whole picture."""
    parts: list[str] = []
    boxes: dict[str, list[float]] = {}
    top: dict[int, float] = {}
    y = 18.0
    for floor, rows in FLOORS.items():
        high = 12 + _ROW * len(rows)
        top[floor] = y
        colours = ("#e8eee6", "#cfdacb") if floor < 3 else ("#f1ece3", "#e0dad0")
        parts.append(_rect(150, y, 680, high, colours))
        parts.append(_text(170, y + high - 12, str(floor), size=22, colour="#5d564d"))
        for row, modules in enumerate(rows):
            wide = (_WIDE + _GAP) / max(len(modules), 3) - _GAP
            for place, (name, does) in enumerate(modules.items()):
                if not does:
                    continue
                x, up = _LEFT + place * (wide + _GAP), y + 10 + row * _ROW
                boxes[name] = [x, up, x + wide, up + _BOX]
                parts.append(_rect(round(x, 1), up, round(wide, 1), _BOX, ("#fffefb", "#8a8175")))
                parts.append(_name(round(x + wide / 2, 1), up + 23, name))
                size = 11.5 if wide > 95 else 11
                parts.append(_text(round(x + wide / 2, 1), up + 42, does, size=size))
        y += high + 28
    beside = {
        "docs": (14, top[3] + 2, ["docs/", "data/"], ["người soạn viết"]),
        "mistakes": (14, top[2] + 2, ["lỗi"], ["tệp:dòng:cột", "bằng tiếng Việt"]),
        "MkDocs": (14, top[5] + 2, ["MkDocs"], ["Material và", "overrides/"]),
        "site/": (14, top[4] + 10, ["site/"], ["trang tĩnh"]),
    }
    for key, (left, up, name, lines) in beside.items():
        drawn, boxes[key] = _outside(left, up, name, lines)
        parts.append(drawn)
    parts += [_step(n, boxes[one], boxes[other]) for n, (one, other) in enumerate(_STEPS, 1)]
    bottom = y - 28
    parts.append(
        f'<path d="M842 {top[2]:g}h8V{bottom:g}h-8" fill="none" stroke="#7f9577" stroke-width="2"/>'
    )
    for n, words in enumerate(("Không chạm", "đĩa, đồng hồ,", "git, mạng.")):
        parts.append(_text(906, top[1] + 48 + 18 * n, words, size=13))
    parts.append(_text(490, bottom + 40, f"dữ liệu đi, theo thứ tự 1 đến {len(_STEPS)}", size=13))
    rule = "Mã chỉ import xuống dưới: tầng trên biết tầng dưới, không bao giờ ngược lại hay sang ngang."
    parts.append(_text(490, bottom + 64, rule, size=13))
    high = round(bottom + 84)
    named = " ".join(
        f"Tầng {floor}: {', '.join(name for row in rows for name in row if name.strip())}."
        for floor, rows in FLOORS.items()
    )
    said = (
        f"{named} Dữ liệu đi từ docs/ và data/ vào archive, rồi tới building; hooks nhờ MkDocs làm vỏ"
        " của trang; checks xem từng đơn vị và chỉ ra lỗi; publish nhờ render dựng trang; building ghi"
        " tất cả vào site/."
    )
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 980 {high}" width="980"'
        f' height="{high}" role="img" aria-labelledby="t d" font-family="{_FONTS}">'
    )
    paper = (
        f'<rect x="1" y="1" width="978" height="{high - 2}" rx="12" fill="#fffdf8"'
        ' stroke="#d8d0c3"/>'
    )
    return "\n".join([
        opening,
        '<title id="t">Kiến trúc: tám tầng và đường đi của dữ liệu</title>',
        f'<desc id="d">{escape(said)}</desc>',
        _ARROW,
        paper,
        *parts,
        "</svg>",
        "",
    ])  # fmt: skip


def _step(number: int, one: list[float], other: list[float]) -> str:
    """An arrow between the nearest edges of two boxes, with its number at the middle."""
    middle = [(box[0] + box[2]) / 2 for box in (one, other)]
    if one[3] <= other[1] or other[3] <= one[1]:
        down = one[3] <= other[1]
        start = (middle[0], one[3] if down else one[1])
        end = (middle[1], other[1] - 2 if down else other[3] + 2)
    else:
        right = one[0] < other[0]
        level = (max(one[1], other[1]) + min(one[3], other[3])) / 2
        start = (one[2] if right else one[0], level)
        end = (other[0] - 2 if right else other[2] + 2, level)
    x, y = ((a + b) / 2 for a, b in zip(start, end, strict=True))
    along = start[1] == end[1]
    x, y = (x, y - 14) if along else (x - 16, y)
    path = f"M{start[0]:g} {start[1]:g}L{end[0]:g} {end[1]:g}"
    return (
        f'<path fill="none" stroke="#a8452f" stroke-width="2.4" d="{path}"'
        ' marker-end="url(#to)"/>'
        f'<circle fill="#8c2f1b" cx="{x:g}" cy="{y:g}" r="10"/>'
        f'<text font-size="12" font-weight="600" fill="#fff" text-anchor="middle" x="{x:g}"'
        f' y="{y + 4:g}">{number}</text>'
    )


if __name__ == "__main__":
    DRAWING.write_text(drawing(), encoding="utf-8")
