"""Archives: names that lead out, links, bombs, lies about sizes, damage."""

import gzip
import io
import struct
import tarfile
import zipfile

import numpy as np

from npdl import data
from tests.data.readers.hostile.base import READERS, case, cases, cut
from tests.data.readers.makers import cifar_batches, cifar_binary, tar_gz, zipped


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


def wrong_crc(path):
    content = bytearray(path.read_bytes())
    content[-8] ^= 1
    path.write_bytes(content)
