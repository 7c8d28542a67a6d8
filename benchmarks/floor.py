# What no builder can save: the pages have to come onto the disk.
"""How long the pages of a site take to write on all cores, where nothing is read or made.

    python benchmarks/floor.py SITE

Each page of SITE is written three times beside itself, in a folder that goes in the end, as a build
writes it: under another name that then takes the place of the old one. Prints seconds until all are
written, and until all are on the disk.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

_TIMES = 3


def put(pages: Sequence[tuple[str, bytes]]) -> None:
    """Write pages, each in the place of one that is there."""
    for path, data in pages:
        fresh = Path(f"{path}.new")
        fresh.write_bytes(data)
        fresh.replace(path)


def main() -> None:
    """Write the pages of the site that is named."""
    site = Path(sys.argv[1]).resolve()
    folder = site.with_name(f"{site.name}.floor")
    pages = []
    try:
        for page in site.rglob("*.html"):
            path = folder / page.relative_to(site)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"-")
            pages.append((str(path), page.read_bytes()))
        cores, context = os.cpu_count() or 1, multiprocessing.get_context("fork")
        size = sum(len(data) for _, data in pages) / 1e6
        for _ in range(_TIMES):
            begun = time.perf_counter()
            every = [
                context.Process(target=put, args=(pages[start::cores],)) for start in range(cores)
            ]
            for each in every:
                each.start()
            for each in every:
                each.join()
            written = time.perf_counter() - begun
            os.sync()
            kept = time.perf_counter() - begun
            print(f"{len(pages)} pages, {size:.0f} MB: {written:.2f} s, on the disk {kept:.2f} s")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
