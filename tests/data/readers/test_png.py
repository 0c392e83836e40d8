"""Indexed PNGs against Pillow, in both directions and for every filter and depth."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from npdl.data import read_palette_png, voc_palette, write_palette_png

RANDOM = np.random.RandomState(0)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(indices, palette, bits=8, filters=(0,), colour=3, interlace=0):
    """An indexed PNG whose rows use these filters in turn."""
    height, width = indices.shape
    padded = np.pad(indices, ((0, 0), (0, -width % (8 // bits)))).reshape(height, -1, 8 // bits)
    rows = (padded << np.arange(8 - bits, -1, -bits)).sum(axis=2)
    above, stream = np.zeros_like(rows[0]), b""
    for y, row in enumerate(rows):
        kind = filters[y % len(filters)]
        a, c = np.pad(row, (1, 0))[:-1], np.pad(above, (1, 0))[:-1]
        p = a + above - c
        da, db, dc = abs(p - a), abs(p - above), abs(p - c)
        paeth = np.where((da <= db) & (da <= dc), a, np.where(db <= dc, above, c))
        predicted = [0, a, above, (a + above) // 2, paeth][kind]
        stream += bytes([kind]) + ((row - predicted) % 256).astype(np.uint8).tobytes()
        above = row
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlace)
    half = len(packed := zlib.compress(stream)) // 2  # in two IDATs, as large files are
    parts = [(b"IHDR", header), (b"PLTE", palette.tobytes()), (b"tEXt", b"Comment\0made by a test")]
    parts += [(b"IDAT", packed[:half]), (b"IDAT", packed[half:]), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


@pytest.mark.topic("R518")
@pytest.mark.parametrize("filters", [(0,), (1,), (2,), (3,), (4,), (4, 0, 3, 1, 2)])
@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_reading_is_pillows(bits, filters, tmp_path):
    indices = RANDOM.randint(2**bits, size=(9, 13))
    path = tmp_path / "p.png"
    path.write_bytes(png(indices, voc_palette(2**bits), bits, filters))
    with Image.open(path) as theirs:
        assert np.array_equal(np.asarray(theirs), indices)  # so the maker above is right
    ours, palette = read_palette_png(path)
    assert np.array_equal(ours, indices) and ours.dtype == np.uint8
    assert np.array_equal(palette, voc_palette(2**bits))


@pytest.mark.topic("R518")
@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_what_pillow_writes(bits, tmp_path):
    indices = RANDOM.randint(2**bits, size=(17, 10)).astype(np.uint8)
    image = Image.fromarray(indices).convert("P")
    image.putdata(indices.ravel().tolist())
    image.putpalette(voc_palette(2**bits).ravel().tolist())
    image.save(tmp_path / "p.png", bits=bits)
    ours, palette = read_palette_png(tmp_path / "p.png")
    assert np.array_equal(ours, indices) and np.array_equal(palette[: 2**bits], voc_palette(2**bits))


@pytest.mark.topic("R518")
def test_pillow_reads_what_we_write(tmp_path):
    labels = RANDOM.choice([0, 1, 7, 20, 255], size=(21, 34))
    write_palette_png(tmp_path / "p.png", labels, voc_palette())
    with Image.open(tmp_path / "p.png") as theirs:
        assert theirs.mode == "P" and np.array_equal(np.asarray(theirs), labels)
        assert np.array_equal(np.asarray(theirs.convert("RGB")), voc_palette()[labels])
    ours, palette = read_palette_png(tmp_path / "p.png")
    assert np.array_equal(ours, labels) and np.array_equal(palette, voc_palette())


@pytest.mark.topic("R518")
def test_the_palette_is_vocs():
    """The colours that the development kit lists."""
    palette = voc_palette()
    known = {
        0: (0, 0, 0), 1: (128, 0, 0), 2: (0, 128, 0), 3: (128, 128, 0), 4: (0, 0, 128), 7: (128, 128, 128),
        8: (64, 0, 0), 12: (64, 0, 128), 15: (192, 128, 128), 16: (0, 64, 0), 20: (0, 64, 128), 255: (224, 224, 192),
    }  # fmt: skip
    assert {k: tuple(palette[k].tolist()) for k in known} == known
    assert len(np.unique(palette, axis=0)) == 256


@pytest.mark.parametrize(
    "indices, palette",
    [
        (np.zeros((2, 2)), voc_palette()),
        (np.zeros((0, 2), int), voc_palette()),
        (np.full((2, 2), 256), voc_palette()),
        (np.full((2, 2), -1), voc_palette()),
        (np.zeros((2, 2), int), voc_palette().astype(int)),
        (np.zeros((2, 2), int), voc_palette()[:0]),
        (np.zeros(2, int), voc_palette()),
    ],
)
def test_arrays_that_are_no_label_maps(indices, palette, tmp_path):
    with pytest.raises(ValueError, match=r"write_palette_png: (indices|palette) should be"):
        write_palette_png(tmp_path / "p.png", indices, palette)
    assert not list(tmp_path.iterdir())
