# Any file from outside → Manuscript, read where it can do no harm.
# Hides: what a file really is, the child process that reads it, its limits, LibreOffice for .doc.
# Refuses: what a file's name does not say, symbolic links, more time or memory than was given.
"""`read_file(path)`: the only way in for files that somebody sent.

A file is read by a child process with limits on time and memory, which may write no file. It gives
back JSON, which is checked: a file that breaks its reader breaks nothing else.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, NoReturn, cast

from macros.manuscript import Grid, LeftOut, Manuscript, Printed
from macros.problem import EditorError

LARGEST = 20_000_000
SECONDS = 1.7  # of computing, start included: an error comes within two seconds
MEMORY = 290_000_000  # address space, so that what is used stays below 300 MB
_WAIT = 10.0  # seconds by the clock besides, for a machine that has other work
_OFFICE_SECONDS = 60.0
# Each form: its module, its function, further arguments.
_READERS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "docx": ("macros.foreign.word", "read_word", ()),
    "pdf": ("macros.foreign.pdftext", "read_pdf", ()),
    "html": ("macros.foreign.webpage", "read_html", ()),
    "txt": ("macros.foreign.plaintext", "read_text", ("txt",)),
    "md": ("macros.foreign.plaintext", "read_text", ("md",)),
}
SUFFIXES = {
    ".docx": "docx", ".doc": "doc", ".pdf": "pdf", ".html": "html", ".htm": "html", ".xhtml": "html",
    ".txt": "txt", ".md": "md", ".markdown": "md",
}  # fmt: skip
_CALLED = {
    "docx": "tệp Word (.docx)", "doc": "tệp Word cũ (.doc)", "rtf": "tệp RTF", "pdf": "PDF",
    "html": "trang web (.html)", "txt": "tệp chữ (.txt)", "md": "tệp Markdown (.md)",
}  # fmt: skip
# How other files begin, and what they are.
_MAGIC = (
    (b"\x89PNG", "ảnh PNG"),
    (b"\xff\xd8\xff", "ảnh JPEG"),
    (b"GIF8", "ảnh GIF"),
    (b"II*\x00", "ảnh TIFF"),
    (b"MM\x00*", "ảnh TIFF"),
    (b"BM", "ảnh BMP"),
    (b"PK\x05\x06", "tệp nén .zip rỗng"),
    (b"Rar!", "tệp nén .rar"),
    (b"7z\xbc\xaf", "tệp nén .7z"),
    (b"\x1f\x8b", "tệp nén .gz"),
    (b"MZ", "chương trình Windows"),
    (b"\x7fELF", "chương trình Linux"),
)
_UNKNOWN = "tệp nhị phân không rõ loại"
_IS_LINK = "đây là liên kết (symlink): hãy đưa chính tệp mà nó trỏ tới"
_START = (
    "import sys, types\n"
    "macros = sys.modules['macros'] = types.ModuleType('macros')\n"  # its own start would import all
    "macros.__path__ = [sys.argv[1]]\n"
    "from macros.exchange.incoming import serve\n"
    "serve(sys.argv[2], float(sys.argv[3]), int(sys.argv[4]))\n"
)


def read_file(
    path: Path, *, seconds: float = SECONDS, memory: int = MEMORY
) -> tuple[Manuscript, bytes]:
    """What a file prints and its bytes, which are those that were read: it is opened only once.

    EditorError, which names the file, where it can't be read whole.
    """
    name = "".join(each if each.isprintable() else "�" for each in path.name)
    try:
        data = _bytes(path)
        form = _form(path.suffix.lower(), data)
        form, readable = ("docx", _as_docx(data)) if form == "doc" else (form, data)
        return _read_apart(form, readable, seconds, memory), data
    except EditorError as error:
        raise EditorError(f'tệp "{name}": {error}') from None


# --- what a file is ------------------------------------------------------------------------------


def _bytes(path: Path) -> bytes:
    """The whole file, opened without following a link and without waiting for anybody."""
    if path.name.startswith("~$"):
        raise EditorError("đây là tệp tạm của Word: đóng Word, chọn tệp không có ~$")
    flags = os.O_RDONLY
    for each in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, each, 0)
    try:
        if path.is_symlink():  # where the system can't refuse links itself
            raise EditorError(_IS_LINK)
        with os.fdopen(os.open(path, flags), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise EditorError("đây không phải một tệp mà là thư mục hoặc thiết bị")
            if found.st_size > LARGEST:
                raise _too_large(found.st_size)
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise EditorError(_why_not(error, path)) from None
    if len(data) > LARGEST:
        raise _too_large(len(data))
    if not data.strip(b"\x00\t\n\r "):
        raise EditorError("tệp rỗng")
    return data


def _why_not(error: OSError, path: Path) -> str:
    if error.errno in (errno.ELOOP, errno.EMLINK):
        return _IS_LINK
    if path.is_dir():
        return "đây không phải một tệp mà là thư mục"
    return {
        errno.ENOENT: "không có tệp này: xem lại tên và thư mục",
        errno.EACCES: "không được phép đọc tệp này",
    }.get(error.errno or 0, f"không mở được ({os.strerror(error.errno or 0)})")


def _too_large(size: int) -> EditorError:
    return EditorError(
        f"tệp lớn {size / 1e6:.0f} MB, nhiều nhất {LARGEST // 1_000_000} MB: bỏ hình trong tệp"
        " hoặc tách tệp"
    )


def _form(suffix: str, data: bytes) -> str:
    """How to read a file: what it is must be what its name says."""
    said = SUFFIXES.get(suffix)
    if suffix == ".docm":
        raise EditorError("tệp .docm có thể có macro: mở trong Word và lưu thành .docx")
    found = _found(data)
    if said == "doc" and found == "rtf":
        return "doc"  # Word writes RTF under this name too, and LibreOffice reads both
    if said and (said == found or (found == "txt" and said in ("md", "html"))):
        return said
    if said in ("docx", "doc") and found in ("txt", _UNKNOWN) and not _is_text(data):
        raise EditorError(
            "tệp hỏng hoặc không phải tệp Word: lấy lại tệp từ nơi đã gửi, mở thử trong Word"
        )
    if said is None and found not in SUFFIXES.values():
        known = ", ".join(each for each in SUFFIXES if each not in (".xhtml", ".markdown"))
        raise EditorError(f"chỉ đọc được các tệp {known}; tệp này là {_CALLED.get(found, found)}")
    what = _CALLED.get(found, found)
    if found in SUFFIXES.values():
        advice = f"đổi đuôi thành .{found}" if suffix else f"thêm đuôi .{found} vào tên tệp"
        shown = f"tệp {suffix} này" if suffix else "tệp không có đuôi này"
        raise EditorError(f"{shown} thật ra là {what}: {advice}")
    raise EditorError(f"tệp {suffix} này thật ra là {what}: cần bản .docx, .pdf hoặc .txt")


def _found(data: bytes) -> str:
    """A form or, for what can't be read, its name for people."""
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound(data)
    if data.startswith(b"{\\rtf"):
        return "rtf"
    if b"%PDF-" in data[:1024]:
        return "pdf"
    for magic, name in _MAGIC:
        if data.startswith(magic) and (b"\x00" in data[:512] or magic[0] > 0x7E):
            return name
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = data[:4096].decode("utf-16", "replace")
    elif b"\x00" in data:
        return _UNKNOWN
    else:
        head = data[:4096].decode("utf-8", "replace")
    head = head.lstrip("\ufeff \t\r\n").lower()
    if head.startswith(("<!doctype html", "<html")) or (head.startswith("<") and "<html" in head):
        return "html"
    if head.startswith("<?xml"):
        return "tệp XML"
    if head.startswith("mime-version:") and "multipart/" in head:
        return "trang web lưu một tệp (.mht)"
    return "txt"


def _is_text(data: bytes) -> bool:
    """Whether somebody can read it: letters of Unicode and no signs for machines."""
    try:
        text = data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8")
    except UnicodeDecodeError:
        return False
    return not re.search(r"[\x00-\x08\x0e-\x1f\x7f]", text)


def _zipped(data: bytes) -> str:
    for part, name in (
        (b"word/", "docx"),
        (b"xl/", "bảng tính Excel (.xlsx)"),
        (b"ppt/", "trình chiếu PowerPoint (.pptx)"),
        (b"opendocument.text", "tệp LibreOffice (.odt)"),
        (b"opendocument.", "tệp LibreOffice"),
        (b"epub+zip", "sách điện tử (.epub)"),
    ):
        if part in data:
            return name
    return "tệp nén .zip, hoặc tệp .docx hỏng"


def _compound(data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "tệp Office có mật khẩu (bỏ mật khẩu rồi lưu lại)"
    for stream, name in (("WordDocument", "doc"), ("Workbook", "bảng tính Excel cũ (.xls)")):
        if stream.encode("utf-16-le") in data:
            return name
    return "tệp Office cũ không rõ loại"


# --- the child -----------------------------------------------------------------------------------


def _read_apart(form: str, data: bytes, seconds: float, memory: int) -> Manuscript:
    """Hands the bytes to a child and takes its answer, whatever becomes of the child."""
    home = str(Path(__file__).parent.parent)
    command = [sys.executable, "-I", "-X", "utf8", "-c", _START, home, form]
    try:
        done = subprocess.run(
            [*command, str(seconds), str(memory)],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds + _WAIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_slow() from None
    if done.returncode in [-getattr(signal, each, 0) for each in ("SIGPROF", "SIGXCPU")]:
        raise _too_slow()
    if done.returncode:
        raise _gave_up("hỏng hoặc cần quá nhiều bộ nhớ")
    try:
        return _from_plain(json.loads(done.stdout))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _gave_up("hỏng") from None


def _gave_up(why: str) -> EditorError:
    return EditorError(
        f"không đọc được tệp: tệp {why}; mở tệp trong Word hoặc trình duyệt, lưu lại rồi thử lại"
    )


def _too_slow() -> EditorError:
    return EditorError(
        "không đọc được tệp: tệp mất quá nhiều thời gian; mở tệp trong Word và lưu lại thành"
        " .docx, hoặc chia tệp thành nhiều tệp ngắn hơn, rồi thử lại"
    )


def serve(form: str, seconds: float, memory: int) -> NoReturn:
    """The child: bytes from its input, a manuscript or an error as JSON to its output."""
    _limit(seconds, memory)
    module, function, further = _READERS[form]
    answer: dict[str, Any]
    try:
        data = sys.stdin.buffer.read(LARGEST + 1)
        read = cast("Callable[..., Manuscript]", getattr(importlib.import_module(module), function))
        answer = _as_plain(read(data, *further))
    except EditorError as error:
        answer = {"error": str(error)}
    sys.stdout.buffer.write(json.dumps(answer).encode("ascii"))
    sys.stdout.buffer.flush()
    os._exit(0)  # libraries in C need no good-bye


def _limit(seconds: float, memory: int) -> None:
    """No more time, memory or files than given; on Windows only the parent's clock holds."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - it does not exist on Windows

    for limit, most in (
        ("RLIMIT_AS", memory),
        ("RLIMIT_CPU", int(seconds) + 2),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_CORE", 0),
    ):
        kind = getattr(resource, limit)
        _, hard = resource.getrlimit(kind)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some of them
            resource.setrlimit(kind, (least, hard))
    signal.setitimer(signal.ITIMER_PROF, seconds)


_KINDS = {"bool": bool, "int": int, "str": str}
_FIELDS = {each.name: (_KINDS[str(each.type)], each.default) for each in fields(Printed)}


def _as_plain(manuscript: Manuscript) -> dict[str, Any]:
    """A manuscript as values of JSON; what a line has by default is not written."""
    return {
        "parts": [
            _plain_line(part)
            if isinstance(part, Printed)
            else {
                "rows": [[[_plain_line(x) for x in cell] for cell in row] for row in part.rows],
                "place": part.place,
                "ruled": part.ruled,
            }
            for part in manuscript.parts
        ],
        "left_out": [[each.text, each.place, each.why] for each in manuscript.left_out],
        "notes": list(manuscript.notes),
    }


def _plain_line(line: Printed) -> dict[str, Any]:
    values = {name: getattr(line, name) for name in _FIELDS}
    return {name: value for name, value in values.items() if value != _FIELDS[name][1]}


def _from_plain(answer: Any) -> Manuscript:
    """The manuscript of an answer; ValueError or TypeError where it is none."""
    if not isinstance(answer, dict):
        raise TypeError
    if "error" in answer:
        raise EditorError(_text(answer["error"]))
    return Manuscript(
        tuple(_grid(part) if "rows" in part else _line(part) for part in answer["parts"]),
        tuple(LeftOut(*_texts(each, 3)) for each in answer["left_out"]),
        _texts(answer["notes"]),
    )


def _grid(part: Mapping[str, Any]) -> Grid:
    rows = tuple(tuple(tuple(_line(line) for line in cell) for cell in row) for row in part["rows"])
    return Grid(rows=rows, place=_text(part["place"]), ruled=part["ruled"] is True)


def _line(part: Mapping[str, Any]) -> Printed:
    for name, value in part.items():
        if type(value) is not _FIELDS[name][0]:
            raise TypeError
        if isinstance(value, str):
            _text(value)
    if any(default is MISSING and name not in part for name, (_, default) in _FIELDS.items()):
        raise ValueError
    return Printed(**part)


def _texts(values: Iterable[Any], amount: int | None = None) -> tuple[str, ...]:
    texts = tuple(_text(value) for value in values)
    if amount not in (None, len(texts)):
        raise ValueError
    return texts


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    value.encode("utf-8")  # UnicodeEncodeError, a ValueError, for half a letter
    return value


# --- .doc ----------------------------------------------------------------------------------------

# No macros, and nothing fetched that a document names.
_OFFICE_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""
_OFFICES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
)


def _office() -> str | None:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((each for each in _OFFICES if Path(each).is_file()), None)


def _as_docx(data: bytes) -> bytes:
    """A .doc as LibreOffice reads it, in a folder and with settings of its own."""
    office = _office()
    if office is None:
        raise EditorError(
            "tệp .doc cũ chỉ đọc được khi máy có LibreOffice: mở tệp trong Word, chọn"
            " Lưu thành (Save As) .docx rồi nhập tệp .docx"
        )
    with tempfile.TemporaryDirectory(prefix="qcph-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        source, profile = home / "tep.doc", home / "profile"
        source.write_bytes(data)
        (profile / "user").mkdir(parents=True)
        settings = profile / "user" / "registrymodifications.xcu"
        settings.write_text(_OFFICE_SETTINGS, encoding="utf-8")
        command = [
            office, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore",
            "--nolockcheck", "--convert-to", "docx", "--outdir", str(home / "out"), str(source),
        ]  # fmt: skip
        _run(command, home)
        made = home / "out" / "tep.docx"
        if not made.is_file() or made.stat().st_size > LARGEST:
            raise EditorError(
                "LibreOffice không đọc được tệp .doc này: mở tệp trong Word và lưu thành .docx"
            )
        return made.read_bytes()


def _run(command: list[str], home: Path) -> None:
    """Runs LibreOffice; when its time is over, ends it with the processes that it started."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=home,
        start_new_session=True,
    )
    try:
        process.wait(_OFFICE_SECONDS)
    except subprocess.TimeoutExpired:
        raise _too_slow() from None
    finally:
        if process.poll() is None:
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.wait()
