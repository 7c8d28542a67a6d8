# How a line of print looks, whatever it says.
# Hides: what counts as the end of a sentence, as capitals, as a title.
# Refuses: to know labels, paragraphs and documents.
"""What an import asks of a text before it knows what the text is."""

from __future__ import annotations

import re
from unicodedata import normalize

# Levels of a document from the widest to the narrowest, by the shape of their labels (see labels).
RANKS = {
    "phần": 0, "phụ lục": 0, "chương": 1, "I": 2, "A": 3, "mục": 4, "tiểu mục": 5,
    "điều": 6, "1": 7,
}  # fmt: skip
_ENDED = re.compile(r"[.;:!?…][\s”\"’')\]]*$")
# Lines of dashes and dots, stars, and `-----o0o-----`.
_RULE = re.compile(
    r"(?:[-–—_=~─━═*.·…]\s*){3,}|[-–—_─━═]{2,}|[-–—_=~*.\s]*(?:[oO]0[oO]|[oO0][oO][oO0])[-–—_=~*.\s]*"
)
_BASIS = re.compile(r"(?:căn cứ|thực hiện)\b", re.IGNORECASE)
_CAPITAL_SHARE = 0.75
_TITLE_WORDS = 30


def folded(text: str) -> str:
    """NFC, with white space as single spaces."""
    return " ".join(normalize("NFC", text).split())


def ended(text: str) -> bool:
    """Whether a sentence or an item ends here."""
    return bool(_ENDED.search(text))


def capitals(text: str) -> bool:
    """Whether a line is set in capitals (two letters at least)."""
    letters = [char for char in text if char.isalpha()]
    up = sum(char.isupper() for char in letters)
    return len(letters) > 1 and up >= _CAPITAL_SHARE * len(letters)


def titled(text: str, words: int = _TITLE_WORDS) -> bool:
    """Whether a text reads as a title: short, and no sentence that ends."""
    return bool(text) and len(text.split()) <= words and not ended(text)


def is_rule(text: str) -> bool:
    """Whether a line only draws a rule."""
    return bool(_RULE.fullmatch(text.strip()))


def begins_basis(text: str) -> bool:
    """Whether a paragraph begins as a legal basis does."""
    return bool(_BASIS.match(text))
