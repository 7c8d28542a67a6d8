"""Files that people or attackers send, made here: PDFs by Typst, the rest byte by byte."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

import typst

_SET = """#set page(paper: "a4", margin: (top: 2cm, bottom: 2cm, left: 3cm, right: 2cm){more})
#set text(font: "Libertinus Serif", size: 14pt, lang: "vi")
#set par(justify: true, first-line-indent: (amount: 1.27cm, all: true))
"""


@cache
def pdf(body: str, more: str = "") -> bytes:
    """A PDF of Typst's markup on A4 with the margins of an official document."""
    return typst.compile((_SET.replace("{more}", more) + body).encode())


def scan() -> bytes:
    """A PDF that holds a picture and no letter."""
    return pdf('#image(bytes("<svg xmlns=\\"http://www.w3.org/2000/svg\\" width=\\"9\\" '
               'height=\\"9\\"><rect width=\\"9\\" height=\\"9\\"/></svg>"), width: 9cm)')  # fmt: skip


_PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
    b" /Resources << /Font << /F1 5 0 R /F2 << /Type /Font /Subtype /Type1"
    b" /BaseFont /Times-Roman >> >> >> >>"
)


def packed(content: bytes, times: int) -> bytes:
    """Content many times over as one deflated stream; it is deflated only once."""
    squeezer = zlib.compressobj(9, wbits=-15)
    piece = squeezer.compress(content) + squeezer.flush(zlib.Z_FULL_FLUSH)
    check = 1
    for _ in range(times):
        check = zlib.adler32(content, check)
    return b"\x78\xda" + piece * times + b"\x03\x00" + check.to_bytes(4, "big")


def bare_pdf(
    content: bytes, *, times: int = 1, count: int = 1, kids: int = 1, font: bytes = b""
) -> bytes:
    """A PDF of one content stream, written by hand; `count` and `kids` may lie."""
    font = font or b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    stream = packed(content, times)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, b"3 0 R " * kids),
        _PAGE,
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
        font,
    ]
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    places = []
    for number, each in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, each))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % place for place in places)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def locked_pdf() -> bytes:
    """A PDF that asks for a password before it can be read."""
    entry = (
        b"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <"
        + b"ab" * 32 + b"> /U <" + b"cd" * 32 + b"> >> /ID [<00><00>]"
    )  # fmt: skip
    return bare_pdf(b"").replace(b"/Root 1 0 R", b"/Root 1 0 R " + entry)


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


_TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    b'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
    b'.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd'
    b'.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    b'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/'
    b'officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
    b"</Relationships>"
)
_NAMESPACE = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def bare_docx(document: bytes, **more: bytes) -> bytes:
    """A .docx of the fewest parts; `document` is the XML of its text."""
    return zipped(
        {"[Content_Types].xml": _TYPES, "_rels/.rels": _RELATIONS, "word/document.xml": document}
        | {name.replace("__", "/"): data for name, data in more.items()}
    )


def document(body: bytes, before: bytes = b"") -> bytes:
    """The XML of a .docx's text around `body`."""
    head = b'<?xml version="1.0"?>' + before
    return head + b"<w:document %s><w:body>%s</w:body></w:document>" % (_NAMESPACE, body)


def paragraph(text: str) -> bytes:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>".encode()


_ENTITIES = [
    b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10 if n else b"ha" * 50) for n in range(10)
]
_LAUGHS = b"<!DOCTYPE x [" + b"".join(_ENTITIES) + b"]>"
_LETTERS_PAGE = b"BT /F1 9 Tf 20 800 Td (" + b"abc " * 12_000 + b") Tj ET\n"
_UNMAPPED = (
    b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [.1 0 0 .1 0 0]"
    b" /CharProcs << >> /Encoding << /Differences [65 /g1 /g2 /g3] >> /FirstChar 65 /LastChar 67"
    b" /Widths [9 9 9] >>"
)

# Each hostile or broken file: its name, how it is made, and words that its error must have.
HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("a.txt", lambda: b"", "rỗng"),
    "blank": ("a.docx", lambda: b" \n\n\x00\x00", "rỗng"),
    "too-large": ("a.txt", lambda: b"a" * 20_000_001, "20 MB"),
    "pdf-as-docx": ("a.docx", lambda: bare_pdf(b""), "thật ra là PDF: đổi đuôi thành .pdf"),
    "docx-as-pdf": ("a.pdf", lambda: bare_docx(document(b"")), "đổi đuôi thành .docx"),
    "html-as-txt": ("a.txt", lambda: b"<!DOCTYPE html><p>a", "đổi đuôi thành .html"),
    "text-as-docx": ("a.docx", "QUY CHẾ".encode, "đổi đuôi thành .txt"),
    "lock-of-word": ("~$a.docx", lambda: b"\x05Admin", "tệp tạm của Word: đóng Word"),
    "garbage-as-docx": ("a.docx", lambda: bytes(range(1, 256)), "hỏng hoặc không phải tệp Word"),
    "nul-as-doc": ("a.doc", lambda: b"a\x00b" * 9, "hỏng hoặc không phải tệp Word"),
    "exe-as-docx": ("a.docx", lambda: b"MZ\x90\x00" + b"\x00" * 99, "chương trình Windows"),
    "png-as-pdf": ("a.pdf", lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 99, "ảnh PNG"),
    "jpeg": ("a.jpg", lambda: b"\xff\xd8\xff\xe0" + b"\x00" * 99, "ảnh JPEG"),
    "xlsx-as-docx": ("a.docx", lambda: zipped({"xl/workbook.xml": b"<a/>"}), "Excel"),
    "zip-as-docx": ("a.docx", lambda: zipped({"a.txt": b"a"}), ".zip"),
    "odt": ("a.odt", lambda: zipped({"mimetype": b"application/vnd.oasis.opendocument.text"}),
            "chỉ đọc được"),
    "xml": ("a.txt", lambda: b'<?xml version="1.0"?><a/>', "XML"),
    "mht": ("a.html", lambda: b"MIME-Version: 1.0\nContent-Type: multipart/related\n", ".mht"),
    "macros": ("a.docm", lambda: bare_docx(document(b"")), "macro"),
    "password-docx": (
        "a.docx",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "mật khẩu",
    ),
    "docx-cut": ("a.docx", lambda: bare_docx(document(paragraph("a" * 9999)))[:600], ""),
    "docx-no-xml": ("a.docx", lambda: bare_docx(b"\x00\xff not xml"), ""),
    "docx-bomb": ("a.docx", lambda: bare_docx(document(paragraph("a" * 80_000_000))), ""),
    "docx-many-bombs": (
        "a.docx",
        lambda: bare_docx(document(b""), **{f"word__{n}.xml": b" " * 30_000_000 for n in range(9)}),
        "",
    ),
    "docx-laughs": ("a.docx", lambda: bare_docx(document(b"<w:p>&a9;</w:p>", _LAUGHS)), ""),
    "docx-utf16-laughs": (
        "a.docx",
        lambda: bare_docx(
            document(b"<w:p>&a9;</w:p>", _LAUGHS)
            .replace(b'"1.0"', b'"1.0" encoding="utf-16"').decode().encode("utf-16")
        ),
        "",
    ),
    "docx-file-entity": (
        "a.docx",
        lambda: bare_docx(
            document(b"<w:p><w:r><w:t>&x;</w:t></w:r></w:p>",
                     b'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>')
        ),
        "",
    ),
    "docx-deep": (
        "a.docx",
        lambda: bare_docx(document(b"<w:tbl><w:tr><w:tc>" * 5000 + b"</w:tc></w:tr></w:tbl>" * 5000)),
        "",
    ),
    "docx-paragraphs": ("a.docx", lambda: bare_docx(document(paragraph("a") * 300_000)), ""),
    "pdf-cut": ("a.pdf", lambda: pdf("Quy chế")[:900], "cắt cụt"),
    "pdf-header-alone": ("a.pdf", lambda: b"%PDF-1.7\n%%EOF", "PDF"),
    "pdf-locked": ("a.pdf", locked_pdf, "mật khẩu"),
    "pdf-scan": ("a.pdf", scan, "nhận dạng chữ (OCR)"),
    "pdf-no-letters": (
        "a.pdf",
        lambda: bare_pdf(b"BT /F1 9 Tf 20 800 Td (ABCABCABC) Tj ET", font=_UNMAPPED),
        "",
    ),
    "pdf-pages": ("a.pdf", lambda: bare_pdf(_LETTERS_PAGE, count=9999, kids=9999), "trang"),
    "pdf-heavy-pages": ("a.pdf", lambda: bare_pdf(_LETTERS_PAGE * 20, count=200, kids=200), ""),
    "pdf-stream-bomb": ("a.pdf", lambda: bare_pdf(b" " * 1_000_000, times=600), ""),
    "pdf-operators": ("a.pdf", lambda: bare_pdf(b"0 0 9 9 re f\n" * 100_000, times=60), ""),
    "html-deep": ("a.html", lambda: b"<html>" + b"<div>" * 100_000 + b"a", "tầng"),
    "html-elements": ("a.html", lambda: b"<html>" + b"<b>a</b>" * 300_000, ""),
    "html-entities": ("a.html", lambda: b"<html>" + _LAUGHS + b"&a9;", None),
    "html-utf16-half": ("a.html", lambda: "<html>ă".encode("utf-16")[:-1], "UTF-16"),
    "text-nul": ("a.txt", lambda: b"Quy\x00che", "nhị phân"),
    "text-utf32": ("a.txt", lambda: "Quy chế".encode("utf-32"), "UTF-16"),
    "text-utf16-half": ("a.txt", lambda: "Quy chế".encode("utf-16")[:-1], "UTF-16"),
    "text-mixed": ("a.txt", lambda: "Quy chế".encode() + b"\xff\xfe\x81", "byte FF FE 81"),
    "text-no-words": ("a.txt", lambda: b"***\n\n**\n", "không có chữ"),
    "text-long-line": ("a.txt", lambda: b"a " * 5_000_000, "quá dài"),
    "text-many-lines": ("a.txt", lambda: b"a\n" * 5_000_000, "quá dài"),
    "text-many-gaps": ("a.txt", lambda: b"aa     bb\n" * 5_000, None),
    "text-bars": ("a.md", lambda: b"| a" * 9_000 + b"|\n", None),
    "text-stars": ("a.md", lambda: b"*a " * 30_000, None),
    "text-brackets": ("a.md", lambda: b"[" * 99_000, None),
}  # fmt: skip
