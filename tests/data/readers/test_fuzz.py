"""Good files with a few bytes changed, cut, repeated or mixed up: they are read or refused, and nothing else."""

import json
from itertools import count

import numpy as np
import pytest

from npdl import data
from npdl.errors import InputError
from tests.data.readers import makers
from tests.data.readers.test_png import png

INTERESTING = [0, 1, 9, 10, 47, 48, 127, 128, 254, 255]


def mutate(content, random):
    """The bytes with one to four changes."""
    content = bytearray(content)
    for _ in range(random.randint(1, 5)):
        i, j = sorted(random.randint(len(content) + 1, size=2))
        match random.randint(6):
            case 0 if i < len(content):
                content[i] ^= 1 << random.randint(8)
            case 1 if i < len(content):
                content[i] = INTERESTING[random.randint(len(INTERESTING))]
            case 2:
                del content[max(i, j - 8) : j]
            case 3:
                content[i:i] = content[max(i, j - 16) : j]
            case 4 if random.randint(4) == 0:
                del content[j:]
            case 5 if i + 4 <= len(content):
                content[i : i + 4] = random.choice([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"9999"])
    return bytes(content)


def whole_voc_xml():
    objects = [{"name": "cat", "box": (3, 2, 7, 5), "more": "<actions><running>1</running></actions>"}]
    return makers.voc_xml(objects=objects).encode()


def archive(make, tmp_path):
    make(tmp_path / "whole", {f"{n}.txt": b"text " * n for n in range(4)})
    return (tmp_path / "whole").read_bytes()


def picture(suffix, tmp_path):
    makers.picture(tmp_path / f"whole{suffix}")
    return (tmp_path / f"whole{suffix}").read_bytes()


def read_all_of_coco(path):
    coco = data.read_coco(path)
    for i in range(len(coco)):
        coco.objects(i), coco.masks(i), coco.semantic(i), coco.captions(i)


def read_pickle(path):
    from npdl.data.readers.pickles import read_pickle

    read_pickle("read_cifar10", path, path.read_bytes(), ("data", "labels"))


NUMBERS = count()
TIMES = 150
FORMATS = {
    "pickle": (lambda p: makers.cifar_python(makers.cifar_batches())["data_batch_3"], read_pickle),
    "pickle without pixels": (
        lambda p: makers.pickle2({"data": np.zeros((1, 2), np.uint8), "labels": [1]}),
        read_pickle,
    ),
    "idx": (lambda p: makers.idx(np.zeros((2, 3, 4), np.uint8)), lambda path: data.read_idx(path, 3)),
    "png": (
        lambda p: png(np.arange(35).reshape(5, 7), data.voc_palette(64), filters=(0, 1, 2, 3, 4)),
        data.read_palette_png,
    ),
    "xml": (lambda p: whole_voc_xml(), data.read_voc_annotation),
    "coco": (lambda p: json.dumps(makers.coco_tables()).encode(), read_all_of_coco),
    "list": (lambda p: b"2008_000001  1\n2008_000002 -1\n", data.read_image_set),
    "attributes": (lambda p: b"2\nA B\n1.jpg 1 -1\n2.jpg -1 -1\n", data.read_celeba_attributes),
    "words": (lambda p: b"n01 a cat\nn02 a dog\n", data.read_synset_words),
    "tar.gz": (
        lambda p: archive(makers.tar_gz, p),
        lambda path: data.extract(path, path.with_name(f"{next(NUMBERS)}"), limit=10**6),
    ),
    "zip": (
        lambda p: archive(makers.zipped, p),
        lambda path: data.extract(path, path.with_name(f"{next(NUMBERS)}"), limit=10**6),
    ),
    "jpeg": (lambda p: picture(".jpg", p), data.read_image),
    "bmp": (lambda p: picture(".bmp", p), data.read_image),
    "webp": (lambda p: picture(".webp", p), data.read_image),
}


@pytest.mark.parametrize("name", FORMATS)
def test_it_is_read_or_refused(name, tmp_path):
    make, read = FORMATS[name]
    whole, random, refused = make(tmp_path), np.random.RandomState(0), 0
    path = tmp_path / "file"
    path.write_bytes(whole)
    read(path)
    for _ in range(TIMES):
        path.write_bytes(mutate(whole, random))
        try:
            read(path)
        except InputError:
            refused += 1
    assert refused > TIMES / 20
