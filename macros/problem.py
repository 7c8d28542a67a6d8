# What an editor did wrong, as a value.
# Hides: how a problem is ordered, written for people, for a forge and for programs.
# Refuses: exceptions for editors' mistakes; every rule yields Problems and all are shown at once.
"""A mistake in the sources, with its place and what to do about it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a problem weighs: an error stops publication, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: `path:line:column: CODE message` and a hint.

    `path` is relative to the project's root, `line` and `column` count from 1
    (columns in characters); 1:1 where a whole file is meant.
    """

    path: str
    line: int
    column: int
    code: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR

    def text(self) -> str:
        """Two lines for a person at a terminal."""
        mark = "" if self.severity is Severity.ERROR else "(cảnh báo) "
        hint = f"{self.hint} " if self.hint else ""
        return (
            f"{self.path}:{self.line}:{self.column}: {self.code} {mark}{self.message}\n"
            f"    → {hint}Xem /huong-dan/loi/#{self.code.lower()}"
        )

    def github(self) -> str:
        """A workflow command that marks the line in a pull request."""

        def data(value: str) -> str:
            return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

        def prop(value: str) -> str:
            return data(value).replace(":", "%3A").replace(",", "%2C")

        message = data(f"{self.message} {self.hint}".strip())
        return (
            f"::{self.severity.value} file={prop(self.path)},line={self.line},col={self.column},"
            f"title={prop(self.code)}::{message}"
        )


def as_json(problems: Iterable[Problem]) -> str:
    """All problems as a JSON list of objects, for programs."""
    fields = ("path", "line", "column", "code", "severity", "message", "hint")
    rows = [{name: getattr(problem, name) for name in fields} for problem in problems]
    return json.dumps(rows, ensure_ascii=False, indent=2)


def nearest(found: str, known: Iterable[str]) -> str:
    """`Có phải "…"?` with the known word nearest to `found`; empty where none is near."""
    close = difflib.get_close_matches(found, list(known), n=1, cutoff=0.6)
    return f'Có phải "{close[0]}"?' if close else ""


class EditorError(Exception):
    """Wrong use of a command, or sources with problems, told in one Vietnamese line."""
