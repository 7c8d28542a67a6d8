# Where fuzzing begins: the project's own files, and words that chance would take long to find.
"""`seeds(name)` and `WORDS`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What is met as a whole or not at all.
WORDS = tuple(word.encode() for word in (
    "{#", "{#a}", "{#a ^b}", "{{", "}}", '{{ clause("', "***", "**1.** ", "## ", "|---|", "<script>",
    "javascript:", "\\", "---\n", "- ", ": ", "&a ", "*a", "!!python/name:os.system ", "<<: ", "[",
    "{", '"\\ud800"', "\u202e", "\ufeff", "\r", "\x1b[2J", "\x01", "--format", "--base", "--date",
    "diff", "check", "seal", "amend", "new", "ids", "impact", "report", "extend", "withdraw",
    "truong-thu/cong-doan/2024-2025", "2024-2025", "\n\n", "docs/", "data/",
))  # fmt: skip


def seeds(name: str) -> Iterator[bytes]:
    """What the fuzzer begins with."""
    pages = [path.read_bytes() for path in sorted(ROOT.glob("docs/don-vi/**/*.md"))]
    pages += [path.read_bytes() for path in sorted(ROOT.glob("tests/broken/*/docs/don-vi/**/*.md"))]
    written = [path.read_bytes() for path in sorted(ROOT.glob("tests/broken/**/huong-dan/*.md"))]
    if name == "page":
        yield from pages
        yield from (b"\x01" + text for text in written)
    elif name == "data":
        for kind, folder in enumerate(("units/*.yml", "clauses/*.yml", "glossary.yml")):
            found = [*ROOT.glob(f"data/{folder}"), *ROOT.glob(f"tests/broken/*/data/{folder}")]
            yield from (bytes([kind]) + path.read_bytes() for path in sorted(found))
    else:
        edition = "truong-thu/cong-doan/2024-2025"
        for line in (
            "check", "check --format github", f"diff {edition} {edition}.goc", "check --base HEAD",
            f"diff HEAD:{edition} {edition}", f"seal --date 2024-10-01 {edition}", "seal --all",
            f"amend --date 2025-02-16 --what a --why b --agreed union=c {edition}", "ids --check",
            f"extend --to 2025-2026 --evidence a {edition}", "new truong-thu/cong-doan 2025-2026",
            f"withdraw --date 2025-02-16 --evidence a {edition}", "impact hop-giao-ban", "--help",
            "new --all 2025-2026", "report main..HEAD", "diff --format html a.md b.md", "ids",
        ):  # fmt: skip
            yield line.replace(" ", "\n").encode()
        for path in sorted(ROOT.glob("tests/broken/*/d*/**/*.*"))[::4]:
            if path.is_file():
                inside = path.relative_to(ROOT / "tests/broken").as_posix().partition("/")[2]
                yield f"check\n\n{inside}\n".encode() + path.read_bytes()
