"""Any text file as plain UTF-8: unpacked, decoded, with line ends that a CSV reader knows."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gosales.core.errors import SalesLogError

BLOCK = 1 << 22
PACKED_BLOCK = 1 << 16
GZIP_FORMAT = 31
GZIP_MAGIC = b"\x1f\x8b"
BINARY_MAGIC = {
    GZIP_MAGIC: "packed twice",
    b"PK\x03\x04": "a zip or Excel file",
    b"PAR1": "a Parquet file",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
}
MAX_UNPACK_RATIO = 200
UNPACK_FREE_BYTES = 2 << 30
"""A packed file may grow to this size whatever its ratio; beyond, the ratio is limited."""

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
LATIN_RESCUE = "gosales_latin_rescue"
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Plain:
    """A UTF-8 file, the encoding it had, and whether its packing broke off."""

    path: Path
    encoding: str
    truncated: bool = False


def plain_text(source: Path, scratch: Path, encoding: str | None = None) -> Plain:
    """The file itself where it is plain UTF-8 already, else a copy in the folder `scratch`.

    Raises:
        SalesLogError: Not a text file, an unknown encoding, or a packed file that grows absurdly.
    """
    path, truncated = source, False
    if _head(source, 2) == GZIP_MAGIC:
        path = scratch / "unpacked.csv"
        truncated = _unpack(source, path)
    _refuse_binary(path, source.name)
    found = encoding or _encoding_by_mark(path)
    traits = _look(path) if found in (None, "utf-8") else None
    if traits and traits.is_utf8 and not traits.nul and not traits.mac_lines:
        return Plain(path, "utf-8", truncated)
    copy = scratch / "decoded.csv"
    name = found if traits is None or (traits.is_utf8 and found) else None
    with copy.open("w", encoding="utf-8", newline="") as out:
        for block in _decoded(path, name, source.name):
            text = block.replace("\0", "")
            out.write(_unix_lines(text) if traits and traits.mac_lines else text)
    return Plain(copy, name or ("utf-8" if traits and traits.is_utf8 else "cp1252"), truncated)


def _head(path: Path, size: int) -> bytes:
    with path.open("rb") as stream:
        return stream.read(size)


def _unpack(source: Path, target: Path) -> bool:
    """Unpack; True when the packed file breaks off, with all that could be read in `target`."""
    limit = unpack_limit(source)
    written, member = 0, zlib.decompressobj(GZIP_FORMAT)
    with source.open("rb") as packed, target.open("wb") as out:
        while block := packed.read(PACKED_BLOCK):
            while block:
                if member.eof:
                    member = zlib.decompressobj(GZIP_FORMAT)
                try:
                    text = member.decompress(block)
                except zlib.error:
                    return True
                written += out.write(text)
                refuse_bomb(written, limit, source.name)
                block = member.unused_data
    return not member.eof


def unpack_limit(packed: Path) -> int:
    """Bytes that a packed file may grow to."""
    return max(UNPACK_FREE_BYTES, MAX_UNPACK_RATIO * packed.stat().st_size)


def refuse_bomb(written: int, limit: int, name: str) -> None:
    """Raise SalesLogError when a packed file has grown beyond its limit."""
    if written > limit:
        raise SalesLogError(
            f"{name} unpacks to over {limit / 1e9:.0f} GB, more than {MAX_UNPACK_RATIO} times "
            "its size; this is no sales log.",
            remedy="Check the file, or unpack it yourself and put the CSV in its place.",
        )


def _refuse_binary(path: Path, name: str) -> None:
    head = _head(path, 4)
    for magic, kind in BINARY_MAGIC.items():
        if head.startswith(magic):
            raise SalesLogError(
                f"{name} is {kind}, not text.",
                remedy="Save it as CSV UTF-8, or give it the ending of its kind.",
            )


def _encoding_by_mark(path: Path) -> str | None:
    """The encoding told by a byte-order mark, or by the zero bytes of unmarked UTF-16."""
    head = _head(path, 4096)
    for mark, name in BOMS:
        if head.startswith(mark):
            return name
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) > 0.3 * len(head):
        return "utf-16-be" if even > odd else "utf-16-le"
    return None


@dataclass(frozen=True, slots=True)
class _Traits:
    is_utf8: bool
    nul: bool
    mac_lines: bool


def _look(path: Path) -> _Traits:
    """One pass: is it UTF-8, does it hold zero bytes, are its line ends those of an old Mac."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, nul, line_feed, carriage_return = True, False, False, False
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            nul = nul or b"\0" in block
            line_feed = line_feed or b"\n" in block
            carriage_return = carriage_return or b"\r" in block
            pending = bool(decoder.getstate()[0])
            if is_utf8 and (pending or not block.isascii()):
                is_utf8 = _decodes(decoder, block)
    if is_utf8:
        is_utf8 = _decodes(decoder, b"", final=True)
    return _Traits(is_utf8, nul, carriage_return and not line_feed)


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(path: Path, encoding: str | None, name: str) -> Iterator[str]:
    """The text in blocks; without an encoding, each line by itself as UTF-8 or else cp1252."""
    if encoding is None:
        for block in _line_blocks(path):
            yield _decode_lines(block)
        return
    try:
        "".encode(encoding)  # refuses what makes no text of bytes, such as zlib
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        first = True
        with path.open("rb") as stream:
            while block := stream.read(BLOCK):
                text = decoder.decode(block)
                yield text.removeprefix("\ufeff") if first else text
                first = False
        yield decoder.decode(b"", final=True)
    except (LookupError, UnicodeError) as error:
        told = encoding[:LONGEST_NAME]
        raise SalesLogError(
            f"{told!r} is not an encoding that {name} can be read in.",
            remedy="Write e.g. utf-8, cp1252 or utf-16 in [source] encoding, or remove the key.",
        ) from error


def _line_blocks(path: Path) -> Iterator[bytes]:
    """Blocks of whole lines."""
    rest = b""
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            whole, end, rest_of_block = block.rpartition(b"\n")
            if end:
                yield rest + whole + end
                rest = rest_of_block
            else:
                rest += block
    if rest:
        yield rest


def _decode_lines(block: bytes) -> str:
    """Decode line by line, so that one odd line never changes how the others are read."""
    try:
        return block.decode("utf-8")
    except UnicodeDecodeError:
        middle = block.find(b"\n", len(block) // 2)
        if middle in (-1, len(block) - 1):
            middle = block.rfind(b"\n", 0, len(block) - 1)
        if middle == -1:
            return block.decode("cp1252", errors=LATIN_RESCUE)
        return _decode_lines(block[: middle + 1]) + _decode_lines(block[middle + 1 :])


def _unix_lines(text: str) -> str:
    return text.replace("\r", "\n")


def _as_latin(error: UnicodeError) -> tuple[str, int]:
    """The five bytes that cp1252 leaves undefined, as Latin-1 has them."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error(LATIN_RESCUE, _as_latin)
