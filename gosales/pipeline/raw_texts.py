"""What any file says, in pieces: a packed one may hold far more than the memory."""

from __future__ import annotations

import codecs
import gzip
import lzma
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from gosales.core.errors import SalesLogError
from gosales.etl.plain import BLOCK, refuse_bomb, unpack_limit
from gosales.etl.records import FREE_CELLS, MOST_CELLS_PER_BYTE

LONGEST = 20_000
"""Characters that two pieces of a longer line share, so that a name is whole in one of them."""

ROWS = 100_000
GZIP, PARQUET = b"\x1f\x8b", b"PAR1"
UNKNOWN = (
    *(b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf", b"Rar!", b"%PDF", b"ARROW1", b"ORC"),
)
"""How files begin that pack their texts in a way that is not undone here."""

DATABASE_AT, DATABASE = 8, b"DUCK"
"""DuckDB packs its texts too."""

UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
DAMAGED = (
    *(OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, pa.ArrowException),
    RuntimeError,  # a zip with a password, or packed in a way that nobody here knows
)


def texts_of(path: Path) -> Iterator[str]:
    """A file's text, some lines at a time, whatever it is packed in.

    Raises:
        SalesLogError: It is damaged, locked or unpacks to absurdly much; what came before is told.
    """
    try:
        with path.open("rb") as stream:
            begin = stream.read(16)
        if path.suffix == ".parquet" or begin.startswith(PARQUET):
            yield from _cells(path)
        elif zipfile.is_zipfile(path):
            yield from _zipped(path)
        elif path.suffix == ".gz" or begin.startswith(GZIP):
            with gzip.open(path, "rb") as stream:
                yield from _pieces(_Unpacking(path.name, unpack_limit(path)).blocks(stream))
        else:
            with path.open("rb") as stream:
                yield from _pieces(_Unpacking(path.name, sys.maxsize).blocks(stream))
    except DAMAGED as error:
        raise SalesLogError(
            f"{path.name} cannot be read to its end: {type(error).__name__}.",
            remedy="Look at it in the program that made it.",
        ) from error


def _cells(path: Path) -> Iterator[str]:
    """The different cells of each column of a Parquet file."""
    with pq.ParquetFile(path) as file:
        cells = file.metadata.num_rows * file.metadata.num_columns
        refuse_bomb(cells, max(FREE_CELLS, MOST_CELLS_PER_BYTE * path.stat().st_size), path.name)
        for batch in file.iter_batches(ROWS):
            for column in batch.columns:
                yield from (str(cell) for cell in column.unique().to_pylist() if cell is not None)


def _zipped(path: Path) -> Iterator[str]:
    """All files in a zip, such as a workbook's sheets; the limit is for them together."""
    unpacking = _Unpacking(path.name, unpack_limit(path))
    with zipfile.ZipFile(path) as packed:
        for name in packed.namelist():
            with packed.open(name) as stream:
                yield from _pieces(unpacking.blocks(stream))


@dataclass
class _Unpacking:
    """Counts the bytes that a file has grown to, up to its limit."""

    name: str
    limit: int
    read: int = 0

    def blocks(self, stream: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
        while block := stream.read(BLOCK):
            if not self.read:
                _refuse_packed(block, self.name)
            self.read += len(block)
            refuse_bomb(self.read, self.limit, self.name)
            yield block


def _refuse_packed(begin: bytes, name: str) -> None:
    """Raise SalesLogError for a file whose bytes do not show its texts."""
    if begin.startswith(UNKNOWN) or begin[DATABASE_AT:].startswith(DATABASE):
        raise SalesLogError(
            f"{name} is packed in a way that is not undone here.",
            remedy="Look at it in the program that made it.",
        )


def _pieces(blocks: Iterator[bytes]) -> Iterator[str]:
    """Decoded, without zero bytes, cut at the end of a line where there is one."""
    decoder, rest = None, ""
    for block in blocks:
        if decoder is None:
            wide = block.startswith(UTF16_MARKS)
            decoder = codecs.getincrementaldecoder("utf-16" if wide else "utf-8")("replace")
        text = rest + decoder.decode(block).replace("\0", "")
        whole, end, rest = text.rpartition("\n")
        if not end:
            whole, rest = text, text[-LONGEST:]
        yield whole
    yield rest
