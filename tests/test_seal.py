"""The seal: what it covers, that anyone can recompute it, and what is found to have moved."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros import model
from macros.archive import load
from macros.export import agreement_json
from macros.grammar import parse
from macros.model import Agreement, Archive, Clause, Page, PartialDate, TextState, Unit
from macros.seal import Moved, canonical, digest, moved, sealed

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs/huong-dan/niem-phong.md"
DAY = date(2026, 11, 21)
PAGE = """# QUY CHẾ

Năm học 2024-2025

Căn cứ Luật Công đoàn; {#luat}

## **I.** CHUNG {#chung}

**1.** {{ clause("hop", "2024-2025") }} {#hop}

**2.** {{ clause("hop", "2024-2025", union="CĐCS") }} {#hop-nua}

| Việc | Ai |
|---|---|
| Họp | Công đoàn |
{#bang}

***

Có hiệu lực từ ngày ký. {#het}
"""
WORDINGS = {"hop": {"2024-2025": "{Union} dự họp của {management}."}}
TERMS = {"union": {"2020-2021": "công đoàn"}, "management": {"2020-2021": "trường"}}
FACTS = {
    "issuer": ["TRƯỜNG THỬ"],
    "motto": ["Độc lập"],
    "number": {"printed": "Số: 1/QC", "value": "1/QC"},
    "place": {"printed": "Xã Thử,"},
    "date": {"printed": "ngày 20 tháng 9 năm 2024", "value": "2024-09-20"},
    "issued_by": {"printed": "(Ban hành kèm theo Quyết định số 2)"},
    "signatures": [{"lines": ["HIỆU TRƯỞNG", "Nguyễn Văn A"], "side": "management"}],
    "recipients": {"heading": "Nơi nhận:", "lines": ["- Lưu."]},
}


def archive(
    page: str = PAGE,
    wordings: dict = WORDINGS,
    terms: dict = TERMS,
    sides: str = "",
    **facts: object,
) -> Archive:
    """An archive of one version; `facts` stand over those of FACTS."""
    from macros.clauses import terms_of, wording

    unit = Unit(
        names=({"name": "Trường Thử"},),
        type="primary",
        sides={"management": "Nhà trường", "union": "Công đoàn", "staff": "Người lao động"},
        series={
            "bo": {
                "counterpart": sides or "union",
                "editions": {"2024-2025": {"kind": "regulation", **FACTS, **facts}},
            }
        },
        terms=terms,
    )
    shared = {
        name: model.SharedClause(title=name, wordings=texts) for name, texts in wordings.items()
    }
    period = model.Period.parse("2024-2025")
    parsed = parse(page, "page.md", lambda use: wording(use, shared, terms_of(unit, period)))
    only = Agreement(
        unit_id="truong-thu", unit=unit, series_id="bo", period=period, version="goc",
        page=parsed.page, path="page.md", whole=not parsed.problems,
    )  # fmt: skip
    return Archive(units={only.unit_id: unit}, agreements=(only,), shared=shared)


def only(of: Archive) -> Agreement:
    return of.agreements[0]


def since_sealed(changed: Archive) -> list[tuple[str, str, str, object]]:
    """What moved in `changed` since the version of `archive()` was sealed."""
    mark = sealed(only(archive()), archive(), DAY)
    agreement = only(changed)
    edition = replace(agreement.edition, seal=mark)
    series = replace(agreement.series, editions={agreement.period: edition})
    held = replace(agreement, unit=replace(agreement.unit, series={"bo": series}))
    found = moved(held, changed)
    return [(each.part, each.how, each.path, each.key or each.line) for each in found]


def guide_code() -> str:
    """The ten lines of Python that the guide gives to everybody."""
    block = re.search(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert block
    return block[1]


def recomputed(data: bytes, folder: Path, monkeypatch, capsys) -> str:
    """What the guide's lines print for an agreement.json: the digest."""
    file = folder / "agreement.json"
    file.write_bytes(data)
    monkeypatch.setattr(sys, "argv", ["-", str(file)])
    exec(guide_code(), {})
    return capsys.readouterr().out.strip()


def test_anyone_can_recompute_every_seal(tmp_path, monkeypatch, capsys):
    """The guide's ten lines, fed with agreement.json alone, give the digest of every version."""
    loaded = load(ROOT).archive
    bare = archive(number=None, recipients=None, signatures=[], issuer=[])
    versions = [(each, loaded) for each in loaded.agreements]
    versions += [(only(of), of) for of in (archive(), bare)]
    expected, actual = {}, {}
    for number, (each, of) in enumerate(versions):
        if each.edition.text is not TextState.FULL:
            continue
        mark = each.facts.seal or sealed(each, of, DAY)
        expected[number, each.path] = mark.sha256
        written = agreement_json(each, of)
        actual[number, each.path] = recomputed(written, tmp_path, monkeypatch, capsys)

    assert expected == actual


def test_every_seal_of_the_archive_holds():
    """No sealed version of this project has moved, and each seal is the one that is made today."""
    loaded = load(ROOT).archive
    seals = {each.path: each.facts.seal for each in loaded.agreements if each.facts.seal}

    assert seals == {
        each.path: sealed(each, loaded, each.facts.seal.since.first)
        for each in loaded.agreements
        if each.facts.seal
    }


def test_the_guide_needs_ten_lines():
    """The recomputation is as short as the guide says."""
    assert 10 == len(guide_code().split("\n")) - guide_code().count("\n\n") - 1


def test_canonical_form():
    """Each printed piece is a line with its kind, in the documented order, and nothing else is."""
    assert """\
quy-che-phoi-hop	1
issuer	TRƯỜNG THỬ
motto	Độc lập
title	QUY CHẾ
title	Năm học 2024-2025
number	Số: 1/QC
place	Xã Thử,
date	ngày 20 tháng 9 năm 2024
issued_by	(Ban hành kèm theo Quyết định số 2)
side	management
side	union
clause		Căn cứ Luật Công đoàn;
clause	I.	CHUNG
clause	1.	Công đoàn dự họp của trường.
clause	2.	CĐCS dự họp của trường.
row	Việc	Ai
row	Họp	Công đoàn
clause		Có hiệu lực từ ngày ký.
signature	management	HIỆU TRƯỞNG	Nguyễn Văn A
recipient	Nơi nhận:
recipient	- Lưu.
""" == canonical(only(archive()))


@pytest.mark.parametrize(
    "changed",
    [
        archive(PAGE.replace("{#hop}", "{#hop-giao-ban}")),
        archive(PAGE.replace("Họp | Công đoàn", "Họp   |   Công đoàn")),
        archive(PAGE.replace("Có hiệu lực từ", "Có hiệu lực\ntừ")),
        archive(PAGE.replace('{{ clause("hop", "2024-2025") }}', "Công đoàn dự họp của trường.")),
        archive(number={"printed": "Số: 1/QC"}),
        archive(suspected=[{"clause": "het", "printed": "Có", "why": "Thử."}]),
        archive(signatures=[{**FACTS["signatures"][0], "title": "HIỆU TRƯỞNG"}]),
        archive(valid_from={"value": "2024-09-20", "clause": "het", "printed": "từ ngày ký"}),
    ],
    ids=["id", "cells", "line end", "own text", "value", "suspected", "quoted", "valid_from"],
)
def test_what_is_not_printed_is_not_sealed(changed):
    """Ids, layout of the file, derived values and suspected mistakes leave the seal as it is."""
    assert [] == since_sealed(changed)


DATA = "data/units/truong-thu.yml"
EDITION = ("series", "bo", "editions", "2024-2025")


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (archive(PAGE.replace("ngày ký", "ngày in")), [("het", "changed", "page.md", 20)]),
        (archive(PAGE.replace("**2.**", "**3.**")), [("hop-nua", "changed", "page.md", 11)]),
        (archive(PAGE.replace("| Họp |", "| Hội |")), [("bang", "changed", "page.md", 13)]),
        (archive(PAGE.replace("# QUY CHẾ\n", "# QUY ĐỊNH\n")), [(".title", "changed", "page.md", 1)]),
        (archive(PAGE.replace("***", "Thêm. {#them}\n\n***")), [("them", "added", "page.md", 18)]),
        (archive(PAGE.replace("Căn cứ Luật Công đoàn; {#luat}", "")),
         [("luat", "gone", "page.md", 1)]),
        (archive(PAGE.replace("ngày ký. {#het}", "ngày ký. {#ket}").replace("Có", "Đã có")),
         [("ket", "added", "page.md", 20), ("het", "gone", "page.md", 1)]),
        (archive(PAGE.replace('union="CĐCS"', 'union="Công đoàn"')),
         [("hop-nua", "changed", "page.md", 11)]),
        (archive(wordings={"hop": {"2024-2025": "{Union} dự hội của {management}."}}),
         [("hop", "changed", "data/clauses/hop.yml", ("wordings", "2024-2025")),
          ("hop-nua", "changed", "data/clauses/hop.yml", ("wordings", "2024-2025"))]),
        (archive(terms={**TERMS, "union": {"2020-2021": "CĐ"}}),
         [("hop", "changed", DATA, ("terms",))]),
        (archive(terms={**TERMS, "management": {"2020-2021": "Sở"}}),
         [("hop", "changed", DATA, ("terms",)),
          ("hop-nua", "changed", DATA, ("terms", "management"))]),
        (archive(number={"printed": "Số: 2/QC"}), [(".number", "changed", DATA, (*EDITION, "number"))]),
        (archive(place=None), [(".place", "gone", DATA, (*EDITION, "place"))]),
        (archive(sides="staff"), [(".sides", "changed", DATA, ("sides",))]),
        (archive(recipients={"heading": "Nơi nhận:"}),
         [(".recipients", "changed", DATA, (*EDITION, "recipients"))]),
        (archive(signatures=[{**FACTS["signatures"][0], "lines": ["HIỆU TRƯỞNG Nguyễn Văn A"]}]),
         [(".signatures", "changed", DATA, (*EDITION, "signatures"))]),
    ],
    ids=[
        "text", "label", "cell", "title", "added", "gone", "both", "call", "wording", "term", "one term",
        "number", "place", "sides", "recipients", "one line",
    ],
)  # fmt: skip
def test_what_moved_is_traced(changed, expected):
    """Each moved piece is named with the file and the line or key that moved it."""
    assert expected == since_sealed(changed)


def test_order_is_sealed():
    """Two clauses that changed places are found though neither changed a word."""
    blocks = PAGE.split("\n\n")
    blocks[4], blocks[5] = blocks[5], blocks[4]

    found = since_sealed(archive("\n\n".join(blocks)))

    assert [("order", "page.md")] == [(how, path) for _, how, path, _ in found]


def test_an_altered_seal_is_told():
    """Where every piece is as it was, it is the seal itself that was altered."""
    of = archive()
    mark = replace(sealed(only(of), of, DAY), sha256="0" * 64)
    edition = replace(only(of).edition, seal=mark)
    unit = replace(only(of).unit, series={"bo": model.Series(
        counterpart="union", editions={only(of).period: edition})})  # fmt: skip

    found = moved(replace(only(of), unit=unit), of)

    assert (Moved("", "seal", DATA, 1, (*EDITION, "seal")),) == found


def test_seal_says_since_when():
    """A seal holds its form, its day, the digest and one short mark for each printed piece."""
    of = archive()
    mark = sealed(only(of), of, DAY)

    assert (1, PartialDate(2026, 11, 21), digest(only(of))) == (mark.form, mark.since, mark.sha256)
    assert [
        ".issuer", ".motto", ".title", ".number", ".place", ".date", ".issued_by", ".sides", "luat",
        "chung", "hop", "hop-nua", "bang", "het", ".signatures", ".recipients",
    ] == [part.partition("=")[0] for part in mark.parts.split()]  # fmt: skip


WORDS = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3).map(tuple)
CLAUSES = st.lists(st.tuples(st.sampled_from(["", "1."]), WORDS, st.booleans()), max_size=4)


@given(st.lists(WORDS, max_size=2), CLAUSES, st.lists(WORDS, max_size=2), CLAUSES)
def test_different_texts_have_different_forms(titles, clauses, other_titles, others):
    """Two versions have one canonical form only where title, labels, texts and cells are the same."""

    def made(title, parts) -> Agreement:
        page = Page(
            title=tuple(" ".join(line) for line in title),
            clauses=tuple(
                Clause(id=f"c{n}", kind=model.ClauseKind.TABLE, rows=(words,), text=" ".join(words))
                if table
                else Clause(
                    id=f"c{n}", kind=model.ClauseKind.CLAUSE, label=label, text=" ".join(words)
                )
                for n, (label, words, table) in enumerate(parts)
            ),
        )
        return replace(only(archive()), page=page)

    def seen(title, parts):
        return title, [(table, words if table else (label, words)) for label, words, table in parts]

    same_text = seen(titles, clauses) == seen(other_titles, others)
    same_form = canonical(made(titles, clauses)) == canonical(made(other_titles, others))

    assert same_text == same_form
