# All units, on every core.
# Hides: processes and how they begin; that those units of which nothing is known anew are not even
# looked for one by one.
"""`make_all(run)`: fill in what is known of units, and make those of which something is not."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, ProcessPoolExecutor
from functools import cache, partial
from multiprocessing.context import BaseContext
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TypeVar

from macros.archive import Snapshot
from macros.building.run import Run
from macros.building.unit import Context, Made, Maker

# So few units are made faster here: the first process takes as long as seven units do before it
# begins, and as forty that are only read.
_FEW = 12
_FEW_READ = 60
# Units that a process is given at a time, at most. Of those that it draws few: it ends what it was
# given even where nobody waits for that any more, and what is wanted then has to wait.
_TOGETHER = 8
_TOGETHER_DRAWN = 2
T = TypeVar("T")
R = TypeVar("R")

_maker: Maker | None = None


def make_all(run: Run, units: Sequence[str] | None = None, *, drawing: bool = True) -> None:
    """Fill in what is known of all units, or of some; make those of which something is not. With
    `drawing` also their pages, where there is a setting.
    """
    drawing = drawing and run.context.setting is not None
    todo: list[tuple[str, Snapshot]] = []
    if units is None:
        run.take_together()
    for unit in run.found.units if units is None else units:
        found = run.found.units[unit]
        known = run.maker.known(run.files[unit])
        if known:
            run.keys[unit], run.briefs[unit] = known
            if not drawing or run.maker.is_drawn(*known):
                continue
        todo.append((unit, found))
    work = partial(_make_batch, drawing=drawing)
    together, few = (_TOGETHER_DRAWN, _FEW) if drawing else (_TOGETHER, _FEW_READ)
    for unit, made in in_batches(run, todo, work, together, few):
        run.keys[unit], run.briefs[unit] = made.key, made.brief
        if made.rest:
            run.rest[unit] = made.rest
        run.maker.held |= made.held
    run.briefs = {unit: run.briefs[unit] for unit in run.found.units if unit in run.briefs}


def _make_batch(
    maker: Maker, units: Sequence[tuple[str, Snapshot]], *, drawing: bool
) -> list[tuple[str, Made]]:
    return [(unit, maker.make(unit, found, drawing=drawing)) for unit, found in units]


def in_batches(
    run: Run, todo: Sequence[T], work: Callable[[Maker, Sequence[T]], list[R]],
    together: int = _TOGETHER, few: int = _FEW,
) -> Iterator[R]:  # fmt: skip
    """What `work` gives for all of these, at most so many `together`, on every core; a few of them
    are done here, unless there are processes already.
    """
    if len(todo) <= (few if run.pool is None else 1):
        yield from work(run.maker, todo)
        return
    cores = os.cpu_count() or 1
    together = min(together, -(-len(todo) // (4 * cores)))  # so that all cores end together
    batches = [todo[at : at + together] for at in range(0, len(todo), together)]
    if cores == 1:
        gc.freeze()
        try:
            for batch in batches:
                if run.given_up.is_set():
                    raise CancelledError
                yield from work(run.maker, batch)
                _collect()
        finally:
            gc.unfreeze()
        return
    if run.given_up.is_set():
        raise CancelledError
    if run.pool is None:
        # What is given to a process by a pipe is waited for until that has begun.
        folder = run.ended.enter_context(TemporaryDirectory(prefix="qcph-"))
        given = Path(folder, "context")
        given.write_bytes(pickle.dumps(run.context, pickle.HIGHEST_PROTOCOL))
        run.pool = ProcessPoolExecutor(cores, prepare_processes(), _start, (given,))
        run.ended.callback(run.pool.shutdown, cancel_futures=True)
    for done in run.pool.map(partial(_run_batch, work), batches):
        if run.given_up.is_set():
            raise CancelledError
        yield from done


@cache
def prepare_processes() -> BaseContext:
    """How processes begin: forked from one that has our code and nothing else, which begins now, so
    that a server has them at once after each edit. Never from this one: `serve` has threads, and
    Typst must not have begun before a fork. Where that cannot be, each begins by itself.
    """
    alone = multiprocessing.get_context("spawn")
    if os.cpu_count() == 1 or "forkserver" not in multiprocessing.get_all_start_methods():
        return alone  # Windows has none
    from multiprocessing import forkserver, resource_tracker  # noqa: PLC0415 not on Windows

    forking = multiprocessing.get_context("forkserver")
    forking.set_forkserver_preload(["macros.building.forked"])
    # It would look for modules in the working directory first, which may be a checkout of others'
    # changes.
    told = {"PYTHONSAFEPATH": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    before = {name: os.environ.get(name) for name in told}
    os.environ |= told
    try:
        resource_tracker.ensure_running()  # which lets Ctrl-C through again when it begins
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            forkserver.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    except OSError:  # the path of its socket is too long, say
        return alone
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
    return forking


def _start(given: Path) -> None:
    """Begin the life of a process that makes units; the file has their context."""
    global _maker  # noqa: PLW0603 what a process is for
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who began it is told too, and ends it
    Thread(target=_end_with_parent, daemon=True).start()
    context: Context = pickle.loads(given.read_bytes())  # noqa: S301 written by who began this
    gc.disable()
    gc.freeze()
    _maker = Maker(context)


def _end_with_parent() -> None:
    """End this process when the one that began it does: killed, it tells nobody, and who waits for
    work of it would wait for ever.
    """
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _run_batch(work: Callable[[Maker, Sequence[T]], list[R]], batch: Sequence[T]) -> list[R]:
    """Work on a batch in such a process."""
    if _maker is None:
        raise RuntimeError("no maker before a batch")
    done = work(_maker, batch)
    _collect()
    return done


def _collect() -> None:
    """Find the garbage of one batch: not in all that was there before, which takes longer each time."""
    gc.collect()
    gc.freeze()
