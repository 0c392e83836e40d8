"""LZF, the compression of .pcd files: runs of bytes as they are, and pieces that were there before.

A control byte c says what follows.
    c < 32      c + 1 bytes as they are
    c >= 32     a piece of c >> 5 plus 2 bytes (if c >> 5 is 7, the next byte is added), that begins d + 1 bytes back;
                d has 13 bits: the 5 low ones of c, then a byte
A piece may reach into itself: "a" and then 9 bytes from 1 back are ten a's. Marc Lehmann's LibLZF.
"""

from ..arguments import instance, integer, takes
from ..errors import InputError

RUN, LONGEST, FARTHEST = 32, 264, 8192


@takes(data=instance(bytes, bytearray))
def compress(data):
    """The bytes of `data` in LZF. Greedy: the latest place of the same three bytes, and as far as it is alike."""
    out, start, i, places = bytearray(), 0, 0, {}
    while i < len(data) - 2:
        three = data[i : i + 3]
        before, places[three] = places.get(three), i
        if before is None or i - before > FARTHEST:
            i += 1
            continue
        length, most = 3, min(LONGEST, len(data) - i)
        while length < most and data[before + length] == data[i + length]:
            length += 1
        out += _runs(data[start:i])
        high, low = divmod(i - before - 1, 256)
        out += bytes([length - 2 << 5 | high, low] if length < 9 else [7 << 5 | high, length - 9, low])
        i += length
        start = i
    return bytes(out + _runs(data[start:]))


@takes(data=instance(bytes, bytearray), size=integer(0))
def decompress(data, size):
    """The `size` bytes that LZF `data` stands for. Raises InputError where it does not stand for as many."""
    out, i = bytearray(), 0
    while i < len(data):
        c = data[i]
        long = c >> 5 == 7
        if c < RUN:
            out += data[i + 1 : i + c + 2]
            i += c + 2
            continue
        if i + 1 + long >= len(data):
            raise InputError("decompress", "data", "LZF that does not end within a piece", f"{len(data)} bytes")
        length = (c >> 5) + 2 + (data[i + 1] if long else 0)
        start = len(out) - ((c & 31) << 8) - data[i + 1 + long] - 1
        if start < 0:
            raise InputError("decompress", "data", "LZF, with pieces that were there before", f"a piece at {start}")
        piece = out[start : start + length]
        out += (piece * -(-length // len(piece)))[:length]
        i += 2 + long
    if len(out) != size:
        raise InputError("decompress", "data", f"LZF of {size} bytes", f"of {len(out)} bytes")
    return bytes(out)


def _runs(data):
    """Bytes as they are, in runs of 32 at most, each after its control byte."""
    parts = [data[k : k + RUN] for k in range(0, len(data), RUN)]
    return b"".join(bytes([len(part) - 1]) + part for part in parts)
