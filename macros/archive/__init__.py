# The only access to docs/ and data/ on the disk.
# Hides: file names, encodings, which page belongs to which facts, and writing all or nothing.
# Refuses: symbolic links, unknown files, and text that is not UTF-8; each is a Problem. To write
# over a file that is not as it was read.
"""`load(root)`: everything that editors wrote, as one value, with what is wrong in it.

`problems_in` is all that is wrong; `write` puts edits on the disk. `edition_text` and `file_text`
read one text to compare: of the archive, or of any page file. `snapshot`, `read_beside` and
`read_unit` are the same in parts, for who reads one unit after another.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path

from macros import checks, keeping, limits, safety
from macros.archive.comparing import BrokenTextError, edition_in, edition_text, file_text
from macros.archive.loading import (
    Beside,
    Loaded,
    Own,
    load,
    misplaced,
    read_again,
    read_beside,
    read_unit,
    strays,
    understood,
)
from macros.archive.snapshot import (
    Originals,
    Snapshot,
    files_below,
    given,
    misnamed,
    snapshot,
    unit_of,
)
from macros.archive.writing import Written, write
from macros.model import Glossary, SharedClause, Unit
from macros.problem import Problem
from macros.reading import schema

__all__ = [
    "IN_TEXTS",
    "SCHEMAS",
    "Beside",
    "BrokenTextError",
    "Loaded",
    "Originals",
    "Own",
    "Snapshot",
    "Written",
    "edition_in",
    "edition_text",
    "file_text",
    "files_below",
    "given",
    "load",
    "misnamed",
    "misplaced",
    "problems_in",
    "problems_of",
    "read_again",
    "read_beside",
    "read_unit",
    "schemas",
    "snapshot",
    "strays",
    "understood",
    "unit_of",
    "write",
]
SCHEMAS: Mapping[str, tuple[type, str]] = {
    "unit": (Unit, "Đơn vị và dữ kiện các bản quy chế"),
    "clause": (SharedClause, "Điều khoản dùng chung"),
    "glossary": (Glossary, "Chữ viết tắt"),
}
# What a comparison reads; the originals beside it may be large.
IN_TEXTS = ("docs/don-vi", "data/units", "data/clauses")


def problems_in(root: Path, left_out: AbstractSet[str] = frozenset()) -> tuple[Problem, ...]:
    """All problems of the sources below `root`, sorted by place; see `load`."""
    return problems_of(load(root, left_out=left_out))


def problems_of(loaded: Loaded) -> tuple[Problem, ...]:
    """The problems met while reading, and those that the rules find in what was read."""
    archive = loaded.archive
    found = {*loaded.problems, *safety.check(archive)}
    found |= {*checks.check(archive), *keeping.check(archive)}
    return tuple(limits.cut_short(sorted(found)))


def schemas() -> dict[str, str]:
    """The JSON Schema of each data file, by its path from the project's root."""
    return {f"data/schema/{name}.json": schema(of, title) for name, (of, title) in SCHEMAS.items()}
