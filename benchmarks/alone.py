"""The agreements alone, from nothing: what peers build of them, and no more.

    python benchmarks/alone.py CONFIG SITE

Reads and checks every unit and writes the page of each version, with all that stands on it (the
changes since the year before too), and the hand-written pages. No page of a comparison, no history,
no JSON, no list, no search. `build.py` calls it for its stage `alone`.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

from macros import checks, hooks, keeping, safety
from macros.archive import Beside, Snapshot, read_beside, read_unit, snapshot
from macros.building.folder import Folder
from macros.building.placed import as_of_day
from macros.building.shell import Kept, Shell
from macros.model import UnitId
from macros.problem import Severity
from macros.publish import Publication

TOGETHER = 8


_given: list[tuple[Beside, Shell, date, Path]] = []


def begin(*given: object) -> None:
    """Begin the life of a process that writes pages."""
    _given[:] = [given]  # type: ignore[list-item]


def write(units: Sequence[tuple[str, Snapshot]]) -> int:
    """Write the pages of some units; how many."""
    ((beside, shell, as_of, site),) = _given
    folder = Folder(site)
    for unit_id, found in units:
        loaded = read_unit(found, unit_id, beside)
        archive = loaded.archive
        problems = [*loaded.problems, *checks.check_unit(archive), *safety.check(archive)]
        problems += keeping.check(archive)
        if any(problem.severity is Severity.ERROR for problem in problems):
            raise SystemExit(f"{unit_id} has errors")
        pages = Publication(archive, as_of, shell.contact).of_unit(UnitId(unit_id))
        for agreement in archive.agreements:
            page = pages[agreement.address]()
            shell.approve(page.html, page.address)
            folder.write(f"{page.address}index.html", shell.page(page))
    return len(folder.files)


def main() -> None:
    """Build on every core."""
    config, site = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    found = snapshot(config.parent)
    beside = read_beside(found)
    shell = hooks.make_shell(config, found, beside, Kept())
    units = list(found.units.items())
    batches = [units[at : at + TOGETHER] for at in range(0, len(units), TOGETHER)]
    given = (beside, shell, as_of_day(config.parent), site)
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), spawned, begin, given) as pool:
        made = sum(pool.map(write, batches))
    folder = Folder(site)
    for name, data in shell.files.items():
        folder.write(name, data)
    print(f"{made} agreements, {len(folder.files)} other files")


if __name__ == "__main__":
    main()
