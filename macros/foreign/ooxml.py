# A Word file as the XML parts that hold its words, after every wall that a hostile file meets.
# Hides: zip and its lies, XML and its entities, relationships between parts.
# Refuses: to unpack more than is announced and allowed, DOCTYPE, macros, links to the outside;
# to open what holds no words (pictures, objects, fonts).
"""`opened(data)`: the parts of a .docx that hold words or their form, parsed."""

from __future__ import annotations

import posixpath
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from lxml import etree

from macros.foreign.elements import Element, name
from macros.problem import EditorError

# In bytes. The longest agreement we know makes a document.xml of 0.3 MB.
_MOST_OF_A_FILE = 50_000_000
_MOST_OF_A_PART = 12_000_000
_MOST_OF_ALL_PARTS = 24_000_000
_MOST_ANNOUNCED = 400_000_000  # with pictures, which are never unpacked
_MOST_MEMBERS = 3000
_MOST_LINKED = 200  # parts that are read
_RATIO, _RATIO_FROM = 250, 1_000_000  # Word's own XML packs 10 to 40 times smaller
# A tree takes some 120 bytes for each element, text and attribute.
_MOST_MARKS = 600_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE_AGAIN = "Mở tệp bằng Word, lưu lại thành .docx rồi thử lại."
_COPY = "Chép toàn bộ chữ sang một tệp Word mới, lưu lại thành .docx rồi thử lại."
_ENCODED = re.compile(rb"""^[^>]{0,200}?encoding\s*=\s*["']([^"']{0,40})""")
_ENCODINGS = (b"utf-8", b"utf8", b"us-ascii", b"ascii", b"utf-16", b"utf16")
_DECLARED = tuple(
    mark.encode(encoding)
    for mark in ("<!DOCTYPE", "<!ENTITY")
    for encoding in ("utf-8", "utf-16-le", "utf-16-be")
)
_READ = "styles numbering footnotes endnotes comments header footer".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A part that the document names: its kind ("styles", "header"), the name, its root."""

    kind: str
    key: str
    root: Element


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The document's root and the parts with words or form that it names."""

    document: Element
    linked: tuple[Linked, ...]

    def root(self, kind: str) -> Element | None:
        """The first part of a kind; None where there is none."""
        return next((each.root for each in self.linked if each.kind == kind), None)


def opened(data: bytes) -> Package:
    """All parts that are read, parsed. Raises EditorError for whatever should not be opened."""
    try:
        return _opened(_Zip(data))
    except (BadZipFile, zlib.error, NotImplementedError, UnicodeDecodeError, ValueError) as error:
        raise EditorError(f"tệp Word hỏng, hoặc chép, tải chưa hết. {_SAVE_AGAIN}") from error


class _Zip:
    """The members of a zip, unpacked one at a time and never past what was announced."""

    def __init__(self, data: bytes) -> None:
        _refuse_other_forms(data)
        self._data = data
        self._left = _MOST_OF_ALL_PARTS
        self._marks = _MOST_MARKS
        with ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
        self.members = {each.filename.lower().lstrip("/"): each for each in members}
        if len(self.members) < len(members):
            raise EditorError(f"tệp Word có hai phần cùng tên bên trong. {_SAVE_AGAIN}")
        if sum(each.file_size for each in members) > _MOST_ANNOUNCED:
            raise EditorError(f"tệp Word bung ra quá lớn (trên 400 MB). {_COPY}")

    def root(self, part: str) -> Element | None:
        """The part's root; None where there is no such part."""
        member = self.members.get(part.lower())
        return None if member is None else self._parsed(part, self._unpacked(part, member))

    def _unpacked(self, part: str, member: ZipInfo) -> bytes:
        if member.flag_bits & 0x1:
            raise EditorError(f"tệp Word có mật khẩu. Bỏ mật khẩu. {_SAVE_AGAIN}")
        most = min(_MOST_OF_A_PART, self._left)
        heavy = member.file_size > _RATIO_FROM and (
            member.file_size > _RATIO * max(member.compress_size, 1)
        )
        if member.file_size > most or heavy:
            raise _too_large(part)
        # Not ZipFile.read: it unpacks all that is there before it looks at the announced size.
        at = member.header_offset
        names = int.from_bytes(self._data[at + 26 : at + 28], "little")
        extra = int.from_bytes(self._data[at + 28 : at + 30], "little")
        start = at + 30 + names + extra
        text = self._data[start : start + member.compress_size]
        if member.compress_type == ZIP_DEFLATED:
            text = zlib.decompressobj(-zlib.MAX_WBITS).decompress(text, member.file_size + 1)
        elif member.compress_type != ZIP_STORED:
            raise EditorError(f"tệp Word nén theo kiểu lạ. {_SAVE_AGAIN}")
        if len(text) != member.file_size or zlib.crc32(text) != member.CRC:
            raise BadZipFile(part)
        self._left -= len(text)
        return text

    def _parsed(self, part: str, text: bytes) -> Element:
        encoding = _ENCODED.match(text)
        if any(mark in text for mark in _DECLARED) or (
            encoding and encoding[1].lower() not in _ENCODINGS
        ):
            raise _declared(part)
        self._marks -= text.count(b"<") + text.count(b"=")
        if self._marks < 0:
            raise _too_large(part)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False,
            remove_comments=True, remove_pis=True,
        )  # fmt: skip
        try:
            root = etree.fromstring(text, parser)
        except etree.XMLSyntaxError as error:
            raise _not_xml(part, str(error)) from error
        # In an encoding that nobody thought of, the marks above are spelt otherwise.
        if root.getroottree().docinfo.internalDTD is not None:
            raise _declared(part)
        return root


def _refuse_other_forms(data: bytes) -> None:
    if not data:
        raise EditorError("tệp rỗng, không có byte nào. Chép lại tệp rồi thử lại.")
    if len(data) > _MOST_OF_A_FILE:
        raise EditorError(f"tệp Word quá lớn (trên 50 MB). {_COPY}")
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise EditorError(f"tệp Word có mật khẩu. Bỏ mật khẩu. {_SAVE_AGAIN}")
        raise EditorError(f"tệp .doc cũ hoặc có mật khẩu, không phải .docx. {_SAVE_AGAIN}")
    if not data.startswith(b"PK"):
        raise EditorError(f"tệp không phải .docx (không phải dạng nén zip). {_SAVE_AGAIN}")
    # Counted before the list of members is read, which takes memory for each of them.
    if data.count(b"PK\x01\x02") > _MOST_MEMBERS:
        raise EditorError(f"tệp Word có quá nhiều phần bên trong. {_COPY}")


def _opened(archive: _Zip) -> Package:
    if any(posixpath.basename(each).startswith("vbaproject") for each in archive.members):
        raise _macros()
    types = archive.root("[content_types].xml")
    if types is None:
        raise EditorError(f"tệp nén zip này không phải tệp Word. {_SAVE_AGAIN}")
    if any("macroEnabled" in (each.get("ContentType") or "") for each in types):
        raise _macros()
    relations = [each for each in archive.members if each.endswith(".rels")]
    if len(relations) > _MOST_LINKED:
        raise EditorError(f"tệp Word có quá nhiều phần bên trong. {_COPY}")
    links = {each: list(_links(each, archive.root(each))) for each in relations}
    main = next(
        (at for kind, _, at in links.get("_rels/.rels", ()) if kind == "officeDocument"), ""
    )
    document = archive.root(main)
    if document is None or name(document) != "w:document":
        raise EditorError(
            f"tệp không có văn bản Word bên trong (có thể là Excel, PowerPoint). {_SAVE_AGAIN}"
        )
    folder, file = posixpath.split(main)
    of_main = links.get(f"{folder}/_rels/{file}.rels".lower().lstrip("/"), [])
    return Package(document=document, linked=tuple(_linked(archive, of_main)))


def _links(part: str, root: Element) -> Iterator[tuple[str, str, str]]:
    """Kind, name and part of each relationship that stays inside the file."""
    folder = posixpath.dirname(posixpath.dirname(part))
    for each in root:
        kind = posixpath.basename(each.get("Type") or "")
        target = each.get("Target") or ""
        if kind == "vbaProject":
            raise _macros()
        if (each.get("TargetMode") or "").lower() == "external":
            if kind != "hyperlink":
                raise _external(kind)
            continue
        yield kind, each.get("Id") or "", posixpath.normpath(
            posixpath.join("/", folder, target)
        ).lstrip("/")  # fmt: skip


def _linked(archive: _Zip, links: list[tuple[str, str, str]]) -> Iterator[Linked]:
    known: dict[str, Element] = {}
    for kind, key, part in links:
        if kind not in _READ:
            continue
        if part not in known:
            known[part] = archive.root(part)
        if known[part] is not None:
            yield Linked(kind=kind, key=key, root=known[part])


def _not_xml(part: str, message: str) -> EditorError:
    if "depth" in message.lower():
        return EditorError(f"phần {part} của tệp Word lồng nhau quá sâu. {_COPY}")
    if "entit" in message.lower() or "amplification" in message.lower():
        return _declared(part)
    return EditorError(f"phần {part} của tệp Word hỏng (XML sai). {_SAVE_AGAIN}")


def _too_large(part: str) -> EditorError:
    return EditorError(f"phần {part} của tệp Word bung ra quá lớn (có thể là bom nén). {_COPY}")


def _declared(part: str) -> EditorError:
    return EditorError(
        f"phần {part} của tệp Word có khai báo DOCTYPE hay bảng mã lạ, Word không viết vậy. {_COPY}"
    )


def _macros() -> EditorError:
    return EditorError("tệp có macro (.docm): không mở. Lưu thành .docx (không macro) rồi thử lại.")


def _external(kind: str) -> EditorError:
    return EditorError(
        f'tệp Word lấy nội dung từ nơi khác (liên kết ngoài, loại "{kind}"). {_COPY}'
    )
