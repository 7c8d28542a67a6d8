"""A seeded corpus of N agreements in the project's own format.

Made from the sample unit's sentences: N / 5 units with one series over five school years, 40
clauses an edition. The same seed gives the same bytes.
"""

from __future__ import annotations

import random
import shutil
import sys
from pathlib import Path

from macros.archive import load
from macros.grammar import write
from macros.model import Clause, ClauseId, ClauseKind, Page

ROOT = Path(__file__).resolve().parent.parent
YEARS = range(2021, 2026)
SECTIONS = ("NHỮNG QUY ĐỊNH CHUNG", "TRÁCH NHIỆM CỦA HIỆU TRƯỞNG", "TRÁCH NHIỆM CỦA CÔNG ĐOÀN")
TYPES = ("preschool", "primary", "lower-secondary", "upper-secondary")
DATA = """names:
- name: Đơn vị đo số {number:05}
type: {type}
sides:
  management: Nhà trường
  union: Công đoàn
series:
  cong-doan:
    counterpart: union
    editions:
"""
EDITION = """      {period}:
        kind: regulation
        number:
          printed: "Số: {number}/QCPH"
          value: "{number}/QCPH"
        date:
          printed: ngày {day:02} tháng 9 năm {year}
          value: {year}-09-{day:02}
        signatures:
        - side: management
          lines: [HIỆU TRƯỞNG, Nguyễn Văn A]
          title: HIỆU TRƯỞNG
          name: Nguyễn Văn A
        - side: union
          lines: [CHỦ TỊCH, Trần Thị B]
          title: CHỦ TỊCH
          name: Trần Thị B
"""


def sentences() -> list[str]:
    """The texts of the sample unit's clauses."""
    found = {
        clause.text
        for agreement in load(ROOT).archive.agreements
        if agreement.unit.sample
        for clause in agreement.page.clauses
        if clause.kind is ClauseKind.CLAUSE and len(clause.text) > 60
    }
    return sorted(found)


def page(texts: list[str], year: int) -> Page:
    """An agreement of 40 clauses with these texts."""
    title = ("QUY CHẾ PHỐI HỢP", f"Năm học {year}-{year + 1}")
    basis = Clause(id=ClauseId("luat"), kind=ClauseKind.BASIS, text="Căn cứ Luật Công đoàn;")
    clauses = [basis]
    per_section = -(-len(texts) // len(SECTIONS))
    for place, (section, numeral) in enumerate(zip(SECTIONS, ("I.", "II.", "III."), strict=True)):
        head = ClauseId(f"phan-{place + 1}")
        clauses.append(
            Clause(id=head, kind=ClauseKind.HEADING, label=numeral, text=section, level=2)
        )
        part = texts[place * per_section : (place + 1) * per_section]
        clauses += [
            Clause(
                id=ClauseId(f"{head}-{number}"),
                kind=ClauseKind.CLAUSE,
                label=f"{number}.",
                text=text,
                parent=head,
            )
            for number, text in enumerate(part, 1)
        ]
    return Page(title=title, clauses=tuple(clauses))


def make(folder: Path, agreements: int, seed: int = 2026) -> None:
    """Write docs/ and data/ with that many agreements below `folder`."""
    chance = random.Random(seed)
    known = sentences()
    for number in range(agreements // len(YEARS)):
        unit = f"don-vi-{number:05}"
        texts = [f"{chance.choice(known)} ({unit}, {place})" for place in range(36)]
        data = DATA.format(number=number, type=chance.choice(TYPES))
        for year in YEARS:
            for _ in range(4):
                texts[chance.randrange(len(texts))] = f"{chance.choice(known)} ({unit}, {year})"
            path = folder / f"docs/don-vi/{unit}/cong-doan/{year}-{year + 1}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(write(page(texts, year)), encoding="utf-8")
            data += EDITION.format(
                period=f"{year}-{year + 1}", number=number, year=year, day=chance.randint(6, 28)
            )
        target = folder / f"data/units/{unit}.yml"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(data, encoding="utf-8")


def project(folder: Path, agreements: int) -> None:
    """A whole project with that corpus: the house's code and hand-written pages around it."""
    make(folder, agreements)
    shutil.copytree(ROOT / "docs", folder / "docs", dirs_exist_ok=True, ignore=_no_agreements)
    shutil.copytree(ROOT / "data/clauses", folder / "data/clauses")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    for name in ("macros", "overrides"):
        (folder / name).symlink_to(ROOT / name)


def _no_agreements(folder: str, names: list[str]) -> set[str]:
    return {"don-vi"} & set(names) if Path(folder) == ROOT / "docs" else set()


if __name__ == "__main__":
    project(Path(sys.argv[1]), int(sys.argv[2]))
