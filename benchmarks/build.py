# One run measures all builders on the same texts, one after the other, so that a slow day of the
# machine is slow for all. An edit that does not show in the built site fails the run: what is not
# built is quickly built.
"""What a build costs: this project's, stage by stage, beside plain Material, Zensical and others.

    python benchmarks/build.py [100 1000 5000] [--peers material,zensical,hugo,mike]
                               [--stages whole,again,…] [--peer-bin FOLDER] [--json FILE]

For each size the corpus (corpus.py) is built by every peer asked for that is installed, then by
this project. Peers get the same texts in Markdown with the shared clauses put in, a nav of one
page, and their own search; Hugo a bare template and no search. benchmarks/README.md says what the
stages and columns are. Prints a Markdown table; `--json` also keeps every figure, with the commit,
the machine and its load at the start of each build.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import platform
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import corpus

PLAIN = """site_name: Plain
theme: {name: material, language: vi, font: false}
plugins: [search]
markdown_extensions: [attr_list, tables]
nav: [index.md]
not_in_nav: /don-vi/
"""
HUGO = """baseURL = "/"
title = "Plain"
disableKinds = ["taxonomy", "term", "rss"]
[markup.goldmark.parser.attribute]
block = true
"""
HUGO_PAGE = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>{{ .Title }}</title></head>
<body><main>{{ .Content }}</main></body></html>
"""
_SET_CHILD_SUBREAPER = 36
# What is switched off, in `extra` of mkdocs.yml, for all stages but those of the downloads.
USUAL = {"downloads": "false"}


@dataclass(frozen=True)
class Cost:
    """What one run of a command took: seconds, CPU seconds, peak memory in MB.

    CPU is that of the command and of all processes of its group. Memory is the most that it
    and all processes below it held together at one look, shared pages counted once; or the most
    that one of them ever held, where that is more.
    """

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True)
class Row:
    """One stage of one builder."""

    agreements: int
    builder: str
    stage: str
    cost: Cost
    pages: int
    files: int
    size: float
    load: float


# --- measuring ---


class _Memory:
    """Looks at the memory of a process and of all below it until it is told to stop."""

    def __init__(self, process: int) -> None:
        self.process, self.peak = process, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        self._over.set()
        self._thread.join()
        return self.peak / 1024

    def _watch(self) -> None:
        pause = 0.0
        while not self._over.wait(pause):
            started = time.perf_counter()
            self.peak = max(self.peak, sum(map(_held, _family(self.process))))
            # A look goes through the page tables of every process: no more than a twentieth of
            # the time may go into looking.
            pause = max(0.05, 20 * (time.perf_counter() - started))


def _family(process: int) -> Iterator[int]:
    yield process
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            for child in (thread / "children").read_text(encoding="utf-8").split():
                yield from _family(int(child))


def _held(process: int) -> int:
    """Kilobytes of a process; what it shares is divided among all that share it."""
    try:
        told = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8")
    except OSError:
        return 0
    found = re.search(r"^Pss: +(\d+)", told, re.MULTILINE)
    return int(found[1]) if found else 0


def measure(command: list[str], folder: Path, given: Mapping[str, str] | None = None) -> Cost:
    """Run a command to its end, with these variables beside the usual ones; what it cost."""
    environment = {
        **os.environ,
        "NO_MKDOCS_2_WARNING": "1",
        "PYTHONPATH": str(corpus.ROOT),
        "PYTHONWARNDEFAULTENCODING": "",  # MkDocs' plugins open files without naming UTF-8
        "PYTHONDONTWRITEBYTECODE": "",  # what pip installed is compiled, so ours may be too
        **(given or {}),
    }
    if sys.platform == "linux":  # which gives this process what a command began and left behind
        ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1)
    os.sync()
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        child = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=said, stderr=said, process_group=0
        )
        memory = _Memory(child.pid)
        try:
            _, status, used = os.wait4(child.pid, 0)
        except BaseException:  # Ctrl-C, which the command does not see
            os.killpg(child.pid, signal.SIGTERM)
            raise
        wall = time.perf_counter() - started
        every = [used, *_left_behind(child.pid)]
        peak = max(memory.stop(), *(each.ru_maxrss / 1024 for each in every))
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            sys.stderr.buffer.write(said.read()[-4000:])
            raise SystemExit(f"{' '.join(command)} failed with {child.returncode}")
    return Cost(wall, sum(each.ru_utime + each.ru_stime for each in every), peak)


def _left_behind(group: int) -> Iterator[resource.struct_rusage]:
    """What the processes of a group used that came to this one when who began them ended before."""
    with contextlib.suppress(ChildProcessError):
        while True:
            yield os.wait4(-group, 0)[2]


def row_of(agreements: int, builder: str, stage: str, site: Path, run: Callable[[], Cost]) -> Row:
    """Run a build and look at what it made."""
    load = os.getloadavg()[0]
    cost = run()
    files = [path for path in site.rglob("*") if path.is_file()]
    pages = sum(path.suffix == ".html" for path in files)
    size = sum(path.stat().st_size for path in files) / 1e6
    return Row(agreements, builder, stage, cost, pages, len(files), size, load)


# --- peers ---


@dataclass(frozen=True)
class Peer:
    """Another builder: what it is given in an empty folder, and how it is called."""

    name: str
    package: str
    program: str
    prepare: Callable[[Path, int], None]
    arguments: tuple[str, ...]
    site: str = "site"
    # Whether it keeps something for the next build; others build all anew.
    again: bool = False


def _markdown(folder: Path, agreements: int) -> None:
    corpus.plain(folder / "docs", agreements)
    (folder / "docs/index.md").write_text("# Plain\n", encoding="utf-8")
    (folder / "mkdocs.yml").write_text(PLAIN, encoding="utf-8")


def _hugo(folder: Path, agreements: int) -> None:
    corpus.plain(folder / "content", agreements)
    (folder / "content/_index.md").write_text("# Plain\n", encoding="utf-8")
    (folder / "hugo.toml").write_text(HUGO, encoding="utf-8")
    layouts = folder / "layouts/_default"
    layouts.mkdir(parents=True)
    for name in ("single.html", "list.html"):
        (layouts / name).write_text(HUGO_PAGE, encoding="utf-8")


def _mike(folder: Path, agreements: int) -> None:
    _markdown(folder, agreements)
    name = ("-c", "user.name=bench", "-c", "user.email=bench@localhost")
    for command in (("init", "-q"), ("add", "."), (*name, "commit", "-q", "-m", "all")):
        subprocess.run(["git", *command], cwd=folder, check=True)


# By what the command line calls them.
PEERS = {
    "material": Peer("Material", "mkdocs-material", "mkdocs", _markdown, ("build", "-q")),
    "zensical": Peer("Zensical", "zensical", "zensical", _markdown, ("build",), again=True),
    "hugo": Peer("Hugo, bare", "hugo", "hugo", _hugo, ("--quiet",), site="public"),
    "mike": Peer("mike", "mike", "mike", _mike, ("deploy", "v1")),
}


def peer_rows(peer: Peer, program: str, agreements: int) -> Iterator[Row]:
    """The stages of a peer: all of it; then nothing changed and one clause edited, where it keeps
    anything from one build to the next.
    """
    with tempfile.TemporaryDirectory(prefix="qcph-bench-") as name:
        folder = Path(name)
        peer.prepare(folder, agreements)
        where = {"PATH": f"{Path(program).parent}:{os.environ['PATH']}", **_AUTHOR}

        def build(stage: str) -> Row:
            command = [program, *peer.arguments]
            site = folder / peer.site
            return row_of(
                agreements, peer.name, stage, site, lambda: measure(command, folder, where)
            )

        yield build("whole")
        if peer.again:
            yield build("again")
            path = f"don-vi/{corpus.unit_id(_edited(agreements))}/cong-doan/2023-2024"
            _replace(folder / "docs" / f"{path}.md", *CLAUSE_EDIT_PLAIN)
            yield build("clause")
            _shows(folder / peer.site, f"{path}/index.html", ADDED)


# mike commits what it built.
_AUTHOR = {
    f"GIT_{who}_{what}": said
    for who in ("AUTHOR", "COMMITTER")
    for what, said in (("NAME", "bench"), ("EMAIL", "bench@localhost"))
}

# --- this project ---

ADDED = "Câu này thêm vào để đo."
CLAUSE = " {#trao-doi-truoc}"
CLAUSE_EDIT_PLAIN = ("\n{#trao-doi-truoc}", f" {ADDED}\n{{#trao-doi-truoc}}")


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise SystemExit(f"{path} has no {old!r} to edit")
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def _shows(site: Path, page: str, words: str) -> None:
    """`page` may be a pattern: the names of some files change with what is in them."""
    if not any(words in each.read_text(encoding="utf-8") for each in site.glob(page)):
        raise SystemExit(f"{site}/{page} does not show the edit")


def _edited(agreements: int) -> int:
    """A unit in the middle that calls no shared clause and has no seal."""
    units = agreements // len(corpus.YEARS)
    own = [each for each in range(units) if each % 3 == 1]
    return own[len(own) // 2]


@dataclass(frozen=True)
class Edit:
    """One edit: which file, what in it, and a page that shows it (a pattern of its path)."""

    path: str
    old: str
    new: str
    page: str
    words: str

    def make(self, project: Path) -> None:
        _replace(project / self.path, self.old, self.new)


def edits(agreements: int, time: int = 0) -> dict[str, Edit]:
    """The edits that are measured, by stage; each is made after the one before. At another `time`
    they put other words there.
    """
    added = ADDED.replace(".", f" lần {time}.") if time else ADDED
    number = _edited(agreements)
    unit = corpus.unit_id(number)
    series = f"don-vi/{unit}/cong-doan"
    rare, *_, common = corpus.shared_clauses()
    anchor = f" {{#{rare}}}"
    near, newest = added.replace("để đo", "để đo near"), f"{series}/2025-2026"
    printed = 'printed: "Số: {0}/QCPH"\n          value: "{0}/QCPH"'
    made = {
        "clause": Edit(
            f"docs/{series}/2023-2024.md",
            CLAUSE,
            f" {added}{CLAUSE}",
            f"{series}/2023-2024/index.html",
            added,
        ),
        "near": Edit(
            f"docs/{newest}.md",
            anchor,
            f" {near}{anchor}",
            f"{newest}/index.html",
            near,
        ),
        "data": Edit(
            f"data/units/{unit}.yml",
            printed.format(1000 + number),
            printed.format(f"9{time}{number:04}"),
            f"{series}/2021-2022/index.html",
            f"9{time}{number:04}/QCPH",
        ),
    }
    for stage, clause in (("wording-few", rare), ("wording-most", common)):
        # Unit 0 calls them all.
        text = corpus.shared_clauses()[clause].wordings
        words = text[max(text)]
        page = f"don-vi/{corpus.unit_id(0)}/cong-doan/2025-2026/index.html"
        said = added.replace("để đo", f"để đo {stage}")
        made[stage] = Edit(f"data/clauses/{clause}.yml", words, f"{words} {said}", page, said)
    guide = "huong-dan/tim-kiem"
    made["guide"] = Edit(
        f"docs/{guide}.md", "\n## ", f"\n{added}\n\n## ", f"{guide}/index.html", added
    )
    short = "QWXZ" + "Y" * time
    made["glossary"] = Edit(
        "data/glossary.yml", "abbreviations:\n", f"abbreviations:\n  {short}: chữ để đo\n",
        "tim/muc-luc.json", f'"{short}"',
    )  # fmt: skip
    made["style"] = Edit(
        "docs/assets/qcph.css", ":root", f"/* {added} */\n:root", "assets/qcph.*.css", added
    )
    return made


STAGES = ("alone", "whole", "again", *edits(15), "downloads", "downloads-cached")


def configured(project: Path, name: str, settings: Mapping[str, str]) -> Path:
    """A copy of mkdocs.yml with these values in `extra`."""
    text = (corpus.ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for key, value in settings.items():
        text, count = re.subn(rf"^  {key}: .*$", f"  {key}: {value}", text, flags=re.MULTILINE)
        if not count:
            text = text.replace("\nextra:\n", f"\nextra:\n  {key}: {value}\n", 1)
    (project / name).write_text(text, encoding="utf-8")
    return project / name


def our_rows(agreements: int, stages: set[str]) -> Iterator[Row]:
    """The stages of this project."""
    with tempfile.TemporaryDirectory(prefix="qcph-bench-") as name:
        folder = Path(name)
        project = folder / "project"
        corpus.project(project, agreements)
        usual = configured(project, "usual.yml", USUAL)

        def build(stage: str, config: Path, cache: str, site: str) -> Row:
            command = [sys.executable, "-m", "macros", "build", "--as-of", corpus.AS_OF]
            command += ["--config", str(config), "--site", str(folder / site)]
            given = {"QCPH_CACHE": str(folder / cache)}
            return row_of(
                agreements, "this", stage, folder / site, lambda: measure(command, project, given)
            )

        if "alone" in stages:
            site = folder / "site-alone"
            command = [
                sys.executable,
                str(corpus.ROOT / "benchmarks/alone.py"),
                str(usual),
                str(site),
            ]
            given = {"QCPH_AS_OF": corpus.AS_OF}
            yield row_of(
                agreements, "this", "alone", site, lambda: measure(command, project, given)
            )
            shutil.rmtree(site)
        later = [stage for stage in ("again", *edits(agreements)) if stage in stages]
        if "whole" in stages or later:
            yield build("whole", usual, "cache", "site")
        for stage in later:
            if edit := edits(agreements).get(stage):
                edit.make(project)
            yield build(stage, usual, "cache", "site")
            if edit:
                _shows(folder / "site", edit.page, edit.words)
        if stages & {"downloads", "downloads-cached"}:
            shutil.rmtree(folder / "site", ignore_errors=True)
            config = configured(project, "downloads.yml", {"downloads": "true"})
            yield build("downloads", config, "cache-downloads", "site-downloads")
            if "downloads-cached" in stages:
                shutil.rmtree(folder / "site-downloads")
                yield build("downloads-cached", config, "cache-downloads", "site-downloads")


# --- telling ---

HEAD = (
    "| agreements | builder | stage | wall s | CPU s | peak MB | pages | files | MB | ms a page "
    "| wall / Material |\n|" + "---|" * 11
)


def line(row: Row, material: Row | None) -> str:
    """A row of the table; the time of a page where all pages were made."""
    cost = row.cost
    full = row.stage in ("whole", "alone", "downloads")
    a_page = f"{cost.wall * 1000 / row.pages:.1f}" if full and row.pages else "–"
    ratio = f"{cost.wall / material.cost.wall:.2f}" if material else "–"
    return (
        f"| {row.agreements} | {row.builder} | {row.stage} | {cost.wall:.1f} | {cost.cpu:.1f} "
        f"| {cost.memory:.0f} | {row.pages} | {row.files} | {row.size:.1f} | {a_page} | {ratio} |"
    )


def _commit() -> str:
    asked = ["git", "-C", str(corpus.ROOT), "describe", "--always", "--dirty"]
    return subprocess.run(asked, capture_output=True, encoding="utf-8", check=False).stdout.strip()


@dataclass
class Run:
    """All figures of a run."""

    date: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    commit: str = field(default_factory=_commit)
    machine: str = f"{os.cpu_count()} cores, {platform.platform()}, Python {sys.version.split()[0]}"
    peers: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)


def _version(package: str, program: str) -> str:
    """The version of the package that a program came from; `?` where it is no package."""
    asked = f"import importlib.metadata as m; print(m.version({package!r}))"
    python = Path(program).with_name("python")
    if not python.exists():
        return "?"
    told = subprocess.run([python, "-c", asked], capture_output=True, encoding="utf-8", check=False)
    return told.stdout.strip() or "?"


def _asked() -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("sizes", nargs="*", type=int, default=[100, 1000, 5000])
    reader.add_argument("--peers", default="material,zensical", help="empty for none")
    reader.add_argument("--peer-bin", type=Path, help="where the peers' programs are, first")
    reader.add_argument("--stages", default=",".join(STAGES), help=", ".join(STAGES))
    reader.add_argument("--json", type=Path, help="keep every figure in this file")
    return reader.parse_args()


def main() -> None:
    """Build each size with all, one after the other, and print the table."""
    asked = _asked()
    stages = {each.strip() for each in asked.stages.split(",")} - {""}
    if unknown := stages - set(STAGES):
        raise SystemExit(f"no stage {', '.join(unknown)}; there are: {', '.join(STAGES)}")
    own = str(Path(sys.executable).parent)
    path = ":".join(map(str, [*([asked.peer_bin] if asked.peer_bin else []), own]))
    run = Run()
    peers = []
    for name in filter(None, asked.peers.split(",")):
        peer = PEERS.get(name)
        if peer is None:
            raise SystemExit(f"no peer {name}; there are: {', '.join(PEERS)}")
        program = shutil.which(peer.program, path=f"{path}:{os.environ['PATH']}")
        if program is None:
            print(f"{peer.name} is not installed: left out", file=sys.stderr)
            continue
        peers.append((peer, program))
        run.peers[peer.name] = _version(peer.package, program)
    print(HEAD, flush=True)
    for size in asked.sizes:
        material: Row | None = None
        parts = [peer_rows(peer, program, size) for peer, program in peers]
        for each in chain(*parts, our_rows(size, stages) if stages else ()):
            if each.builder == "Material":
                material = each
            run.rows.append(each)
            print(line(each, material), flush=True)
            if asked.json:
                asked.json.write_text(json.dumps(asdict(run), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
