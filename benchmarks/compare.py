"""How long one comparison takes: two editions of 1,500 words, and two units' whole agreements.

    python benchmarks/compare.py [runs]

Prints the median and the slowest tenth of all runs in milliseconds, with ids and with all ids
stripped, and beside them what difflib takes for the words alone. The budget is 5 ms.
"""

from __future__ import annotations

import difflib
import statistics
import sys
import time
from collections.abc import Callable

import truth

from macros.archive import load
from macros.compare import compare
from macros.model import Page
from macros.words import words

SIZE = 1500


def cut(page: Page, size: int) -> Page:
    """The first clauses of a page, until they have that many words."""
    clauses, count = [], 0
    for clause in page.clauses:
        if count >= size:
            break
        clauses.append(clause)
        count += len(words(clause.text))
    return Page(title=page.title, clauses=tuple(clauses))


def measure(work: Callable[[], object], runs: int) -> str:
    """Median and 90th percentile in milliseconds."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return f"{statistics.median(times):.2f} / {statistics.quantiles(times, n=10)[-1]:.2f}"


def difflib_words(old: Page, new: Page) -> object:
    """The word alignment alone, by the standard library."""
    a, b = ([word for c in page.clauses for word in words(c.text)] for page in (old, new))
    return difflib.SequenceMatcher(None, a, b).get_opcodes()


def main() -> None:
    """Measure each pair and print a Markdown table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    archive = load(truth.ROOT).archive
    pages = {each.unit_id: each.page for each in archive.agreements}
    one, other = pages["th-binh-hoa-2"], pages["so-gddt-ha-noi"]
    base = cut(one, SIZE)
    pairs = {}
    for share in truth.SHARES:
        plan = truth.Plan(base, list(other.clauses), share, "speed", rewrite=True)
        pairs[f"{share:.0%} of the clauses edited"] = plan.old, plan.new
    pairs["two units, whole"] = one, other
    print("| pair | words | with ids | stripped | difflib, words alone |")
    print("|---|---|---|---|---|")
    for name, (old, new) in pairs.items():
        size = " + ".join(str(sum(len(words(c.text)) for c in p.clauses)) for p in (old, new))
        a, b = truth.stripped(old, "cu"), truth.stripped(new, "moi")
        cells = (
            measure(lambda: compare(old, new, ids_decide=True), runs),  # noqa: B023 runs at once
            measure(lambda: compare(a, b, ids_decide=False), runs),  # noqa: B023
            measure(lambda: difflib_words(old, new), max(1, runs // 10)),  # noqa: B023
        )
        print(f"| {name} | {size} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
