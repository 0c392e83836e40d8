"""Photographs, folders of them, and lists about them."""

import io
import struct

import numpy as np
from PIL import Image

from npdl import data
from tests.data.readers import makers
from tests.data.readers.hostile.base import cases, cut
from tests.data.readers.hostile.pngs import pillow_png
from tests.data.readers.makers import write_files
from tests.data.readers.test_png import chunk


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
