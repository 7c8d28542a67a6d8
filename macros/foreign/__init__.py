# Readers of files from outside: bytes → Manuscript. Each is read where it can do no harm: by
# exchange.incoming in a process of its own, or here, for an original that the archive holds already.
"""What files of other programs print, as manuscripts."""

from __future__ import annotations


def is_word(name: str) -> bool:
    """Whether an original is a Word file, by its name in data/sources/."""
    return name.endswith(".docx")


def original_text(name: str, data: bytes) -> str | None:
    """What an original prints, line by line; None for one that is no text.

    Raises UnicodeDecodeError for a text that is not UTF-8, EditorError for a broken Word file.
    """
    if name.endswith(".txt"):
        return data.decode("utf-8-sig")
    if not is_word(name):
        return None
    # Its readers cost a process that reads no Word file a third of a second.
    from macros.foreign.word import read_word  # noqa: PLC0415

    lines = read_word(data).lines()
    return "\n".join(f"{line.label} {line.text}".strip() for line in lines)
