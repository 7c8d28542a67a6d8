# The command line in Vietnamese: how it asks, and what it says of wrong use.
# Hides: click's English, which has no other door.
# Refuses: to know any command.
"""Commands, values of options, and `wrong_use`, which tells a mistake in one line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import click

from macros.markup import shown
from macros.model import Period
from macros.problem import EditorError

_SAID = {
    "Usage: ": "Cách dùng: ",
    "Options:": "Tùy chọn:",
    "Commands:": "Các lệnh:",
    "Show this message and exit.": "Xem lời hướng dẫn này.",
    "[required]": "[bắt buộc]",
    "[OPTIONS]": "[TÙY CHỌN]",
    "COMMAND [ARGS]...": "LỆNH ...",
}
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


class Command(click.Command):
    """A command whose help is Vietnamese."""

    def get_help(self, ctx: click.Context) -> str:
        return _vietnamese(super().get_help(ctx))


class Group(click.Group):
    """A group of such commands."""

    command_class = Command

    def get_help(self, ctx: click.Context) -> str:
        return _vietnamese(super().get_help(ctx))

    def invoke(self, ctx: click.Context) -> Any:
        """What an editor's mistake raises below is told as what can't be done."""
        try:
            return super().invoke(ctx)
        except EditorError as wrong:
            raise RefusedError(shown(str(wrong))) from None


class _Day(click.ParamType[date]):
    name = "ngày"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            meant = _DAY_FIRST.fullmatch(value)
            like = "2025-09-20"
            if meant:
                like = f"{meant[3]}-{int(meant[2]):02}-{int(meant[1]):02}"
            self.fail(f'ngày viết năm-tháng-ngày, như {like} (ở đây có "{value}")', param, ctx)


class _Period(click.ParamType[Period]):
    name = "kỳ"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Period:
        try:
            return value if isinstance(value, Period) else Period.parse(value)
        except ValueError as wrong:
            self.fail(str(wrong), param, ctx)


class _Shard(click.ParamType[tuple[int, int]]):
    name = "phần"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", value)
        if not found or not 1 <= int(found[1]) <= int(found[2]):
            self.fail(f'phần viết I/N, như 2/3 (ở đây có "{value}")', param, ctx)
        return int(found[1]), int(found[2])


DAY = _Day()
PERIOD = _Period()
SHARD = _Shard()


class RefusedError(click.UsageError):
    """What was asked for can't be done; the message says why."""


def wrong_use(wrong: click.ClickException, arguments: Sequence[str]) -> str:
    """What is wrong with a command line, in one line that ends in where to read on."""
    if isinstance(wrong, RefusedError):
        return f"Không làm được: {_ended(wrong.message)}"
    context = wrong.ctx if isinstance(wrong, click.UsageError) else None
    command = context.command_path if context else "qcph"
    return f"Dùng sai lệnh: {_ended(_said(wrong, context, arguments))} Xem: {command} --help"


def _said(
    wrong: click.ClickException, context: click.Context | None, arguments: Sequence[str]
) -> str:
    if isinstance(wrong, click.NoSuchOption):
        near = f" Có phải {wrong.possibilities[0]}?" if wrong.possibilities else ""
        return f"không có tùy chọn {wrong.option_name}.{near}"
    if isinstance(wrong, click.MissingParameter):
        required = [each for each in context.command.params if each.required] if context else []
        options = [each.opts[-1] for each in required if isinstance(each, click.Option)]
        missing = [each for each in options if each not in arguments]
        if not missing and wrong.param:
            missing = [wrong.param.make_metavar(context)] if context else []
        return f"thiếu {', '.join(missing) or 'tham số'}"
    if isinstance(wrong, click.BadParameter):
        name = wrong.param.opts[-1] if wrong.param else "tham số"
        if isinstance(wrong.param, click.Option) and isinstance(wrong.param.type, click.Choice):
            return f"{name} là một trong: {', '.join(map(str, wrong.param.type.choices))}"
        return f"{name}: {wrong.message}"
    if found := re.fullmatch(r"Got unexpected extra arguments? \((.*)\)", wrong.message):
        quoted = "câu có dấu cách phải đặt trong dấu ngoặc kép thẳng"
        return f'thừa chữ "{found[1]}"; {quoted}, như --what "Họp mỗi tháng"'
    if found := re.fullmatch(r"Option '?(--[\w-]+)'? requires an argument\.?", wrong.message):
        return f"sau {found[1]} phải có giá trị"
    if wrong.message.startswith("No such command"):
        name = wrong.message.split("'")[1] if "'" in wrong.message else wrong.message.split()[-1]
        return f"không có lệnh {name}"
    return wrong.message


def _ended(text: str) -> str:
    return text if text.endswith(("?", ".")) else f"{text}."


def _vietnamese(text: str) -> str:
    for english, vietnamese in _SAID.items():
        text = text.replace(english, vietnamese)
    return text
