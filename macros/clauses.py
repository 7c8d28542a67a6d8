# Shared clauses: which wording a page pins, and how its blanks are filled.
# Refuses: to pick a wording. A page names the one it uses, so the past stands still.
"""Wording in force of shared clauses (data/clauses/)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from macros.model import Period, Shared, SharedClause, Unit
from macros.problem import nearest

_BLANK = re.compile(r"\{([A-Za-z][A-Za-z0-9-]*)\}")


def wording(
    use: Shared, known: Mapping[str, SharedClause], terms: Mapping[str, str]
) -> str | tuple[str, str, str]:
    """The text of a pinned wording with its blanks filled, or (code, message, hint).

    A blank `{union}` takes the value given in the call, else that of `terms`; `{Union}` is the
    same with a capital.
    """
    clause = known.get(use.id)
    if clause is None:
        return "C101", f'không có điều khoản dùng chung "{use.id}"', nearest(use.id, known)
    periods = {str(each): text for each, text in clause.wordings.items()}
    text = periods.get(use.wording)
    if text is None:
        hint = nearest(use.wording, periods) or f"Có các câu chữ: {', '.join(sorted(periods))}."
        return "C102", f'"{use.id}" không có câu chữ "{use.wording}"', hint
    blanks = {name.lower() for name in _BLANK.findall(text)}
    given = dict(use.blanks)
    for name in given:
        if name not in blanks:
            return (
                "C103",
                f'câu chữ này của "{use.id}" không có chỗ trống "{name}"',
                nearest(name, blanks),
            )
    values = {name: value for name, value in {**terms, **given}.items() if value.strip()}
    for name in sorted(blanks - values.keys()):
        hint = nearest(name, values) or f'Ghi vào `terms` của đơn vị, hay vào lời gọi: {name}="…".'
        return "C104", f'chưa biết điền gì vào chỗ trống "{name}" của "{use.id}"', hint

    def fill(found: re.Match[str]) -> str:
        value = values[found[1].lower()]
        return value[0].upper() + value[1:] if found[1][0].isupper() else value

    return _BLANK.sub(fill, text)


def terms_of(unit: Unit, period: Period) -> dict[str, str]:
    """The unit's terms that hold for a period: of each the newest that is not later."""
    held: dict[str, str] = {}
    for name, values in unit.terms.items():
        since = [each for each in values if each <= period]
        if since:
            held[name] = values[max(since)]
    return held
