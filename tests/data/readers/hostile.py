"""Files that somebody made to do harm, and files that something broke: a table of what each reader must refuse.

A case is a function of an empty folder that writes the file and reads it. Every one must raise InputError (BadFileError
is one) with a message that says what is wrong. `python -m tests.data.readers.hostile FOLDER` runs them all under the
limits of `confine`.
"""

import gzip
import io
import json
import pickle
import re
import struct
import sys
import tarfile
import time
import zipfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from npdl import data
from npdl.errors import InputError
from tests.data.readers import makers
from tests.data.readers.makers import cifar_batches, cifar_binary, cifar_python, tar_gz, write_files, zipped
from tests.data.readers.test_png import chunk, png

CASES = {}  # name: (function of a folder, what the message must match)
MARKER = "harm-was-done"  # no such file may ever be there


def case(name, message):
    def add(function):
        assert name not in CASES
        CASES[name] = function, message
        return function

    return add


def cases(table):
    """Add many at once: {name: (function, message)}."""
    for name, (function, message) in table.items():
        case(name, message)(function)


# --- paths ---------------------------------------------------------------------------------------------------------

READERS = {
    "read_cifar10": data.read_cifar10,
    "read_mnist": data.read_mnist,
    "read_idx": lambda path: data.read_idx(path, 3),
    "ImageFolder": data.ImageFolder,
    "read_image": data.read_image,
    "read_voc": data.read_voc,
    "read_coco": data.read_coco,
    "read_palette_png": data.read_palette_png,
    "read_celeba_attributes": data.read_celeba_attributes,
    "read_synset_words": data.read_synset_words,
    "read_image_set": data.read_image_set,
    "read_voc_annotation": data.read_voc_annotation,
    "extract": lambda path: data.extract(path, path.with_name("new")),
}
FOLDERS = {"read_cifar10", "read_mnist", "ImageFolder", "read_voc"}


def at(reader, make):
    def run(folder):
        path = folder / "thing"
        make(path)
        READERS[reader](path)

    return run


def pipe(path):
    import os

    os.mkfifo(path)


for _reader in READERS:
    _wanted = "hold all six" if _reader == "read_cifar10" else "be a folder; " if _reader in FOLDERS else "be a file; "
    case(f"{_reader}: nothing there", "should be a (file|folder); nothing is there")(at(_reader, lambda path: None))
    case(f"{_reader}: an empty file", "")(at(_reader, lambda path: path.write_bytes(b"")))
    case(f"{_reader}: noise", "")(at(_reader, lambda path: path.write_bytes(np.random.RandomState(0).bytes(5000))))
    case(f"{_reader}: an empty folder or one for a file", "")(at(_reader, Path.mkdir))
    if hasattr(__import__("os"), "mkfifo"):
        case(f"{_reader}: a pipe that never ends", "it is something else")(at(_reader, pipe))


# --- CIFAR-10 ------------------------------------------------------------------------------------------------------


def cifar_with(**changes):
    """CIFAR-10 in which some files are replaced: by bytes, or by a function of the bytes."""

    def run(folder):
        files = cifar_python(cifar_batches()) if "test_batch" in changes else cifar_binary(cifar_batches())
        for name, change in changes.items():
            name = name if name in files else f"{name}.bin"
            files[name] = change(files[name]) if callable(change) else change
        data.read_cifar10(write_files(folder / "cifar", files))

    return run


class Harm:
    """Its pickle calls a function as it is read."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def harmful(module, name, argument):
    return b"\x80\x02c" + f"{module}\n{name}\n".encode() + b"(" + makers._emit(argument) + b"tR."


def with_array(array):
    return b"\x80\x02}(" + makers._emit("data") + array + makers._emit("labels") + b"]K\x01au."


def bomb_with_a_label(shape, kind="u1", content=b"xyz"):
    return with_array(makers.array2(shape, kind, content))


CODE = f"open({MARKER!r}, 'w').close()"
PICKLES = {
    "os.system": (harmful("os", "system", f"touch {MARKER}"), "asks for os.system"),
    "posix.system": (harmful("posix", "system", f"touch {MARKER}"), "asks for posix.system"),
    "builtins.eval": (harmful("builtins", "eval", CODE), "asks for builtins.eval"),
    "__builtin__.eval": (harmful("__builtin__", "eval", CODE), "asks for __builtin__.eval"),
    "builtins.getattr": (harmful("builtins", "getattr", "x"), "asks for builtins.getattr"),
    "subprocess": (harmful("subprocess", "call", f"touch {MARKER}"), "asks for subprocess.call"),
    "numpy.load": (harmful("numpy", "load", "x.npy"), "asks for numpy.load"),
    "numpy's own eval": (harmful("numpy.f2py.crackfortran", "myeval", CODE), "asks for numpy.f2py"),
    "a class": (pickle.dumps(Harm(print, "x"), 2), "asks for (builtins|__builtin__).print"),
    "hidden in the data": (with_array(harmful("os", "system", f"touch {MARKER}")[2:-1]), "asks for os.system"),
    "protocol 4": (pickle.dumps({"data": Harm(exec, CODE)}, 4), "asks for builtins.exec"),
    "an instance by INST": (b"(S'touch harm-was-done'\nios\nsystem\n.", "instruction INST"),
    "an object by OBJ": (b"(cos\nsystem\nS'x'\no.", "instruction OBJ"),
    "an object by NEWOBJ": (b"\x80\x02cos\nsystem\n)\x81.", "instruction NEWOBJ"),
    "an extension": (b"\x80\x02\x82\x01.", "instruction EXT1"),
    "a persistent id": (b"Pid\n.", "instruction PERSID"),
    "an array of objects": (bomb_with_a_label((1,), "O8", b"12345678"), "arrays of plain numbers"),
    "an array of records": (bomb_with_a_label((1,), "V8", b"12345678"), "arrays of plain numbers"),
    "an array of a strange type": (bomb_with_a_label((1,), "\xff\xfe", b"12345678"), "arrays of plain numbers"),
    "an array of huge size": (
        bomb_with_a_label((2**31 - 1, 3072)),
        r"bytes of a u1 array of shape \(2147483647, 3072\)",
    ),
    "an array of negative size": (bomb_with_a_label((-1, -3)), "a shape or its bytes are not"),
    "an array without a shape": (with_array(b"cnumpy\nndarray\n)R"), "holds a ndarray"),
    "a type for an array": (with_array(b"cnumpy\ndtype\nU\x02u1\x85R"), "holds a dtype"),
    "a function for an array": (with_array(b"c_codecs\nencode\n"), 'should have "data"'),
    "the state of a function": (with_array(b"cnumpy\ndtype\n}b"), "sets the state of a function"),
    "text for an array": (with_array(b"U\x03abc"), 'should have "data"'),
    "a memo of 4 billion slots": (b"\x80\x02}r\xff\xff\xff\xff.", "asks for 4,294,967,295 memo slots"),
    "a string that claims 2 GiB": (b"\x80\x02T\xff\xff\xff\x7fabc.", "undamaged pickle"),
    "a string that claims 2^63 bytes": (b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7fabc.", ""),
    "tuples in tuples, as a key": (b"\x80\x02})" + b"\x85" * 100_000 + b"K\x01s.", "it has 100,000 tuples"),
    "lists in lists": (b"\x80\x02" + b"]" * 300_000 + b"a" * 299_999 + b".", "the pickle of a dict"),
    "pops from nothing": (b"\x80\x02K\x01K\x02s.", "reading it fails"),
    "gets what was never put": (b"\x80\x02h\x05.", "reading it fails"),
    "a list for a key": (b"\x80\x02}]K\x01s.", "unhashable"),
    "a protocol of the future": (b"\x80\xff}.", ""),
    "no end": (b"\x80\x02}", "undamaged pickle"),
    "text": (b"hello, world", ""),
}
for _name, (_content, _message) in PICKLES.items():
    case(f"pickle: {_name}", _message)(cifar_with(test_batch=_content))
    case(f"pickle of the class names: {_name}", "")(cifar_with(**{"test_batch": lambda b: b, "batches.meta": _content}))

cases(
    {
        "CIFAR-10 pickle: cut off": (cifar_with(test_batch=lambda b: b[: len(b) // 2]), "reading it fails"),
        "CIFAR-10 pickle: labels cut off": (cifar_with(test_batch=lambda b: b[:60]), "reading it fails"),
        "CIFAR-10 binary: cut off": (cifar_with(data_batch_3=lambda b: b[:-1]), "data_batch_3.bin should hold records"),
        "CIFAR-10 binary: empty": (cifar_with(data_batch_3=b""), "data_batch_3.bin should hold records"),
        "CIFAR-10 binary: a label out of range": (
            cifar_with(data_batch_3=lambda b: b"\x0a" + b[1:]),
            "data_batch_3.bin should have labels from 0 to 9; they go from 10 to 10",
        ),
        "CIFAR-10 binary: nine class names": (cifar_with(**{"batches.meta.txt": b"a b c d e f g h i"}), "it names 9"),
        "CIFAR-10: a batch of a gigabyte": (lambda folder: huge_batch(folder), "at most 67,108,864 bytes; it has 1,0"),
    }
)


def huge_batch(folder):
    write_files(folder / "cifar", cifar_binary(cifar_batches()))
    with open(folder / "cifar" / "data_batch_1.bin", "r+b") as file:
        file.truncate(2**30)  # a sparse file takes no room
    data.read_cifar10(folder / "cifar")


# --- archives ------------------------------------------------------------------------------------------------------


def entry(name, kind=tarfile.REGTYPE, link="", size=0):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    return info


def unpack(make, reader="extract"):
    def run(folder):
        (folder / "in").mkdir()
        path = folder / "in" / "a.archive"
        make(path)
        try:
            READERS[reader](path)
        finally:
            left = sorted(f.relative_to(folder).as_posix() for f in folder.rglob("*"))
            assert left == ["in", "in/a.archive"], f"it left {left}"

    return run


def raw_tar(path, *blocks):
    with gzip.open(path, "wb") as file:
        for block in blocks:
            file.write(block)


def tar_header(name, size, kind=b"0"):
    """A header as tarfile would not write it: `size` may be any 12 bytes."""
    size = size if isinstance(size, bytes) else b"%011o\0" % size
    header = bytearray(name.encode().ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + size + b"00000000000\0")
    header += b" " * 8 + kind + b"\0" * 100 + b"ustar\x0000" + b"\0" * 247
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


def zip_with(change=lambda info: None, name="a", content=b"x", **options):
    def make(path):
        info = zipfile.ZipInfo(name)
        change(info)
        with zipfile.ZipFile(path, "w", **options) as archive:
            archive.writestr(info, content)

    return make


def link_in_zip(info):
    info.external_attr = 0o120777 << 16


def flipped(make, position):
    """One bit of the archive is another; position: as a share of its length."""

    def flip(path):
        make(path)
        content = bytearray(path.read_bytes())
        content[int(position * len(content))] ^= 4
        path.write_bytes(content)

    return flip


def zip_field(offset, value):
    """An archive in both of whose headers a byte is another; offset: of the first one."""

    def make(path):
        zip_with()(path)
        content = bytearray(path.read_bytes())
        content[offset] = content[content.index(b"PK\1\2") + offset + 2] = value
        path.write_bytes(content)

    return make


def lying_zip(path):
    """It says 1 byte, and unpacks to a million."""
    zip_with(content=bytes(10**6), compression=zipfile.ZIP_DEFLATED)(path)
    content = path.read_bytes().replace(struct.pack("<I", 10**6), struct.pack("<I", 1))
    path.write_bytes(content)


def bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(30):
            archive.writestr(f"{n}.bin", bytes(10**6))


def small(make):
    def run(folder):
        make(folder / "a")
        data.extract(folder / "a", folder / "new", limit=10**7)

    return run


def random_files():
    return {f"{n}.bin": np.random.RandomState(n).bytes(3000) for n in range(5)}


NAMES = ["../evil", "a/../../evil", "/tmp/evil", "..\\evil", "C:\\evil", "C:evil", "a\nb", ".."]
for _name in NAMES:
    _files = {_name: b"x"}
    case(f"tar: the name {_name!r}", "name files inside its own folder")(unpack(lambda p, f=_files: tar_gz(p, f)))
    case(f"zip: the name {_name!r}", "name files inside its own folder")(unpack(lambda p, f=_files: zipped(p, f)))
KINDS = {"symbolic link": tarfile.SYMTYPE, "hard link": tarfile.LNKTYPE, "pipe": tarfile.FIFOTYPE}
KINDS |= {"device": tarfile.CHRTYPE, "disk": tarfile.BLKTYPE, "sparse file": tarfile.GNUTYPE_SPARSE}
for _name, _kind in KINDS.items():
    _files = {"a": entry("a", _kind, "/etc")} | {"a/passwd": b"x"}
    case(f"tar: a {_name}", "only files and folders; 'a' is a link or so")(unpack(lambda p, f=_files: tar_gz(p, f)))
cases(
    {
        "zip: a symbolic link": (unpack(zip_with(link_in_zip, content=b"/etc")), "'a' is a link or so"),
        "zip: encrypted": (unpack(zip_field(6, 1)), "encrypted"),
        "zip: a strange method": (unpack(zip_field(8, 99)), "compression"),
        "zip: the sizes lie": (unpack(lying_zip), ""),
        "zip: a bit is flipped": (unpack(flipped(lambda p: zipped(p, random_files()), 0.4)), "undamaged"),
        "zip: cut off": (unpack(lambda p: p.write_bytes(p.write_bytes(b"") or zip_bytes()[:-30])), "undamaged"),
        "zip: 30 MB in 30 kB": (small(bomb), "hold at most 10,000,000 bytes"),
        "zip: a file without a name": (unpack(zip_with(name="")), "undamaged|name its files"),
        "zip: a file of the name .": (unpack(zip_with(name=".")), "name its files"),
        "tar: a name of 300 letters": (unpack(lambda p: tar_gz(p, {"n" * 300: b"x"})), "names that a disk can take"),
        "tar: a thousand folders deep": (unpack(lambda p: tar_gz(p, {"dir/" * 1000 + "a": b"x"})), "a disk can take"),
        "zip: a name twice": (unpack(lambda p: twice(p)), "hold each name once"),
        "zip: a file as a folder": (unpack(lambda p: zipped(p, {"a": b"x", "a/b": b"y"})), "hold each name once"),
        "tar: a name twice": (unpack(lambda p: raw_tar(p, tar_header("a", 0) * 2, bytes(1024))), "hold each name once"),
        "tar: a file as a folder": (unpack(lambda p: tar_gz(p, {"a": b"x", "a/b": b"y"})), "hold each name once"),
        "tar: a size of 8 GiB": (small(lambda p: raw_tar(p, tar_header("a", 2**33 - 1))), "hold at most 10,000,000"),
        "tar: 30 MB in 30 kB": (small(lambda p: tar_gz(p, {"a": bytes(3 * 10**7)})), "hold at most 10,000,000"),
        "tar: a long name of 8 GiB": (
            unpack(lambda p: raw_tar(p, tar_header("././@LongLink", 2**33 - 1, b"L"), bytes(10**6))),
            "a header claims",
        ),
        "tar: attributes of 8 GiB": (
            unpack(lambda p: raw_tar(p, tar_header("pax", 2**33 - 1, b"x"), bytes(10**6))),
            "a header claims",
        ),
        "tar: a negative size": (unpack(lambda p: raw_tar(p, tar_header("a", b"\xff" * 11 + b"\0"), bytes(1024))), ""),
        "tar: a negative long name": (
            unpack(lambda p: raw_tar(p, tar_header("a", b"\xff" * 10 + b"\xfe\0", b"L"), bytes(1024))),
            "",
        ),
        "tar: a header in the middle is damaged": (
            unpack(lambda p: raw_tar(p, tar_header("a", 0), tar_header("b", 0)[:-1] + b"?", bytes(1024))),
            "a header at byte 512 is not",
        ),
        "tar: cut off": (
            unpack(lambda p: p.write_bytes(gzip.compress(tar_header("a", 1000) + bytes(400)))),
            "undamaged|does not",
        ),
        "tar.gz: cut off": (unpack(lambda p: cut(tar_gz(p, random_files()), 0.5)), "undamaged"),
        "tar.gz: a bit is flipped": (unpack(flipped(lambda p: tar_gz(p, random_files()), 0.5)), ""),
        "tar.gz: the CRC is wrong": (unpack(lambda p: wrong_crc(tar_gz(p, random_files()))), "CRC check failed"),
        "CIFAR-10 tar.gz: a link in place of a batch": (
            unpack(
                lambda p: tar_gz(
                    p, cifar_binary(cifar_batches()) | {"x": entry("test_batch.bin", b"2", "/etc/passwd")}
                ),
                "read_cifar10",
            ),
            "only files and folders",
        ),
        "CIFAR-10 tar.gz: a batch twice": (
            unpack(
                lambda p: tar_gz(p, {f"{a}/{n}": b for a in "xy" for n, b in cifar_binary(cifar_batches()).items()}),
                "read_cifar10",
            ),
            "hold each name once",
        ),
        "CIFAR-10 tar.gz: a batch of 100 MB": (
            unpack(lambda p: raw_tar(p, tar_header("test_batch.bin", 10**8)), "read_cifar10"),
            "it has 100,000,000",
        ),
        "CIFAR-10 tar.gz: a gigabyte beside the batches": (
            unpack(lambda p: raw_tar(p, tar_header("x", 10**9)), "read_cifar10"),
            "hold at most 268,435",
        ),
        "CIFAR-10 zip: batches outside": (
            unpack(
                lambda p: zipped(p, {f"../{n}": b for n, b in cifar_binary(cifar_batches()).items()}), "read_cifar10"
            ),
            "name files inside its own folder",
        ),
    }
)


def zip_bytes():
    stream = io.BytesIO()
    zipped(stream, random_files())
    return stream.getvalue()


def twice(path):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile warns its writer
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a", b"1")
            archive.writestr("a", b"2")


def cut(path, share):
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])


def wrong_crc(path):
    content = bytearray(path.read_bytes())
    content[-8] ^= 1
    path.write_bytes(content)


# --- idx -----------------------------------------------------------------------------------------------------------

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


# --- PNG -----------------------------------------------------------------------------------------------------------

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


# --- pictures and folders ------------------------------------------------------------------------------------------


def image_file(content, name="f.jpg"):
    def run(folder):
        data.read_image(write_files(folder, {name: content}) / name)

    return run


def jpeg(size=(40, 40)):
    stream = io.BytesIO()
    Image.fromarray(np.random.RandomState(0).randint(256, size=(*size, 3)).astype(np.uint8)).save(stream, "JPEG")
    return stream.getvalue()


def claiming(width, height):
    """A PNG whose header says so."""
    content = pillow_png(mode="RGB", size=(3, 3))
    return content[:8] + chunk(b"IHDR", struct.pack(">II", width, height) + content[24:29]) + content[33:]


def a_class_without_pictures(folder):
    makers.class_folders(folder / "f")
    (folder / "f" / "violets").mkdir()
    data.ImageFolder(folder / "f")


def a_damaged_picture_among_good_ones(folder):
    makers.class_folders(folder / "f")
    cut(folder / "f" / "roses" / "1.png", 0.6)
    data.ImageFolder(folder / "f", size=8).arrays()


def a_class_without_a_word(folder):
    makers.class_folders(folder / "f", ("n01", "n02"))
    data.ImageFolder(folder / "f", words=write_files(folder, {"words": b"n01 cat\n"}) / "words")


def a_picture_without_attributes(folder):
    makers.picture(folder / "f" / "2.png")
    data.ImageFolder(folder / "f", attributes=write_files(folder, {"list": b"1\nA\n1.png 1\n"}) / "list")


cases(
    {
        "picture: cut off": (
            image_file(jpeg()[:-300]),
            "f.jpg should be an undamaged picture; Pillow says: .*truncated",
        ),
        "picture: cut off in the header": (image_file(jpeg()[:30]), "undamaged picture"),
        "picture: text": (image_file(b"hello"), "undamaged picture"),
        "picture: of a format that is not asked for": (image_file(b"P5 2 2 255\n1234"), "undamaged picture"),
        "picture: PostScript, which Ghostscript would run": (
            image_file(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9"),
            "",
        ),
        "picture: 100,000 x 100,000": (image_file(claiming(10**5, 10**5)), "f.jpg should"),
        "picture: 9,000 x 9,000": (image_file(claiming(9000, 9000)), "have at most 67,108,864 pixels"),
        "picture: no pixels": (image_file(claiming(0, 9)), "undamaged picture"),
        "ImageFolder: a class without pictures": (
            a_class_without_pictures,
            "violets should hold pictures; it holds none",
        ),
        "ImageFolder: a damaged picture": (a_damaged_picture_among_good_ones, "1.png should be an undamaged picture"),
        "ImageFolder: a class without a word": (a_class_without_a_word, "words should name the class 'n02'"),
        "ImageFolder: a picture without attributes": (
            a_picture_without_attributes,
            "list should have a line for 2.png",
        ),
        "CelebA: not text": (lambda folder: celeba(folder, b"\xff\xfe\0"), "be text in UTF-8; byte 0 is not"),
        "CelebA: a row too short": (lambda folder: celeba(folder, b"1\nA B\nx 1\n"), "2 times -1 or 1 in line 3"),
        "CelebA: a value of 2": (lambda folder: celeba(folder, b"1\nA\nx 2\n"), "1 times -1 or 1 in line 3"),
        "CelebA: rows are missing": (lambda folder: celeba(folder, b"9\nA\nx 1\n"), "as it says .9.; it has 1"),
    }
)


def celeba(folder, content):
    data.read_celeba_attributes(write_files(folder, {"list": content}) / "list")


# --- VOC -----------------------------------------------------------------------------------------------------------


def xml(text):
    def run(folder):
        data.read_voc_annotation(
            write_files(folder, {"a.xml": text if isinstance(text, bytes) else text.encode()}) / "a.xml"
        )

    return run


def with_box(*box, **more):
    return xml(makers.voc_xml(objects=[{"name": "cat", "box": box, **more}]))


def voc_with(change, read):
    def run(folder):
        root = makers.voc(folder)
        change(root)
        read(data.read_voc(folder))

    return run


LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE annotation [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij"))
    + "]><annotation>&j;</annotation>"
)
OUTSIDE = '<!DOCTYPE annotation [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation>&x;</annotation>'
QUADRATIC = f'<!DOCTYPE annotation [<!ENTITY a "{"x" * 10**5}">]><annotation>{"&a;" * 10**5}</annotation>'
cases(
    {
        "XML: a billion laughs": (xml(LAUGHS), "a.xml should be plain XML; it has a DOCTYPE"),
        "XML: a quadratic bomb": (xml(QUADRATIC), "it has a DOCTYPE"),
        "XML: a file from elsewhere": (xml(OUTSIDE), "it has a DOCTYPE"),
        "XML: a DTD from the network": (xml('<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x"><annotation/>'), "DOCTYPE"),
        "XML: in UTF-16 with a DOCTYPE": (xml(OUTSIDE.encode("utf-16")), "it has a DOCTYPE"),
        "XML: an entity that there is not": (xml("<annotation>&x;</annotation>"), "undefined entity"),
        "XML: cut off": (xml(makers.voc_xml()[:150]), "plain XML"),
        "XML: an unknown encoding": (xml('<?xml version="1.0" encoding="x-y"?><annotation/>'), "plain XML; .*encoding"),
        "XML: not UTF-8": (xml(b"<annotation>\xff</annotation>"), "plain XML"),
        "XML: deep": (xml("<annotation>" + "<a>" * 10**5), "plain XML"),
        "XML: too long": (xml("<annotation>" + " " * 2**22), "have at most 4,194,304 bytes"),
        "XML: of something else": (xml("<html/>"), "be an <annotation>; it is a <html>"),
        "XML: no size": (xml("<annotation/>"), "as size/height; it has ''"),
        "XML: a class that there is not": (
            xml(makers.voc_xml(objects=[{"name": "elf", "box": (1, 1, 2, 2)}])),
            "'elf'",
        ),
        "XML: a box outside": (with_box(30, 3, 40, 5), r"boxes inside 16 x 12 pixels; there is one at \[29.0, 2.0, 40"),
        "XML: a box the wrong way round": (with_box(7, 3, 3, 5), "boxes inside 16 x 12"),
        "XML: a negative box": (with_box(-3, 3, 7, 5), "a number from 0 to a million as bndbox/xmin; it has '-3'"),
        "XML: a box of words": (with_box("one", 3, 7, 5), "as bndbox/xmin; it has 'one'"),
        "XML: not a number": (with_box("nan", 3, 7, 5), "as bndbox/xmin; it has 'nan'"),
        "XML: infinite": (with_box(1, 3, "1e999", 5), "as bndbox/xmax; it has '1e999'"),
        "XML: half difficult": (with_box(1, 3, 7, 5, difficult="maybe"), "0 or 1 as difficult; it has 'maybe'"),
        "VOC: a list that leads out": (
            voc_with(lambda r: (r / "ImageSets/Main/train.txt").write_bytes(b"../../../etc/passwd\n"), len),
            "a picture's name and integers in line 1; it has '../../../etc/passwd'",
        ),
        "VOC: an empty list": (
            voc_with(lambda r: (r / "ImageSets/Main/train.txt").write_bytes(b""), len),
            "it is empty",
        ),
        "VOC: a list with a gap": (
            voc_with(lambda r: (r / "ImageSets/Main/train.txt").write_bytes(b"2008_000001\n\nx\n"), len),
            "in line 2",
        ),
        "VOC: no list": (voc_with(lambda r: (r / "ImageSets/Main/train.txt").unlink(), len), "nothing is there"),
        "VOC: no annotation": (
            voc_with(lambda r: (r / "Annotations/2008_000001.xml").unlink(), lambda d: d[0]),
            "2008_000001.xml should be a",
        ),
        "VOC: no picture": (
            voc_with(lambda r: (r / "JPEGImages/2008_000001.jpg").unlink(), lambda d: d[0]),
            "2008_000001.jpg should be a",
        ),
        "VOC: a damaged picture": (
            voc_with(lambda r: cut(r / "JPEGImages/2008_000001.jpg", 0.5), lambda d: d[0]),
            "2008_000001.jpg should be an",
        ),
        "VOC: no label map": (voc_with(lambda r: None, lambda d: d.semantic(1)), "2008_000002.png should be a file"),
        "VOC: a label of 21": (
            voc_with(
                lambda r: data.write_palette_png(
                    r / "SegmentationClass/2008_000001.png", np.full((12, 16), 21), data.voc_palette()
                ),
                lambda d: d.semantic(0),
            ),
            "have labels 0 to 20, and 255; there is a 21",
        ),
        "VOC: another year": (lambda folder: data.read_voc(makers.voc(folder).parent, year=2007), "hold VOC2007"),
    }
)


# --- COCO ----------------------------------------------------------------------------------------------------------


def coco_text(content):
    def run(folder):
        data.read_coco(write_files(folder, {"f.json": content}) / "f.json")

    return run


def coco_with(change, read=lambda coco: (coco.objects(0), coco.masks(0))):
    def run(folder):
        tables = makers.coco_tables()
        change(tables)
        read(data.read_coco(*makers.coco(folder, tables)))

    return run


def put(table, row, **values):
    return coco_with(lambda tables: tables[table][row].update(values))


def without(table, row, key):
    return coco_with(lambda tables: tables[table][row].pop(key))


def run_lengths(counts, size=(12, 16)):
    return put("annotations", 1, segmentation={"size": list(size), "counts": counts})


TABLES = json.dumps(makers.coco_tables())
cases(
    {
        "JSON: cut off": (coco_text(TABLES[:300].encode()), "be a JSON file; reading it fails"),
        "JSON: deep": (coco_text(b"[" * 10**6), "be a JSON file"),
        "JSON: not a number": (coco_text(b'{"images": [NaN]}'), "it has the number NaN"),
        "JSON: a number of a million digits": (coco_text(b'{"images": [' + b"9" * 10**6 + b"]}"), "be a JSON file"),
        "JSON: not UTF-8": (coco_text(b'{"\xff": 1}'), "be a JSON file"),
        "JSON: a list": (coco_text(b"[]"), "have in the file a list 'images'"),
        "JSON: no annotations": (coco_text(b'{"images": []}'), "have in the file a list 'annotations'"),
        "COCO: a picture is a number": (coco_with(lambda t: t["images"].append(5)), "have in a picture a int 'id'"),
        "COCO: a picture without a size": (without("images", 0, "height"), "have in a picture a int 'height'"),
        "COCO: a huge picture": (put("images", 0, width=10**6, height=10**6), "one is 1000000 x 1000000"),
        "COCO: a picture without pixels": (put("images", 0, width=0), "one is 0 x 12"),
        "COCO: a size of 10^30": (put("images", 0, width=10**30), "sensible 'width'; it is very large"),
        "COCO: a picture elsewhere": (put("images", 0, file_name="../../etc/passwd"), "inside its own folder"),
        "COCO: a picture at the root": (put("images", 0, file_name="/etc/passwd"), "inside its own folder"),
        "COCO: two pictures of one id": (put("images", 0, id=7), "give each of its pictures an id of its own"),
        "COCO: two categories of one id": (put("categories", 0, id=1), "give each of its categories an id of its own"),
        "COCO: a category without a name": (without("categories", 0, "name"), "have in a category a str 'name'"),
        "COCO: an object in no picture": (put("annotations", 0, image_id=8), "there is an annotation of 8"),
        "COCO: an object of no category": (put("annotations", 0, category_id=2), "there is an object of 2"),
        "COCO: true for an id": (put("annotations", 0, category_id=True), "a int 'category_id'"),
        "COCO: no box": (without("annotations", 0, "bbox"), "have in an annotation a list 'bbox'"),
        "COCO: a box of three": (put("annotations", 0, bbox=[1, 2, 3]), "have 4 numbers as a bbox"),
        "COCO: a box of words": (put("annotations", 0, bbox=[1, 2, 3, "x"]), "have finite numbers as a bbox"),
        "COCO: an infinite box": (
            coco_text(TABLES.replace("[1, 2, 6, 4]", "[1, 2, 1e999, 4]").encode()),
            "finite numbers",
        ),
        "COCO: a box of negative size": (put("annotations", 0, bbox=[5, 5, -2, 3]), "have boxes of sizes >= 0"),
        "COCO: a box outside": (put("annotations", 0, bbox=[20, 2, 3, 3]), "boxes inside 16 x 12 pixels"),
        "COCO: an area of words": (put("annotations", 0, area="large"), "have finite numbers as areas"),
        "COCO: key points missing": (put("annotations", 0, keypoints=[1, 2, 2]), "have 6 numbers as keypoints"),
        "COCO: no segmentation": (without("annotations", 0, "segmentation"), "have a mask for object 5"),
        "COCO: no polygons": (put("annotations", 0, segmentation=[]), "polygons or runs"),
        "COCO: a polygon of odd length": (
            put("annotations", 0, segmentation=[[1, 2, 3, 4, 5, 6, 7]]),
            "at least three",
        ),
        "COCO: a polygon of two corners": (put("annotations", 0, segmentation=[[1, 2, 3, 4]]), "at least three pairs"),
        "COCO: a polygon of words": (put("annotations", 0, segmentation=[["a"] * 6]), "numbers"),
        "COCO: a polygon of polygons": (put("annotations", 0, segmentation=[[[[1]]] * 6]), "at least three pairs"),
        "COCO: a polygon outside": (
            put("annotations", 0, segmentation=[[20, 2, 25, 2, 25, 6]]),
            "inside 16 x 12 pixels",
        ),
        "COCO: a polygon at 10^300": (put("annotations", 0, segmentation=[[1, 2, 1e300, 2, 5, 6]]), "within 1,000,000"),
        "COCO: runs of another size": (run_lengths([100], (10, 10)), r"size should be \[12, 16\]"),
        "COCO: runs that are too few": (run_lengths([100, 91]), "add up to 12 · 16; got 191"),
        "COCO: runs of 10^18": (run_lengths([10**18]), "add up to 12 · 16"),
        "COCO: negative runs": (run_lengths([200, -8]), "integers >= 0"),
        "COCO: runs of fractions": (run_lengths([191.5, 0.5]), "integers >= 0"),
        "COCO: a string of runs cut off": (run_lengths("P"), "a string of whole counts"),
        "COCO: a string of other signs": (run_lengths("<script>"), "groups of 6 bits|add up|integers"),
        "COCO: masks that fill the memory": (
            coco_with(
                lambda t: (
                    t["images"][0].update(width=8192, height=8192),
                    t["annotations"].extend([t["annotations"][0]] * 40),
                )
            ),
            "have masks that fit the memory",
        ),
        "COCO: no folder of pictures": (
            lambda folder: data.read_coco(makers.coco(folder)[0], folder / "none"),
            "none should be a folder",
        ),
        "COCO: a damaged picture": (
            lambda folder: (
                cut(makers.coco(folder)[1] / "000000000042.png", 0.5),
                data.read_coco(folder / "instances.json", folder / "val")[0],
            ),
            "000000000042.png should be an undamaged picture",
        ),
    }
)


# --- all of them, confined -----------------------------------------------------------------------------------------


def run(name, folder):
    """None if the case is refused as it should be, else what is wrong."""
    function, message = CASES[name]
    start = time.process_time()
    try:
        function(folder)
    except InputError as refusal:
        text = str(refusal)
        if not re.search(message, text):
            return f"the message is {text!r}"
        if len(text) > 1000:
            return f"the message has {len(text)} characters"
    except BaseException as fault:
        return f"it raised {type(fault).__name__}: {fault}"
    else:
        return "it was read"
    return f"it took {time.process_time() - start:.1f} s" if time.process_time() - start > 10 else None


def confine(megabytes, seconds):
    """From now on this process gets so much more memory, and so much processor time. (Linux.)"""
    import resource

    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])
    limit = pages * resource.getpagesize() + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


if __name__ == "__main__":
    root = Path(sys.argv[1])
    confine(megabytes=768, seconds=240)
    for number, name in enumerate(CASES):
        (folder := root / str(number)).mkdir()
        if fault := run(name, folder):
            print(f"{name}: {fault}")
