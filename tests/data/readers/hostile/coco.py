"""COCO: JSON, boxes, polygons and runs."""

import json

from npdl import data
from tests.data.readers import makers
from tests.data.readers.hostile.base import cases, cut
from tests.data.readers.makers import write_files


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
