import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.clauses import terms_of, wording
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
        wordings={"2024-2025": "{youth-union} {a b} {} {Youth-Union} {1}"},
    ),
}
TERMS = {"union": "công đoàn", "management": "{union}"}


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
        ("hai-tu", "2024-2025", {"youth-union": "chi đoàn"}, "chi đoàn {a b} {} Chi đoàn {1}"),
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
        ("hop-giao-ban", "2024-2025", {}, {"union": "x"}, "C104", "management"),
        ("hop-giao-ban", "2024-2025", {"union": ""}, TERMS, "C104", "union"),
        ("hop-giao-ban", "2024-2025", {"union": " "}, TERMS, "C104", "union"),
    ],
)
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
    unit = Unit(
        names=({"name": "Trường Thử"},),
        type="primary",
        sides={"management": "Nhà trường", "union": "Công đoàn"},
        series={"cong-doan": {"counterpart": "union", "editions": {"2024-2025": {"kind": "plan"}}}},
        terms={
            "union": {"2024-2025": "Công đoàn", "2021-2022": "CĐCS"},
            "management": {"2022-2023": "Nhà trường"},
        },
    )

    assert expected == terms_of(unit, Period.parse(period))


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
