"""Inputs by a fixed seed: good ones with bytes flipped, cut, doubled, and odd pieces put in."""

from __future__ import annotations

import random
from collections.abc import Iterator

TOKENS = (
    *(b'"', b'""', b"'", b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\\"),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\x1f\x8b", b"PK\x03\x04", b"PAR1", b"sep=;\n"),
    *(b"\xe2\x80\x8b", b"\xc2\xa0", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\x1b[2J"),
    *(b"NaN", b"inf", b"1e308", b"-0", b"1_000", b"9" * 40, b"1" * 400, b"A" * 3000),
    *(b"0001-01-01", b"9999-12-31", b"2024-02-30", b"null", b"true", b"[1]", b'{"a": 1}'),
    *(b"[", b"]", b"{", b"}", b"[[", b"=", b"#", b"\\u0000", b"$x", b"%s", b"{0}"),
    *(b"=1+1", b"@x", b"../../x", b"; DROP TABLE x; --", b"<script>"),
)


def inputs(seeds: tuple[bytes, ...], count: int, seed: int) -> Iterator[bytes]:
    """`count` inputs; the seeds themselves first."""
    yield from seeds[:count]
    chance = random.Random(seed)
    pool = list(seeds)
    for _ in range(count - len(seeds)):
        data = bytearray(chance.choice(pool))
        for _ in range(chance.choice((1, 1, 2, 3, 8))):
            _change(data, chance)
        made = bytes(data[:20_000])
        if chance.random() < 0.05:
            pool.append(made)
            del pool[len(seeds) : -200]
        yield made


def _change(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    to = min(len(data), at + chance.choice((1, 1, 2, 5, 20, 200)))
    kind = chance.randrange(6)
    if kind == 0:
        data[at:at] = chance.choice(TOKENS)
    elif kind == 1:
        data[at:to] = chance.choice(TOKENS)
    elif kind == 2:
        del data[at:to]
    elif kind == 3:
        data[at:at] = data[at:to] * chance.choice((1, 2, 10))
    elif kind == 4:
        data[at:to] = chance.randbytes(to - at)
    elif at < len(data):
        data[at] ^= 1 << chance.randrange(8)
