"""How long the PDF of an agreement and that of a comparison take, and what memory stays.

    python benchmarks/typeset.py [runs]

Prints for every agreement of the archive and every comparison of neighbouring editions the median
and the slowest tenth in milliseconds, pages and size; then the median of all agreements, the first
one of the process (it reads the fonts), and the growth of memory over all runs. The budget is
200 ms an agreement.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise

import pypdfium2
import truth

from macros.archive import load
from macros.compare import compare, fact_changes
from macros.exchange.typeset import agreement_pdf, comparison_pdf
from macros.model import Agreement
from macros.redline import Pair


def varied(of: Agreement, run: int) -> Agreement:
    """The same with a word more in every clause: Typst remembers what it has set before."""
    page = of.page
    clauses = tuple(replace(each, text=f"{each.text} {run}") for each in page.clauses)
    report = tuple(f"{each} {run}" for each in page.report)
    return replace(of, page=replace(page, clauses=clauses, report=report))


def timed(make: Callable[[int], Callable[[], bytes]], runs: int) -> list[float]:
    """Milliseconds of each run, each of another text."""
    times = []
    for run in range(runs):
        work = make(run)
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return times


def row(name: str, pdf: bytes, times: list[float]) -> str:
    """One line of the table."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = len(document)
    slow = statistics.quantiles(times, n=10)[-1]
    return (
        f"| {name} | {statistics.median(times):.0f} / {slow:.0f} | {pages} | {len(pdf) // 1000} |"
    )


def pair(old: Agreement, new: Agreement) -> Pair:
    """Two editions of a series, compared."""
    return Pair(
        old=old,
        new=new,
        comparison=compare(old.page, new.page, ids_decide=True),
        facts=fact_changes(old, new),
        address="x/",
    )


def peak() -> int:
    """The most memory that the process had, in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Measure and print a Markdown table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    archive = load(truth.ROOT).archive
    first = timed(lambda _: partial(agreement_pdf, archive.agreements[0]), 1)[0]
    before, medians = peak(), []
    print("| file | median / slowest tenth, ms | pages | kB |")
    print("|---|---|---|---|")
    for each in archive.agreements:
        times = timed(lambda run: partial(agreement_pdf, varied(each, run)), runs)  # noqa: B023
        medians.append(statistics.median(times))
        print(row(each.address, agreement_pdf(each), times))
    for unit, series in archive.series():
        for old, new in pairwise(archive.editions(unit, series)):
            if old.page.report or new.page.report:
                continue
            times = timed(
                lambda run: partial(comparison_pdf, pair(varied(old, run), varied(new, run))),  # noqa: B023
                runs,
            )
            print(row(f"{old.period} → {new.period}", comparison_pdf(pair(old, new)), times))
    print(f"\nmedian of {len(medians)} agreements {statistics.median(medians):.0f} ms", end="")
    print(f", slowest {max(medians):.0f} ms, first of the process {first:.0f} ms", end="")
    print(f"; memory grew by {(peak() - before) // 1000} MB to {peak() // 1000} MB")


if __name__ == "__main__":
    main()
