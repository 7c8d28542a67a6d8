# Which files beside its page an agreement and a comparison are offered as, and of what each is made.
# Hides: their names, and the key under which a file that was made once is kept.
# Refuses: reports, which are no agreements; a PDF with a character that its fonts lack.
"""The PDF and Word files of agreements and comparisons, made only when their input changed."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property, partial
from importlib.metadata import version
from pathlib import Path

from macros import citing, compare, labels, layout, markup, model, redline, words
from macros.exchange import revisions, typeset, wordfile, wordml
from macros.model import AS_SIGNED, Agreement, TextState
from macros.redline import Pair

# All code that a result depends on.
MAKERS = (
    citing,
    compare,
    labels,
    layout,
    markup,
    model,
    redline,
    revisions,
    typeset,
    wordfile,
    wordml,
    words,
)
_PDF, _DOCX = "pdf", "docx"
_AT_ONCE = 64  # results that wait to be written
Keep = Callable[[str, Iterable[bytes], Callable[[], bytes]], bytes]


@dataclass(frozen=True, slots=True)
class Document:
    """A file of the site: its address, and how it is made of agreements."""

    address: str
    kind: str
    of: tuple[_Text, ...]
    make: Callable[[], bytes]

    @property
    def key(self) -> tuple[bytes, ...]:
        """What a result is kept under: all that it depends on."""
        return (_made_with(), *(each.digest for each in self.of))


class _Text:
    """What is asked of an agreement for each file that it stands in, answered once."""

    def __init__(self, agreement: Agreement) -> None:
        self.agreement = agreement

    @cached_property
    def digest(self) -> bytes:
        return hashlib.sha256(repr(_known(self.agreement)).encode()).digest()

    @cached_property
    def can_be_set(self) -> bool:
        return typeset.can_set(self.agreement)


def documents(agreements: Iterable[Agreement], pairs: Iterable[Pair]) -> Iterator[Document]:
    """Every file that is offered, in the order of agreements and comparisons."""
    texts: dict[str, _Text] = {}
    for each in agreements:
        if each.edition.text is TextState.FULL:
            own = texts[each.path] = _Text(each)
            name = each.address + _name(each)
            if own.can_be_set:
                yield Document(f"{name}.{_PDF}", _PDF, (own,), partial(typeset.agreement_pdf, each))
            yield Document(f"{name}.{_DOCX}", _DOCX, (own,), partial(wordfile.agreement_docx, each))
    for pair in pairs:
        name = f"{pair.address}so-sanh-{_name(pair.new)}"
        both = texts[pair.old.path], texts[pair.new.path]
        if all(each.can_be_set for each in both):
            yield Document(f"{name}.{_PDF}", _PDF, both, partial(typeset.comparison_pdf, pair))
        redline_docx = partial(revisions.redline_docx, pair.old, pair.new, pair.comparison)
        yield Document(f"{name}.{_DOCX}", _DOCX, both, redline_docx)


def results(found: Iterable[Document], keep: Keep) -> Iterator[tuple[str, bytes]]:
    """Each document's address and bytes, in order, made side by side: Typst uses every core.

    `keep` gives what was made before for a kind and a key, or makes and keeps it.
    """
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        waiting: deque[tuple[str, Future[bytes]]] = deque()
        for each in found:
            waiting.append((each.address, pool.submit(keep, each.kind, each.key, each.make)))
            if len(waiting) == _AT_ONCE:
                address, ready = waiting.popleft()
                yield address, ready.result()
        for address, ready in waiting:
            yield address, ready.result()


def _name(of: Agreement) -> str:
    """What the file is called where it is saved: one name in the whole archive."""
    later = "" if of.version == AS_SIGNED and of.newest else f"-{of.version}"
    return f"{of.unit_id}-{of.series_id}-{of.period}{later}"


def _known(of: Agreement) -> tuple[object, ...]:
    """All of an agreement that a file can depend on."""
    unit = of.unit
    return (
        of.path, of.page, of.facts, of.versions, of.newest, of.edition.reasons, of.edition.kind,
        unit.names, unit.sample, dict(of.sides), of.series_id, of.period, of.version,
    )  # fmt: skip


@cache
def _made_with() -> bytes:
    """What every result depends on besides: code, templates, fonts, Typst."""
    files = [Path(module.__file__ or "") for module in MAKERS]
    files += sorted(path for folder in typeset.DATA for path in folder.iterdir() if path.is_file())
    digest = hashlib.sha256(version("typst").encode())
    for path in files:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.digest()
