# The coverage-guided fuzzer around tests/fuzz/promises.py: `python -m tests.fuzz.fuzz_page`.
# Options are those of libFuzzer (`-max_total_time=600`); a folder keeps what was found between runs.
"""`fuzz(name)`: atheris on one promise, begun from the project's own pages and data."""

from __future__ import annotations

import hashlib
import importlib
import sys
import tempfile
from pathlib import Path

import atheris

from tests.fuzz.seeds import WORDS, seeds


def _entry(word: bytes) -> str:
    """A word as libFuzzer's dictionaries have it."""
    return '"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n'


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
        words.write_text("".join(map(_entry, WORDS)), encoding="ascii")
        options = [f"-dict={words}", "-timeout=30", "-rss_limit_mb=4096", "-max_len=20000"]
        atheris.Setup([sys.argv[0], *options, *sys.argv[1:], str(begun)], getattr(promises, name))
        atheris.Fuzz()
