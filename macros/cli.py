# The command line: printing and exit codes. All else stands below.
# Commands that write: what stands below gives Edits; here they are written, checked, or taken back.
# What one command alone needs, and is slow to import, is imported in it: the others start sooner.
# Exit codes: 0 done, 1 problems in the sources, 2 wrong use. A bug is a traceback, never caught.
"""`python -m macros COMMAND` (also `qcph`): every command of the house."""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from macros import keeping, proposal, usage, ways
from macros.archive import (
    Beside,
    BrokenTextError,
    Snapshot,
    Written,
    edition_in,
    edition_text,
    file_text,
    load,
    problems_of,
    schemas,
    unit_of,
    write,
)
from macros.asking import DAY, PERIOD, SHARD, Group, RefusedError, wrong_use
from macros.building.build import check as check_sources
from macros.building.build import prepare
from macros.building.placed import build_to, project
from macros.building.run import BrokenSourcesError
from macros.building.shell import Kept, Shell, UnknownScriptError
from macros.editing import Edits, edition_named
from macros.git import checkout, left_out
from macros.markup import seen, shown
from macros.model import Archive, PartialDate, Period, RecordKind, Side, TextState
from macros.problem import EditorError, Problem, Severity, as_json
from macros.site import (
    NotPlacedError,
    differences,
    digests,
    doubts,
    read_record,
    rebuild,
)
from macros.telling import Style, Telling, Text, tell

if TYPE_CHECKING:
    from macros.intake import Wanted

ROOT = Path(__file__).resolve().parent.parent
_ROOT = click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=ROOT,
    help="Thư mục chứa docs/ và data/ (mặc định: dự án này).",
)
# Beside each style the text has marks of its own, so that nothing rests on colour.
_STYLES: dict[Style, dict[str, Any]] = {
    "strong": {"bold": True},
    "old": {"fg": "red"},
    "new": {"fg": "green"},
    "faint": {"dim": True},
}


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Kiểm tra, dựng và xem trang quy chế phối hợp."""


@cli.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github", "json"]),
    default="text",
    help="text cho người đọc, github để đánh dấu trên pull request, json cho chương trình.",
)
@click.option(
    "--base",
    metavar="MỐC",
    help="Chỉ xem thay đổi từ mốc git này: nó làm sai điều gì, có đụng tới điều đã niêm phong không.",
)
@_ROOT
@click.argument("paths", nargs=-1)
def check(form: str, base: str | None, root: Path, paths: Sequence[str]) -> None:
    """Kiểm tra docs/ và data/, in mọi chỗ sai.

    PATHS: chỉ in những chỗ sai trong các tệp này (kiểm tra vẫn xem cả kho). Có --base thì chỉ những
    gì thay đổi ấy có thể làm sai được xem; coi như mốc ấy không có lỗi nào.
    """
    _is_project(root)
    kept = [_below(root, path) for path in paths]
    away = _left_out(root)
    if base:
        change = proposal.read(root, base)
        every: Sequence[Problem] = sorted(
            {*change.problems, *keeping.since(change.base, change.head)}
        )
    else:
        every = check_sources(root, away)
    problems = tuple(
        problem
        for problem in every
        if not kept or any(f"{problem.path}/".startswith(f"{each}/") for each in kept)
    )
    report(problems, form)
    if others := errors_in(every) - errors_in(problems):
        click.echo(f"Ngoài ra có {others} lỗi ở các tệp khác.", err=True)
    sys.exit(1 if errors_in(problems) else 0)


def _below(root: Path, path: str) -> str:
    """A file or folder as problems name it: from the project's root."""
    found = Path(path).absolute() if Path(path).exists() else (root / path).absolute()
    if not found.exists():
        raise click.UsageError(f"không có tệp {path}")
    if not found.is_relative_to(root.absolute()):
        raise click.UsageError(f"{path} không nằm trong {root}")
    return found.relative_to(root.absolute()).as_posix()


@cli.command("report")
@click.option(
    "--format", "form", type=click.Choice(["markdown", "json"]), default="markdown",
    help="markdown để đăng trong pull request, json cho chương trình.",
)  # fmt: skip
@_ROOT
@click.argument("revisions", metavar="GỐC..NGỌN")
def report_change(form: str, root: Path, revisions: str) -> None:
    """Kể một pull request làm gì với các bản quy chế.

    GỐC..NGỌN: hai mốc git, như main..HEAD; bỏ trống NGỌN thì lấy các tệp đang có trên máy.
    """
    from macros import review

    _is_project(root)
    base, dots, head = revisions.partition("..")
    if not dots or not base or head.startswith("."):
        raise click.UsageError("viết hai mốc git cách nhau bằng hai dấu chấm, như main..HEAD")
    change = proposal.read(root, base, head or None)
    problems = sorted({*change.problems, *keeping.since(change.base, change.head)})
    told = review.tell(change.base, change.head, problems, change.others)
    click.echo((told.json() if form == "json" else told.markdown()).encode(), nl=False)


def _is_project(root: Path) -> None:
    if not (root / "docs").is_dir() or not (root / "data").is_dir():
        raise click.UsageError(f"{root} không có hai thư mục docs/ và data/")


def _left_out(root: Path) -> AbstractSet[str]:
    """The files that this copy of the archive lacks on purpose; said, so that nobody takes what is
    here for the whole.
    """
    away = left_out(root, proposal.FOLDERS)
    if away:
        said = (
            f"Máy này chỉ có một phần kho: {len(away)} tệp không lấy về nên không được xem ở đây."
        )
        click.echo(said, err=True)
    return away


def _refuse_unseen(paths: AbstractSet[str]) -> None:
    """Nothing is written over a file that was not read."""
    if paths:
        raise EditorError(f"kho đã có {min(paths)}, nhưng tệp ấy không có trên máy này")


def _fetch_hint(away: AbstractSet[str]) -> str:
    """What to do where what was asked for may only not be in this copy."""
    if not away:
        return ""
    return " (Máy này chỉ có một phần kho: cách lấy thêm một đơn vị ở /huong-dan/#lay-them.)"


def errors_in(problems: Sequence[Problem]) -> int:
    """How many problems stop publication."""
    return sum(problem.severity is Severity.ERROR for problem in problems)


def report(problems: Sequence[Problem], form: str) -> None:
    """Print problems; as text with a last line that counts them."""
    problems = [seen(problem) for problem in problems]
    if form == "json":
        click.echo(as_json(problems))
        return
    for problem in problems:
        click.echo(problem.github() if form == "github" else problem.text())
    if form == "text":
        errors = errors_in(problems)
        warnings = len(problems) - errors
        click.echo(f"{errors} lỗi, {warnings} cảnh báo." if problems else "Không có lỗi nào.")


@cli.command()
@click.option(
    "--format", "form", type=click.Choice(["text", "markdown", "json", "html"]), default="text",
    help="text cho người đọc, markdown để dán vào pull request, json cho chương trình, html để gửi.",
)  # fmt: skip
@_ROOT
@click.argument("old")
@click.argument("new")
def diff(form: str, root: Path, old: str, new: str) -> None:
    """So sánh hai bản, từng điều khoản.

    OLD, NEW: một bản trong kho (truong-mau/cong-doan/2024-2025, thêm .goc hay .<ngày> để chọn
    phiên bản), bản ấy ở một mốc git (HEAD~1:truong-mau/cong-doan/2024-2025), hay một tệp trang.
    """
    try:
        telling = tell(text_of(old, root), text_of(new, root))
    except BrokenTextError as broken:
        for problem in broken.problems:
            click.echo(seen(problem).text(), err=True)
        click.echo(str(broken), err=True)
        sys.exit(1)
    if form == "json":
        for notice in telling.notices:
            click.echo(shown(notice), err=True)
        click.echo(telling.json, nl=False)
    elif form == "markdown":
        click.echo(telling.markdown().encode(), nl=False)
    elif form == "html":
        click.echo(telling.html().encode(), nl=False)
    else:
        _print_lines(telling)


def _print_lines(telling: Telling) -> None:
    plain = bool(os.environ.get("NO_COLOR"))
    for line in telling.lines():
        styled = (
            text if plain or not style else click.style(text, **_STYLES[style])
            for style, text in line
        )
        click.echo("".join(styled))


def text_of(name: str, root: Path) -> Text:
    """What a person named: a page file, an edition, or `revision:edition`."""
    is_file = os.path.exists(name) and not os.path.isdir(name)  # noqa: PTH110, PTH112 never fail
    if is_file or name.endswith(".md"):
        return file_text(Path(name), root)
    revision, colon, edition = name.rpartition(":")
    if not colon:
        return edition_text(root, name)
    return proposal.edition_text(root, revision, edition)


@cli.command()
@click.option("--check", "only", is_flag=True, help="Chỉ nói tệp nào đã cũ, không ghi.")
def schema(only: bool) -> None:
    """Ghi JSON Schema của các tệp trong data/ (cho VS Code)."""
    stale = [
        path
        for path, text in schemas().items()
        if not (ROOT / path).exists() or (ROOT / path).read_text(encoding="utf-8") != text
    ]
    for path in stale:
        if not only:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(schemas()[path], encoding="utf-8")
        click.echo(f"{'đã cũ' if only else 'đã ghi'}: {path}")
    sys.exit(1 if only and stale else 0)


_EDITION = click.argument("edition", metavar="BẢN")


def _folder(root: Path) -> proposal.Folder:
    """The project as a command that writes finds it."""
    _is_project(root)
    return proposal.Folder(root, left_out(root, proposal.FOLDERS))


def _owner(name: str) -> str:
    """The unit of an edition or series that somebody named."""
    return name.partition("/")[0]


def _write(
    folder: proposal.Folder, units: Iterable[str] | None, edit: Callable[[Archive], Edits],
    *, mending: bool = False, dropping: bool = False, despite: Collection[str] = keeping.MENDED,
) -> list[Problem]:  # fmt: skip
    """Make edits and put them on the disk; a change that breaks the sources is taken back.

    `units`: of what the edits are made, or None for all; no others are read, but where something in
    them depends on an edit. Where what is edited has errors nothing is written, but for those of the
    codes `despite`.
    `mending`: any of them may be what is mended, and others may show once they are. `dropping`:
    any of them may go with what is taken away.
    """
    root, away = folder.root, folder.left_out
    loaded = folder.loaded(units)
    before = [each for each in problems_of(loaded) if each.severity is Severity.ERROR]
    before = [each for each in before if each.code not in despite]
    try:
        edits = edit(loaded.archive)
        edited = {unit for path in edits.texts if (unit := _unit_of(path))}
        _refuse_unseen({*edits.texts, *edits.files} & away)
        wrong = [each for each in before if _unit_of(each.path) in edited | {""}]
        if wrong and not mending and not dropping:
            report(wrong, "text")
            for draft in ways.discardable(loaded.archive, {each.path for each in wrong}):
                click.echo(f"Bản thảo {draft} bỏ đi cũng được: qcph discard {draft}", err=True)
            click.echo("Sửa các lỗi trên rồi chạy lại; chưa ghi gì.", err=True)
            sys.exit(1)
        written = write(root, edits, loaded.archive.texts)
    except EditorError as refused:
        for problem in before:  # what can't be read can't be found either
            click.echo(seen(problem).text().split("\n")[0], err=True)
        raise RefusedError(shown(f"{refused}{_fetch_hint(away)}")) from None
    found = [] if mending else _taken_back(folder, written, before, despite)
    if edits.done:
        click.echo(shown(edits.done))
    for path, text in edits.texts.items():
        done = "đã sửa" if path in loaded.archive.texts else "đã tạo"
        click.echo(f"{'đã xóa' if text is None else done}: {path}")
    for path in edits.files:
        click.echo(f"bản gốc: {path}")
    for line in edits.said:
        click.echo(shown(line))
    return [each for each in found if each.path in edits.texts]


def _taken_back(
    folder: proposal.Folder, written: Written, before: Sequence[Problem], despite: Collection[str]
) -> Sequence[Problem]:
    """What is wrong now; where some are new errors what was written is undone, and stop."""
    try:
        was, found = folder.edited(written.before)
    except BaseException:
        written.undo()
        raise
    told = {(each.path, each.code, each.message) for each in (*before, *was)}
    errors = [each for each in found if each.severity is Severity.ERROR]
    errors = [each for each in errors if each.code not in despite]
    if new := [each for each in errors if (each.path, each.code, each.message) not in told]:
        written.undo()
        report(new, "text")
        click.echo("Không ghi gì: làm vậy thì kho có các lỗi trên.", err=True)
        sys.exit(1)
    return found


@cli.command()
@click.option("--all", "every", is_flag=True, help="Mọi bản đã ký mà chưa niêm phong.")
@click.option("--date", type=DAY, help="Ngày niêm phong (mặc định: hôm nay).")
@click.option(
    "--as-printed", is_flag=True,
    help="In sao để vậy: cả bản mà văn bản không in ngày hay chữ ký; phải ghi tên bản.",
)  # fmt: skip
@_ROOT
@click.argument("editions", metavar="[BẢN]...", nargs=-1)
def seal(
    every: bool, date: date | None, as_printed: bool, root: Path, editions: Sequence[str]
) -> None:
    """Niêm phong bản đã ký: từ đó không ai sửa được mà không bị phát hiện."""
    if bool(editions) == every:
        raise click.UsageError("ghi tên các bản, hay chỉ ghi --all")
    if every and as_printed:
        raise click.UsageError("--as-printed chỉ dùng khi ghi tên từng bản, không dùng với --all")
    today = _today()
    _write(
        _folder(root),
        None if every else map(_owner, editions),
        lambda archive: ways.seal(
            archive, editions, date or today, today=today, as_printed=as_printed
        ),
    )


def _unit_of(path: str) -> str:
    """The unit that a source file belongs to; empty for what its texts are made of besides."""
    folder, _, rest = path.partition("/")
    kind, _, name = rest.partition("/")
    if (folder, kind) in (("docs", "don-vi"), ("data", "units")):
        return name.partition("/")[0].removesuffix(".yml")
    return "" if folder == "data" and kind != "sources" else path


def _today() -> date:
    return date.today()


def _way(kind: RecordKind, words: str) -> None:
    """A command that opens a new version beside the newest one."""

    @cli.command(kind.value, help=words)
    @click.option("--date", type=DAY, required=True, help="Ngày của văn bản mới, như 2026-02-16.")
    @click.option("--what", required=True, help="Thay đổi điều gì.")
    @click.option("--why", required=True, help="Vì sao.")
    @click.option(
        "--agreed", multiple=True, metavar="BÊN=AI",
        help="Ai đồng ý cho mỗi bên, như union='Trần Thị B'; ghi hai lần, mỗi bên một lần.",
    )  # fmt: skip
    @_ROOT
    @_EDITION
    def way(
        date: date, what: str, why: str, agreed: Sequence[str], root: Path, edition: str
    ) -> None:
        parted = ("V101", "V104") if kind is RecordKind.TRANSCRIBE else ()
        _write(
            _folder(root),
            [_owner(edition)],
            lambda archive: ways.open_version(
                archive,
                edition,
                kind,
                date,
                what=what,
                why=why,
                agreed=_agreed(archive, edition, agreed),
            ),
            despite=(*keeping.MENDED, *parted),
        )


def _agreed(archive: Archive, edition: str, given: Sequence[str]) -> dict[Side, str]:
    """Who agreed for each side; a side goes by its id or by the name that the unit has for it."""
    sides = edition_named(archive, edition).sides
    called = {name.casefold(): side for side, name in sides.items()} | {s: s for s in Side}
    known = ", ".join(f"{side} ({name})" for side, name in sides.items())
    found = {}
    for each in given:
        name, _, who = each.partition("=")
        if name.strip().casefold() not in called or not who.strip():
            raise EditorError(f'--agreed "{each}" không đúng dạng BÊN=AI; bên của bản này: {known}')
        found[Side(called[name.strip().casefold()])] = who.strip()
    return found


_way(RecordKind.AMEND, "Mở phiên bản sửa đổi, bổ sung nội dung của một bản đã niêm phong.")
_way(RecordKind.REPLACE, "Mở phiên bản thay thế cả bản đã niêm phong.")
_way(RecordKind.CORRECT, "Mở phiên bản đính chính thể thức của một bản đã niêm phong.")
_way(RecordKind.TRANSCRIBE, "Mở phiên bản sửa lỗi chép: chỉ khi chữ gần bản gốc hơn.")


@cli.command()
@click.option(
    "--unsealed", is_flag=True, help="Bỏ cả bản đã ký nhưng chưa niêm phong, khi nhập nhầm."
)
@_ROOT
@_EDITION
def discard(unsealed: bool, root: Path, edition: str) -> None:
    """Bỏ một bản thảo chưa ký: trang và dữ kiện của nó, không đụng gì khác."""
    _write(
        _folder(root),
        [_owner(edition)],
        lambda archive: ways.discard(archive, edition, unsealed=unsealed),
        dropping=True,
    )


@cli.command()
@click.option(
    "--to", type=PERIOD, required=True, metavar="KỲ", help="Kéo dài sang kỳ nào, như 2025-2026."
)
@click.option("--evidence", required=True, help="Căn cứ: văn bản nào nói vậy.")
@_ROOT
@_EDITION
def extend(to: Period, evidence: str, root: Path, edition: str) -> None:
    """Ghi rằng một bản được kéo dài sang kỳ khác."""
    _write(
        _folder(root),
        [_owner(edition)],
        lambda archive: ways.extend(archive, edition, to, evidence),
    )


@cli.command()
@click.option("--date", required=True, metavar="NGÀY", help="Ngày thu hồi, như 2026-03-02.")
@click.option("--evidence", required=True, help="Căn cứ: văn bản nào nói vậy.")
@_ROOT
@_EDITION
def withdraw(date: str, evidence: str, root: Path, edition: str) -> None:
    """Ghi rằng một bản đã bị thu hồi."""
    try:
        day = PartialDate.parse(date)
    except ValueError as wrong:
        raise click.UsageError(shown(f"--date: {wrong}")) from None
    _write(
        _folder(root),
        [_owner(edition)],
        lambda archive: ways.withdraw(archive, edition, day, evidence),
    )


@cli.command()
@click.option("--all", "every", is_flag=True, help="Cho mọi đơn vị có bản mới nhất.")
@_ROOT
@click.argument("arguments", metavar="[ĐƠN VỊ/BỘ] KỲ", nargs=-1, required=True)
def new(every: bool, root: Path, arguments: Sequence[str]) -> None:
    """Soạn bản thảo của kỳ mới từ bản mới nhất, in ra những chỗ cần xem lại.

    Ví dụ: new truong-mau/cong-doan 2027-2028
    """
    from macros import renewal

    if len(arguments) != (1 if every else 2):
        raise click.UsageError("viết: new <đơn vị>/<bộ> <kỳ>, hay new --all <kỳ>")
    period = PERIOD.convert(arguments[-1], None, None)
    if every:
        _write(_folder(root), None, lambda archive: renewal.renew_all(archive, period))
    else:
        _write(
            _folder(root),
            [_owner(arguments[0])],
            lambda archive: renewal.renew(archive, arguments[0], period),
        )


@cli.command("import")
@click.option(
    "--as", "editions", multiple=True, metavar="BẢN",
    help="Tệp là bản nào, như truong-mau/cong-doan/2027-2028; nhiều tệp thì ghi mỗi tệp một lần.",
)  # fmt: skip
@click.option("--draft", is_flag=True, help="Văn bản chưa ai ký.")
@click.option("--report", is_flag=True, help="Tệp là một bài báo nói về văn bản.")
@click.option("--repair", is_flag=True, help="Sửa theo đề nghị các chỗ nghi là lỗi khi chuyển tệp.")
@click.option(
    "--unit-name", default="", metavar="TÊN", help="Tên của đơn vị mà kho chưa có, như văn bản in."
)
@_ROOT
@click.argument("files", metavar="TỆP...", nargs=-1, required=True, type=click.Path(path_type=Path))
def take_in(
    editions: Sequence[str], draft: bool, report: bool, repair: bool, unit_name: str, root: Path,
    files: Sequence[Path],
) -> None:  # fmt: skip
    """Nhập văn bản từ tệp Word, PDF, .txt, .md, .html: ghi trang và dữ kiện, so với năm trước.

    TỆP: tệp hay thư mục. Không ghi --as thì tên bản lấy từ tên tệp, <đơn vị>_<bộ>_<kỳ>.docx, hay
    từ thư mục, <đơn vị>/<bộ>/<kỳ>.docx.
    """
    from macros import intake

    _is_project(root)
    paths = [path for file in files for path in _files_of(file)]
    if not paths:
        raise RefusedError(
            "trong thư mục không có tệp nào nhập được (.docx, .pdf, .txt, .md, .html)"
        )
    if editions and len(editions) != len(paths):
        raise click.UsageError(f"có {len(paths)} tệp mà {len(editions)} lần --as")
    if unit_name and len(paths) > 1:
        raise click.UsageError("--unit-name chỉ dùng khi nhập một tệp")
    names = editions or [_edition_of(path) for path in paths]
    failed: list[str] = []
    for number, (path, name) in enumerate(zip(paths, names, strict=True), 1):
        if len(paths) > 1:
            click.echo(f"({number}/{len(paths)}) {shown(str(path))} → {shown(name)}")
        wanted = intake.Wanted(
            edition=name, report=report, draft=draft, repair=repair, unit_name=unit_name,
            day=_today(),
        )  # fmt: skip
        try:
            _take_in(root, path, wanted)
        except RefusedError as refused:
            if len(paths) == 1:
                raise
            click.echo(f"Không nhập được: {refused.message}", err=True)
            failed.append(str(path))
        except SystemExit:
            failed.append(str(path))
    if failed and len(paths) > 1:
        click.echo(f"Đã nhập {len(paths) - len(failed)} tệp; {len(failed)} tệp chưa:", err=True)
        for each in failed:
            click.echo(f"  {shown(each)}", err=True)
    sys.exit(1 if failed else 0)


def _files_of(path: Path) -> list[Path]:
    """The file itself, or the files of a folder and below that could be read."""
    from macros.exchange import incoming

    if not path.is_dir():
        return [path]
    found = (each for each in path.rglob("*") if each.suffix.lower() in incoming.SUFFIXES)
    return sorted(
        each for each in found if each.is_file() and not each.name.startswith(("~$", "."))
    )


def _edition_of(path: Path) -> str:
    """The edition that a file's own name gives, or that of its folders; else the name itself."""
    from macros import intake

    parts = path.stem.split("_")
    name = "/".join(parts if len(parts) == 3 else (*path.absolute().parts[-3:-1], path.stem))
    return name if intake.is_named(name) else path.name


def _take_in(root: Path, path: Path, wanted: Wanted) -> None:
    """Import one file and tell how it differs from the edition before."""
    from macros import intake
    from macros.exchange import incoming

    try:
        manuscript, data = incoming.read_file(path)
    except EditorError as wrong:
        raise RefusedError(shown(f"{path}: {wrong}")) from None
    except OSError as wrong:
        raise RefusedError(shown(f"{path}: không đọc được ({wrong.strerror})")) from None
    folder = _folder(root)
    own, same = _owner(wanted.edition), folder.naming(hashlib.sha256(data).hexdigest())
    found = _write(
        folder, {own, *same},
        lambda archive: intake.take_in(archive, manuscript, path.name, data, wanted),
    )  # fmt: skip
    unit, series, period = wanted.edition.split("/")
    for problem in found:
        if problem.path.endswith(f"/{period}.md"):
            click.echo(seen(problem).text())
    loaded = load(root, only={unit})
    editions = loaded.archive.editions(unit, series)
    full = [each for each in editions if each.edition.text is TextState.FULL]
    before = [each for each in full if str(each.period) < period]
    if before and not wanted.report:
        click.echo("")
        old = f"{unit}/{series}/{before[-1].period}"
        _print_lines(
            tell(*(edition_in([unit], lambda _: loaded, name) for name in (old, wanted.edition)))
        )


@cli.command()
@click.option("--check", "only", is_flag=True, help="Chỉ nói chỗ nào thiếu mã, không ghi.")
@_ROOT
@click.argument("paths", metavar="[TỆP]...", nargs=-1)
def ids(only: bool, root: Path, paths: Sequence[str]) -> None:
    """Viết mã cho những đoạn chưa có mã điều khoản.

    TỆP: chỉ các trang này (mặc định: mọi trang quy chế).
    """
    from macros import naming

    _is_project(root)
    kept = [_below(root, path) for path in paths]
    units = {unit_of(f"{path}/") for path in kept} or {""}
    asked = None if "" in units else units
    if only:
        folder = proposal.Folder(root, _left_out(root))
        edits = naming.missing(folder.loaded(asked).archive, kept)
        for line in edits.said:
            click.echo(shown(line))
        sys.exit(1 if edits.texts else 0)
    _write(_folder(root), asked, lambda archive: naming.missing(archive, kept), mending=True)


@cli.command()
@_ROOT
@click.argument("clause", metavar="MÃ")
def impact(root: Path, clause: str) -> None:
    """Bản nào của đơn vị nào dùng câu chữ nào của một điều khoản dùng chung."""
    _is_project(root)
    folder = proposal.Folder(root, _left_out(root))
    for line in usage.impact(folder.loaded(folder.calling(clause)).archive, clause):
        click.echo(shown(line))


_SHOWN = 50
_AS_OF = click.option(
    "--as-of",
    type=DAY,
    help="Ngày để nói tình trạng các bản (mặc định: ngày của commit).",
)


@cli.command()
@_AS_OF
@click.option(
    "--config", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=ROOT / "mkdocs.yml", help="Tệp cấu hình (mặc định: mkdocs.yml của dự án).",
)  # fmt: skip
@click.option(
    "--site", type=click.Path(file_okay=False, path_type=Path), help="Thư mục ghi trang ra."
)
@click.option(
    "--shard", type=SHARD, metavar="I/N",
    help="Chỉ làm sẵn phần thứ I trong N phần của kho, để lần dựng sau ghép lại; không ghi trang.",
)  # fmt: skip
def build(
    as_of: date | None, config: Path, site: Path | None, shard: tuple[int, int] | None
) -> None:
    """Kiểm tra rồi dựng cả trang vào site/.

    Trang cũ chỉ bị thay khi trang mới đã dựng xong. Những gì không đổi thì lấy lại từ lần dựng
    trước; thư mục giữ chúng (QCPH_CACHE, mặc định của máy) xóa lúc nào cũng được.
    """
    if shard and site:
        raise click.UsageError("--shard không ghi trang, nên không dùng với --site")
    if away := left_out(config.parent, proposal.FOLDERS):
        raise RefusedError(
            f"máy này chỉ có một phần kho: {len(away)} tệp không lấy về;"
            " lấy hết về (git sparse-checkout disable) rồi dựng lại"
        )
    _for_mkdocs(as_of)
    own, target = project(config, _make_shell), site or config.parent / "site"
    try:
        if shard:
            made = prepare(own, *shard)
            click.echo(f"Đã làm sẵn phần {shard[0]}/{shard[1]}: {made} đơn vị.")
            return
        build_to(own, target)
    except (BrokenSourcesError, UnknownScriptError) as refused:
        click.echo(str(refused), err=True)
        sys.exit(1)
    except NotPlacedError as failed:
        click.echo(shown(str(failed)), err=True)
        sys.exit(1)
    click.echo(f"Đã dựng trang vào {os.path.relpath(target)}/")


def _make_shell(config: Path, found: Snapshot, beside: Beside, kept: Kept) -> Shell:
    from macros import hooks  # mostly the shell is kept

    logging.getLogger("mkdocs.commands.build").addFilter(_not_of_the_disk)
    return hooks.make_shell(config, found, beside, kept)


def _not_of_the_disk(record: logging.LogRecord) -> bool:
    """What the disk refuses is told once, in Vietnamese."""
    return "[Errno " not in record.getMessage()


@cli.command()
@click.option("--quick", is_flag=True, help="Chỉ so các tệp với build.json, không dựng lại.")
@_ROOT
@click.argument("site", metavar="TRANG")
def verify(quick: bool, root: Path, site: str) -> None:
    """Trang đã dựng có giống từng byte khi dựng lại từ commit của nó không.

    TRANG: thư mục của trang trên máy này; trang ở máy chủ thì tải cả thư mục về trước.
    Dựng lại bằng mã của chính commit mà build.json nêu; commit ấy phải thuộc nhánh đang mở.
    """
    if "://" in site:
        raise click.UsageError("verify xem một thư mục trên máy này; tải trang về trước")
    try:
        record, found = read_record(Path(site)), digests(Path(site))
    except OSError as failed:
        raise click.UsageError(shown(f"không đọc được {failed.filename}")) from None
    _tell_differences(differences(record.files, found), "không đúng như build.json nêu")
    click.echo(f"{len(found)} tệp đúng như build.json nêu.")
    if quick:
        return
    if record.commit is None:
        click.echo("Không dựng lại được: build.json không nêu commit.", err=True)
        sys.exit(1)
    with tempfile.TemporaryDirectory(prefix="qcph-") as folder:
        again = Path(folder, "trang")
        try:
            project = checkout(root, record.commit, Path(folder, "ma"))
            click.echo(f"Dựng lại bằng mã của commit {record.commit}, cho ngày {record.as_of}…")
            for doubt in doubts(record, project, root):
                click.echo(f"Lưu ý: {shown(doubt)}")
            rebuild(project, record.as_of, again)
        except EditorError as wrong:
            click.echo(shown(f"Không dựng lại được: {wrong}"), err=True)
            sys.exit(1)
        told = differences(digests(again), found) + record.unlike(read_record(again))
    _tell_differences(told, "không giống khi dựng lại")
    click.echo("Trang giống từng byte khi dựng lại.")


def _tell_differences(lines: Sequence[str], what: str) -> None:
    """Where anything differs: print what, and end with code 1."""
    for line in lines[:_SHOWN]:
        click.echo(shown(line[:300]))
    if len(lines) > _SHOWN:
        click.echo(f"… và {len(lines) - _SHOWN} tệp nữa")
    if lines:
        click.echo(f"{len(lines)} tệp {what}.")
        sys.exit(1)


@cli.command()
@_AS_OF
@click.option("--port", type=click.IntRange(1, 65535), default=8000, help="Cổng (mặc định 8000).")
def serve(as_of: date | None, port: int) -> None:
    """Mở trang trên máy này; sửa docs/ hay data/ thì trang dựng lại."""
    from macros import hooks, server
    from macros.building.live import Live

    config = ROOT / "mkdocs.yml"

    def read(before: Live | None) -> Live:
        return Live.of(
            project(config, partial(hooks.make_shell, serving=True), serving=True), before
        )

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise RefusedError(
                f"cổng {port} đang bận; chọn cổng khác: make serve PORT={port + 1}"
            ) from None
    _for_mkdocs(as_of)
    try:
        server.serve(read, config, port, _served)
    except BrokenSourcesError as broken:
        report(broken.problems, "text")
        click.echo("Sửa các lỗi trên rồi chạy lại.", err=True)
        sys.exit(1)


def _served(said: str, problems: Sequence[Problem]) -> None:
    """Tell what happened to the site that is being served."""
    if problems:
        report(problems, "text")
    click.echo(said)


def _for_mkdocs(as_of: date | None) -> None:
    """What MkDocs and the theme read from the environment."""
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    if as_of:
        os.environ["QCPH_AS_OF"] = str(as_of)
    try:
        date.fromisoformat(os.environ.get("QCPH_AS_OF") or "2000-01-01")
    except ValueError:
        raise click.UsageError("QCPH_AS_OF phải là một ngày như 2026-11-21") from None


def main() -> None:
    """Entry point of the console script."""
    end_in_order()
    code = run(sys.argv[1:])
    gc.freeze()  # at the end Python would look through all there is for garbage
    sys.exit(code)


def end_in_order() -> None:
    """From now on who is told to end (SIGTERM) does it as after Ctrl-C: processes and half-made files
    go. Told once more meanwhile, as `timeout` tells it, that is not broken off.
    """

    def end(number: int, frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_IGN)
        signal.default_int_handler(number, frame)

    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, end)


def run(arguments: Sequence[str]) -> int:
    """Run a command line; the exit code. Wrong use is one Vietnamese line and exit code 2."""
    try:
        cli.main(list(arguments) or ["--help"], prog_name="qcph", standalone_mode=False)
    except SystemExit as ended:
        if not isinstance(ended, click.ClickException):
            return int(ended.code or 0)
        click.echo(ended.message, err=True)  # MkDocs stopped: the sources are at fault
        return 1
    except click.exceptions.Abort:
        return 130
    except click.ClickException as wrong:
        click.echo(shown(wrong_use(wrong, arguments)), err=True)
        return 2
    return 0
