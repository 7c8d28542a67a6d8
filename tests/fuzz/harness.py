# The coverage-guided fuzzer around tests/fuzz/promises.py: `python -m tests.fuzz.fuzz_page`.
# Options are those of libFuzzer (`-max_total_time=600`); a folder keeps what was found between runs.
"""`fuzz(name)`: atheris on one promise, begun from the project's own pages and data."""

from __future__ import annotations

import hashlib
import importlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[2]
# What is met as a whole or not at all.
_WORDS = (
    "{#", "{#a}", "{#a ^b}", "{{", "}}", '{{ clause("', "***", "**1.** ", "## ", "|---|", "<script>",
    "javascript:", "\\", "---\n", "- ", ": ", "&a ", "*a", "!!python/name:os.system ", "<<: ", "[",
    "{", '"\\ud800"', "\u202e", "\ufeff", "\r", "\x1b[2J", "\x01", "--format", "--base", "--date",
    "diff", "check", "seal", "amend", "new", "ids", "impact", "report", "extend", "withdraw",
    "truong-thu/cong-doan/2024-2025", "2024-2025", "\n\n", "docs/", "data/",
)  # fmt: skip


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


def _entry(word: str) -> str:
    """A word as libFuzzer's dictionaries have it."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in word.encode()) + '"\n'


def fuzz(name: str) -> None:
    """Run until the time given is over, or a promise is broken: then libFuzzer keeps the input."""
    with atheris.instrument_imports(include=["macros"]):
        promises = importlib.import_module("tests.fuzz.promises")
    with tempfile.TemporaryDirectory(prefix="qcph-corpus-") as folder:
        begun = Path(folder, "begun")
        begun.mkdir()
        for seed in seeds(name):
            (begun / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
        words = Path(folder, "words")
        words.write_text("".join(map(_entry, _WORDS)), encoding="ascii")
        options = [f"-dict={words}", "-timeout=30", "-rss_limit_mb=4096", "-max_len=20000"]
        atheris.Setup([sys.argv[0], *options, *sys.argv[1:], str(begun)], getattr(promises, name))
        atheris.Fuzz()
