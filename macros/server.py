# The site on the editor's own machine, over MkDocs' server.
# Hides: how edits are seen, and which requests MkDocs has a hand in: those that wait for the next one.
# Refuses: to open a file for a browser; it asks the live site, which has nothing but the site.
"""`serve(read, config, port, told)`: the site in a browser, shown anew after each edit."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread
from time import thread_time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import escape
from mkdocs.livereload import LiveReloadServer
from watchdog.events import FileModifiedEvent, FileSystemEventHandler

from macros.building.live import Live
from macros.building.run import BrokenSourcesError
from macros.building.served import Served
from macros.building.shell import UnknownScriptError
from macros.problem import Problem

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

# What is looked at for edits, and how long it waits between two looks.
_WATCHED = ("docs", "data", "overrides")
_PACE = 0.2
# What a page that was served asks MkDocs' server for.
_RELOAD = re.compile(r"/livereload/[0-9]+/[0-9]+")


def serve(
    read: Callable[[Live | None], Live], config: Path, port: int,
    told: Callable[[str, Sequence[Problem]], None],
) -> None:  # fmt: skip
    """Serve the site that `read` gives (see `Served`) until Ctrl-C; each edit of the configuration
    and of what stands beside it is seen at once.

    While the sources have errors the site stays as it was before. `told` gets what to say, and the
    problems. BrokenSourcesError where they have errors from the start.
    """
    served, watcher = Served(read), _Watcher()

    def rebuild() -> None:
        try:
            with watcher.waiting:
                served.again()
        except BrokenSourcesError as broken:
            told("Chưa dựng lại được: trang vẫn như trước cho tới khi hết lỗi.", broken.problems)
        except (UnknownScriptError, SystemExit) as failed:
            told(f"Chưa dựng lại được: {failed}", ())
        else:
            told("Đã dựng lại trang.", ())

    server = _Server(rebuild, port, served.file)
    server.observer = watcher  # type: ignore[assignment]
    for watched in (config, *(config.parent / each for each in _WATCHED)):
        if watched.exists():
            server.watch(str(watched))
    told(f"Trang mở ở http://127.0.0.1:{port}/ (dừng: Ctrl-C)", ())
    try:
        server.serve()  # type: ignore[no-untyped-call]
    except KeyboardInterrupt:
        pass
    finally:
        server.shutdown()
        served.close()


class _Server(LiveReloadServer):
    """MkDocs' server for a site that lies in no folder: `asked` has the file at a path."""

    def __init__(
        self, rebuild: Callable[[], None], port: int, asked: Callable[[str], bytes | None]
    ) -> None:
        super().__init__(rebuild, "127.0.0.1", port, root="")
        self._asked = asked
        self.error_handler = lambda code: asked(f"{code}.html")

    def _serve_request(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes] | None:
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "ignore")
        if _RELOAD.fullmatch(path):
            return super()._serve_request(environ, start_response)
        # Not before an edit that was seen is in the site.
        with self._epoch_cond:
            self._epoch_cond.wait_for(lambda: self._visible_epoch == self._wanted_epoch)
            epoch = self._visible_epoch
        name = path.removeprefix("/")
        if path.endswith("/"):
            name += "index.html"
        try:
            data = self._asked(name)
        except UnknownScriptError as refused:
            told = f"<!doctype html>\n<title>Không mở được trang</title>\n<pre>{escape(str(refused))}</pre>"
            html = self._inject_js_into_html(told.encode(), epoch)  # type: ignore[no-untyped-call]
            kind = "text/html; charset=utf-8"
            start_response("500 Internal Server Error", [("Content-Type", kind)])
            return [html]
        if data is None:
            if not path.endswith("/") and self._asked(f"{name}/index.html"):
                start_response("302 Found", [("Location", quote(f"{path}/"))])
                return []
            return None
        if name.endswith(".html"):
            data = self._inject_js_into_html(data, epoch)  # type: ignore[no-untyped-call]
        kind = self._guess_type(name)  # type: ignore[no-untyped-call]
        start_response("200 OK", [("Content-Type", kind), ("Content-Length", str(len(data)))])
        return [data]


class _Watcher(Thread):
    """Looks for edits in MkDocs' place, whose own look takes three times as long and goes on during
    a build. It takes at most a fifth of a core.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.waiting = Lock()
        self._watched: dict[str, FileSystemEventHandler] = {}
        self._ended = Event()

    def schedule(self, handler: FileSystemEventHandler, path: str, **_: Any) -> None:
        """Tell a handler when anything is other at a path; called before the start."""
        self._watched[path] = handler

    def run(self) -> None:
        seen, took = {path: _looked_at(path) for path in self._watched}, 0.0
        while not self._ended.wait(max(_PACE, 4 * took)):
            for path, handler in self._watched.items():
                with self.waiting:
                    began = thread_time()
                    found = _looked_at(path)
                    took = thread_time() - began
                if found != seen[path]:
                    seen[path] = found
                    handler.dispatch(FileModifiedEvent(path))

    def stop(self) -> None:
        self._ended.set()


def _looked_at(path: str) -> Mapping[str, tuple[int, int, int]]:
    """A file, or all files of a folder, with what changes when they do."""
    found, folders = {}, [path]
    with suppress(OSError):  # gone
        found[path] = _status(Path(path).lstat())
    while folders:
        with suppress(OSError), os.scandir(folders.pop()) as entries:  # gone, or a file
            for each in entries:
                if each.is_dir(follow_symlinks=False):
                    folders.append(each.path)
                else:
                    found[each.path] = _status(each.stat(follow_symlinks=False))
    return found


def _status(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_mtime_ns, found.st_size, found.st_ino
