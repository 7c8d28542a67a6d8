# The command line: printing and exit codes. All else stands below.
# Exit codes: 0 done, 1 problems in the sources, 2 wrong use. A bug is a traceback, never caught.
"""`python -m macros COMMAND` (also `qcph`): check, build, serve, diff, schema."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from macros.archive import IN_TEXTS, BrokenTextError, edition_text, file_text, load, schemas
from macros.checks import check as check_archive
from macros.git import extract
from macros.problem import EditorError, Problem, Severity, as_json
from macros.telling import Style, Text, shown, tell

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


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
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
@_ROOT
@click.argument("paths", nargs=-1)
def check(form: str, root: Path, paths: Sequence[str]) -> None:
    """Kiểm tra docs/ và data/, in mọi chỗ sai.

    PATHS: chỉ in những chỗ sai trong các tệp này (kiểm tra vẫn xem cả kho).
    """
    if not (root / "docs").is_dir() or not (root / "data").is_dir():
        raise click.UsageError(f"{root} không có hai thư mục docs/ và data/")
    kept = [_below(root, path) for path in paths]
    every = problems_in(root)
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


def problems_in(root: Path) -> tuple[Problem, ...]:
    """All problems of the sources below `root`, sorted by place."""
    loaded = load(root)
    return tuple(sorted({*loaded.problems, *check_archive(loaded.archive)}))


def errors_in(problems: Sequence[Problem]) -> int:
    """How many problems stop publication."""
    return sum(problem.severity is Severity.ERROR for problem in problems)


def report(problems: Sequence[Problem], form: str) -> None:
    """Print problems; as text with a last line that counts them."""
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
            click.echo("\n".join(map(shown, problem.text().split("\n"))), err=True)
        click.echo(str(broken), err=True)
        sys.exit(1)
    except EditorError as wrong:
        raise click.UsageError(shown(str(wrong))) from None
    if form == "json":
        for notice in telling.notices:
            click.echo(shown(notice), err=True)
        click.echo(telling.json, nl=False)
    elif form == "markdown":
        click.echo(telling.markdown().encode(), nl=False)
    elif form == "html":
        click.echo(telling.html().encode(), nl=False)
    else:
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
    with tempfile.TemporaryDirectory(prefix="qcph-") as folder:
        extract(root, revision, IN_TEXTS, Path(folder))
        return edition_text(Path(folder), edition, revision)


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


_AS_OF = click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
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
def build(as_of: datetime | None, config: Path, site: Path | None) -> None:
    """Kiểm tra rồi dựng cả trang vào site/.

    Trang cũ chỉ bị thay khi trang mới đã dựng xong.
    """
    from mkdocs.commands.build import build as mkdocs_build  # noqa: PLC0415 slow to import
    from mkdocs.config import load_config  # noqa: PLC0415

    _for_mkdocs(as_of.date() if as_of else None)
    target = (site or config.parent / "site").absolute()
    if target.exists() and any(target.iterdir()) and not (target / "build.json").exists():
        raise click.UsageError(
            f"{target} có tệp khác, không phải một trang đã dựng; chọn thư mục khác"
        )
    fresh = target.with_name(f"{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        loaded = load_config(str(config), site_dir=str(fresh), strict=True)
        loaded.plugins.on_startup(command="build", dirty=False)
        try:
            mkdocs_build(loaded)
        finally:
            loaded.plugins.on_shutdown()
        _replace(target, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    click.echo(f"Đã dựng trang vào {os.path.relpath(target)}/")


def _replace(target: Path, fresh: Path) -> None:
    """Put a finished site in the place of the old one."""
    old = target.with_name(f"{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    try:
        fresh.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


@cli.command()
@_AS_OF
@click.option("--port", type=click.IntRange(1, 65535), default=8000, help="Cổng (mặc định 8000).")
def serve(as_of: datetime | None, port: int) -> None:
    """Mở trang trên máy này; sửa docs/ hay data/ thì trang dựng lại."""
    from mkdocs.commands.serve import serve as mkdocs_serve  # noqa: PLC0415 slow to import

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise click.UsageError(
                f"cổng {port} đang bận; chọn cổng khác: make serve PORT={port + 1}"
            ) from None
    if errors_in(problems := problems_in(ROOT)):
        report(problems, "text")
        click.echo("Sửa các lỗi trên rồi chạy lại.", err=True)
        sys.exit(1)
    _for_mkdocs(as_of.date() if as_of else None)
    logging.getLogger("mkdocs.livereload").addFilter(_in_vietnamese)
    click.echo(f"Trang mở ở http://127.0.0.1:{port}/ (dừng: Ctrl-C)")
    mkdocs_serve(str(ROOT / "mkdocs.yml"), dev_addr=f"127.0.0.1:{port}", strict=False)


def _in_vietnamese(record: logging.LogRecord) -> bool:
    """MkDocs says in English that an edit broke the build; readers of this line are editors."""
    if "An error happened during the rebuild" in record.getMessage():
        record.msg = "Chưa dựng lại được: trang đứng chờ cho tới khi sửa xong các lỗi trên."
        record.args = ()
    return True


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
    """Entry point of the console script. Wrong use is one Vietnamese line and exit code 2."""
    try:
        sys.exit(cli.main(prog_name="qcph", standalone_mode=False))
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as wrong:
        if isinstance(wrong, SystemExit):  # MkDocs stopped: the sources are at fault
            click.echo(wrong.message, err=True)
            sys.exit(1)
        click.echo(f"Dùng sai lệnh: {_wrong_use(wrong)} Xem: qcph --help", err=True)
        sys.exit(2)


def _wrong_use(wrong: click.ClickException) -> str:
    if isinstance(wrong, click.NoSuchOption):
        return f"không có tùy chọn {wrong.option_name}."
    if isinstance(wrong, click.MissingParameter):
        return f"thiếu {wrong.param.human_readable_name if wrong.param else 'tham số'}."
    if isinstance(wrong, click.BadParameter):
        name = wrong.param.opts[-1] if wrong.param else "tham số"
        return f"giá trị của {name} không dùng được ({wrong.message})."
    command = (
        wrong.ctx.args[0]
        if isinstance(wrong, click.UsageError) and wrong.ctx and wrong.ctx.args
        else ""
    )
    if wrong.message.startswith("No such command"):
        return f"không có lệnh {wrong.message.split()[-1].rstrip('.')}."
    end = "" if wrong.message.endswith(("?", ".")) else "."
    return f"{wrong.message}{command and ' ' + command}{end}"
