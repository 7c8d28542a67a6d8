"""Full builds of the same agreements with this project and with plain Material, in turn.

    python benchmarks/build.py [100 1000 5000]

Prints wall seconds, CPU seconds and peak memory of each, the ratio, and the cost per page.
Plain Material gets the very same Markdown files, a nav of one page, and its search.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import corpus

PLAIN = """site_name: Plain
theme: {name: material, language: vi, font: false}
plugins: [search]
markdown_extensions: [attr_list, tables]
nav: [index.md]
not_in_nav: /don-vi/
"""


@dataclass(frozen=True)
class Cost:
    """What one build took."""

    wall: float
    cpu: float
    memory: float


def measure(command: list[str], folder: Path) -> Cost:
    """Run a command to its end and return its seconds, CPU seconds and peak memory in MB."""
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(corpus.ROOT)}
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} failed with {child.returncode}")
    wall = time.perf_counter() - started
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def pages_in(site: Path) -> int:
    """How many HTML pages a site has."""
    return sum(1 for _ in site.rglob("*.html"))


def main() -> None:
    """Build each size with both, in turn, and print the table."""
    sizes = [int(size) for size in sys.argv[1:]] or [100, 1000, 5000]
    print("| agreements | builder | pages | wall s | CPU s | peak MB | ms a page | wall ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            ours, plain = Path(name, "ours"), Path(name, "plain")
            corpus.project(ours, size)
            corpus.make(plain, size)
            (plain / "docs/index.md").write_text("# Plain\n", encoding="utf-8")
            (plain / "mkdocs.yml").write_text(PLAIN, encoding="utf-8")
            config = str(ours / "mkdocs.yml")
            mine = measure([sys.executable, "-m", "macros", "build", "--config", config], ours)
            theirs = measure([sys.executable, "-m", "mkdocs", "build", "-q"], plain)
            for builder, folder, cost in (("this", ours, mine), ("Material", plain, theirs)):
                pages = pages_in(folder / "site")
                print(
                    f"| {size} | {builder} | {pages} | {cost.wall:.1f} | {cost.cpu:.1f} "
                    f"| {cost.memory:.0f} | {cost.wall * 1000 / pages:.1f} "
                    f"| {cost.wall / theirs.wall:.2f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
