import json
from dataclasses import asdict, replace
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.archive import load
from macros.citing import cite
from macros.compare import Change, ChangeKind, Comparison, compare, fact_changes
from macros.grammar import parse
from macros.model import Agreement, Clause, ClauseId, ClauseKind, Page
from macros.words import Run, runs
from tests.golden import HERE, Golden

ROOT = Path(__file__).parent.parent
TEXTS = {
    "ten": "Nhà trường báo trước mười ngày.",
    "nine": "Nhà trường báo trước chín ngày.",
    "reply": "Công đoàn góp ý bằng văn bản.",
    "answer": "Công đoàn nêu ý bằng văn bản.",
    "keep": "Hai bên lưu kế hoạch đã ký.",
    "file": "Hai bên lưu kế hoạch đã ký tên.",
    "ways": "LỀ LỐI LÀM VIỆC",
    "meetings": "CHẾ ĐỘ HỘI HỌP",
    "art": "Văn nghệ- thể thao.",
    "arts": "Văn nghệ - thể thao.",
}


def page(clauses: str) -> Page:
    """A page of clauses `label id text`; what has a Roman label or a `#` is a heading.

    A text is the name of one in TEXTS, or of several: `ten+reply`.
    """
    blocks = ["# QUY CHẾ"]
    for clause in clauses.split(", "):
        label, own, *names = clause.split(" ")
        text = " ".join(TEXTS[name] for part in names for name in part.split("+")) or own.upper()
        marks = "## " if label[0] in "IV" else "### " if label[0] == "#" else ""
        blocks.append(f"{marks}**{label.lstrip('#')}** {text} {{#{own}}}")
    return read("\n\n".join(blocks))


def read(text: str) -> Page:
    parsed = parse(text, "trang.md", lambda _: ("C101", "", ""))

    assert parsed.problems == ()
    return parsed.page


def told(change: Change) -> str:
    """A change in one line: kind, flags, ids of both sides."""
    flags = [name for name in ("moved", "renumbered") if getattr(change, name)]
    sides = ["+".join(clause.id for clause in side) for side in (change.old, change.new)]
    return " ".join([change.kind, *flags, f"{sides[0]}→{sides[1]}"])


def marked(change: Change) -> str:
    """The words of a change with what was left out and put in between brackets."""
    return "".join(text if op == "=" else f"[{op}{text}]" for op, text in change.words)


def mirrored(line: str) -> str:
    """What the same change is called from the other side."""
    said, sides = line.rsplit(" ", 1)
    old, new = sides.split("→")
    names = {"added": "removed", "split": "merged"}
    names |= {other: name for name, other in names.items()}
    kind, *flags = said.split(" ")
    return " ".join([names.get(kind, kind), *flags, f"{new}→{old}"])


# what happened, the old text, the new text, the changes in reading order
ROWS = [
    ("nothing", "1. a ten", "1. a ten", "same a→a"),
    ("a space more is no change", "1. a art", "1. a arts", "same a→a"),
    ("only the label", "1. a ten", "1) a ten", "same renumbered a→a"),
    ("one word", "1. a ten", "1. a nine", "amended a→a"),
    (
        "an insertion renumbers what follows, and amends nothing",
        "1. a ten, 2. b reply",
        "1. a ten, 2. c keep, 3. b reply",
        "same a→a, added →c, same renumbered b→b",
    ),
    (
        "what was left out is told where it stood, before what took its place",
        "1. a ten, 2. b reply",
        "1. a ten, 2. c keep",
        "same a→a, removed b→, added →c",
    ),
    (
        "a section left out is told after the whole section before it",
        "I. i, 1. a ten, II. ii, 1. b reply",
        "I. i, 1. a ten, 2. c keep",
        "same i→i, same a→a, added →c, removed ii→, removed b→",
    ),
    (
        "from the end of I to the start of II",
        "I. i, 1. a ten, 2. b reply, II. ii, 1. c keep",
        "I. i, 1. a ten, II. ii, 1. b reply, 2. c keep",
        "same i→i, same a→a, same ii→ii, same moved renumbered b→b, same renumbered c→c",
    ),
    (
        "of a section that moves, only the heading has moved",
        "I. i, 1. a ten, II. ii, 1. b reply, III. iii, 1. c keep",
        "I. iii, 1. c keep, II. i, 1. a ten, III. ii, 1. b reply",
        (
            "same moved renumbered iii→iii, same c→c, same renumbered i→i, same a→a, "
            "same renumbered ii→ii, same b→b"
        ),
    ),
    (
        "of two that change places the shorter one has moved",
        "- a file, - b ten",
        "- b ten, - a file",
        "same moved b→b, same a→a",
    ),
    (
        "of two equally long ones that change places the one of the lower id has moved",
        "- a ten, - b reply",
        "- b reply, - a ten",
        "same b→b, same moved a→a",
    ),
    (
        "what gets a heading of its own has moved",
        "I. i, 1. a ten, 2. b reply",
        "I. i, #1. nhom, - a ten, - b reply",
        "same i→i, added →nhom, same moved renumbered a→a, same moved renumbered b→b",
    ),
    (
        "moved, renumbered and amended at once",
        "I. i, 1. a ten, 2. b reply, II. ii, 1. c keep",
        "I. i, 1. a ten, II. ii, 1. b answer, 2. c keep",
        "same i→i, same a→a, same ii→ii, amended moved renumbered b→b, same renumbered c→c",
    ),
    (
        "a split, the first half of which kept the id",
        "1. a ten+reply, 2. c keep",
        "1. a ten, 2. b reply, 3. c keep",
        "split a→a+b, same renumbered c→c",
    ),
    (
        "a split, the second half of which kept the id",
        "1. a ten+reply",
        "1. b ten, 2. a reply",
        "split a→b+a",
    ),
    (
        "a merger, a word of which was changed",
        "1. a ten, 2. b reply, 3. c keep",
        "1. a ten+answer, 2. c keep",
        "merged a+b→a, same renumbered c→c",
    ),
    (
        "a merger beside which a clause much like one part was left out",
        "1. a ten, 2. b reply, 3. d answer",
        "1. a ten+reply",
        "merged a+b→a, removed d→",
    ),
    (
        "a heading keeps its clauses under another title",
        "I. i ways, 1. a ten, 2. b reply",
        "I. i meetings, 1. a ten, 2. b reply",
        "amended i→i, same a→a, same b→b",
    ),
]
IDS_DECIDE = (
    "whatever the clauses say",
    "1. a ten, 2. b reply",
    "1. a keep, 2. d reply",
    "amended a→a, removed b→, added →d",
)


def rows(*more: tuple[str, str, str, str]) -> pytest.MarkDecorator:
    """One test for each row."""
    every = [*ROWS, *more]
    names = [name for name, *_ in every]
    return pytest.mark.parametrize(("old", "new", "changes"), [r[1:] for r in every], ids=names)


@rows(IDS_DECIDE)
def test_changes(old: str, new: str, changes: str):
    """A change between two editions of a series has its kind, its flags and its place."""
    assert changes.split(", ") == lines(page(old), page(new), ids_decide=True)


@rows(IDS_DECIDE)
def test_changes_backwards(old: str, new: str, changes: str):
    """Seen from the other side kinds are mirrored, and the same clauses have moved."""
    backwards = lines(page(new), page(old), ids_decide=True)

    assert sorted(map(mirrored, changes.split(", "))) == sorted(backwards)


@rows()
def test_changes_without_ids(old: str, new: str, changes: str):
    """Without ids likeness, order and place find the same changes."""
    found = unnamed(page(old), page(new))

    assert changes.split(", ") == [told(change) for change in found]


def lines(old: Page, new: Page, *, ids_decide: bool) -> list[str]:
    """All changes, one line each."""
    return [told(change) for change in compare(old, new, ids_decide=ids_decide).changes]


def unnamed(old: Page, new: Page) -> list[Change]:
    """The changes found where ids mean nothing, told with the ids that there were."""
    names = {clause.id: ClauseId(f"k-{place}") for place, clause in enumerate(new.clauses)}
    ids = {other: own for own, other in names.items()}
    clauses = [replace(c, id=names[c.id], parent=c.parent and names[c.parent]) for c in new.clauses]
    found = compare(old, replace(new, clauses=tuple(clauses)), ids_decide=False).changes
    return [replace(e, new=tuple(replace(c, id=ids[c.id]) for c in e.new)) for e in found]


def test_unicode_forms_are_one_text():
    """A text typed as NFD says the same as in NFC, on a page and in a clause made by hand."""
    text = "# QUY CHẾ\n\n**1.** Quyền và nghĩa vụ của Công đoàn. {#a}"
    composed = read(text)
    by_hand = replace(composed.clauses[0], text=normalize("NFD", composed.clauses[0].text))

    assert composed.clauses[0].text != by_hand.text
    assert ["same a→a"] == lines(composed, read(normalize("NFD", text)), ids_decide=True)
    assert ["same a→a"] == lines(composed, Page(clauses=(by_hand,)), ids_decide=True)


def test_an_id_that_comes_back():
    """A clause left out for a year and taken up again is the clause that it was."""
    first, second = page("1. a ten, 2. b reply"), page("1. a ten")

    assert ["same a→a", "removed b→"] == lines(first, second, ids_decide=True)
    assert ["same a→a", "added →b"] == lines(second, first, ids_decide=True)


def test_between_series_an_id_is_only_a_hint():
    """Between units the same id makes no match of unlike clauses, nor another id two of one."""
    old, new = page("1. a ten, 2. b reply"), page("1. a reply, 2. c keep")

    assert ["removed a→", "same renumbered b→a", "added →c"] == lines(old, new, ids_decide=False)


def test_counts():
    """Counts hold every kind and both flags."""
    old, new = page("1. a ten, 2. b reply"), page("1. a ten, 2. c keep, 3. b reply")
    none = {kind.value: 0 for kind in ChangeKind} | {"moved": 0}
    expected = none | {"same": 2, "added": 1, "renumbered": 1}

    assert expected == compare(old, new, ids_decide=True).counts


def test_entry():
    """An entry of changes.json holds ids and words, nothing else."""
    (change,) = compare(page("1. a ten"), page("1. a nine"), ids_decide=True).changes
    expected = {
        "kind": "amended",
        "moved": False,
        "renumbered": False,
        "old": ["a"],
        "new": ["a"],
        "words": [
            ["=", "Nhà trường báo trước"],
            ["-", " mười"],
            ["+", " chín"],
            ["=", " ngày."],
        ],
    }

    assert expected == json.loads(json.dumps(change.entry))


def test_a_report_has_no_clauses_to_compare():
    """A report about an agreement is refused, not taken for an agreement without clauses."""
    with pytest.raises(ValueError, match="no clauses"):
        compare(Page(report=("Ngày 03/4…",)), page("1. a ten"), ids_decide=True)


RUNS = [
    ("", "", ""),
    ("", "Một.", "[+Một.]"),
    ("Một.", "", "[-Một.]"),
    ("ngày ký.", "ngày ký và thay thế.", "ngày ký[+ và thay thế]."),
    ("năm học 2022-2023;", "năm học 2023-2024;", "năm học[- 2022-2023][+ 2023-2024];"),
    ("là 5.000.000 đồng", "là 6.000.000 đồng", "là[- 5.000.000][+ 6.000.000] đồng"),
    ("Hai bên ký.", "Nay hai bên ký.", "[-Hai][+Nay hai] bên ký."),
    ("hai bên ký.", "Nay hai bên ký.", "[+Nay ]hai bên ký."),
    ("Họp 2 lần.", "Họp 2 lần. Họp kín.", "Họp 2 lần.[+ Họp kín.]"),
    ("Họp 2 lần./.", "Họp 2 lần. Họp kín./.", "Họp 2 lần.[+ Họp kín.]/."),
    ("A, B và C cùng ký", "D, E và F cùng ký", "[-A, B và C][+D, E và F] cùng ký"),
    (
        "Hội nghị liên tịch họp định kỳ 3 tháng một lần để kiểm điểm việc thực hiện Quy chế.",
        "Các cuộc họp theo lịch dưới đây; bên chủ trì gửi tài liệu cho bên kia trước 2 ngày:",
        (
            "[-Hội nghị liên tịch họp định kỳ 3 tháng một lần để kiểm điểm việc thực hiện Quy chế.]"
            "[+Các cuộc họp theo lịch dưới đây; bên chủ trì gửi tài liệu cho bên kia trước 2 ngày:]"
        ),
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), RUNS)
def test_runs(old: str, new: str, expected: str):
    """Words that changed stand in runs that a person can read."""
    change = Change(kind=ChangeKind.AMENDED, words=runs(old, new))

    assert expected == marked(change)


# --- real texts ---


@pytest.fixture(scope="module")
def editions() -> dict[str, Agreement]:
    """Every version in the archive by `unit/period/version`."""
    agreements = load(ROOT).archive.agreements
    return {f"{a.unit_id}/{a.period}/{a.version}": a for a in agreements}


def story(old: Agreement, new: Agreement, *, ids_decide: bool) -> str:
    """All that changed, one sentence a line, as a person would check it."""
    found = compare(old.page, new.page, ids_decide=ids_decide)
    cited = cite(old.page), cite(new.page)
    lines = [", ".join(f"{kind} {count}" for kind, count in found.counts.items()), ""]
    for change in found.changes:
        if change.kind is not ChangeKind.SAME or change.moved or change.renumbered:
            lines += [told(change), f"    {change.sentence(*cited)}"]
            if change.kind in (ChangeKind.AMENDED, ChangeKind.SPLIT, ChangeKind.MERGED):
                lines.append(f"    {marked(change)}")
    lines.append("")
    for fact in fact_changes(old, new):
        sides = ((side or "không có").replace("\n", " | ") for side in (fact.old, fact.new))
        lines += [fact.field, *(f"    {side}" for side in sides)]
    return "\n".join(lines) + "\n"


SAMPLE = [
    ("2022-2023/goc", "2023-2024/goc"),
    ("2023-2024/goc", "2024-2025/goc"),
    ("2024-2025/goc", "2025-2026/goc"),
    ("2025-2026/goc", "2025-2026/2026-02-16"),
    ("2024-2025/goc", "2025-2026/2026-02-16"),
    ("2025-2026/2026-02-16", "2026-2027/goc"),
]


@pytest.mark.parametrize(("old", "new"), SAMPLE, ids=[new for _, new in SAMPLE])
def test_sample(old: str, new: str, editions: dict[str, Agreement], golden: Golden):
    """Between the sample unit's editions exactly the changes are found that were put there."""
    found = story(editions[f"truong-mau/{old}"], editions[f"truong-mau/{new}"], ids_decide=True)
    name = f"{old}--{new}".replace("/", "-").replace("-goc", "")

    golden(HERE / f"compare/{name}.txt", found)


def test_two_units_of_one_model(editions: dict[str, Agreement], golden: Golden):
    """Two units' agreements that go back to one model text meet where that shows: II.1 to II.4."""
    old = editions["th-binh-hoa-2/2021-2022/goc"]
    new = editions["so-gddt-ha-noi/2019-2020/goc"]

    golden(HERE / "compare/th-binh-hoa-2--so-gddt-ha-noi.txt", story(old, new, ids_decide=False))


def test_sample_without_ids(editions: dict[str, Agreement]):
    """Where ids mean nothing every clause that stayed the same is found, and found to be so."""
    for old, new in SAMPLE:
        pages = editions[f"truong-mau/{old}"].page, editions[f"truong-mau/{new}"].page
        with_ids = compare(*pages, ids_decide=True).changes
        expected, found = (
            {told(change) for change in changes if change.kind is ChangeKind.SAME}
            for changes in (with_ids, unnamed(*pages))
        )

        assert expected == found


def test_facts_are_json(editions: dict[str, Agreement]):
    """A fact that a draft does not have yet is null."""
    old, new = editions["truong-mau/2025-2026/2026-02-16"], editions["truong-mau/2026-2027/goc"]
    place = next(fact for fact in fact_changes(old, new) if fact.field == "place")

    assert {"field": "place", "old": "Xã Mẫu,", "new": None} == asdict(place)


# --- promises ---

SYLLABLES = "nhà trường công đoàn phối hợp kế hoạch năm học, ký. Họp 2.000 đồng; (a) 1/2".split()
texts = st.lists(st.sampled_from(SYLLABLES), max_size=14).map(" ".join)
labels = st.sampled_from(["", "1.", "2.", "a)", "-"])


@st.composite
def pages(draw: st.DrawFn) -> Page:
    """A page of up to 12 clauses, headings among them, each below any earlier one."""
    clauses: list[Clause] = []
    for place in range(draw(st.integers(0, 12))):
        level = draw(st.sampled_from([0, 0, 0, 2, 3]))
        clauses.append(
            Clause(
                id=ClauseId(f"c-{place}"),
                kind=ClauseKind.HEADING if level else ClauseKind.CLAUSE,
                label=draw(labels),
                text=draw(texts),
                parent=draw(st.sampled_from([None, *(c.id for c in clauses)])),
                level=level,
            )
        )
    return Page(clauses=tuple(clauses))


@st.composite
def edited(draw: st.DrawFn) -> tuple[Page, Page]:
    """A page, and what some edits made of it."""
    old = draw(pages())
    clauses = list(old.clauses)
    for step in range(draw(st.integers(0, 6))):
        how = draw(st.sampled_from("add remove move amend split merge label parent id".split()))
        place = draw(st.integers(0, max(0, len(clauses) - 1)))
        fresh = ClauseId(f"d-{step}")
        if how == "add" or not clauses:
            text = draw(texts)
            clauses.insert(place, Clause(id=fresh, kind=ClauseKind.CLAUSE, text=text))
            continue
        clause = clauses[place]
        words = clause.text.split(" ")
        if how == "remove":
            del clauses[place]
        elif how == "move":
            clauses.insert(draw(st.integers(0, len(clauses) - 1)), clauses.pop(place))
        elif how == "amend":
            words[draw(st.integers(0, len(words) - 1))] = draw(st.sampled_from(SYLLABLES))
            clauses[place] = replace(clause, text=" ".join(words))
        elif how == "split":
            cut = draw(st.integers(0, len(words)))
            halves = " ".join(words[:cut]), " ".join(words[cut:])
            parts = [replace(clause, text=halves[0]), replace(clause, id=fresh, text=halves[1])]
            clauses[place : place + 1] = parts
        elif how == "merge" and place + 1 < len(clauses):
            text = f"{clause.text} {clauses[place + 1].text}".strip()
            clauses[place : place + 2] = [replace(clause, text=text)]
        elif how == "label":
            clauses[place] = replace(clause, label=draw(labels))
        elif how == "parent":
            parents = [None, *(c.id for c in clauses[:place])]
            clauses[place] = replace(clause, parent=draw(st.sampled_from(parents)))
        elif how == "id":
            clauses[place] = replace(clause, id=fresh)
    return old, Page(clauses=tuple(clauses))


def joined(clauses: tuple[Clause, ...]) -> str:
    return " ".join(clause.text for clause in clauses)


def rebuilt(change: Change, without: str) -> str:
    return "".join(text for op, text in change.words if op != without)


@given(edited(), st.booleans())
def test_every_clause_occurs_once(both: tuple[Page, Page], ids_decide: bool):
    """Nothing is lost: each clause of both sides is in one change, the new ones in their order."""
    old, new = both
    changes = compare(old, new, ids_decide=ids_decide).changes
    firsts = [change.new[0].id for change in changes if change.new]
    order = [clause.id for clause in new.clauses if clause.id in firsts]

    assert sorted(c.id for c in old.clauses) == sorted(c.id for each in changes for c in each.old)
    assert sorted(c.id for c in new.clauses) == sorted(c.id for each in changes for c in each.new)
    assert order == firsts


@given(edited(), st.booleans())
def test_both_texts_are_rebuilt(both: tuple[Page, Page], ids_decide: bool):
    """The words of a change hold every character of both texts."""
    for change in compare(*both, ids_decide=ids_decide).changes:
        assert (joined(change.old), joined(change.new)) == (
            rebuilt(change, "+"),
            rebuilt(change, "-"),
        )


@given(st.text(), st.text())
def test_any_texts_are_rebuilt(old: str, new: str):
    """Runs hold every character of any two texts, whatever is in them."""
    change = Change(kind=ChangeKind.AMENDED, words=runs(old, new))

    assert (old, new) == (rebuilt(change, "+"), rebuilt(change, "-"))


@given(pages(), st.booleans())
def test_a_text_against_itself(one: Page, ids_decide: bool):
    """Against itself a text is all the same, and nothing has moved or another number."""
    found = compare(one, one, ids_decide=ids_decide)

    assert [f"same {c.id}→{c.id}" for c in one.clauses] == [told(c) for c in found.changes]


@given(edited(), st.booleans())
def test_exchanged_sides_mirror(both: tuple[Page, Page], ids_decide: bool):
    """With the sides exchanged kinds, flags and words are mirrored, whatever is compared."""
    old, new = both
    there, back = (compare(*sides, ids_decide=ids_decide) for sides in ((old, new), (new, old)))

    assert mirror(there) == {(told(change), change.words) for change in back.changes}


def mirror(comparison: Comparison) -> set[tuple[str, tuple[Run, ...]]]:
    """The changes as the other side sees them."""
    return {(mirrored(told(each)), exchanged(each.words)) for each in comparison.changes}


def exchanged(words: tuple[Run, ...]) -> tuple[Run, ...]:
    """The runs with `-` and `+` exchanged, `-` before `+`."""
    found: list[Run] = []
    for op, text in words:
        if op == "+" and found and found[-1][0] == "+":
            found.insert(-1, ("-", text))
        else:
            found.append(("-" if op == "+" else "+" if op == "-" else "=", text))
    return tuple(found)
