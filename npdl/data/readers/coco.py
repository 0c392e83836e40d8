"""MS COCO: photographs with boxes, a polygon for each object, key points and captions, in one JSON file."""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ...errors import InputError
from .boxes import clip_boxes
from .files import MAX_PIXELS, BadFileError, read_bytes, require_folder, safe_parts
from .images import Pictures
from .masks import polygon_mask, rle_decode

JSON_LIMIT = 2**30  # bytes; instances_train2017.json has 448 million


class COCOObjects(NamedTuple):
    """What is known of the K objects in a picture."""

    boxes: np.ndarray  # float32 (K, 4): x1, y1, x2, y2, see "Boxes" in docs/conventions.md
    labels: np.ndarray  # int64 (K,), of COCO.classes
    crowd: np.ndarray  # bool (K,): the box is around many objects of the class; not counted in the evaluation
    areas: np.ndarray  # float32 (K,): of the masks, in pixels, as the file says
    ids: np.ndarray  # int64 (K,): of the annotations
    keypoints: np.ndarray  # float32 (K, P, 3): x, y as in the file, and 0 (not noted), 1 (hidden) or 2 (visible)


def read_coco(annotations, images=None):
    """A part of COCO, or any set in its format, from your own copy, as a sequence of samples.

        coco = read_coco("annotations/instances_val2017.json", "val2017")
        image, objects = coco[0]  # float32 (3, H, W), COCOObjects
        masks = coco.masks(0)     # bool (K, H, W)

    annotations: the JSON file, of instances, person_keypoints or captions.
    images: the folder of the pictures; without it only the annotations can be asked for.
    COCO's boxes are x, y, w, h, counted from 0: x1 = x, y1 = y, x2 = x + w, y2 = y + h. Boxes without area, of which
    COCO has a few, are left out with all that belongs to them.
    Raises BadFileError for JSON that is damaged or refers to pictures and categories that it does not have.

    Source: T.-Y. Lin et al. 2014, "Microsoft COCO: Common Objects in Context"; cocodataset.org/#format-data
    """
    content = read_bytes("read_coco", annotations, JSON_LIMIT)
    try:
        tables = json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError) as fault:
        raise BadFileError("read_coco", annotations, "be a JSON file", f"reading it fails: {fault}") from fault
    return COCO(Path(annotations), tables, images if images is None else require_folder("read_coco", images))


def _refuse(constant):
    raise ValueError(f"it has the number {constant}")


class COCO(Pictures):
    """The samples of one JSON file: what `read_coco` gives.

    Attributes: `classes`, names in the order of the file's category ids, and `category_ids`, int64: label k is category
    category_ids[k] (COCO's go to 90 with gaps); `image_ids`; `keypoint_names`.
    """

    def __init__(self, path, tables, folder):
        self.path, self.folder = path, folder
        tables = self._fields("the file", tables, images=list, annotations=list)
        categories = tables.get("categories", [])
        self._read_categories(categories if isinstance(categories, list) else [])
        self.sizes, self.image_ids, paths = [], [], []
        for picture in tables["images"]:
            self._fields("a picture", picture, id=int, file_name=str, height=int, width=int)
            height, width = picture["height"], picture["width"]
            if min(height, width) < 1 or height * width > MAX_PIXELS:
                raise self._fault(f"have pictures of 1 to {MAX_PIXELS:,} pixels", f"one is {width} x {height}")
            parts = safe_parts("read_coco", path, picture["file_name"])
            paths.append(None if folder is None else folder.joinpath(*parts))
            self.sizes.append((height, width))
            self.image_ids.append(picture["id"])
        super().__init__(paths)
        self._objects, self._captions = [[] for _ in paths], [[] for _ in paths]
        self._read_annotations(tables["annotations"])

    def _read_categories(self, categories):
        for category in categories:
            self._fields("a category", category, id=int, name=str)
        categories = sorted(categories, key=lambda category: category["id"])
        self.classes = tuple(category["name"] for category in categories)
        self.category_ids = np.array([category["id"] for category in categories], dtype=np.int64)
        self._label = self._unique("categories", [category["id"] for category in categories])
        names = [category["keypoints"] for category in categories if "keypoints" in category]
        self.keypoint_names = tuple(map(str, names[0])) if names and isinstance(names[0], list) else ()

    def _read_annotations(self, annotations):
        row = self._unique("pictures", self.image_ids)
        for record in annotations:
            self._fields("an annotation", record, id=int, image_id=int)
            if record["image_id"] not in row:
                raise self._fault("annotate its own pictures", f"there is an annotation of {record['image_id']}")
            i = row[record["image_id"]]
            if "caption" in record:
                self._captions[i].append(self._fields("a caption", record, caption=str)["caption"])
                continue
            self._fields("an annotation", record, category_id=int, bbox=list)
            if record["category_id"] not in self._label:
                raise self._fault("use its own categories", f"there is an object of {record['category_id']}")
            x, y, w, h = self._numbers("a bbox", record["bbox"], 4)
            if min(w, h) < 0:
                raise self._fault("have boxes of sizes >= 0", f"there is one of {w} x {h}")
            if min(w, h) > 0:
                self._objects[i].append((record, [x, y, x + w, y + h]))

    def sample(self, i):
        return self.sized_image(i, *self.sizes[i]), self.objects(i)

    def image(self, i):
        if self.folder is None:
            raise InputError("read_coco", "images", "the folder of the pictures, to look at one", None)
        return super().image(i)

    def objects(self, i):
        """The COCOObjects of sample i."""
        records = [record for record, _ in self._objects[i]]
        boxes = np.array([box for _, box in self._objects[i]]).reshape(-1, 4)
        points = 3 * len(self.keypoint_names)
        keypoints = [
            self._numbers("keypoints", r["keypoints"], points) if "keypoints" in r else [0] * points for r in records
        ]
        return COCOObjects(
            clip_boxes("read_coco", self.path, boxes, *self.sizes[i]),
            np.array([self._label[r["category_id"]] for r in records], dtype=np.int64),
            np.array([r.get("iscrowd", 0) == 1 for r in records], dtype=bool),
            np.array(self._numbers("areas", [r.get("area", 0) for r in records], len(records)), dtype=np.float32),
            np.array([r["id"] for r in records], dtype=np.int64),
            np.array(keypoints, dtype=np.float32).reshape(len(records), points // 3, 3),
        )

    def masks(self, i):
        """The mask of each object, bool (K, H, W), from its polygons (see `polygon_mask`) or its runs."""
        height, width = self.sizes[i]
        records = self._objects[i]
        if len(records) * height * width > 16 * MAX_PIXELS:
            raise self._fault("have masks that fit the memory", f"picture {self.image_ids[i]} has {len(records):,}")
        masks = np.zeros((len(records), height, width), dtype=bool)
        for mask, (record, _) in zip(masks, records, strict=True):
            try:
                mask[:] = _segmentation_mask(record.get("segmentation"), height, width)
            except InputError as fault:
                raise self._fault(f"have a mask for object {record['id']}", f"it has none: {fault}") from fault
        return masks

    def semantic(self, i):
        """A label map, int64 (H, W): 0 the background, k + 1 for class k; small objects over large ones."""
        masks, labels = self.masks(i), self.objects(i).labels
        result = np.zeros(self.sizes[i], dtype=np.int64)
        for k in np.argsort(-masks.sum(axis=(1, 2)), kind="stable"):
            result[masks[k]] = labels[k] + 1
        return result

    def captions(self, i):
        """The captions of sample i."""
        return tuple(self._captions[i])

    def _fault(self, expected, found):
        return BadFileError("read_coco", self.path, expected, found)

    def _fields(self, where, record, **kinds):
        """The record, once it is a dict in which each of these keys has a value of its type."""
        for key, kind in kinds.items():
            if type(record) is not dict or type(record.get(key)) is not kind:
                raise self._fault(f"have in {where} a {kind.__name__} {key!r}", "it has not")
            if kind is int and not -(2**53) < record[key] < 2**53:
                raise self._fault(f"have in {where} a sensible {key!r}", "it is very large")
        return record

    def _numbers(self, where, values, count):
        """A list of this many finite numbers."""
        if type(values) is not list or len(values) != count:
            raise self._fault(f"have {count} numbers as {where}", f"there are {str(values)[:80]}")
        if not all(type(v) in (int, float) and abs(v) < 1e9 for v in values):
            raise self._fault(f"have finite numbers as {where}", f"there are {str(values)[:80]}")
        return values

    def _unique(self, what, ids):
        """{id: its position}"""
        positions = {number: position for position, number in enumerate(ids)}
        if len(positions) != len(ids):
            raise self._fault(f"give each of its {what} an id of its own", "two have the same")
        return positions


def _segmentation_mask(segmentation, height, width):
    """bool (height, width) from a list of polygons, which together make the object, or from runs."""
    if isinstance(segmentation, dict):
        if segmentation.get("size") != [height, width]:
            raise InputError("COCO.masks", "size", f"[{height}, {width}], as its picture has", segmentation.get("size"))
        return rle_decode(segmentation)
    if not isinstance(segmentation, list) or not segmentation:
        raise InputError("COCO.masks", "segmentation", "polygons or runs", segmentation)
    mask = np.zeros((height, width), dtype=bool)
    for polygon in segmentation:
        mask |= polygon_mask(polygon, height, width)
        x, y = np.reshape(polygon, (-1, 2)).T
        if max(x) < 0 or min(x) > width or max(y) < 0 or min(y) > height:
            raise InputError("COCO.masks", "segmentation", f"inside {width} x {height} pixels", polygon[:6])
    return mask
