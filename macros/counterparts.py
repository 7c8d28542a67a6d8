# The id of a clause that has none: its counterpart's of another year, else one of its own words.
# Hides: what is surely one clause of two years, who keeps the id of a split one, and how words
# become ids.
# Refuses: to give one clause the id of another one of its series, or one id twice; to hand on an
# id with a year in it, which is a mistake.
# An id is made of the clause's own words only, so it does not depend on what stands around it.
"""`with_last_years_ids(page, before)`: a new year's page with the ids of its series."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain, count
from types import MappingProxyType

from macros.compare import Change, ChangeKind, compare
from macros.grammar import NUMBERED, TAKEN
from macros.model import Clause, ClauseId, ClauseKind, Page
from macros.words import words

# So much of their words two paragraphs have in common where they are one clause of two years.
_ALIKE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A page with the ids of its series.

    `kept`: the ids that clauses have from an earlier page, by the id that they came with; `fresh`:
    the new ids of the others, in reading order. Together they are all ids of the page.
    """

    page: Page
    kept: Mapping[ClauseId, ClauseId]
    fresh: tuple[ClauseId, ...]


def with_last_years_ids(
    page: Page, before: Sequence[Page], taken: Collection[str] = ()
) -> Numbered:
    """The page, whose ids mean nothing yet, with ids that hold in its series.

    `before`: the earlier pages, the newest first; a clause gets the id of its counterpart in the
    first of them that has one. Of the parts of a split clause the main one keeps the id, and a
    merged one has the id of the main one: the first, or one of over twice its words. What is new gets an id of its own words, none of `taken` nor
    any that a clause of an earlier page has. Parents are renamed too; nothing else changes.
    """
    # No id of any page looks so: what the clauses came with must not speak for a counterpart.
    came = {ClauseId(f"?{place}"): clause.id for place, clause in enumerate(page.clauses)}
    bare = page.renamed({own: mark for mark, own in came.items()})
    pages = [each for each in before if each.clauses]
    found = kept(bare, pages, set(), parts=True)
    others = {clause.id for each in pages for clause in each.clauses} | {*taken}
    namer = Namer(set(found.values()), others)
    ids = {
        clause.id: found.get(clause.id) or ClauseId(namer.name(clause)) for clause in bare.clauses
    }
    return Numbered(
        page=bare.renamed(ids),
        kept=MappingProxyType({came[mark]: found[mark] for mark in ids if mark in found}),
        fresh=tuple(own for mark, own in ids.items() if mark not in found),
    )


def kept(
    page: Page, beside: Iterable[Page], own: AbstractSet[str], *, parts: bool = False
) -> dict[ClauseId, ClauseId]:
    """The ids that clauses of a page have in the others, those of the first of them first.

    Ids in `own` are settled: such a clause gets no other one, and no other clause gets it.
    `parts`: a split or merged clause has a counterpart too, its main part.
    """
    names: dict[ClauseId, ClauseId] = {}
    given: set[str] = set(own)
    for other in beside:
        for change in compare(other, page, ids_decide=False).changes:
            pair = _pair(change, parts=parts)
            if pair and pair[0] not in names and not given.intersection(pair):
                names[pair[0]] = pair[1]
                given.add(pair[1])
    return names


def _pair(change: Change, *, parts: bool) -> tuple[ClauseId, ClauseId] | None:
    """The new clause and the old one whose id it has."""
    if parts and change.kind in (ChangeKind.SPLIT, ChangeKind.MERGED):
        new, old = _main(change.new), _main(change.old)
        return None if NUMBERED.search(old.id) else (new.id, old.id)
    return (change.new[0].id, change.old[0].id) if _is_one(change) else None


def _main(clauses: Sequence[Clause]) -> Clause:
    """The first, where none of the others has more than twice its words."""
    longest = max(clauses, key=lambda clause: len(words(clause.text)))
    return longest if len(words(longest.text)) > 2 * len(words(clauses[0].text)) else clauses[0]


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


class Namer:
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
