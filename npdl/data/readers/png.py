"""PNG files of one number a pixel and a palette, with zlib and NumPy alone: how label maps are stored.

A PNG (ISO/IEC 15948) is a signature and chunks (length, type, data, CRC-32 of the last two). Of an indexed one IHDR
gives the size, PLTE the colours, and IDAT, unpacked by zlib, for each row a byte that names a filter and the row's
bytes less what the filter predicted from those to the left (a), above (b), and above left (c).
"""

import struct
import zlib
from pathlib import Path

import numpy as np

from ...errors import InputError, InputTypeError
from .files import MAX_PIXELS, BadFileError, read_bytes

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def read_palette_png(path):
    """The indices uint8 (H, W) and the palette uint8 (n, 3), n <= 256, of an indexed PNG (1, 2, 4 or 8 bits).

    Raises BadFileError for another kind of PNG (grey, RGB, interlaced), for a wrong CRC, for more or less data than the
    header says, and for indices without a colour. Transparency is ignored.
    """
    content = read_bytes("read_palette_png", path, MAX_PIXELS)
    fault = _Fault(path)
    chunks = _chunks(content, fault)
    if len(chunks.get(b"IHDR", b"")) != 13 or b"IDAT" not in chunks:
        raise fault("have the chunks IHDR (13 bytes) and IDAT", "it has not")
    width, height, bits, colour, *methods = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    if colour != 3 or bits not in (1, 2, 4, 8) or methods != [0, 0, 0]:
        raise fault("be an indexed PNG, not interlaced", f"it has colour type {colour}, {bits} bits, {methods}")
    if width * height == 0 or width * height > MAX_PIXELS:
        raise fault(f"have 1 to {MAX_PIXELS:,} pixels", f"its header says {width:,} x {height:,}")
    palette = chunks.get(b"PLTE", b"")
    if len(palette) % 3 or not 3 <= len(palette) <= 3 * 2**bits:
        raise fault(f"have a palette of 1 to {2**bits} colours", f"its palette has {len(palette)} bytes")
    palette = np.frombuffer(palette, np.uint8).reshape(-1, 3)

    stride = (width * bits + 7) // 8  # bytes of a row
    rows = _inflate(chunks[b"IDAT"], height * (1 + stride), fault).reshape(height, 1 + stride)
    if rows[:, 0].max() > 4:
        raise fault("use the filters 0 to 4", f"it has {rows[:, 0].max()}")
    indices = _spread(_unfilter(rows[:, 0], rows[:, 1:]), bits)[:, :width]
    if indices.max() >= len(palette):
        raise fault(f"use its {len(palette)} colours", f"there is a pixel of colour {indices.max()}")
    return indices, palette


def write_palette_png(path, indices, palette):
    """Write an indexed PNG of 8 bits: indices, integers (H, W) in [0, n); palette uint8 (n, 3), n <= 256."""
    palette = np.asarray(palette)
    if palette.dtype != np.uint8 or palette.ndim != 2 or palette.shape[1] != 3 or not 1 <= len(palette) <= 256:
        raise InputTypeError("write_palette_png", "palette", "bytes (n, 3), n <= 256", palette)
    indices = np.asarray(indices)
    if indices.ndim != 2 or indices.size == 0 or indices.dtype.kind not in "iu":
        raise InputTypeError("write_palette_png", "indices", "integers (H, W)", indices)
    if indices.min() < 0 or indices.max() >= len(palette):
        raise InputError(
            "write_palette_png", "indices", f"in [0, {len(palette)})", f"{indices.min()} to {indices.max()}"
        )
    height, width = indices.shape
    rows = np.pad(indices.astype(np.uint8), ((0, 0), (1, 0)))  # filter 0 before each row
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", palette.tobytes()), (b"IDAT", zlib.compress(rows.tobytes())), (b"IEND", b""))
    Path(path).write_bytes(SIGNATURE + b"".join(_chunk(kind, data) for kind, data in parts))


def _chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


class _Fault:
    """Makes errors about one file."""

    def __init__(self, path):
        self.path = path

    def __call__(self, expected, found):
        return BadFileError("read_palette_png", self.path, expected, found)


def _chunks(content, fault):
    """{type: data} up to IEND; the IDATs joined."""
    if not content.startswith(SIGNATURE):
        raise fault("be a PNG", f"it begins with {content[:8].hex(' ')}")
    chunks, position = {}, len(SIGNATURE)
    while b"IEND" not in chunks:
        length, kind = struct.unpack(">I4s", content[position : position + 8].ljust(8, b"\0"))
        data, crc = content[position + 8 : position + 8 + length], content[position + 8 + length :][:4]
        if len(crc) < 4:
            raise fault("end with the chunk IEND", "it breaks off")
        if crc != struct.pack(">I", zlib.crc32(kind + data)):
            raise fault("be undamaged", f"the CRC of its chunk {kind!r} is wrong")
        if kind[:1].isupper() and kind not in (b"IHDR", b"PLTE", b"IDAT", b"IEND"):
            raise fault("have the chunks of an indexed PNG", f"it has {kind!r}")
        chunks.setdefault(kind, []).append(data)
        position += 12 + length
    return {kind: b"".join(data) for kind, data in chunks.items()}


def _inflate(packed, size, fault):
    """The `size` bytes that IDAT holds, and no more."""
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(packed, size + 1)
    except zlib.error as error:
        raise fault("hold pixels that zlib can unpack", str(error)) from error
    if len(content) != size or not stream.eof:
        raise fault(f"hold {size:,} bytes of pixels", "it holds more" if len(content) > size else "it does not")
    return np.frombuffer(content, np.uint8)


def _unfilter(filters, rows):
    """Add back what each row's filter predicted, mod 256; a pixel has one byte at most here."""
    result = np.zeros_like(rows)
    above = np.zeros_like(rows[0])
    for y, (kind, row) in enumerate(zip(filters, rows, strict=True)):
        if kind == 1:  # a
            row = np.cumsum(row, dtype=np.uint8)
        elif kind == 2:  # b
            row = row + above
        elif kind > 2:
            row = _unfilter_pixelwise(_average if kind == 3 else _paeth, row.tolist(), above.tolist())
        above = result[y] = row
    return result


def _unfilter_pixelwise(predict, row, above):
    a = c = 0
    for x, b in enumerate(above):
        a = row[x] = (row[x] + predict(a, b, c)) & 255
        c = b
    return np.array(row, dtype=np.uint8)


def _average(a, b, c):
    return (a + b) // 2


def _paeth(a, b, c):
    """Whichever of a, b, c is nearest to a + b - c (A. Paeth 1991); ties in this order."""
    return min((a, b, c), key=lambda value: abs(a + b - c - value))


def _spread(rows, bits):
    """A byte a pixel, from rows with 8 / bits pixels in a byte, the leftmost in the highest bits."""
    shifts = np.arange(8 - bits, -1, -bits, dtype=np.uint8)
    return ((rows[:, :, None] >> shifts) & (2**bits - 1)).reshape(len(rows), -1)
