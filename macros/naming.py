# Ids for the paragraphs of agreements that have none.
# Hides: where a title ends, which clause of another year a paragraph is, and how words become ids.
# Refuses: to touch another byte, to mend an id that stands in the wrong place, to give one clause
# the id of another one of its series; to write into pages of a unit whose data can't be read.
# An id is made of the clause's own words only, so it does not depend on what stands around it.
"""`missing(archive, paths)`: pages with an id after every paragraph that lacked one."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain, count, groupby

from macros.clauses import terms_of, wording
from macros.compare import Change, ChangeKind, compare
from macros.editing import Edits
from macros.grammar import NUMBERED, TAKEN, Block, blocks_of, parse
from macros.model import (
    KEBAB,
    Archive,
    Clause,
    ClauseId,
    ClauseKind,
    Page,
    Period,
    Shared,
    TextState,
    Unit,
    UnitId,
)
from macros.problem import EditorError
from macros.words import words

_PAGE = re.compile(
    rf"docs/don-vi/({KEBAB})/{KEBAB}/(\d{{4}}-\d{{4}})(?:\.\d{{4}}(?:-\d\d){{0,2}})?\.md"
)
_LONGEST_TITLE = 25  # words; a longer paragraph is a sentence that lost its full stop
# So much of their words two paragraphs have in common where they are one clause of two years.
_ALIKE = 0.5


def missing(archive: Archive, paths: Sequence[str]) -> Edits:
    """The agreement pages below `paths` (all, where none is given) that lack ids, with ids.

    `said` has a line for each id, with the line where its paragraph begins, and one that counts.
    Raises EditorError where a path holds no agreement page.
    """
    known = {each.path: each for each in archive.agreements}
    reports = {p for p, each in known.items() if each.edition.text is TextState.REPORT_ONLY}
    places = [place for path in archive.texts if (place := _place(path))]
    beside: defaultdict[str, list[_Place]] = defaultdict(list)
    for place in sorted(places, key=lambda place: place.order):
        if place.path not in reports:
            beside[place.order[0]].append(place)
    asked = _asked(places, reports, paths)
    texts: dict[str, str] = {}
    said: list[str] = []
    named = 0
    for folder, own in groupby(asked, key=lambda place: place.order[0]):
        unit = archive.units.get(beside[folder][0].unit)
        if unit is None:
            data = f"chưa có hay chưa đọc được data/units/{beside[folder][0].unit}.yml"
            if paths:
                raise EditorError(f"{folder}: {data}; sửa tệp đó trước")
            said.append(f"{folder}: bỏ qua, vì {data}")
            continue
        series = _Series(
            archive,
            unit,
            {
                each: known[each.path].page if each.path in known else None
                for each in beside[folder]
            },
        )
        for place in own:
            lacking, misplaced = _lacking(archive.texts[place.path])
            said += [
                f"{place.path}:{block.line}: mã viết sai chỗ, hãy đưa về cuối đoạn: "
                f"{_begun(block.text)}"
                for block in misplaced
            ]
            if lacking:
                done, lines = series.named(place, lacking)
                said += lines
                if done != archive.texts[place.path]:
                    texts[place.path] = done
                    named += len(lines)
            elif "{#" not in archive.texts[place.path]:
                said.append(f"{place.path}: cả trang đọc như tên gọi, chưa thấy đoạn nào để ghi mã")
    if named:
        said.append(f"Mã cho {named} đoạn chưa có mã, ở {len(texts)} trang.")
    elif not said:
        said.append(f"Mọi đoạn của {len(asked)} trang quy chế đều đã có mã.")
    return Edits(texts=texts, said=tuple(said))


@dataclass(frozen=True)
class _Place:
    """What the path of a page says."""

    path: str
    unit: UnitId
    period: Period

    @property
    def order(self) -> tuple[str, str]:
        """By series, and in it by time: a version's date follows the period."""
        folder, name = posixpath.split(self.path)
        return folder, name.removesuffix(".md")


def _place(path: str) -> _Place | None:
    found = _PAGE.fullmatch(path)
    try:
        return _Place(path, UnitId(found[1]), Period.parse(found[2])) if found else None
    except ValueError:  # no such period
        return None


def _asked(pages: list[_Place], reports: Container[str], paths: Sequence[str]) -> list[_Place]:
    asked: set[_Place] = set()
    for path in map(posixpath.normpath, paths or ["docs"]):
        below = [p for p in pages if path == "." or f"{p.path}/".startswith(f"{path}/")]
        found = [page for page in below if page.path not in reports]
        if paths and not found:
            what = "chỉ có bài báo, không có điều khoản" if below else "không có trang quy chế nào"
            hint = "Trang quy chế là docs/don-vi/<đơn vị>/<bộ>/<kỳ>.md, kỳ viết như 2024-2025."
            raise EditorError(f"{path}: {what}. {hint}")
        asked.update(found)
    return sorted(asked, key=lambda place: place.order)


def _lacking(text: str) -> tuple[list[Block], list[Block]]:
    """The paragraphs without an id, and those whose id stands where none is read."""
    blocks = list(blocks_of(text))
    free = [
        block
        for block in blocks[_title_end(blocks) :]
        if not block.mark and not block.ends and block.text.strip("# ")
    ]
    return [b for b in free if "{#" not in b.bare], [b for b in free if "{#" in b.bare]


def _title_end(blocks: list[Block]) -> int:
    """How many paragraphs are the title. What stands above the first id is, but for what begins
    like a clause; in a page without any id a sentence ends the title as well.
    """
    some = any(block.mark for block in blocks)
    for number, block in enumerate(blocks):
        if block.mark or (block.begins_text and (number or not block.heading)):
            return number
        if number and not some and not block.ends and _is_sentence(block.text):
            return number
    return len(blocks)


def _is_sentence(text: str) -> bool:
    return text.endswith((".", ";", ":")) or len(text.split()) > _LONGEST_TITLE


def _written(text: str, ids: Mapping[Block, str]) -> str:
    """The text with ids after paragraphs, and on a line of their own after tables."""
    start = "\ufeff" if text.startswith("\ufeff") else ""
    pieces = re.split(r"(\r\n|\r|\n)", text.removeprefix(start))
    for block, clause_id in ids.items():
        number, column, line = block.lines[-1]
        at, end = 2 * (number - 1), column - 1 + len(line)
        if block.table:
            newline = pieces[at - 1] if at else "\n"
            pieces[at] += f"{newline}{{#{clause_id}}}"
        else:
            pieces[at] = f"{pieces[at][:end]} {{#{clause_id}}}{pieces[at][end:]}"
    return start + "".join(pieces)


class _Series:
    """The pages of one series, in order: a clause has one id in all of them."""

    def __init__(self, archive: Archive, unit: Unit, known: Mapping[_Place, Page | None]) -> None:
        self.archive = archive
        self.unit = unit
        self.pages = {
            place: page or self.read(place, archive.texts[place.path])
            for place, page in known.items()
        }

    def read(self, place: _Place, text: str) -> Page:
        terms = terms_of(self.unit, place.period)

        def resolve(use: Shared) -> str | tuple[str, str, str]:
            return wording(use, self.archive.shared, terms)

        return parse(text, place.path, resolve).page

    def named(self, place: _Place, lacking: list[Block]) -> tuple[str, list[str]]:
        """The page's text with all ids, and what is told of them."""
        text = self.archive.texts[place.path]
        prefix = "z"
        while f"{prefix}-" in text:
            prefix += "z"
        marks = {block: f"{prefix}-{number}" for number, block in enumerate(lacking)}
        page = self.read(place, _written(text, marks))
        clauses = {clause.id: clause for clause in page.clauses}
        if not clauses.keys() >= set(marks.values()):  # past the limits of grammar nothing is read
            return text, [f"{place.path}: trang không đọc được hết; chạy qcph check để biết vì sao"]
        own = clauses.keys() - marks.values()
        names = self.kept(place, page, own)
        others = {clause.id for other in self.beside(place) for clause in self.pages[other].clauses}
        namer = _Namer({*own, *names.values()}, others)
        ids = {
            block: names.get(mark) or namer.name(clauses[ClauseId(mark)])
            for block, mark in marks.items()
        }
        done = _written(text, ids)
        self.pages[place] = self.read(place, done)
        return done, [
            f"{place.path}:{block.line}: {{#{ids[block]}}} {_begun(clauses[ClauseId(mark)].text)}"
            for block, mark in marks.items()
        ]

    def beside(self, place: _Place) -> list[_Place]:
        """The other pages of the series: the nearest earlier one first, the later ones last."""
        places = list(self.pages)
        at = places.index(place)
        return [*reversed(places[:at]), *places[at + 1 :]]

    def kept(self, place: _Place, page: Page, own: AbstractSet[str]) -> dict[str, str]:
        """The ids that clauses have in other editions, of the nearest earlier one first."""
        names: dict[str, str] = {}
        given: set[str] = set()
        for other in self.beside(place):
            for change in compare(self.pages[other], page, ids_decide=False).changes:
                if not _is_one(change):
                    continue
                mark, known = change.new[0].id, change.old[0].id
                if not {mark, known} & (own | given) and mark not in names:
                    names[mark] = known
                    given.add(known)
        return names


def _is_one(change: Change) -> bool:
    """Whether both sides surely are the same clause, so that one id is true of both."""
    if change.kind not in (ChangeKind.SAME, ChangeKind.AMENDED):
        return False
    old, new = change.old[0], change.new[0]
    if NUMBERED.search(old.id):
        return False
    if change.kind is ChangeKind.SAME or (old.level and new.level):
        return True
    if ClauseKind.BASIS in (old.kind, new.kind):  # `Căn cứ Luật A` is no amended `Căn cứ Luật B`
        return next(_candidates(old)) == next(_candidates(new))
    common = sum(len(words(text)) for op, text in change.words if op == "=")
    return 2 * common >= _ALIKE * (len(words(old.text)) + len(words(new.text)))


# What a clause is about is said after who acts, and after words that fit any clause.
_CAPITAL = "[" + "".join(filter(str.isupper, map(chr, range(0x41, 0x1F00)))) + "]"
_WHO = (
    r"(?:ban (?:thường vụ|(?:chấp hành|ch)(?: (?:công đoàn|chi đoàn|đoàn))?)|ban giám hiệu|bgh|bch"
    r"|(?:ban |phó )?(?:hiệu trưởng|giám đốc|lãnh đạo)|chính quyền|nhà trường|trung tâm|chi bộ"
    r"|(?:tổ chức )?(?:công đoàn|chi đoàn|đoàn thanh niên)|liên đoàn lao động|cđcs|cđgd|lđlđ"
    r"|hai bên|(?:sở|phòng) (?:giáo dục|gd&đt|gdđt|gddt))(?: (?:và đào tạo|cơ sở|ngành|giáo dục))*"
)
# With its name, which has capitals; in a line of capitals none can be told.
_SIDE = (
    rf"{_WHO}(?:\s+trường(?: tiểu học| mầm non| mẫu giáo| trung học(?: cơ sở| phổ thông)?)?(?!\w))?"
    rf"(?:(?!\s+{_WHO})(?-i:\s+{_CAPITAL}(?!{_CAPITAL})\w*))*"
)
_DOING = (
    r"phối hợp|chỉ đạo|tổ chức|thực hiện|triển khai|đẩy mạnh|tăng cường|tiếp tục|duy trì|nâng cao"
    r"|chủ động|chủ trì|thường xuyên|kịp thời|tích cực|phát huy|xây dựng|đảm bảo|bảo đảm|quan tâm"
    r"|tạo (?:mọi )?điều kiện|trách nhiệm|có quyền|công tác|(?:mối )?quan hệ|dựa|trên cơ sở|kết hợp"
    r"|quan điểm|tham dự|tham gia|làm tốt|thống nhất|hoạt động|chức năng|ban hành|định kỳ|trước|sau"
    r"|(?:hằng|hàng|mỗi|cuối|đầu|trong) (?:năm học|năm|quý|tháng|tuần|học kỳ)|tốt|nghiêm túc"
    r"|quá trình|trường hợp|được mời|chặt chẽ|hiệu quả|các cấp|cấp trên|trong toàn ngành|mục tiêu"
    r"|cơ sở giáo dục|ngành giáo dục|(?<!làm )(?<!công )(?<!thôi )việc(?! làm)"
)
_EMPTY = (
    r"(?!từ thiện|trong sạch|theo dõi)(?:và|của|các|những|cho|trong|ngoài|với|được|là|theo|về|từ"
    r"|đến|tới|để|tại|bởi|do|khi|thì|mà|này|đó|có|bị|ở|trên|dưới|vào|ra|cùng|hoặc|hay|như|đã|đang"
    r"|sẽ|phải|cần|một số|một|mọi|mỗi|từng|đều|cũng|nhằm|qua|giữa|vì|nên|nếu|sự|đối với|liên quan"
    r"|trực tiếp|toàn thể|toàn bộ|đầy đủ|rồi|lên|cuộc|(?<!văn )(?<!cơ )bản)"
)
# Who works there, years, numbers, and long forms in brackets.
_FILLER = re.compile(
    r"(?<!\w)(?:cán bộ,? (?:và )?giáo viên(?:,| và) nhân viên|cb,? ?gv(?:,| và)? ?nv|cbgv,? ?nv"
    r"|việt nam|quận, huyện, thị xã|(?:năm học|giai đoạn|số|ngày|tháng|năm)(?=:?\s*\d))(?!\w)"
    r"|(?<!\S)\S*\d\S*|\([^()]*\)",
    re.IGNORECASE,
)
_OPENER = re.compile(rf"\W*(?:{_SIDE}|{_DOING}|{_EMPTY})(?!\w)", re.IGNORECASE)
_MARKS = r"[^\w\s&]+"
_BETWEEN = re.compile(rf"{_MARKS}|(?<!\w){_EMPTY}(?!\w)", re.IGNORECASE)
_AROUND = re.compile(rf"{_MARKS}|(?<!\w)(?:{_DOING}|{_EMPTY})(?!\w)", re.IGNORECASE)
_AROUND_SIDES = re.compile(rf"{_AROUND.pattern}|(?<!\w)(?:{_SIDE})(?!\w)", re.IGNORECASE)
_BASED = re.compile(r"(?:căn cứ|thực hiện)(?: vào| theo| thực hiện)*(?!\w)", re.IGNORECASE)
# A numbered document is told by what it is about.
_DOCUMENT = re.compile(
    r"\W*(nghị định|nghị quyết|thông tư(?: liên tịch)?|quyết định|chỉ thị|công văn|kế hoạch)"
    r"\s[^;]*?\d[^;]*?\s(?:về việc|về|ban hành|quy định)\s(?:ban hành\s|quy định\s)?",
    re.IGNORECASE,
)
_SYLLABLE = re.compile(r"[^\W\d_]+")
_NO_WORDS = {
    ClauseKind.BASIS: "can-cu",
    ClauseKind.PREAMBLE: "mo-dau",
    ClauseKind.HEADING: "muc",
    ClauseKind.CLAUSE: "dieu-khoan",
    ClauseKind.TABLE: "bang",
    ClauseKind.CLOSING: "loi-ket",
}
_READ = 1000  # letters at the start of a clause that say what it is about
_MOST = 8  # syllables of an id that shorter ones can't tell from another


class _Namer:
    """Gives ids that no clause of the page has, nor another one of its series."""

    def __init__(self, own: AbstractSet[str], others: AbstractSet[str]) -> None:
        self.own = set(own)
        self.others = others
        self.numbers: defaultdict[str, Iterator[int]] = defaultdict(lambda: count(2))

    def name(self, clause: Clause) -> str:
        base = next(_candidates(clause))
        numbered = (f"{base}-{number}" for number in self.numbers[base])
        found = next(filter(self.free, chain(_candidates(clause), numbered)))
        if clause.shared and clause.shared.id not in self.own:  # the same one in every edition
            found = clause.shared.id
        self.own.add(found)
        return found

    def free(self, name: str) -> bool:
        known = name in self.own or name in self.others
        return not (known or NUMBERED.search(name) or TAKEN.fullmatch(name))


def _candidates(clause: Clause) -> Iterator[str]:
    """Ids for a clause, the best first: each has two more of its words than the one before."""
    text = clause.text
    if clause.kind is ClauseKind.PREAMBLE and text.endswith(":"):
        yield _NO_WORDS[ClauseKind.PREAMBLE]
    if clause.kind is ClauseKind.CLOSING and text.startswith("Trên đây"):
        yield _NO_WORDS[ClauseKind.CLOSING]
    chunks: list[list[str]] = []
    flat: list[str] = []
    for chunk in _chunks(clause):
        if " ".join(chunk) not in " ".join(flat):
            chunks.append(chunk)
            flat += chunk
    size = _enough(chunks, 6 if clause.kind is ClauseKind.BASIS else 5)
    start = ["bang"] if clause.kind is ClauseKind.TABLE else []
    if not flat:
        yield _NO_WORDS[clause.kind]
    else:
        for more in range(size, max(size + 1, min(len(flat), _MOST) + 1), 2):
            yield "-".join([*start, *flat[:more]])


def _enough(chunks: list[list[str]], most: int) -> int:
    """How many syllables are an id: three or more, to the end of a chunk where that is near."""
    size = 0
    for chunk in chunks:
        size = size + len(chunk) if size + len(chunk) <= most else most - most % 2
        if size >= 3:
            break
    return size


def _chunks(clause: Clause) -> list[list[str]]:
    """The telling words of a clause in ASCII, as syllables that stand side by side."""
    if clause.rows:
        return _syllables(", ".join(clause.rows[0])[:_READ], _BETWEEN)
    text = clause.text[:_READ]
    if clause.kind is ClauseKind.BASIS:
        text = _BASED.sub("", text, count=1)
        if found := _DOCUMENT.match(text):
            text = f"{found[1]}: {text[found.end() :]}"
        return _syllables(_FILLER.sub("|", text), _BETWEEN)
    text = _FILLER.sub("|", text)
    around = _AROUND if clause.level else _AROUND_SIDES
    opened = list(_opened(text))[::-1]
    split = [
        *(_syllables(each, around, least=2) for each in opened),
        *(_syllables(each, _BETWEEN) for each in opened),
        _syllables(clause.text[:_READ], _BETWEEN),
    ]
    sizes = [sum(map(len, chunks)) for chunks in split]
    return next(
        c for least in (3, 2, 1, 0) for c, n in zip(split, sizes, strict=True) if n >= least
    )


def _opened(text: str) -> Iterator[str]:
    """A text, and what is left of it after each word at its start that tells little."""
    yield text
    while found := _OPENER.match(text):
        text = text[found.end() :]
        yield text


def _syllables(text: str, between: re.Pattern[str], least: int = 1) -> list[list[str]]:
    """The syllables between what parts them; fewer than `least` side by side are left out."""
    parts = (
        [plain for word in _SYLLABLE.findall(part) if (plain := _ascii(word))]
        for part in between.split(text.replace("&", ""))
    )
    return [part for part in parts if len(part) >= least]


def _ascii(word: str) -> str:
    """`đường` as `duong`; nothing where that leaves other letters, or is no syllable at all."""
    apart = unicodedata.normalize("NFD", word.casefold().replace("đ", "d"))
    plain = "".join(each for each in apart if not unicodedata.combining(each))
    return plain if plain.isascii() and len(plain) <= 12 else ""


def _begun(text: str) -> str:
    return f"{text[:60].rpartition(' ')[0] or text[:60]} …" if len(text) > 60 else text
