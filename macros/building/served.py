# The live site for a server: asked by many threads, read again after an edit.
# Hides: what is made ahead, and that who asks for that waits for it without keeping others waiting.
# Refuses: to give up a site because the sources have errors by now.
"""`Served(read)`: the newest live site whose sources were right."""

from __future__ import annotations

import gc
from collections.abc import Callable
from concurrent.futures import CancelledError
from contextlib import suppress
from threading import Condition, Event, Thread

from macros.building.drawn import LostError
from macros.building.live import Live
from macros.building.shell import UnknownScriptError
from macros.building.units import prepare_processes

# How many seconds nothing is made ahead after an edit: the page that was edited comes first.
_FIRST = 2.0


class Served:
    """`read` gives the site of the sources as they are, and is given the one before. It is called
    at once, and what it raises is raised.
    """

    def __init__(self, read: Callable[[Live | None], Live]) -> None:
        self._read = read
        self._turn = Condition()
        prepare_processes()  # the first wide edit need not wait for them
        self._live = read(None)
        self._ahead = _Ahead(self._live, self._turn)

    def again(self) -> None:
        """Read the sources again. Whatever `read` raises, the site is the one from before."""
        self._ahead.stop()
        with self._turn:
            try:
                self._live, before = self._read(self._live), self._live
                before.close()
            finally:
                self._ahead = _Ahead(self._live, self._turn)
                self._turn.notify_all()

    def file(self, path: str) -> bytes | None:
        """As `Live.file`, for any thread."""
        with self._turn:
            self._turn.wait_for(lambda: self._is_ready(path))
            return self._live.file(path)

    def _is_ready(self, path: str) -> bool:
        lacking = [] if self._ahead.is_done else self._live.slow(path)
        if lacking:
            self._ahead.begin(lacking[0].kind)
        return not lacking

    def close(self) -> None:
        """End what works for it; nothing may be asked any more."""
        self._ahead.stop()
        with self._turn:
            self._live.close()


class _Ahead(Thread):
    """Makes in the background what takes long when it is asked for, for who has the turn."""

    def __init__(self, live: Live, turn: Condition) -> None:
        super().__init__(daemon=True)
        self.is_done = False
        self._next = ""
        self._live, self._other, self._turn = live, live.apart(), turn
        self._begin, self._stopped = Event(), Event()
        self.start()

    def begin(self, kind: str) -> None:
        """Somebody waits for files of a kind: they are the next."""
        self._next = kind
        self._begin.set()

    def stop(self) -> None:
        """Nobody wants it any more."""
        self._stopped.set()
        self._begin.set()
        self._other.give_up()

    def run(self) -> None:
        self._begin.wait(_FIRST)
        try:
            # Given up; or who asks for it is told what is wrong.
            with suppress(CancelledError, RuntimeError, UnknownScriptError, LostError):
                self._make()
        finally:
            self._other.close()
            with self._turn:
                # Where it was stopped there is another, or nothing more is asked.
                self.is_done = not self._stopped.is_set()
                self._turn.notify_all()
        if self.is_done:
            gc.collect()  # sites before this one, while nobody waits

    def _make(self) -> None:
        if not self._stopped.is_set():
            self._other.keep()
            self._hand_over()
        while lots := sorted(self._other.slow(), key=lambda lot: lot.kind != self._next):
            if self._stopped.is_set():
                return
            self._other.make(lots[0])
            self._hand_over()

    def _hand_over(self) -> None:
        with self._turn:
            self._live.take_over(self._other)
            self._turn.notify_all()
