import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.clauses import blanks, call, calls, faults, newer, terms_of, wording
from macros.model import Period, Shared, SharedClause, Unit

KNOWN = {
    "hop-giao-ban": SharedClause(
        title="Dự họp giao ban",
        wordings={
            "2022-2023": "Công đoàn được dự giao ban.",
            "2024-2025": "{Union} được dự giao ban của {management}; {union} góp ý.",
        },
    ),
    "hai-tu": SharedClause(
        title="Hai từ",
        wordings={"2024-2025": "{youth-union} {a b} {} {Youth-union} {1} {UNION}"},
    ),
}
TERMS = {"union": "công đoàn", "management": "{union}"}

UNIT = Unit(
    names=({"name": "Trường Thử"},),
    type="primary",
    sides={"management": "Nhà trường", "union": "Công đoàn"},
    series={"cong-doan": {"counterpart": "union", "editions": {"2024-2025": {"kind": "plan"}}}},
    terms={
        "union": {"2024-2025": "Công đoàn", "2021-2022": "CĐCS"},
        "management": {"2022-2023": "Nhà trường"},
    },
)


@pytest.mark.parametrize(
    ("clause", "period", "blanks", "expected"),
    [
        ("hop-giao-ban", "2022-2023", {}, "Công đoàn được dự giao ban."),
        ("hop-giao-ban", "2024-2025", {},
         "Công đoàn được dự giao ban của {union}; công đoàn góp ý."),
        ("hop-giao-ban", "2024-2025", {"union": "đoàn viên", "management": "Sở"},
         "Đoàn viên được dự giao ban của Sở; đoàn viên góp ý."),
        ("hop-giao-ban", "2024-2025", {"union": "ộ"},
         "Ộ được dự giao ban của {union}; ộ góp ý."),
        ("hai-tu", "2024-2025", {"youth-union": "chi đoàn"}, "chi đoàn {a b} {} Chi đoàn {1} {UNION}"),
    ],
)  # fmt: skip
def test_wording(clause, period, blanks, expected):
    """Blanks take the call's value before the unit's term; all else stays as it is written."""
    use = Shared(id=clause, wording=period, blanks=tuple(blanks.items()))

    assert expected == wording(use, KNOWN, TERMS)


@pytest.mark.parametrize(
    ("clause", "period", "blanks", "terms", "code", "hint"),
    [
        ("hop-giao-bna", "2024-2025", {}, TERMS, "C101", "hop-giao-ban"),
        ("", "", {}, {}, "C101", ""),
        ("hop-giao-ban", "2024-2026", {}, TERMS, "C102", "2024-2025"),
        ("hop-giao-ban", "goc", {}, TERMS, "C102", "2022-2023, 2024-2025"),
        ("hop-giao-ban", "2022-2023", {"union": "x"}, TERMS, "C103", ""),
        ("hop-giao-ban", "2024-2025", {"unoin": "x"}, TERMS, "C103", "union"),
        ("hop-giao-ban", "2024-2025", {"Union": "x"}, TERMS, "C103", "union"),
        ("hop-giao-ban", "2024-2025", {"unoin": "x", "managment": "y"}, {}, "C103",
         'Có phải "union"? Có phải "management"?'),
        ("hop-giao-ban", "2024-2025", {"zzz": "x"}, {}, "C103", "management, union"),
        ("hop-giao-ban", "2024-2025", {}, {}, "C104", 'management="…". Ghi'),
        ("hop-giao-ban", "2024-2025", {}, {"unions": "x", "management": "y"}, "C104",
         'Có phải "unions"?'),
        ("hop-giao-ban", "2024-2025", {}, {"union": "x"}, "C104", "management"),
        ("hop-giao-ban", "2024-2025", {"union": ""}, TERMS, "C104", "union"),
        ("hop-giao-ban", "2024-2025", {"union": " "}, TERMS, "C104", "union"),
    ],
)  # fmt: skip
def test_wrong_call(clause, period, blanks, terms, code, hint):
    """What is wrong with a call is told with its code and what to write instead."""
    found = wording(Shared(id=clause, wording=period, blanks=tuple(blanks.items())), KNOWN, terms)

    assert isinstance(found, tuple)
    assert code == found[0]
    assert hint in found[2]


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2020-2021", {}),
        ("2021-2022", {"union": "CĐCS"}),
        ("2023-2024", {"union": "CĐCS", "management": "Nhà trường"}),
        ("2024-2025", {"union": "Công đoàn", "management": "Nhà trường"}),
        ("2030-2031", {"union": "Công đoàn", "management": "Nhà trường"}),
    ],
)
def test_terms(period, expected):
    """Of each term the newest holds that is not later than the period."""
    assert expected == terms_of(UNIT, Period.parse(period))


@pytest.mark.parametrize(
    ("period", "names", "hint"),
    [
        ("2020-2021", '"management", "union"', 'chỉ có "union" từ năm học 2021-2022'),
        ("2021-2022", '"management"', 'chỉ có "management" từ năm học 2022-2023'),
    ],
)
def test_terms_that_begin_later(period, names, hint):
    """A blank whose term begins only after the page's period says from when the term is known."""
    use = Shared(id="hop-giao-ban", wording="2024-2025")
    code, message, told = wording(use, KNOWN, terms_of(UNIT, Period.parse(period)))

    assert ("C104", True, True) == (code, names in message, hint in told)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{Union} được dự giao ban của {management}.", []),
        ("{youth-union} {Youth-union} {u2}", []),
        ("Mức chi 5 < 6 và 7 > 2; a<5; 50% - x*y #1 | a) b.", []),
        ("1.000 đồng; 3) nếu; -5 độ; a.b", []),
        ("{Union được dự", ['"{Union" Có phải {Union}?']),
        ("{UNION} {Youth-Union}", ['"{UNION}" Có phải {union}?', '"{Youth-Union}" Có phải {Youth-union}?']),
        ("{{x}} { a }", ['"{{x}}" Có phải {x}?', '"{ a }" Có phải {a}?']),
        ("{} {công đoàn} x}", ['"{}" Chỗ', '"{công đoàn}" Chỗ', '"}" Chỗ']),
        ("Dự họp {#hop}", ['"{#hop}" Chỗ']),
        ("Dự {a_b}", ['"{a_b}" Chỗ']),
        ("**1.** Dự", ['"**" Bỏ']),
        ("## Dự", ['"##" Bỏ']),
        ("- Dự", ['"-" Bỏ']),
        ("1. Dự", ['"1." Bỏ']),
        ("đ) Dự", ['"đ)" Bỏ']),
        ("IV. Dự", ['"IV." Bỏ']),
        ("| Dự |", ['"|" Bỏ']),
        ("Dự <b>họp</b><!-- x", ['"<b>" Bỏ', '"</b>" Bỏ', '"<!-- x" Bỏ']),
        (r"Dự \*họp", [r'"\*" Viết *']),
    ],
)  # fmt: skip
def test_faults(text, expected):
    """All that a wording may not hold is found, with what to write; ordinary signs are text."""
    found = [f"{message} {hint}" for message, hint in faults(text)]

    assert len(expected) == len(found)
    for each, line in zip(expected, found, strict=True):
        quoted, _, hint = each.rpartition('" ')
        assert f'{quoted}"' in line
        assert hint in line


def test_a_term_has_no_blank():
    """What fills a blank is not filled itself, so a brace in it is a fault."""
    assert [] == list(faults("Công đoàn (CĐCS)", term=True))
    assert 1 == len(list(faults("{union}", term=True)))


@pytest.mark.parametrize(
    ("use", "terms", "expected"),
    [
        (Shared(id="hop-giao-ban", wording="2022-2023"), TERMS,
         Shared(id="hop-giao-ban", wording="2024-2025")),
        (Shared(id="hop-giao-ban", wording="2022-2023", blanks=(("days", "3"), ("union", "A"))),
         {"management": "B"},
         Shared(id="hop-giao-ban", wording="2024-2025", blanks=(("union", "A"),))),
        (Shared(id="hop-giao-ban", wording="2024-2025"), TERMS, None),
        (Shared(id="hop-giao-ban", wording="2022-2023"), {"union": "A"}, None),
        (Shared(id="hop-giao-ban", wording="2020-2021"), TERMS, None),
        (Shared(id="khong-co", wording="2022-2023"), TERMS, None),
    ],
)  # fmt: skip
def test_newer(use, terms, expected):
    """The newest wording takes over what the call fills; there is none where a blank stays open."""
    assert expected == newer(use, KNOWN, terms)


def test_blanks():
    """A blank with a capital is the same blank; other braces are none."""
    assert frozenset({"union", "management"}) == blanks("{Union} {union} {management} {} {a b}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Xem {{ clause('a', \"2024-2025\") }}.", [(1, call("a", "2024-2025", {}))]),
        ("\n{# mã #}\n{{ clause('a', 'b', youth_union='c') }} {{clause('d','e')}}",
         [(3, Shared(id="a", wording="b", blanks=(("youth-union", "c"),))),
          (3, call("d", "e", {}))]),
        ("{% raw %}{{ clause('a', 'b') }}{% endraw %}", []),
        ("{{ clause('a') }}\n{{ clause(a, 'b') }} {{ clause('a', 2) }} {{ x.clause('a', 'b') }}",
         [(1, None), (2, None), (2, None)]),
        ("\nclause( {{ lỗi", [(2, None)]),
        ("{{ clause(" + "(" * 5000, [(1, None)]),
        ("lời gọi clause, mã {#hop} và {{ lỗi", []),
    ],
    ids=range(7),
)  # fmt: skip
def test_calls(text, expected):
    """The calls of a hand-written page with their lines; examples are none, the unreadable are told."""
    assert expected == list(calls(text))


@given(
    st.text(), st.dictionaries(st.sampled_from(["union", "management", "x"]), st.text(max_size=3))
)
def test_no_call_raises(text, blanks):
    """Whatever a wording and a call hold, there is a text or a problem."""
    known = {
        "a": SharedClause(
            title="A", wordings={"2024-2025": f"x{text}{{Union}}x".replace("\n", " ")}
        )
    }
    use = Shared(id="a", wording="2024-2025", blanks=tuple(blanks.items()))
    found = wording(use, known, {})

    assert isinstance(found, str) or 3 == len(found)
