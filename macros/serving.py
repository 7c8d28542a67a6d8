# What a web server is told about the site: names that change with the content, and the policy on
# scripts. Hides: how a file's digest gets into its name and into those that name it.
# Refuses: a script written into a page that nobody has accepted; it reads and writes no file.
"""Assets under names that hold their digest, inline scripts, and the Content-Security-Policy."""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from collections.abc import Collection, Iterator, Mapping

from macros.markup import shown

_DIGITS = 8
HASHED = re.compile(rf"\.[0-9a-f]{{{_DIGITS}}}\.")
# `url(a.woff2)` in a style, `"./a.js"` in a script: nothing else of ours names another asset.
_NAMED = {
    ".css": re.compile(r"(?<=url\()[\w./-]+(?=\))"),
    ".js": re.compile(r'(?<=")\./[\w./-]+\.js(?=")'),
}
_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)(?:</script\b|\Z)", re.IGNORECASE | re.DOTALL)
_SRC = re.compile(r"""(?:^|[\s"'/])src\s*=""", re.IGNORECASE)
_DATA = re.compile(r"""\btype\s*=\s*["']?application/(?:ld\+)?json\b""", re.IGNORECASE)
_BEGINNING = 60
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",  # the theme's styles hold their icons so
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def named_by_content(files: Mapping[str, bytes]) -> dict[str, tuple[str, bytes]]:
    """Each asset's public name and bytes, by its name in the sources.

    The name holds the digest of the bytes, and these name other assets by their public names: so
    whatever changes in an asset or in one that it names, changes its name.
    Raises ValueError where assets name each other in a circle.
    """
    found: dict[str, tuple[str, bytes]] = {}

    def public(name: str, path: tuple[str, ...]) -> str:
        if name in path:
            raise ValueError(f"assets name each other: {' → '.join((*path, name))}")
        if name not in found:
            found[name] = named(name, (*path, name))
        return found[name][0]

    def named(name: str, path: tuple[str, ...]) -> tuple[str, bytes]:
        data = files[name]
        folder, (stem, ending) = posixpath.dirname(name), posixpath.splitext(name)

        def instead(match: re.Match[str]) -> str:
            target = posixpath.normpath(posixpath.join(folder, match[0]))
            if target not in files:
                return match[0]
            return posixpath.join(
                posixpath.dirname(match[0]), posixpath.basename(public(target, path))
            )

        if ending in _NAMED:
            data = _NAMED[ending].sub(instead, data.decode()).encode()
        return f"{stem}.{hashlib.sha256(data).hexdigest()[:_DIGITS]}{ending}", data

    for name in files:
        public(name, ())
    return found


def inline_scripts(html: str) -> Iterator[str]:
    """The scripts that stand in a page itself; data in JSON is none."""
    for attributes, script in _SCRIPT.findall(html):
        if not _SRC.search(attributes) and not _DATA.search(attributes):
            yield script


def source_of(script: str) -> str:
    """How a policy names a script that stands in a page: by its digest."""
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def listed(text: str) -> tuple[str, ...]:
    """The accepted scripts of deploy/script-hashes.txt, as a policy names them."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return tuple(f"'{line}'" for line in lines if line)


def unknown_script(address: str, script: str) -> str:
    """What is said of a script in a page that the list does not hold."""
    begun = " ".join(script.split())[:_BEGINNING]
    return (
        f"{shown(address)}: trong trang có đoạn mã JavaScript chưa được chấp nhận:"
        f' "{shown(begun)}…".\n'
        "  → Nếu không phải của chúng ta: bỏ nó khỏi trang. Nếu là của chúng ta hay của giao diện"
        " bản mới:\n"
        f"    thêm {source_of(script)[1:-1]}\n"
        "    vào deploy/script-hashes.txt, và vào dòng Content-Security-Policy của"
        " deploy/_headers, deploy/nginx/maps.conf."
    )


def policy(scripts: Collection[str], *, in_page: bool = False) -> str:
    """The Content-Security-Policy; in a page itself none may say who frames it."""
    parts = {**_POLICY, "script-src": " ".join([_POLICY["script-src"], *scripts])}
    if in_page:
        del parts["frame-ancestors"]
    return "; ".join(f"{name} {value}" for name, value in parts.items())
