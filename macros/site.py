# A built site as a folder: how it gets to its place, and whether it is what its record says.
# Hides: the lock, what killed builds leave, how two folders change places, how build.json looks.
# Refuses: a place that holds what no build put there; a record that is not one; to follow links.
# On Linux and macOS the place holds the whole old or the whole new site at every moment. Elsewhere,
# and on file systems that can't swap, it holds none for an instant; after a kill just then the
# next build puts the old one back. A stop of the whole machine changes nothing of this on Linux:
# the new site is on the disk before it is swapped in.
"""A site and its place: `placing` it, its `Record` in build.json, `rebuild` and compare."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import json
import os
import posixpath
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import IO, Annotated, Literal, NoReturn

from pydantic import AfterValidator, StringConstraints, TypeAdapter, ValidationError

from macros.problem import EditorError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

RECORD = "build.json"
# What the bytes of a page hang on beside the sources and our own code.
MAKERS = (
    "feedgenerator icalendar jinja2 markdown markupsafe mkdocs mkdocs-macros-plugin mkdocs-material"
    " mkdocs-material-extensions nh3 pydantic pygments pymdown-extensions pyyaml rapidfuzz typst"
).split()
# What is beside the target while a build is at work: a folder with the lock, the new site, the
# old one while it is on its way out, and the old one once it is out.
_LOCK, _FRESH, _OLD, _GONE = "qcph-build.lock", "site", "old", "gone"
_MOST = 64_000_000  # bytes of a record; one of 5,000 agreements has some 5,000,000
_SWAP = 2  # RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS
_HERE = -100  # AT_FDCWD
_NO_SWAP = (errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP)
_PACKED = (".gz", ".br", ".zst")
_WHY = {
    errno.ENOSPC: "đĩa đã đầy; dọn bớt rồi chạy lại",
    errno.EDQUOT: "đã hết phần đĩa dành cho người dùng này; dọn bớt rồi chạy lại",
    errno.EROFS: "ổ đĩa này chỉ cho đọc; chọn thư mục khác",
    errno.EACCES: "không có quyền; xin quyền hay chọn thư mục khác",
    errno.EPERM: "không có quyền; xin quyền hay chọn thư mục khác",
    errno.EBUSY: "thư mục này là gốc của một ổ đĩa (mount); chọn một thư mục bên trong nó",
    errno.EXDEV: "thư mục này nằm ở ổ đĩa khác với thư mục chứa nó; chọn thư mục khác",
    errno.ENOTDIR: "trên đường dẫn có một tệp, không phải thư mục; chọn thư mục khác",
    errno.EEXIST: "trên đường dẫn có một tệp, không phải thư mục; chọn thư mục khác",
    errno.ENAMETOOLONG: "tên dài quá; chọn tên ngắn hơn",
    errno.EIO: "đĩa đọc ghi bị lỗi; xem lại đĩa",
    errno.ENOLCK: "ổ đĩa này không khóa được tệp; chọn thư mục ở ổ khác",
}


class NotPlacedError(EditorError):
    """The machine did not let a site come to its place; what stood there still stands."""


@contextmanager
def placing(
    target: Path, spare: Path | None = None, others: Callable[[Path], Iterable[str]] | None = None
) -> Iterator[Path]:
    """The path at which to build a site, which takes the place of `target` when all went well.

    Whatever fails, what stood at `target` still stands there. Raises EditorError where `target`
    is no place for a site, NotPlacedError where the disk refuses or another build is at work.

    `spare`: where the old site goes instead of being removed, and from where it comes back as what
    the next build begins with: thousands of folders need not be made and removed each time. Where
    the build fails it goes back there. `others` tells what the last build did not put at `target`;
    folders end in a slash.
    """
    place = Path(os.path.realpath(target))
    if not place.name:
        raise EditorError(f"{target} không phải chỗ cho một trang; chọn thư mục khác")
    work = place.with_name(f"{place.name}.new")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with _alone(work):
            if not os.path.lexists(place) and (work / _OLD).is_dir():
                (work / _OLD).rename(place)
            for name in (_FRESH, _OLD, _GONE):
                if (work / name).exists():
                    shutil.rmtree(work / name)
            _spare_other_files(place, others or _names)
            begun = _moved(spare, work / _FRESH)
            try:
                yield work / _FRESH
            except BaseException:
                if begun:
                    _moved(work / _FRESH, spare)
                raise
            if place.exists():
                shutil.copymode(place, work / _FRESH)
            _keep(work / _FRESH)
            _replace(place, work)
            for name in (_FRESH, _GONE):
                _moved(work / name, spare)
    except OSError as failed:
        if failed.errno not in _WHY:
            raise
        where = failed.filename if isinstance(failed.filename, str) else place
        stands = " Trang cũ vẫn nguyên." if place.exists() else ""
        raise NotPlacedError(
            f"Không ghi được trang: {where}: {_WHY[failed.errno]}.{stands}"
        ) from None


def _moved(source: Path | None, target: Path | None) -> bool:
    """Move a folder where both are on one disk; else nothing happens, and it is False."""
    if source and target and source.is_dir() and not source.is_symlink():
        with contextlib.suppress(OSError):
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)
            return True
    return False


def _spare_other_files(place: Path, others: Callable[[Path], Iterable[str]]) -> None:
    """Refuse a place with anything that would be lost with the old site."""
    if not place.exists():
        return
    if not place.is_dir():
        raise EditorError(f"{place} là một tệp; chọn một thư mục")
    if not os.path.lexists(place / RECORD):
        if any(_names(place)):
            raise EditorError(
                f"{place} có tệp khác, không phải một trang đã dựng; chọn thư mục khác"
            )
        return
    names = {name for name in others(place) if not name.endswith("/")}
    if not names:
        return
    recorded = {RECORD, *read_record(place).files}
    # A web server's compressed copies are made from ours.
    recorded |= {name + end for name in recorded for end in _PACKED}
    if lost := sorted(names - recorded):
        more = f" và {len(lost) - 1} tệp nữa" if len(lost) > 1 else ""
        raise EditorError(
            f"{place} là một trang đã dựng, nhưng có {lost[0]}{more} không do lệnh build ghi;"
            " dời đi rồi chạy lại"
        )


@contextmanager
def _alone(work: Path) -> Iterator[None]:
    """Hold the work folder: no other build has it until this process ends, however it ends."""
    handle = _locked(work)
    try:
        yield
    finally:
        for name in (_FRESH, _OLD, _GONE):
            shutil.rmtree(work / name, ignore_errors=True)
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                handle.close()  # else the file can't be removed
            # While anything is left the lock stays too: by it the next build knows the folder.
            if os.listdir(work) == [_LOCK]:  # noqa: PTH208 names are all that is asked
                (work / _LOCK).unlink()
                work.rmdir()
        handle.close()


def _locked(work: Path) -> IO[bytes]:
    while True:
        with contextlib.suppress(FileExistsError):
            work.mkdir()
        linked = work.is_symlink() or (work / _LOCK).is_symlink()
        try:
            names = [] if linked else os.listdir(work)  # noqa: PTH208 names are all that is asked
            if linked or (names and _LOCK not in names):
                raise EditorError(f"{work} có tệp khác; lệnh build cần tên này: đổi tên thư mục ấy")
            handle = (work / _LOCK).open("ab")
        except FileNotFoundError:
            continue  # the build that had it has just ended
        try:
            if sys.platform == "win32":
                msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as failed:
            handle.close()
            if failed.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            raise NotPlacedError(
                f"Một lệnh build khác đang ghi vào {work.with_suffix('')}; đợi nó xong."
            ) from None
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle.fileno()), (work / _LOCK).stat()):
                return handle
        handle.close()  # held what another build had removed


def _replace(place: Path, work: Path) -> None:
    """Let the new site and the old one change places."""
    if not place.exists():
        (work / _FRESH).rename(place)
    elif not _swapped(work / _FRESH, place):
        try:
            place.rename(work / _OLD)
            (work / _FRESH).rename(place)
        except BaseException:
            if not place.exists() and (work / _OLD).exists():
                (work / _OLD).rename(place)
            raise
        (work / _OLD).rename(work / _GONE)  # what is half removed must not come back
    for folder in (place.parent, work):
        _settle(folder)


def _swapped(one: Path, other: Path) -> bool:
    """Whether two folders changed places in one step; False where there is no such step."""
    if sys.platform == "win32":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    paths = os.fsencode(one), os.fsencode(other)
    if sys.platform == "linux" and hasattr(libc, "renameat2"):
        failed = libc.renameat2(_HERE, paths[0], _HERE, paths[1], ctypes.c_uint(_SWAP))
    elif sys.platform == "darwin" and hasattr(libc, "renamex_np"):
        failed = libc.renamex_np(*paths, ctypes.c_uint(_SWAP))
    else:
        return False
    if failed and (number := ctypes.get_errno()) not in _NO_SWAP:
        raise OSError(number, os.strerror(number), str(other))
    return not failed


def _keep(folder: Path) -> None:
    """Wait until all that was written below a folder is on the disk.

    One call for the whole file system: to wait for each of thousands of files takes minutes.
    """
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        with _opened(folder) as handle:
            if libc.syncfs(handle):
                number = ctypes.get_errno()
                raise OSError(number, os.strerror(number), str(folder))
    elif sys.platform != "win32":
        os.sync()


def _settle(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    if sys.platform != "win32":
        with _opened(folder) as handle:
            os.fsync(handle)


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        yield handle
    finally:
        os.close(handle)


# --- what a site is ---


def _one_below(name: str) -> str:
    """A file's path inside a site."""
    if name != posixpath.normpath(name) or name.split("/", 1)[0] in ("", ".", ".."):
        raise ValueError(name)
    return name


_Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_Word = Annotated[str, StringConstraints(pattern=r"^[\w.+-]{1,60}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What build.json says: what is needed to build the same bytes again, and what they are.

    `commit` holds the sources and our code, and requirements.lock with the packages. `dirty`: what
    was built from is not that commit; null where that is not known. `packages`: the versions that
    really were there, of Python its first two numbers.
    """

    schema: Literal[1]
    commit: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$")] | None
    time: Annotated[str, StringConstraints(pattern=r"^[0-9T:Z+-]{10,40}$")] | None
    dirty: bool | None = None
    as_of: date
    packages: Mapping[_Word, _Word] | None = None
    files: Mapping[Annotated[str, AfterValidator(_one_below)], _Digest]

    def unlike(self, again: Record) -> list[str]:
        """What a rebuild says otherwise, but for digests and for the packages."""
        mine, other = asdict(self), asdict(again)
        fields = ("commit", "time", "dirty", "as_of")
        return [f"khác: {RECORD} ({each})" for each in fields if mine[each] != other[each]]


def build_record(
    files: Mapping[str, str],
    commit: str | None,
    time: str | None,
    as_of: date,
    *,
    dirty: bool | None,
) -> bytes:
    """`build.json`: the only file that names the commit, the time, the as-of day and digests."""
    # Not made as a Record, which would look at tens of thousands of names that we gave.
    fields = {
        "schema": 1, "commit": commit, "time": time, "dirty": dirty, "as_of": as_of,
        "packages": packages(), "files": files,
    }  # fmt: skip
    # With `indent` Python writes it, ten times slower than C.
    text = json.dumps(fields, ensure_ascii=False, separators=(",\n", ": "), default=str)
    return f"{text}\n".encode()


@cache
def packages() -> Mapping[str, str]:
    """The versions of all that makes bytes, as they are installed here."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"python": python} | {name: version(name) for name in MAKERS}


def read_record(site: Path) -> Record:
    """What the build.json of a site says. Raises EditorError where it is not a record of `build`."""

    def refuse(why: str) -> NoReturn:
        raise EditorError(f"{site / RECORD} không phải do lệnh build ghi: {why}")

    path = site / RECORD
    if path.is_symlink() or not path.is_file():
        raise EditorError(f"{site} không phải một trang đã dựng: không có tệp {RECORD}")
    if path.stat().st_size > _MOST:
        refuse(f"lớn hơn {_MOST // 1_000_000} MB")
    try:
        return TypeAdapter(Record).validate_json(path.read_bytes(), strict=True)
    except ValidationError as wrong:
        place = [str(part)[:80] for part in wrong.errors()[0]["loc"]]
        refuse(f'"{" → ".join(place)}" không như mong đợi' if place else "không đọc được")


def digests(site: Path) -> dict[str, str]:
    """The SHA-256 of every file of a site but its record; of what is no plain file, nothing."""
    found = {}
    for name, entry in _files(site):
        if name == RECORD:
            continue
        found[name] = ""
        if entry.is_file(follow_symlinks=False):
            with Path(entry.path).open("rb") as file:
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return dict(sorted(found.items()))


def _names(site: Path) -> Iterator[str]:
    return (name for name, _ in _files(site))


def _files(site: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Everything below a folder that is no folder: its path there, and what the disk says of it."""
    folders = [("", str(site))]
    while folders:
        below, folder = folders.pop()
        with os.scandir(folder) as found:
            for entry in found:
                if entry.is_dir(follow_symlinks=False):
                    folders.append((f"{below}{entry.name}/", entry.path))
                else:
                    yield f"{below}{entry.name}", entry


def differences(expected: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    """One line for each file that is not as expected: missing, too much or changed."""
    return [
        f"{'khác' if name in expected and name in found else word}: {name}"
        for word, names in (("thiếu", expected), ("thừa", found.keys() - expected.keys()))
        for name in sorted(names)
        if expected.get(name) != found.get(name)
    ]


def doubts(record: Record, project: Path, root: Path) -> list[str]:
    """Why a rebuild of `project` with what is installed here may give other bytes, one line each."""
    told = []
    if record.dirty:
        told.append("build.json ghi rằng lúc dựng, các tệp không đúng như commit (dirty).")
    installed = packages()
    told += [
        f"Trang được dựng với {name} {made}, máy này có {installed.get(name, 'không')}."
        for name, made in (record.packages or {}).items()
        if made != installed.get(name)
    ]
    locks = [folder / "requirements.lock" for folder in (project, root)]
    if len({lock.read_bytes() if lock.is_file() else b"" for lock in locks}) > 1:
        told.append("requirements.lock của commit ấy khác requirements.lock ở đây.")
    return told


def rebuild(project: Path, as_of: date, into: Path) -> None:
    """Build a project with the code that stands in it, and with the packages installed here.

    Raises EditorError with the last thing it said where it fails.
    """
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", "QCPH_", "PYTHONWARN"))
    }
    done = subprocess.run(
        [
            *(sys.executable, "-m", "macros", "build", "--as-of", str(as_of)),
            *("--config", str(project / "mkdocs.yml"), "--site", str(into)),
        ],
        cwd=project, capture_output=True, check=False, text=True, encoding="utf-8", errors="replace",
        env={
            **environment, "PYTHONPATH": str(project), "PYTHONUTF8": "1",
            "QCPH_CACHE": str(into.with_name("cache")),  # nothing of earlier builds
        },
    )  # fmt: skip
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["(không nói gì)"]
        raise EditorError(f"mã của commit ấy báo: {said[-1].strip()[:300]}")
