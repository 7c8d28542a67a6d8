# What an agreement says comes from topics.yml, not from the archive: a figure of last year must
# have been measured on the same bytes.
# Each unit is drawn by itself, so the first units of a large corpus are those of a small one.
# Left out: originals, reports, and seals where no rule asks for one: a sealed text refuses the
# edits that build.py measures.
"""A seeded corpus of N agreements in the project's own format.

    PYTHONPATH=. python benchmarks/corpus.py FOLDER N

N / 5 units with one series over five school years, 40 clauses an edition. From one year to the
next three clauses are amended, one goes and one comes, sometimes two change places. A third of the
units call shared clauses, some all twelve, some one. Among twenty units one has a draft, one an
earlier name, one a former address and one a successor; among fifteen one has an amended edition,
both versions sealed; every second one has a region and every fifth a table. The same seed gives
the same bytes.
"""

from __future__ import annotations

import random
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from macros.clauses import wording
from macros.grammar import write
from macros.model import (
    AS_SIGNED,
    Agreement,
    Archive,
    Clause,
    ClauseId,
    ClauseKind,
    Page,
    Period,
    SeriesId,
    Shared,
    SharedClause,
    Unit,
    UnitId,
)
from macros.reading import read
from macros.seal import sealed

ROOT = Path(__file__).resolve().parent.parent
SEED = 2026
YEARS = range(2021, 2026)
# A day within the last school year: what the builds of a corpus take for today.
AS_OF = "2026-03-02"

_TYPES = ("preschool", "primary", "lower-secondary", "upper-secondary")
# How many topics of a section an agreement has.
_SIZES = {
    "quy-dinh-chung": 7,
    "trach-nhiem-hieu-truong": 11,
    "trach-nhiem-cong-doan": 9,
    "to-chuc-thuc-hien": 4,
}
_TERMS = {"management": "Nhà trường", "union": "Công đoàn", "head": "Hiệu trưởng"}
_GROUPS = (
    *("tổ Toán - Tin", "tổ Ngữ văn", "tổ Ngoại ngữ", "tổ Khoa học tự nhiên", "tổ Lịch sử - Địa lý"),
    *("tổ Nghệ thuật - Thể chất", "tổ Văn phòng", "tổ Nuôi dưỡng", "khối lá", "khối chồi"),
    *("khối mầm", "khối 1", "khối 2", "khối 3", "khối 4", "khối 5", "Ban đại diện cha mẹ học sinh"),
    *("Tổng phụ trách Đội", "Bí thư Chi đoàn", "Ban thanh tra nhân dân"),
)
_PLACES = (
    *("phòng hội đồng", "văn phòng nhà trường", "phòng truyền thống", "thư viện", "hội trường"),
    *("phòng Công đoàn", "phòng họp tầng hai", "bảng tin ở sảnh chính", "nhà đa năng"),
    *("phòng giáo viên", "trang thông tin điện tử của trường", "phòng y tế"),
)
_FOLLOWED = (
    "Việc này do {group} theo dõi, báo cáo hai bên vào ngày {day} hằng tháng.",
    "{Group} chuẩn bị, gửi về {place} trước ngày {day} của tháng cuối học kỳ.",
    "Hồ sơ số {count} được lưu tại {place}, {group} giữ trong {months} tháng.",
    "Kết quả được thông báo tại {place} trong {days} ngày, có xác nhận của {group}.",
    "Nếu có vướng mắc, {group} báo lại trong {days} ngày để hai bên họp tại {place}.",
)
_DATA = """names:
{names}type: {type}
{region}sides:
  management: Nhà trường
  union: Công đoàn
{more}series:
  cong-doan:
    counterpart: union
    editions:
"""
_CALLED = """terms:
  management: {2021-2022: Nhà trường}
  union: {2021-2022: Công đoàn}
  head: {2021-2022: Hiệu trưởng}
"""
# What is printed on a signed version; a draft has none of it.
_SIGNED = """number:
  printed: "Số: {number}/QCPH"
  value: "{number}/QCPH"
place:
  printed: Xã Mẫu {region},
  value: Xã Mẫu {region}
date:
  printed: ngày {day:02} tháng {month:02} năm {year}
  value: {year}-{month:02}-{day:02}
valid_from:
  value: {year}-{month:02}-{day:02}
  clause: hieu-luc
  printed: có hiệu lực từ ngày ký
signatures:
- side: management
  lines: [HIỆU TRƯỞNG, Nguyễn Văn A]
  title: HIỆU TRƯỞNG
  name: Nguyễn Văn A
- side: union
  lines: [TM. BAN CHẤP HÀNH, CHỦ TỊCH, Trần Thị B]
  capacity: TM. BAN CHẤP HÀNH
  title: CHỦ TỊCH
  name: Trần Thị B
recipients:
  heading: "Nơi nhận:"
  lines:
  - "- Cán bộ, giáo viên, nhân viên;"
  - "- Lưu: VT."
"""
_SUPERSEDES = """supersedes:
  period: {before}
  clause: hieu-luc
  printed: thay thế Quy chế phối hợp năm học {before}
"""
_AMENDED = """record:
  kind: amend
  what: Sửa hai khoản về việc làm chung của hai bên.
  why: Hai bên thống nhất sau khi sơ kết học kỳ I.
  agreed:
    management: Nguyễn Văn A, Hiệu trưởng
    union: Trần Thị B, Chủ tịch Công đoàn
"""


@cache
def _sections() -> dict[str, dict]:
    return yaml.safe_load(Path(__file__).with_name("topics.yml").read_text(encoding="utf-8"))


@cache
def shared_clauses() -> dict[str, SharedClause]:
    """The shared clauses of the corpus by id, each called by more units than the one before:
    by a twelfth of those that call any, by two twelfths, and the last by all.
    """
    return {
        topic: SharedClause(
            title=said["title"],
            wordings={Period.parse(name): text for name, text in said["wordings"].items()},
        )
        for section in _sections().values()
        for topic, said in section["topics"].items()
        if "wordings" in said
    }


def unit_id(number: int) -> str:
    """The id of a unit."""
    return f"don-vi-{number:05}"


@dataclass
class _Unit:
    """A unit whose agreement changes from year to year."""

    number: int
    units: int
    chance: random.Random
    called: set[str] = field(default_factory=set)
    # By section and topic, in order, what the unit writes itself.
    texts: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.number % 3 == 0:
            known = list(shared_clauses())
            self.called = set(known[self.number // 3 % len(known) :])
        for name, section in _sections().items():
            topics = section["topics"]
            fixed = [topic for topic, said in topics.items() if "fixed" in said]
            free = [topic for topic in topics if topic not in fixed]
            held = {*fixed, *self.chance.sample(free, self.size(name) - len(fixed))}
            self.texts[name] = {topic: self.said(name, topic) for topic in topics if topic in held}

    def size(self, section: str) -> int:
        return _SIZES[section] - (section == "to-chuc-thuc-hien" and self.number % 5 == 0)

    def said(self, section: str, topic: str) -> str:
        """What the unit writes of a topic, drawn anew."""
        said = _sections()[section]["topics"][topic]
        if "inside" in said:
            return said["text"]
        text = self.filled(said["text"])
        if text.endswith(":"):
            return text
        return f"{text} {self.filled(self.chance.choice(_FOLLOWED))}"

    def filled(self, text: str) -> str:
        while "{" in text:
            start, end = text.index("{"), text.index("}")
            text = text[:start] + self.drawn(text[start + 1 : end]) + text[end + 1 :]
        return text

    def drawn(self, name: str) -> str:
        if name.lower() == "group":
            group = self.chance.choice(_GROUPS)
            return group[0].upper() + group[1:] if name[0].isupper() else group
        if name == "place":
            return self.chance.choice(_PLACES)
        if name == "amount":
            return f"{self.chance.randrange(5, 95) * 100_000:,}".replace(",", ".")
        most = {"days": 30, "day": 28, "months": 12, "times": 6, "count": 400}[name]
        return str(self.chance.randint(2, most))

    def amend(self, clauses: int) -> None:
        """Write so many clauses anew: those that the unit writes itself."""
        own = [
            (section, topic)
            for section, texts in self.texts.items()
            for topic in texts
            if topic not in self.called and "inside" not in _sections()[section]["topics"][topic]
        ]
        for section, topic in self.chance.sample(own, clauses):
            self.texts[section][topic] = self.said(section, topic)

    def turn(self) -> None:
        """What a year changes."""
        self.amend(3)
        section = self.chance.choice(list(_SIZES)[:3])
        topics, texts = _sections()[section]["topics"], self.texts[section]
        goes = self.chance.choice([each for each in texts if "fixed" not in topics[each]])
        comes = self.chance.choice([each for each in topics if each not in texts])
        self.texts[section] = {
            (comes if each == goes else each): (self.said(section, comes) if each == goes else text)
            for each, text in texts.items()
        }
        if self.chance.random() < 1 / 3:
            order = list(self.texts[section])
            place = self.chance.randrange(2)
            order[place], order[place + 1] = order[place + 1], order[place]
            self.texts[section] = {each: self.texts[section][each] for each in order}

    def page(self, year: int) -> Page:
        """Its agreement of the school year that begins in `year`."""
        period = f"{year}-{year + 1}"
        in_force = f"Quy chế này có hiệu lực từ ngày ký và {_replaces(year)}./."
        if year == YEARS[0]:
            in_force = "Quy chế này có hiệu lực từ ngày ký./."
        clauses = [
            _clause("luat-cong-doan", ClauseKind.BASIS, "Căn cứ Luật Công đoàn;"),
            _clause("dieu-le", ClauseKind.BASIS, "Căn cứ Điều lệ Công đoàn Việt Nam;"),
            _clause(
                "ke-hoach-nam-hoc",
                ClauseKind.BASIS,
                f"Căn cứ Kế hoạch giáo dục năm học {period} của Đơn vị đo số {self.number:05};",
            ),
            _clause(
                "mo-dau",
                ClauseKind.PREAMBLE,
                "Hiệu trưởng và Ban Chấp hành Công đoàn thống nhất ban hành Quy chế phối hợp công tác với các nội dung sau:",
            ),
        ]
        for numeral, name in zip(("I.", "II.", "III.", "IV."), _SIZES, strict=True):
            section = _sections()[name]
            heading = _clause(name, ClauseKind.HEADING, section["heading"])
            clauses.append(replace(heading, label=numeral, level=2))
            count = letters = 0
            for topic, text in self.texts[name].items():
                if inside := section["topics"][topic].get("inside"):
                    letters += 1
                    label, parent = f"{'abc'[letters - 1]})", inside
                else:
                    count += 1
                    label, parent = f"{count}.", name
                made = _clause(topic, ClauseKind.CLAUSE, text, parent)
                clauses.append(replace(made, label=label, shared=self.call(topic, year)))
        if self.number % 5 == 0:
            rows = (("Cuộc họp", "Định kỳ", "Chủ trì"), ("Giao ban", "Hằng tuần", "Hiệu trưởng"))
            text = " ".join(cell for row in rows for cell in row)
            table = _clause("lich-hop", ClauseKind.TABLE, text, name)
            clauses.append(replace(table, rows=rows))
        last = _clause("hieu-luc", ClauseKind.CLAUSE, in_force, name)
        clauses.append(replace(last, label=f"{count + 1}."))
        return Page(title=("QUY CHẾ PHỐI HỢP", f"Năm học {period}"), clauses=tuple(clauses))

    def call(self, topic: str, year: int) -> Shared | None:
        """The call of a shared clause, with the wording that was the newest in that year."""
        if topic not in self.called:
            return None
        newest = max(each for each in shared_clauses()[topic].wordings if each.start <= year)
        given = {"du-thao-ke-hoach": ("days", f"{self.number % 9 + 2}")}
        given["tham-hoi-doan-vien"] = ("amount", f"{self.number % 7 + 2}00.000")
        return Shared(
            id=topic, wording=str(newest), blanks=(given[topic],) if topic in given else ()
        )

    def data(self) -> str:
        """Its facts above those of its editions."""
        number, region = self.number, self.number % 24 + 1
        name = f"- name: Đơn vị đo số {number:05}\n"
        if number % 20 == 3:
            name = f"- name: Đơn vị đo cũ số {number:05}\n{name}  since: 2022-07-01\n"
        more = ""
        if number % 20 == 13:
            more += f"aliases: [don-vi-cu-{number:05}]\n"
        if number % 20 == 17 and number + 1 < self.units:
            more += f"valid: {{until: 2026-08-31}}\nsuccessor: {unit_id(number + 1)}\n"
        return _DATA.format(
            names=name,
            type=self.chance.choice(_TYPES),
            region=f"region: {{name: Mẫu {region}, printed: Mẫu {region}}}\n" * (number % 2),
            more=more + _CALLED * bool(self.called),
        )

    def facts(self, year: int, month: int, *, later: bool) -> str:
        """What is printed on a version signed in that month."""
        return _SIGNED.format(
            number=self.number + (4000 if later else 1000),
            region=self.number % 24 + 1,
            day=self.chance.randint(6, 28),
            month=month,
            year=year,
        )


def _replaces(year: int) -> str:
    return f"thay thế Quy chế phối hợp năm học {year - 1}-{year}"


def _clause(clause_id: str, kind: ClauseKind, text: str, parent: str | None = None) -> Clause:
    above = ClauseId(parent) if parent else None
    return Clause(id=ClauseId(clause_id), kind=kind, text=text, parent=above)


def _indented(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in text.splitlines())


def _written(number: int, units: int, seed: int) -> tuple[str, dict[str, Page]]:
    """A unit's data file, and its pages by the name of the file below docs/."""
    unit = _Unit(number, units, random.Random(f"{seed}-{number}"))
    data, pages = unit.data(), {}
    for year in YEARS:
        if year > YEARS[0]:
            unit.turn()
        period = f"{year}-{year + 1}"
        pages[f"don-vi/{unit_id(number)}/cong-doan/{period}.md"] = unit.page(year)
        own = "kind: regulation\n"
        draft = number % 20 == 7 and year == YEARS[-1]
        own += "draft: true\n" if draft else unit.facts(year, 9, later=False)
        if year > YEARS[0]:
            own += _SUPERSEDES.format(before=f"{year - 1}-{year}")
        if number % 15 == 11 and year == YEARS[-2]:
            unit.amend(2)
            day = f"{year + 1}-02-05"
            pages[f"don-vi/{unit_id(number)}/cong-doan/{period}.{day}.md"] = unit.page(year)
            facts = unit.facts(year + 1, 2, later=True)
            own += (
                f"# seal goc\nversions:\n  {day}:\n{_indented(f'{_AMENDED}{facts}# seal {day}', 4)}"
            )
        data += f"      {period}:\n{_indented(own, 8)}"
    if "# seal" in data:
        data = _sealed(data, unit_id(number), pages)
    return data, pages


def _sealed(data: str, unit: str, pages: dict[str, Page]) -> str:
    """The data file with seals where it says `# seal <version>`."""
    facts = read(data, "", Unit).value
    year = YEARS[-2]
    period = Period(year, year + 1)

    def seal(found: re.Match[str]) -> str:
        suffix = "" if found[1] == AS_SIGNED else f".{found[1]}"
        agreement = Agreement(
            unit_id=UnitId(unit),
            unit=facts,
            series_id=SeriesId("cong-doan"),
            period=period,
            version=found[1],
            page=pages[f"don-vi/{unit}/cong-doan/{period}{suffix}.md"],
            path="",
        )
        made = sealed(agreement, Archive(units={}, agreements=()), date(year + 1, 2, 28))
        return f'seal: {{form: {made.form}, since: {made.since}, sha256: {made.sha256}, parts: "{made.parts}"}}'

    return re.sub(r"# seal (\S+)", seal, data)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def make(folder: Path, agreements: int, seed: int = SEED) -> None:
    """Write docs/ and data/ with that many agreements below `folder`."""
    units = agreements // len(YEARS)
    for number in range(units):
        data, pages = _written(number, units, seed)
        _write(folder / f"data/units/{unit_id(number)}.yml", data)
        for name, page in pages.items():
            _write(folder / "docs" / name, write(page))
    for clause, held in shared_clauses().items():
        text = f"title: {held.title}\nwordings:\n"
        text += "".join(f'  {period}: "{words}"\n' for period, words in held.wordings.items())
        _write(folder / f"data/clauses/{clause}.yml", text)


def project(folder: Path, agreements: int) -> None:
    """A whole project with that corpus: the house's code and hand-written pages around it."""
    make(folder, agreements)
    shutil.copytree(ROOT / "docs", folder / "docs", dirs_exist_ok=True, ignore=_no_agreements)
    shutil.copy(ROOT / "data/glossary.yml", folder / "data")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    for name in ("macros", "overrides"):
        (folder / name).symlink_to(ROOT / name)


def plain(folder: Path, agreements: int, seed: int = SEED) -> None:
    """The same texts as Markdown that any builder reads: shared clauses put in, ids as attributes."""
    units = agreements // len(YEARS)
    for number in range(units):
        for name, page in _written(number, units, seed)[1].items():
            _write(folder / name, "\n\n".join(_plain(page)) + "\n")


def _plain(page: Page) -> Iterator[str]:
    """The blocks of a page, as a person would write them for Material, Zensical or Hugo."""
    yield f"# {page.title[0]}"
    yield from page.title[1:]
    for clause in page.clauses:
        label = f"**{clause.label}** " if clause.label else ""
        text = label + clause.text
        if clause.shared:
            found = wording(clause.shared, shared_clauses(), _TERMS)
            text = f"{label}{found}"
        if clause.level:
            yield f"{'#' * clause.level} {text} {{#{clause.id}}}"
        elif clause.rows:
            rows = ["| " + " | ".join(row) + " |" for row in clause.rows]
            yield "\n".join([rows[0], "|---" * len(clause.rows[0]) + "|", *rows[1:]])
        else:
            yield f"{text}\n{{#{clause.id}}}"


def _no_agreements(folder: str, names: list[str]) -> set[str]:
    return {"don-vi"} & set(names) if Path(folder) == ROOT / "docs" else set()


if __name__ == "__main__":
    project(Path(sys.argv[1]), int(sys.argv[2]))
