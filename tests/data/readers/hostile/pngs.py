"""Indexed PNGs."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

from npdl import data
from tests.data.readers.hostile.base import cases
from tests.data.readers.makers import write_files
from tests.data.readers.test_png import chunk, png

LABELS = np.arange(12).reshape(3, 4)
PNG = png(LABELS, data.voc_palette())


def png_file(content):
    def run(folder):
        data.read_palette_png(write_files(folder, {"f.png": content}) / "f.png")

    return run


def png_of(width, height, pixels, bits=8, palette=bytes(768), packed=None):
    header = struct.pack(">IIBBBBB", width, height, bits, 3, 0, 0, 0)
    packed = zlib.compress(pixels) if packed is None else packed
    parts = [(b"IHDR", header), (b"PLTE", palette), (b"IDAT", packed), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def pillow_png(**options):
    stream = io.BytesIO()
    Image.new(**options).save(stream, "PNG")
    return stream.getvalue()


cases(
    {
        "PNG: cut off": (png_file(PNG[:-20]), "it breaks off"),
        "PNG: cut off after the header": (png_file(PNG[:33]), "it breaks off"),
        "PNG: a bit is flipped": (png_file(PNG[:50] + bytes([PNG[50] ^ 1]) + PNG[51:]), "the CRC of its chunk b'PLTE'"),
        "PNG: a chunk of 4 GiB": (png_file(PNG[:8] + b"\xff" * 4 + PNG[12:]), "it breaks off"),
        "PNG: 4 billion x 4 billion": (png_file(png_of(2**32 - 1, 2**32 - 1, b"\0")), "1 to 67,108,864 pixels"),
        "PNG: no pixels": (png_file(png_of(0, 5, b"")), "1 to 67,108,864 pixels"),
        "PNG: claims 67 million": (png_file(png_of(2**13, 2**13, bytes(100))), "hold 67,117,056 bytes of pixels"),
        "PNG: a bomb behind the pixels": (
            png_file(png_of(2, 2, bytes(10**8))),
            "hold 6 bytes of pixels; it holds more",
        ),
        "PNG: too few pixels": (png_file(png_of(2, 2, bytes(5))), "hold 6 bytes of pixels; it does not"),
        "PNG: pixels that are no zlib": (png_file(png_of(2, 2, b"", packed=b"hello")), "zlib can unpack"),
        "PNG: zlib cut off": (png_file(png_of(2, 2, b"", packed=zlib.compress(bytes(6))[:-3])), "does not"),
        "PNG: a colour that there is not": (
            png_file(png_of(2, 2, b"\0\0\1\0\0\2", palette=bytes(6))),
            "use its 2 colours; there is a pixel of colour 2",
        ),
        "PNG: no palette": (png_file(png_of(2, 2, bytes(6), palette=b"")), "a palette of 1 to 256 colours"),
        "PNG: half a colour": (png_file(png_of(2, 2, bytes(6), palette=bytes(7))), "a palette of 1 to 256 colours"),
        "PNG: 300 colours": (png_file(png_of(2, 2, bytes(6), palette=bytes(900))), "a palette of 1 to 256 colours"),
        "PNG: 16 bits": (png_file(png_of(2, 2, bytes(10), bits=16)), "colour type 3, 16 bits"),
        "PNG: the filter 5": (png_file(png_of(2, 2, b"\0\0\0\5\0\0")), "the filters 0 to 4; it has 5"),
        "PNG: interlaced": (png_file(png(LABELS, data.voc_palette(), interlace=1)), "not interlaced"),
        "PNG: grey": (png_file(pillow_png(mode="L", size=(3, 3))), "be an indexed PNG"),
        "PNG: RGB": (png_file(pillow_png(mode="RGB", size=(3, 3))), "be an indexed PNG"),
        "PNG: a JPEG": (png_file(b"\xff\xd8\xff\xe0" + bytes(99)), "be a PNG; it begins with ff d8 ff e0"),
        "PNG: no chunks": (png_file(PNG[:8]), "it breaks off"),
        "PNG: only an end": (png_file(PNG[:8] + chunk(b"IEND", b"")), "have the chunks IHDR"),
        "PNG: an unknown critical chunk": (png_file(PNG[:33] + chunk(b"ABCD", b"") + PNG[33:]), "it has b'ABCD'"),
    }
)
