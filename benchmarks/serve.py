# The code is copied into the project and not linked: the server serves what lies beside its code.
"""How long an edit takes until the server on this machine shows it.

    python benchmarks/serve.py [1000 5000] [--times 3] [--stages clause,style]

For each size a project with the corpus is served (`qcph serve`); then files are edited, one after
the other, and the page that shows the edit is asked for every 20 ms; for a stylesheet the page of
the last unit, until it names the new one. Then the contents of the search are asked for. Prints a
Markdown table: what the start took, and for each kind of edit (as in build.py) the seconds from the
written file to the first page that shows it, and to the contents of the search; once for each time.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urljoin

import build
import corpus

STAGES = (
    "clause", "near", "data", "guide", "glossary", "style", "template", "configuration",
    "wording-few", "wording-most",
)  # fmt: skip
SEARCH = "tim/muc-luc.json"
_LONGEST = 600.0
_ASKED_EVERY = 0.02
_REST = 3.0  # between two edits


def until(url: str, words: str, named: str = "") -> float:
    """Seconds until a page has these words, or what it names by a pattern has them; an error where
    neither is so after ten minutes.
    """
    begun = time.perf_counter()
    while time.perf_counter() - begun < _LONGEST:
        with suppress(OSError):
            page = read(url)
            if named and (link := re.search(f'"([./]*{named})"', page)):
                page = read(urljoin(url, link[1]))
            if words in page:
                return time.perf_counter() - begun
        time.sleep(_ASKED_EVERY)
    raise SystemExit(f"{url} does not show {words!r}")


def read(url: str) -> str:
    """A page, or a stylesheet."""
    with urllib.request.urlopen(url) as answer:
        return str(answer.read(), "utf-8")


@contextmanager
def served(project: Path, cache: Path) -> Iterator[str]:
    """The address at which a project is served."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ, "QCPH_CACHE": str(cache), "PYTHONPATH": str(project),
        "NO_MKDOCS_2_WARNING": "1", "PYTHONWARNDEFAULTENCODING": "", "PYTHONDONTWRITEBYTECODE": "",
    }  # fmt: skip
    command = [sys.executable, "-m", "macros", "serve", "--port", str(port)]
    command += ["--as-of", corpus.AS_OF]
    with subprocess.Popen(
        command, cwd=project, env=environment, stdout=subprocess.DEVNULL
    ) as child:
        try:
            yield f"http://127.0.0.1:{port}/"
        finally:
            child.terminate()


def rows(agreements: int, times: int, stages: Sequence[str]) -> Iterator[str]:
    """The lines of a table for one size."""
    with tempfile.TemporaryDirectory(prefix="qcph-bench-") as name:
        project = Path(name) / "project"
        corpus.project(project, agreements)
        for linked in ("macros", "overrides"):
            (project / linked).unlink()
            shutil.copytree(corpus.ROOT / linked, project / linked)
        shutil.copytree(corpus.ROOT / "deploy", project / "deploy")
        build.configured(project, "mkdocs.yml", build.USUAL)
        with served(project, Path(name) / "cache") as address:
            started = until(address, "Quy chế")
            found = until(f"{address}{SEARCH}", '"units"')
            yield f"| {agreements} | start, nothing kept | {started:.1f} | {started + found:.1f} |"
            for stage in stages:
                pages, searches = [], []
                path = project / edits(agreements)[stage].path
                text = path.read_text(encoding="utf-8")
                for number in range(1, times + 1):
                    edit = edits(agreements, number)[stage]
                    time.sleep(_REST)
                    path.write_text(
                        text.replace(edit.old, edit.new, 1), encoding="utf-8", newline="\n"
                    )
                    page, named = edit.page.removesuffix("index.html"), ""
                    if "*" in page:
                        page, named = _last(agreements), page.replace("*", r"\w+")
                    pages.append(until(f"{address}{page}", edit.words, named))
                    searches.append(pages[-1] + until(f"{address}{SEARCH}", '"units"'))
                told = (", ".join(f"{each:.1f}" for each in taken) for taken in (pages, searches))
                yield f"| {agreements} | {stage} | {' | '.join(told)} |"


def edits(agreements: int, number: int = 0) -> dict[str, build.Edit]:
    """Those of build.py, and two that change all pages."""
    words = f"Trang này không có, lần {number}"
    return {
        **build.edits(agreements, number),
        "template": build.Edit(
            "overrides/main.html", "{% block scripts %}", f"{{% block scripts %}}<!-- {words} -->",
            f"{_last(agreements)}index.html", words,
        ),
        "configuration": build.Edit(
            "mkdocs.yml", "site_name: Quy chế", f"site_name: {number} quy chế",
            f"{_last(agreements)}index.html", f"{number} quy chế",
        ),
    }  # fmt: skip


def _last(agreements: int) -> str:
    return f"don-vi/{corpus.unit_id(agreements // len(corpus.YEARS) - 1)}/"


def main() -> None:
    """Serve each size and print the table."""
    asking = argparse.ArgumentParser()
    asking.add_argument("sizes", nargs="*", type=int, default=[1000, 5000])
    asking.add_argument("--times", type=int, default=3)
    asking.add_argument("--stages", default=",".join(STAGES), help="which edits, in which order")
    asked = asking.parse_args()
    print("| agreements | edit | page, s | search, s |\n|---|---|---|---|", flush=True)
    for size in asked.sizes:
        for row in rows(size, asked.times, asked.stages.split(",")):
            print(row, flush=True)


if __name__ == "__main__":
    main()
