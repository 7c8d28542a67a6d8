"""What the command line says of wrong use: one Vietnamese line that names the mistake."""

from __future__ import annotations

import pytest

from macros.cli import cli, run

EDITION = "truong-mau/cong-doan/2025-2026"
DAY = ("--date", "2026-03-16", "--what", "Thử.", "--why", "Vì thử.")
WRONG = [
    ("nothing given", ["amend", EDITION], "thiếu --date, --what, --why. Xem: qcph amend --help"),
    ("day first", ["seal", "--date", "20/9/2025", EDITION],
     '--date: ngày viết năm-tháng-ngày, như 2025-09-20 (ở đây có "20/9/2025"). Xem: qcph seal --help'),
    ("no day", ["seal", "--date", "hôm nay", EDITION],
     '--date: ngày viết năm-tháng-ngày, như 2025-09-20 (ở đây có "hôm nay"). Xem: qcph seal --help'),
    ("quotes forgotten", ["extend", "--to", "2026-2027", "--evidence", "Biên", "bản", "họp", EDITION],
     f'thừa chữ "họp {EDITION}"; câu có dấu cách phải đặt trong dấu ngoặc kép thẳng, '),
    ("value forgotten", ["seal", "--date"], "sau --date phải có giá trị. "),
    ("option misspelt", ["seal", "--dat", "x"], "không có tùy chọn --dat. Có phải --date? "),
    ("command misspelt", ["seel"], "không có lệnh seel. "),
    ("no such form", ["check", "--format", "xml"], "--format là một trong: text, github, json. "),
    ("argument forgotten", ["impact"], "thiếu MÃ. Xem: qcph impact --help"),
    ("period", ["extend", "--to", "2026", "--evidence", "x", EDITION],
     '--to: "2026" không có dạng 2024-2025. '),
    ("two colons", ["report", "main...HEAD"], "viết hai mốc git cách nhau bằng hai dấu chấm"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_wrong_use_is_one_line(arguments, said, capsys):
    """The mistake is named with the option as it is typed, and where to read on; exit code 2."""
    assert 2 == run(arguments)
    out, err = capsys.readouterr()

    assert ("", 1) == (out, err.count("\n"))
    assert err.startswith(f"Dùng sai lệnh: {said}")


@pytest.mark.parametrize(
    ("agreed", "said"),
    [
        (["Hội phụ nữ=Trần Thị B"], '--agreed "Hội phụ nữ=Trần Thị B" không đúng dạng BÊN=AI; '),
        (["union"], '--agreed "union" không đúng dạng BÊN=AI; '),
        (["CÔNG ĐOÀN=Trần Thị B"], "chưa ghi ai đồng ý cho bên management (Nhà trường)"),
    ],
)
def test_sides_go_by_their_names(agreed, said, capsys):
    """A side is named by its id or by what the unit calls it; else the two sides are told."""
    given = [part for each in agreed for part in ("--agreed", each)]

    assert 2 == run(["amend", *DAY, *given, EDITION])
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], *([name] for name in sorted(cli.commands))], ids=str)
def test_help_is_vietnamese(command, capsys):
    """No help text has an English word of the library."""
    assert 0 == run([*command, "--help"] if command else [])
    told = capsys.readouterr().out

    assert "Cách dùng: qcph" in told
    for word in ("Usage", "Options", "Commands", "Show this", "[required]", "ARGS", "%Y"):
        assert word not in told
