# Edits on the disk: all of them or none.
# Hides: byte order marks, line ends, half-written files, folders that were made for an edit.
# Refuses: to write over a file that is not as it was read, and through a symbolic link.
"""`write(root, edits, known)` and how to take it back."""

from __future__ import annotations

import os
import shutil
from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from macros.editing import Edits
from macros.problem import EditorError


@dataclass(frozen=True, slots=True)
class Written:
    """Edits on the disk, how it was before, and the folders that were made for them."""

    root: Path
    before: Mapping[str, bytes | None]
    made: tuple[Path, ...]

    def undo(self) -> None:
        """Put everything back as it was."""
        for path, data in self.before.items():
            target = self.root / path
            if data is None:
                _remove(target)
            elif not target.exists() or target.read_bytes() != data:
                _staged(target, data).replace(target)
        for folder in self.made:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def write(root: Path, edits: Edits, known: Mapping[str, str]) -> Written:
    """Put edits on the disk, all of them or none; `known` are the texts that they were made from.

    A file keeps its byte order mark and its line ends. Raises EditorError where a file is no
    longer as it was read, where a new one is there already, or where the disk refuses; then
    everything is as before.
    """
    paths = [Path(path) for path in (*edits.texts, *edits.files)]
    try:
        before = {path.as_posix(): _present(root, path, known, edits.files) for path in paths}
        folders = {root / each for path in paths for each in path.parents}
        made = tuple(sorted((each for each in folders if not each.exists()), reverse=True))
    except OSError as failed:
        raise EditorError(f"không ghi được: {_why(failed)}; chưa ghi gì") from None
    written = Written(root, before, made)
    staged: list[tuple[Path, Path]] = []
    try:
        gone: list[Path] = []
        for path, text in edits.texts.items():
            if text is None:
                gone.append(root / path)
                continue
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            data = _in_form_of(before[path] or b"", text)
            staged.append((_staged(root / path, data), root / path))
        for path in edits.files:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
        staged += [
            (_staged(root / path, data), root / path)
            for path, data in edits.files.items()
            if before[Path(path).as_posix()] is None
        ]
        for fresh, target in staged:
            fresh.replace(target)
        for target in gone:
            target.unlink()
    except BaseException as failed:
        for fresh, _ in staged:
            _remove(fresh)
        written.undo()
        if isinstance(failed, OSError):
            raise EditorError(f"không ghi được: {_why(failed)}; mọi tệp vẫn như trước") from None
        raise
    return written


def _present(
    root: Path, path: Path, known: Mapping[str, str], files: Mapping[str, bytes]
) -> bytes | None:
    """What is there now; EditorError where it is not what the edits were made from."""
    name = path.as_posix()
    if any((root / each).is_symlink() for each in (path, *path.parents)[:-1]):
        raise EditorError(f"{name} chỉ là lối tắt (symlink); không ghi gì cả")
    found = (root / path).read_bytes() if (root / path).exists() else None
    if name in files and found == files[name]:
        return found
    if name not in known and found is not None:
        raise EditorError(f"{name} đã có; không ghi đè")
    read = found and found.removeprefix(BOM_UTF8).replace(b"\r\n", b"\n")
    if name in known and read != known[name].encode():
        raise EditorError(f"{name} vừa bị sửa trong lúc chạy; không ghi gì cả, hãy chạy lại")
    return found


def _why(failed: OSError) -> str:
    """What the disk says, for an editor."""
    if isinstance(failed, FileExistsError | NotADirectoryError | IsADirectoryError):
        return "ở đó có tệp trùng tên với một thư mục"
    if isinstance(failed, PermissionError):
        return "không có quyền ghi ở đó"
    return failed.strerror or "ổ đĩa báo lỗi"


def _staged(target: Path, data: bytes) -> Path:
    """The bytes beside their place, so that a file has its old ones or all of its new ones."""
    fresh = target.with_name(f".{target.name}.moi")
    try:
        fresh.write_bytes(data)
        if target.exists():
            shutil.copymode(target, fresh)
    except BaseException:
        _remove(fresh)
        raise
    return fresh


def _remove(path: Path) -> None:
    if os.path.lexists(path):  # False too where no such file can be
        path.unlink()


def _in_form_of(old: bytes, text: str) -> bytes:
    """A new text with the byte order mark and the line ends of the file that it replaces."""
    mark = BOM_UTF8 if old.startswith(BOM_UTF8) else b""
    *lines, rest = text.encode().split(b"\n")
    if b"\r\n" not in old:
        return mark + text.encode()
    *were, _ = old.removeprefix(mark).split(b"\n")
    end = b"\r" if old.count(b"\r\n") * 2 > len(were) else b""
    ended = [line + end for line in lines]
    bare = [line.removesuffix(b"\r") for line in were]
    for start, at, count in SequenceMatcher(
        None, bare, lines, autojunk=False
    ).get_matching_blocks():
        ended[at : at + count] = were[start : start + count]
    return mark + b"\n".join((*ended, rest))
