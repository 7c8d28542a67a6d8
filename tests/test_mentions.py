"""Which years of a text are this agreement's own period."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from macros.mentions import Turn, changed, judged, replacing
from macros.model import Kind, Period

TURN = Turn(Kind.REGULATION, Period(2024, 2025), Period(2025, 2026))
YEARS = Turn(Kind.PROGRAMME, Period(2018, 2020), Period(2021, 2023))

NEW = [
    ("a task of the year", "hoàn thành nhiệm vụ năm học 2024-2025./.", "nhiệm vụ năm học 2025-2026./."),
    ("a task in a few words", "nhiệm vụ trọng tâm của năm học 2024 - 2025", "năm học 2025 - 2026"),
    ("the dash and spaces are kept", "trong năm học 2024 – 2025,", "trong năm học 2025 – 2026,"),
    ("half a space", "trong năm học 2024 -2025", "trong năm học 2025 -2026"),
    ("a stroke", "trong năm học 2024/2025", "trong năm học 2025/2026"),
    ("two digits", "trong năm học 2024-25", "trong năm học 2025-26"),
    ("without a space before", "trong năm học2024-2025", "trong năm học2025-2026"),
    ("the end of the year", "Cuối năm học 2024-2025, hai bên họp", "Cuối năm học 2025-2026, hai"),
    ("capitals", "NHIỆM VỤ NĂM HỌC 2024-2025", "NHIỆM VỤ NĂM HỌC 2025-2026"),
    ("its own name", "Quy chế phối hợp giữa hai bên năm học 2024-2025 gồm", "năm học 2025-2026 gồm"),
    ("its own name with words between", "Quy chế hoạt động, phối hợp công tác năm học 2024-2025", "2025-2026"),
    ("what it replaces", "thay thế Quy chế phối hợp năm học 2023 – 2024.", "năm học 2024 – 2025."),
    ("what it replaces, unknown to the data", "thay thế Quy chế năm học 2022-2023.", "học 2024-2025."),
    ("a task after a plan of another sentence", "Theo Kế hoạch; nhiệm vụ năm học 2024-2025", "2025-2026"),
    ("a task after a list of plans", "theo kế hoạch, nhiệm vụ năm học 2024-2025", "năm học 2025-2026"),
    ("a task that a plan aims at", "thực hiện Nghị quyết nhằm hoàn thành nhiệm vụ năm học 2024-2025", "2025-2026"),
    ("a verb, not a thing", "Hiệu trưởng hướng dẫn nhiệm vụ năm học 2024-2025", "học 2025-2026"),
    ("an event with a capital", "tổ chức Hội nghị trong năm học 2024-2025", "trong năm học 2025-2026"),
    ("an event of the year", "tổ chức hội nghị trong năm học 2024-2025", "trong năm học 2025-2026"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in NEW], ids=[r[0] for r in NEW])
def test_what_plainly_means_this_period(text, expected):
    """The period becomes the new one in the form in which it was printed."""
    found = judged(text, TURN)

    assert [""] == [each.why for each in found]
    assert expected in changed(text, found)


LEFT = [
    ("a plan named after it", "Căn cứ Kế hoạch giáo dục năm học 2024-2025 của trường", ["“Kế hoạch”"]),
    ("a plan about its tasks", "Kế hoạch thực hiện nhiệm vụ năm học 2024-2025", ["“Kế hoạch”"]),
    ("a directive about its tasks", "Chỉ thị số 5, ngày đầu năm, về nhiệm vụ năm học 2024-2025", ["“Chỉ thị”"]),
    ("a decision in capitals", "QUYẾT ĐỊNH giao nhiệm vụ năm học 2024-2025", ["“QUYẾT ĐỊNH”"]),
    ("another regulation", "theo Quy chế chi tiêu nội bộ năm học 2024-2025", ["“Quy chế”"]),
    ("what another thing replaces", "thay thế Kế hoạch năm học 2023-2024", ["“Kế hoạch”"]),
    ("a conference", "tại Hội nghị viên chức năm học 2024-2025", ["“Hội nghị”"]),
    ("the past", "đã hoàn thành nhiệm vụ năm học 2024-2025", ["đã qua"]),
    ("a name in quotes", "Hội thi “Cô giáo giỏi năm học 2024-2025” cấp trường", ["ngoặc kép"]),
    ("straight quotes", 'phong trào "Xanh trong năm học 2024-2025"', ["ngoặc kép"]),
    ("a number of times", "giải thưởng lần thứ 4, năm học 2024-2025", ["“lần thứ 4”"]),
    ("a term of office", "Ban Chấp hành nhiệm kỳ 2024-2025", ["nhiệm kỳ"]),
    ("the year alone", "năm học 2024", ["đứng riêng"]),
    ("years alone", "các ngày lễ trong năm 2024 và 2025", ["đứng riêng"]),
    ("a long day", "từ ngày 16 tháng 02 năm 2025", ["ngày cụ thể"]),
    ("a day with blanks", "ngày tháng 10 năm 2024", ["ngày cụ thể"]),
    ("a short day", "ngày 30/8/2024", ["ngày cụ thể"]),
    ("months", "từ tháng 11/2024 đến tháng 2 năm 2025", ["tháng cụ thể", "tháng cụ thể"]),
    ("a number", "Thông tư số 12/2024/TT-BGDĐT", ["ký hiệu"]),
    ("a number made of the period", "Kế hoạch 2024-2025/KH-MN", ["ký hiệu"]),
    ("another period", "chiến lược giai đoạn 2020-2025", ["không phải kỳ 2024-2025"]),
    ("the period before, not replaced", "so với năm học 2023-2024", ["không phải kỳ 2024-2025"]),
    ("the new period already", "phương hướng năm học 2025-2026", ["không phải kỳ 2024-2025"]),
    ("two periods", "trong năm học 2024-2025 và 2025-2026", ["đi cùng", "không phải"]),
    ("three years in a row", "trong 2024-2025-2026", ["đứng riêng", "đứng riêng"]),
    ("itself as replaced", "thay thế Quy chế phối hợp năm học 2024-2025", ["đã đúng"]),
    ("nothing that decides", "Năm học 2024-2025 là năm thứ ba", ["chưa rõ"]),
    ("an anniversary", "chào mừng 65 năm thành lập ngành", ["tính tới kỳ trước"]),
    ("a wrong pair", "năm 2025-2024", ["đứng riêng"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "whys"), [row[1:] for row in LEFT], ids=[r[0] for r in LEFT])
def test_what_may_be_something_else(text, whys):
    """A year that may belong to something else stays, with the reason."""
    found = judged(text, TURN)

    assert text == changed(text, found)
    assert len(whys) == len(found)
    assert [True] * len(whys) == [part in m.why for part, m in zip(whys, found, strict=True)]


@pytest.mark.parametrize(
    "text",
    [
        "ngày 30/8/2013", "Luật số 12/2012/QH13", "Chỉ thị 05-CT/TW", "giai đoạn 2010-2015",
        "20245 đồng", "12024 người", "mức 5.000.000 đồng", "trong năm học", "25-26",
    ],
)  # fmt: skip
def test_what_names_no_year_of_the_period(text):
    """Other years, numbers and codes are not told."""
    assert [] == judged(text, TURN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Chương trình phối hợp giai đoạn 2018 -2020", "Chương trình phối hợp giai đoạn 2021 -2023"),
        ("trong giai đoạn 2018–2020", "trong giai đoạn 2021–2023"),
        ("thay thế Chương trình giai đoạn 2015-2017", "thay thế Chương trình giai đoạn 2018-2020"),
        ("thay thế Kế hoạch giai đoạn 2015-2017", "thay thế Kế hoạch giai đoạn 2015-2017"),
        ("thay thế Chương trình phối hợp giai đoạn 2015-2017",
         "thay thế Chương trình phối hợp giai đoạn 2018-2020"),
        ("thay thế Chương trình phối hợp năm học 2016-2017",
         "thay thế Chương trình phối hợp năm học 2016-2017"),
    ],
)  # fmt: skip
def test_several_years(text, expected):
    """A period of several years turns like a school year, and never into one."""
    assert expected == changed(text, judged(text, YEARS))


@pytest.mark.parametrize(
    ("text", "flags", "expected"),
    [
        ("KẾ HOẠCH NĂM HỌC 2024-2025", {"title": True}, "KẾ HOẠCH NĂM HỌC 2025-2026"),
        ("Hội thi “Năm học 2024-2025”", {"title": True}, "Hội thi “Năm học 2024-2025”"),
        ("Căn cứ Quy chế phối hợp của ngành năm học 2024-2025;", {"basis": True},
         "Căn cứ Quy chế phối hợp của ngành năm học 2024-2025;"),
        ("Thực hiện Luật, hai bên thống nhất Quy chế phối hợp năm học 2024-2025", {"basis": True},
         "Thực hiện Luật, hai bên thống nhất Quy chế phối hợp năm học 2025-2026"),
        ("Căn cứ nhiệm vụ năm học 2024-2025;", {"basis": True},
         "Căn cứ nhiệm vụ năm học 2025-2026;"),
    ],
)  # fmt: skip
def test_where_it_stands(text, flags, expected):
    """A title names this agreement; a basis names others, but for what is drawn up upon it."""
    assert expected == changed(text, judged(text, TURN, **flags))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("và thay thế Quy chế phối hợp năm học 2024 – 2025.",
         "thay thế Quy chế phối hợp năm học 2024 – 2025"),
        ("thay thế Quy chế phối hợp năm học 2023-2024.", ""),
        ("thay thế Kế hoạch năm học 2024-2025.", ""),
        ("Nhân sự được thay thế. Kết thúc năm học 2024-2025.", ""),
    ],
)  # fmt: skip
def test_words_that_replace(text, expected):
    """The words by which the new text replaces the old edition are found, and no others."""
    assert expected == replacing(text, TURN)


PIECES = st.sampled_from(
    "2024-2025;2024 – 2025;2023-2024;năm học ;nhiệm vụ ;thay thế ;Kế hoạch ;“;”;., ;. ; ;/;-;12;đã ;"
    "tháng 11/2024;2024;Hội nghị ;trong ;lần thứ 4, ;Quy chế phối hợp ;KH-MN;và 2025;a".split(";")
)


@given(st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join))
def test_only_periods_change(text):
    """Whatever a text holds, nothing but whole pairs of years changes, and no mention overlaps."""
    found = judged(text, TURN)
    places = [place for each in found for place in (each.start, each.end)]
    bare = [
        re.sub(r"202[3456]|(?<=\D)2[456]\b", "#", each) for each in (text, changed(text, found))
    ]

    assert sorted(places) == places
    assert bare[0] == bare[1]
    assert [] == [each for each in found if bool(each.new) == bool(each.why)]
