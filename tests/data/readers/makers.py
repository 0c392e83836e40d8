"""Tiny data sets in the very formats of the large ones, made anew for each test."""

import gzip
import io
import json
import struct
import tarfile
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from npdl.data import CIFAR10_CLASSES, rle_encode, voc_palette, write_palette_png

TRAIN = [f"data_batch_{n}" for n in range(1, 6)]


def cifar_batches(sizes=(2, 3, 1, 2, 2, 4), seed=0):
    """{name: (images uint8 (N, 3, 32, 32), labels)}"""
    random = np.random.RandomState(seed)
    draw = random.randint
    names = [*TRAIN, "test_batch"]
    return {name: (draw(256, size=(n, 3, 32, 32)).astype(np.uint8), draw(10, size=n)) for name, n in zip(names, sizes)}


def cifar_binary(batches):
    """{file name: bytes} of the binary version."""
    files = {"batches.meta.txt": "".join(name + "\n" for name in CIFAR10_CLASSES).encode() + b"\n"}
    for name, (x, y) in batches.items():
        files[f"{name}.bin"] = np.hstack([y[:, None].astype(np.uint8), x.reshape(len(x), -1)]).tobytes()
    return files


def cifar_python(batches):
    """{file name: bytes} of the Python version: pickles as Python 2 wrote them."""
    files = {"batches.meta": pickle2({"num_cases_per_batch": 10000, "label_names": list(CIFAR10_CLASSES)})}
    for name, (x, y) in batches.items():
        names = [f"picture_{i}.png" for i in range(len(x))]
        content = {"batch_label": name, "labels": y.tolist(), "data": x.reshape(len(x), -1), "filenames": names}
        files[name] = pickle2(content)
    return files


def pickle2(value):
    """What Python 2's pickle, protocol 2, makes of dicts, lists, integers, strings and arrays of bytes."""
    return b"\x80\x02" + _emit(value) + b"."


def _emit(value):
    if isinstance(value, dict):
        return b"}(" + b"".join(_emit(k) + _emit(v) for k, v in value.items()) + b"u"
    if isinstance(value, list):
        return b"](" + b"".join(map(_emit, value)) + b"e"
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, bytes):  # SHORT_BINSTRING or BINSTRING
        return b"U" + bytes([len(value)]) + value if len(value) < 256 else b"T" + struct.pack("<i", len(value)) + value
    if isinstance(value, int):
        return b"J" + struct.pack("<i", value)
    return array2(value.shape, "u1", value.tobytes())


def array2(shape, kind, content):
    """The instructions for an array."""
    made = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\x85U\x01b\x87R"
    sizes = b"".join(map(_emit, shape))
    dtype = b"cnumpy\ndtype\n" + _emit(kind) + b"K\0K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"
    return made + b"(K\x01(" + sizes + b"t" + dtype + b"\x89" + _emit(content) + b"tb"


def write_files(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def tar_gz(path, files, folder=""):
    """Write a .tar.gz of {name: bytes}, or of {name: TarInfo} for entries without content."""
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
                continue
            info = tarfile.TarInfo(folder + name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def zipped(path, files, folder=""):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(folder + name, content)
    return path


def idx(array):
    """The bytes of an idx file."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def mnist(folder, compress, seed=0, sizes=(7, 4)):
    """Write the four files; returns {"train": (images, labels), "t10k": ...}."""
    random = np.random.RandomState(seed)
    sets = {}
    for part, n in zip(("train", "t10k"), sizes):
        x, y = random.randint(256, size=(n, 28, 28)).astype(np.uint8), random.randint(10, size=n).astype(np.uint8)
        sets[part] = x, y
        for name, array in ((f"{part}-images-idx3-ubyte", x), (f"{part}-labels-idx1-ubyte", y)):
            content = idx(array)
            write_files(folder, {name + ".gz": gzip.compress(content)} if compress else {name: content})
    return sets


def picture(path, height=12, width=16, seed=0, mode="RGB"):
    """Write a picture; PNG and BMP keep its pixels, which are returned, uint8 (H, W, 3)."""
    x = np.random.RandomState(seed).randint(256, size=(height, width, 3)).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(x).convert(mode).save(path)
    return x


VOC_XML = """<annotation>
  <folder>VOC2012</folder><filename>{name}.jpg</filename>
  <size><width>{width}</width><height>{height}</height><depth>3</depth></size>
  <segmented>1</segmented>
  {objects}
</annotation>
"""
VOC_OBJECT = """<object>
    <name>{name}</name><pose>Left</pose><truncated>{truncated}</truncated><difficult>{difficult}</difficult>
    <bndbox><xmin>{box[0]}</xmin><ymin>{box[1]}</ymin><xmax>{box[2]}</xmax><ymax>{box[3]}</ymax></bndbox>
    {more}
  </object>"""


def voc_xml(name="2008_000001", width=16, height=12, objects=()):
    objects = [VOC_OBJECT.format(**{"truncated": 0, "difficult": 0, "more": "", **o}) for o in objects]
    return VOC_XML.format(name=name, width=width, height=height, objects="\n  ".join(objects))


def voc(root, year=2012):
    """Write VOCdevkit/VOC2012 with two pictures; returns the folder of the year.

    2008_000001: a cat in columns 3 to 7 and rows 2 to 5, a difficult, truncated person in the lower right corner.
    """
    folder = root / f"VOC{year}"
    name, other = "2008_000001", "2008_000002"
    objects = [
        {"name": "cat", "box": (3, 2, 7, 5)},
        {
            "name": "person", "box": (9, 7, 16, 12), "difficult": 1, "truncated": 1,
            "more": "<actions><running>1</running><walking>0</walking></actions>"
            "<part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></part>",
        },
    ]  # fmt: skip
    labels = np.zeros((12, 16), dtype=np.uint8)
    labels[1:5, 2:7], labels[6:12, 8:16] = 255, 255
    instances = labels.copy()
    labels[2:4, 3:6], labels[7:12, 9:16] = 8, 15  # cat is class 7, person class 14
    instances[2:4, 3:6], instances[7:12, 9:16] = 1, 2
    for n, seed in ((name, 0), (other, 1)):
        picture(folder / "JPEGImages" / f"{n}.jpg", seed=seed)
    files = {name: voc_xml(name, objects=objects), other: voc_xml(other)}
    write_files(folder / "Annotations", {f"{n}.xml": text.encode() for n, text in files.items()})
    for part, array in (("SegmentationClass", labels), ("SegmentationObject", instances)):
        (folder / part).mkdir()
        write_palette_png(folder / part / f"{name}.png", array, voc_palette())
    lists = {
        "Main": {"train": f"{name}\n{other}\n", "cat_train": f"{name}  1\n{other} -1\n"},
        "Segmentation": {"train": f"{name}\n"},
        "Action": {"train": f"{name}\n", "running_train": f"{name}  2  1\n"},
    }
    for part, texts in lists.items():
        write_files(folder / "ImageSets" / part, {f"{n}.txt": text.encode() for n, text in texts.items()})
    return folder


def coco_tables():
    """A file of instances with key points and a caption, as Python objects, for two pictures of 12 x 16."""
    crowd = np.zeros((12, 16), dtype=bool)
    crowd[8:, 10:] = True
    nose_and_eye = [1.5, 2.5, 2, 3.0, 2.0, 1]
    return {
        "info": {"year": 2017},
        "licenses": [],
        "images": [
            {"id": 42, "file_name": "000000000042.png", "height": 12, "width": 16},
            {"id": 7, "file_name": "000000000007.png", "height": 12, "width": 16},
        ],
        "categories": [
            {"id": 90, "name": "toothbrush", "supercategory": "indoor"},
            {"id": 1, "name": "person", "supercategory": "person", "keypoints": ["nose", "eye"], "skeleton": [[1, 2]]},
        ],
        "annotations": [
            {
                "id": 5, "image_id": 42, "category_id": 1, "bbox": [1, 2, 6, 4], "area": 18.0, "iscrowd": 0,
                "segmentation": [[1, 2, 5, 2, 5, 6, 1, 6], [6, 3, 7, 3, 7, 5, 6, 5]], "keypoints": nose_and_eye,
                "num_keypoints": 2,
            },
            {
                "id": 6, "image_id": 42, "category_id": 90, "bbox": [10, 8, 6, 4], "area": 24, "iscrowd": 1,
                "segmentation": rle_encode(crowd),
            },
            {
                "id": 8, "image_id": 42, "category_id": 90, "bbox": [3.0, 3.0, 0, 2], "area": 0, "iscrowd": 0,
                "segmentation": [[3, 3, 3, 5, 3, 4]],
            },
            {"id": 9, "image_id": 7, "caption": "A person without a toothbrush."},
        ],
    }  # fmt: skip


def coco(root, tables=None):
    """Write instances.json and the two pictures; returns their paths."""
    root.mkdir(parents=True, exist_ok=True)
    tables = coco_tables() if tables is None else tables
    path = root / "instances.json"
    path.write_text(json.dumps(tables), encoding="utf-8")
    for seed, name in enumerate(("000000000042.png", "000000000007.png")):
        picture(root / "val" / name, seed=seed)
    return path, root / "val"


def class_folders(root, names=("daisy", "dandelion", "roses", "sunflowers", "tulips"), each=2):
    for label, name in enumerate(names):
        for n in range(each):
            picture(Path(root) / name / f"{n}.png", height=10 + label, width=14, seed=100 * label + n)
    return root
