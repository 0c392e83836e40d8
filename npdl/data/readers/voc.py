"""Pascal VOC: photographs of twenty kinds of things, with boxes, label maps and actions."""

import math
import re
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np

from ...errors import InputError
from .boxes import clip_boxes
from .files import BadFileError, read_bytes, read_text, require_folder
from .images import Pictures
from .png import read_palette_png

VOC_CLASSES = (
    "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow", "diningtable", "dog",
    "horse", "motorbike", "person", "pottedplant", "sheep", "sofa", "train", "tvmonitor",
)  # fmt: skip
VOC_ACTIONS = (
    "jumping", "phoning", "playinginstrument", "reading", "ridingbike", "ridinghorse", "running", "takingphoto",
    "usingcomputer", "walking", "other",
)  # fmt: skip
VOC_BORDER = 255  # of label maps: the rim of an object, which counts neither in losses nor in metrics

LISTS = {"detection": "Main", "segmentation": "Segmentation", "action": "Action"}
XML_LIMIT = 2**22  # bytes


class VOCObjects(NamedTuple):
    """What an annotation says of the K objects in a picture."""

    boxes: np.ndarray  # float32 (K, 4): x1, y1, x2, y2, see "Boxes" in docs/conventions.md
    labels: np.ndarray  # int64 (K,), of VOC_CLASSES
    difficult: np.ndarray  # bool (K,): not counted in the evaluation
    truncated: np.ndarray  # bool (K,): the object goes on where the box ends
    actions: np.ndarray  # bool (K, 11), of VOC_ACTIONS; none where none are noted


def read_voc(root, *, split="train", year=None, task="detection"):
    """A part of Pascal VOC 2007 to 2012 from your own copy, as a sequence of samples.

        voc = read_voc("VOCdevkit", year=2012, split="val")
        image, objects = voc[0]  # float32 (3, H, W), VOCObjects

    root: VOCdevkit (then `year` chooses between the years that are there), or the folder VOC2012 in it.
    task: "detection" or "action" give (image, VOCObjects), "segmentation" gives (image, label map): int64 (H, W),
    0 the background, k + 1 for VOC_CLASSES[k], 255 the border.
    split: the name of a list in ImageSets/Main, Segmentation or Action: "train", "val", "trainval", "test",
    "cat_train".
    Raises BadFileError, which names the file, for anything missing or damaged, here or when the sample is asked for.

    Source: M. Everingham et al. 2010, "The Pascal Visual Object Classes (VOC) Challenge", and its development kits.
    """
    if task not in LISTS:
        raise InputError("read_voc", "task", f"one of {', '.join(LISTS)}", task)
    return VOC(_folder_of_year(require_folder("read_voc", root), year), split, task)


def _folder_of_year(root, year):
    if (root / "ImageSets").is_dir():
        if year is not None and root.name != f"VOC{year}":
            raise InputError("read_voc", "root", f"VOCdevkit, or the folder VOC{year}", str(root))
        return root
    years = sorted(f.name for f in root.glob("VOC*") if (f / "ImageSets").is_dir())
    wanted = f"VOC{year}" if year is not None else years[0] if len(years) == 1 else "ImageSets, or one VOC2012 or so"
    if wanted not in years:
        raise BadFileError("read_voc", root, f"hold {wanted}", f"it holds {', '.join(years) or 'no year'}")
    return root / wanted


class VOC(Pictures):
    """The samples of one list: what `read_voc` gives. `ids` are the names of the pictures, `classes` VOC_CLASSES."""

    classes = VOC_CLASSES

    def __init__(self, root, split, task):
        self.root, self.task = root, task
        self.ids = list(
            dict.fromkeys(name for name, *_ in read_image_set(root / f"ImageSets/{LISTS[task]}/{split}.txt"))
        )
        super().__init__([root / "JPEGImages" / f"{name}.jpg" for name in self.ids])

    def sample(self, i):
        if self.task == "segmentation":
            labels = self.semantic(i)
            return self.sized_image(i, *labels.shape), labels
        height, width, objects = read_voc_annotation(self._annotation(i))
        return self.sized_image(i, height, width), objects

    def objects(self, i):
        """The VOCObjects of sample i."""
        return read_voc_annotation(self._annotation(i))[2]

    def semantic(self, i):
        """The label map of sample i, int64 (H, W): 0 the background, k + 1 for class k, 255 the border."""
        return self._label_map("SegmentationClass", i, len(VOC_CLASSES))

    def instances(self, i):
        """The same with 1, 2, ... for the objects in place of their classes."""
        return self._label_map("SegmentationObject", i, 254)

    def _annotation(self, i):
        return self.root / "Annotations" / f"{self.ids[i]}.xml"

    def _label_map(self, folder, i, largest):
        path = self.root / folder / f"{self.ids[i]}.png"
        labels, _ = read_palette_png(path)
        wrong = (labels > largest) & (labels != VOC_BORDER)
        if wrong.any():
            raise BadFileError(
                "read_voc", path, f"have labels 0 to {largest}, and 255", f"there is a {labels[wrong][0]}"
            )
        return labels.astype(np.int64)


def read_image_set(path):
    """[("2008_000008", 1), ...]: the lines of a list, each the name of a picture and the integers after it.

    Lists of a class have 1, -1 or 0 (only difficult ones) there; lists of an action the number of the object first.
    """
    rows = []
    for number, line in enumerate(read_text("read_image_set", path).splitlines(), 1):
        name, *numbers = line.split() or [""]
        if not re.fullmatch(r"[\w-]+", name) or not all(re.fullmatch(r"-?\d{1,6}", n) for n in numbers):
            expected = f"have a picture's name and integers in line {number}"
            raise BadFileError("read_image_set", path, expected, f"it has {line[:80]!r}")
        rows.append((name, *map(int, numbers)))
    if not rows:
        raise BadFileError("read_image_set", path, "name pictures", "it is empty")
    return rows


def read_voc_annotation(path):
    """(height, width, VOCObjects) from an annotation in XML.

    The file counts pixels from 1 and includes the last: x1 = xmin - 1, y1 = ymin - 1, x2 = xmax, y2 = ymax.
    """
    root = _read_xml(path)
    height, width = (_number(path, root, f"size/{side}") for side in ("height", "width"))
    objects = root.findall("object")
    corners = [[_number(path, o, f"bndbox/{name}") for name in ("xmin", "ymin", "xmax", "ymax")] for o in objects]
    boxes = np.array(corners).reshape(-1, 4) - [1, 1, 0, 0]
    names = [o.findtext("name", "").strip() for o in objects]
    if unknown := set(names) - set(VOC_CLASSES):
        raise BadFileError("read_voc", path, "have objects of the 20 classes", f"there is a {unknown.pop()[:40]!r}")
    return (
        int(height),
        int(width),
        VOCObjects(
            clip_boxes("read_voc", path, boxes, height, width),
            np.array([VOC_CLASSES.index(name) for name in names], dtype=np.int64),
            np.array([_flag(path, o, "difficult") for o in objects], dtype=bool),
            np.array([_flag(path, o, "truncated") for o in objects], dtype=bool),
            np.array([[_flag(path, o, f"actions/{a}") for a in VOC_ACTIONS] for o in objects], dtype=bool).reshape(
                -1, 11
            ),
        ),
    )


def voc_palette(n=256):
    """The colours of VOC's label maps, uint8 (n, 3): near labels get colours far apart.

    Bits 0, 1, 2 of the label become the highest bits of red, green and blue, bits 3, 4, 5 their second highest, and so
    on.
    """
    labels = np.arange(n)
    palette = np.zeros((n, 3), dtype=np.uint8)
    for bit in range(8):
        palette[:, bit % 3] |= ((labels >> bit & 1) << 7 - bit // 3).astype(np.uint8)
    return palette


class _NoDoctype(ElementTree.TreeBuilder):
    """Entities, external files and entity bombs all need a DOCTYPE, and no annotation has one."""

    def doctype(self, name, pubid, system):
        raise ValueError("it has a DOCTYPE")


def _read_xml(path):
    parser = ElementTree.XMLParser(target=_NoDoctype())
    content = read_bytes("read_voc", path, XML_LIMIT)
    try:
        parser.feed(content)
        root = parser.close()
    except (ElementTree.ParseError, ValueError, LookupError) as fault:
        raise BadFileError("read_voc", path, "be plain XML", str(fault)) from fault
    if root.tag != "annotation":
        raise BadFileError("read_voc", path, "be an <annotation>", f"it is a <{root.tag[:40]}>")
    return root


def _number(path, element, name):
    text = element.findtext(name, "")
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < 1e6:
        raise BadFileError("read_voc", path, f"have a number from 0 to a million as {name}", f"it has {text[:40]!r}")
    return number


def _flag(path, element, name):
    text = element.findtext(name, "0").strip()
    if text not in ("0", "1"):
        raise BadFileError("read_voc", path, f"have 0 or 1 as {name}", f"it has {text[:40]!r}")
    return text == "1"
