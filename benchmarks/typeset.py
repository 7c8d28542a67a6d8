"""How long the PDF of an agreement and that of a comparison take, and what memory stays.

    python benchmarks/typeset.py [runs]
    python benchmarks/typeset.py --units PROJECT [N]

Prints for every agreement of the archive and every comparison of neighbouring editions the median
and the slowest tenth in milliseconds, pages and size; then the median of all agreements, the first
one of the process (it reads the fonts), and the growth of memory over all runs. The budget is
200 ms an agreement.

With `--units` it works as the build does: the documents of N units of a project (200, all where it
has fewer), unit after unit in one process, nothing kept. Prints the memory of the process as the
units go by, processor time by kind, and what it costs to ask a cache for what it holds.
benchmarks/corpus.py makes such a project.
"""

from __future__ import annotations

import gc
import resource
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import groupby, islice, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pypdfium2
import truth

from macros.archive import load
from macros.cache import Cache
from macros.compare import compare, fact_changes
from macros.exchange.documents import Document, documents
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
        address=f"{new.address}so-sanh/{old.period}/",
    )


def peak() -> int:
    """The most memory that the process had, in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def now() -> int:
    """The memory that the process has, in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() // 1_000_000


def of_units(agreements: tuple[Agreement, ...], count: int) -> Iterator[list[Document]]:
    """The documents of each unit, of as many units."""
    units = groupby(agreements, key=lambda each: each.unit_id)
    for _, found in islice(units, count):
        own = list(found)
        series = [pair(old, new) for old, new in pairwise(own) if old.series_id == new.series_id]
        yield list(documents(own, series))


def as_the_build(project: Path, count: int) -> None:
    """Measure the documents of a project's units, and print what they cost."""
    agreements = load(project).archive.agreements
    gc.collect()
    spent: dict[str, list[float]] = defaultdict(list)
    size, before = 0, now()
    print(f"{before} MB with the archive read")
    for done, unit in enumerate(of_units(agreements, count), 1):
        for each in unit:
            compared = "comparison" if "/so-sanh/" in each.address else "agreement"
            started = time.process_time()
            size += len(each.make())
            spent[f"{compared} {each.kind}"].append(time.process_time() - started)
        if done in (1, 10) or done % 50 == 0:
            print(f"{now()} MB after {done} units, {sum(map(len, spent.values()))} documents")
    for kind, times in spent.items():
        print(
            f"{kind}: {statistics.mean(times) * 1000:.1f} ms of processor time, {len(times)} made"
        )
    print(f"{size // 1_000_000} MB of documents; memory grew by {now() - before} MB", end="")
    print(f", at most {peak() * 1024 // 1_000_000} MB")
    with TemporaryDirectory() as folder:
        cache = Cache(Path(folder))
        for unit in of_units(agreements, count):
            for each in unit:
                cache.put(each.kind, each.key, bytes(size // sum(map(len, spent.values()))))
        times = []
        for unit in of_units(agreements, count):
            for each in unit:
                started = time.process_time()
                cache.get(each.kind, each.key)
                times.append(time.process_time() - started)
        print(f"key and bytes of what is kept: {statistics.mean(times) * 1000:.2f} ms", end="")
        print(f" of processor time, {len(times)} asked")


def main() -> None:
    """Measure and print a Markdown table."""
    if "--units" in sys.argv:
        at = sys.argv.index("--units")
        project, *count = sys.argv[at + 1 :]
        as_the_build(Path(project), int(count[0]) if count else 200)
        return
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
