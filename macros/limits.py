# How large, odd and many files may be: told before a file is read, so that reading is no attack.
# Hides: what Markdown takes long for, what Windows and other disks make of names.
# Refuses: files of docs/ and data/ that are on no list; docs/assets/ is code and stands apart.
"""`paths(…)`, `too_large(…)` and `too_heavy(…)`: what is not read; `cut_short(…)`: what is told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from itertools import groupby

from macros.problem import Problem, Severity

# In bytes; the longest agreement we know has 16,000.
MOST_OF_A_PAGE = 500_000
_MOST_BY_HAND = 100_000  # a hostile one takes Markdown ten seconds
_MOST_IN_DATA = 1_000_000
_MOST_OF_A_SCAN = 20_000_000
_LONGEST_LINE = 10_000  # characters; the longest we know has 840
_MOST_TOLD = 200
# No character has a code so long; readers of HTML stop at one.
_LONG_CODE = re.compile(r"&#(?:[0-9]{8}|[xX][0-9a-fA-F]{7})")
# Markdown takes quadratic time where many of these stand in one paragraph.
_MOST_MARKS = {"paragraph": 100, "page": 1500}
_MOST_IN_PARAGRAPH = 10_000
_MOST_PICTURES = 50
_BRACKET = re.compile(r"[\[<]")


def is_by_hand(path: str) -> bool:
    """Whether a file is a page that Markdown and the macros read."""
    return path.startswith("docs/") and not path.startswith("docs/don-vi/")


def cut(text: str, limit: int = 40) -> str:
    """The beginning of a text on one line, for a message."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def too_large(path: str, size: int) -> Problem | None:
    """S108 a file of more bytes than its kind may have."""
    most = _MOST_IN_DATA
    if path.startswith("docs/"):
        most = _MOST_BY_HAND if is_by_hand(path) else MOST_OF_A_PAGE
    elif path.startswith("data/sources/") and not path.endswith(".txt"):
        most = _MOST_OF_A_SCAN
    if size <= most:
        return None
    message = f"tệp có {size:_} byte, nhiều nhất {most:_}".replace("_", ".")
    return Problem(path, 1, 1, "S108", message, "Chia nhỏ, hay bỏ phần không phải văn bản.")


def too_heavy(path: str, text: str) -> Problem | None:
    """S109 a line too long; S110, S111 a hand-written page that Markdown would read for minutes."""
    for number, line in enumerate(text.split("\n"), 1) if len(text) > _LONGEST_LINE else ():
        if len(line) > _LONGEST_LINE:
            message = f"dòng dài {len(line)} ký tự, nhiều nhất {_LONGEST_LINE}"
            return Problem(path, number, 1, "S109", message, "Xuống dòng sau mỗi câu.")
    return _too_dense(path, text) if is_by_hand(path) else None


def cut_short(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Of problems sorted by path the first of each file, and S116 how many more there are."""
    for path, found in groupby(problems, key=lambda problem: problem.path):
        of_file = list(found)
        yield from of_file[:_MOST_TOLD]
        if more := of_file[_MOST_TOLD:]:
            message = f"tệp còn {len(more)} chỗ sai nữa, không kể hết ở đây"
            hint = "Sửa những chỗ đã kể rồi chạy lại."
            grave = any(each.severity is Severity.ERROR for each in more)
            severity = Severity.ERROR if grave else Severity.WARNING
            yield Problem(path, more[0].line, more[0].column, "S116", message, hint, severity)


def _too_dense(path: str, text: str) -> Problem | None:
    if text.count("![") > _MOST_PICTURES:
        message = f"trang có {text.count('![')} hình, nhiều nhất {_MOST_PICTURES}"
        return Problem(path, 1, 1, "S110", message, "Chia thành nhiều trang.")
    if code := _LONG_CODE.search(text):
        number = text.count("\n", 0, code.start()) + 1
        message = f'"{code[0][:12]}…" không phải mã của ký tự nào'
        return Problem(path, number, 1, "S110", message, "Gõ chính ký tự ấy.")
    line, held = 1, 0
    for paragraph in re.split(r"\n[ \t]*(?=\n)", text):
        marks = len(_BRACKET.findall(paragraph))
        held += marks
        start = line + (len(paragraph) - len(paragraph.lstrip("\n")))
        line += paragraph.count("\n") + 1
        if len(paragraph) > _MOST_IN_PARAGRAPH:
            message = f"đoạn dài {len(paragraph)} ký tự, nhiều nhất {_MOST_IN_PARAGRAPH}"
            return Problem(path, start, 1, "S111", message, "Ngắt thành nhiều đoạn.")
        for what, count in (("đoạn", marks), ("trang", held)):
            most = _MOST_MARKS["paragraph" if what == "đoạn" else "page"]
            if count > most:
                message = f"{what} có {count} dấu [ và <, nhiều nhất {most}"
                return Problem(path, start, 1, "S110", message, "Chia ra hoặc bỏ bớt.")
    return None


# --- names of files ---

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(?<![.])")
# Windows gives these names to devices, whatever stands after a dot.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
_LONGEST_PATH = 200
# Nearly all paths; of these it is soon said that they collide only where they are equal, and that
# no part of them is odd.
_PLAIN = re.compile(r"[a-z0-9_/-]+(?:\.[a-z0-9]+)?")
_USUAL = re.compile(
    r"(?:docs/don-vi|data/units)/(?:(?!(?:con|prn|aux|nul|com\d|lpt\d)[./])[a-z0-9][a-z0-9_-]*/)*"
    r"(?!(?:con|prn|aux|nul|com\d|lpt\d)\.)[a-z0-9][a-z0-9_-]*\.[a-z]+"
)
_ORIGINALS = "txt pdf doc docx odt rtf html htm png jpg jpeg tif tiff".split()
_PAGES = "md png jpg jpeg gif webp".split()
# By folder the suffixes of its files; the others are told where they are read (R101, R103).
_LAYOUT = {
    "docs/huong-dan/": _PAGES,
    "docs/ky-thuat/": _PAGES,
    "data/sources/": _ORIGINALS,
    "data/schema/": ["json"],
}
_CODE = "docs/assets/"


def paths(names: Iterable[str], programs: AbstractSet[str] = frozenset()) -> Iterator[Problem]:
    """S113 odd names, S114 names that collide, S115 files that do not belong in docs/ or data/.

    `programs`: those of the files that are marked as executable.
    """
    taken: dict[str, str] = {}
    for name in names:
        if name.startswith(_CODE) or name.endswith("/.DS_Store"):  # macOS makes those
            continue
        found = _collides(name, taken) or _odd(name) or _misplaced(name)
        if not found and name in programs:
            found = ("S115", "tệp được đánh dấu là chương trình chạy được", f"chmod -x {name}")
        if found:
            yield Problem(name, 1, 1, *found)


def _collides(name: str, taken: dict[str, str]) -> tuple[str, str, str] | None:
    """Two files that are one on some disks, or whose pages have one address."""
    key = name
    if not _PLAIN.fullmatch(name):
        key = unicodedata.normalize("NFC", name).casefold()
        key = "/".join(part.rstrip(". ") for part in key.split("/"))
    if is_by_hand(name):
        key = key.removesuffix(".md").removesuffix("/index").removesuffix("/readme")
    other = taken.setdefault(key, name)
    if other == name:
        return None
    return "S114", f"tên trùng với {other}, trên ổ đĩa hay trên trang web", "Đổi tên một tệp."


def _odd(name: str) -> tuple[str, str, str] | None:
    if len(name) <= _LONGEST_PATH and _USUAL.fullmatch(name):
        return None
    parts = name.split("/")
    if device := next((part for part in parts if _DEVICES.fullmatch(part)), None):
        return "S113", f'tên "{device}" là của Windows', "Chọn tên khác."
    if len(name) > _LONGEST_PATH:
        message = f"đường dẫn dài {len(name)} ký tự, nhiều nhất {_LONGEST_PATH}"
        return "S113", message, "Đặt tên ngắn hơn."
    odd = next((part for part in parts if not _NAME.fullmatch(part) and part[0] != "."), None)
    elsewhere = ("docs/don-vi/", "data/units/", "data/clauses/")  # told as R101 and R103
    if odd is None or name.startswith(elsewhere) or name.count("/") == 1:
        return None
    return "S113", f'tên "{cut(odd)}" không đúng dạng', f"Có thể đặt: {_plain(odd)}"


def _misplaced(name: str) -> tuple[str, str, str] | None:
    if "/." in name:
        return "S115", "tệp ẩn (tên bắt đầu bằng dấu chấm)", "Xóa tệp này."
    stem, _, suffix = name.rpartition(".")
    for folder, known in _LAYOUT.items():
        if name.startswith(folder) and (suffix not in known or not stem):
            return "S115", f"{folder} không nhận loại tệp này", f"Nhận: .{', .'.join(known)}."
    if is_by_hand(name) and not name.startswith(tuple(_LAYOUT)) and name != "docs/index.md":
        hint = "Trang viết tay nằm ở docs/huong-dan/, trang quy chế ở docs/don-vi/."
        return "S115", "tệp không thuộc chỗ nào của docs/", hint
    return None


def _plain(name: str) -> str:
    """A name of the right form that is near to this one."""
    name = name.replace("đ", "d").replace("Đ", "d")
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9._]+", "-", ascii_only).strip("-._") or "tep"
