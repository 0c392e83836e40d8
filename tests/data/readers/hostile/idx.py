"""MNIST's idx files, as they are and in gzip."""

import gzip
import struct

import numpy as np

from npdl import data
from tests.data.readers import makers
from tests.data.readers.hostile.base import cases
from tests.data.readers.makers import write_files

IDX = makers.idx(np.zeros((5, 28, 28), dtype=np.uint8))


def idx_file(content):
    def run(folder):
        data.read_idx(write_files(folder, {"f": content}) / "f", 3)

    return run


def mnist_with(name, change):
    def run(folder):
        makers.mnist(folder, True)
        path = folder / f"{name}.gz"
        path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()))))
        data.read_mnist(folder)

    return run


cases(
    {
        "idx: cut off in the header": (idx_file(IDX[:9]), "begin with 00 00 08 03 and 3 sizes"),
        "idx: cut off in the pixels": (idx_file(IDX[:-1]), "hold 5 x 28 x 28 bytes, as its header says"),
        "idx: too long": (idx_file(IDX + b"\0"), "it holds more"),
        "idx: labels in place of images": (idx_file(makers.idx(np.zeros(9, np.uint8))), "it begins with 00 00 08 01"),
        "idx: of floats": (idx_file(IDX[:2] + b"\x0d" + IDX[3:]), "it begins with 00 00 0d 03"),
        "idx: a bit of the magic is flipped": (idx_file(b"\1" + IDX[1:]), "it begins with 01 00 08 03"),
        "idx: little-endian": (idx_file(IDX[:4] + struct.pack("<III", 5, 28, 28) + IDX[16:]), "hold 83886080 x "),
        "idx: 2^96 bytes": (idx_file(IDX[:4] + b"\xff" * 12 + IDX[16:]), "hold 4294967295 x 4294967295 x 4294967295"),
        "idx: no images": (idx_file(IDX[:4] + bytes(12)), "hold 0 x 0 x 0"),
        "idx: a size of 0": (idx_file(IDX[:4] + struct.pack(">III", 5, 28, 0)), "hold 5 x 28 x 0"),
        "idx.gz: cut off": (idx_file(gzip.compress(IDX)[:-12]), "undamaged gzip file"),
        "idx.gz: the CRC is wrong": (
            idx_file(gzip.compress(IDX)[:-8] + b"abcd" + gzip.compress(IDX)[-4:]),
            "CRC check failed",
        ),
        "idx.gz: a bit is flipped": (idx_file(gzip.compress(IDX)[:14] + b"\xff" + gzip.compress(IDX)[15:]), ""),
        "idx.gz: 50 MB in 50 kB": (lambda folder: gz_bomb(folder), "it holds more"),
        "idx.gz: claims a gigabyte": (
            idx_file(gzip.compress(IDX[:4] + struct.pack(">III", 2**10, 2**10, 2**10))),
            "it does not",
        ),
        "MNIST: fewer labels than images": (
            mnist_with("train-labels-idx1-ubyte", lambda b: b[:4] + struct.pack(">I", 6) + b[8:-1]),
            "it has 6",
        ),
        "MNIST: a label of 10": (mnist_with("t10k-labels-idx1-ubyte", lambda b: b[:-1] + b"\x0a"), "there is a 10"),
    }
)


def gz_bomb(folder):
    with gzip.open(folder / "f.gz", "wb") as file:
        file.write(IDX[:16])
        for _ in range(50):
            file.write(bytes(10**6))
    data.read_idx(folder / "f.gz", 3)
