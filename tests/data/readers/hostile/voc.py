"""Pascal VOC: XML and lists."""

import numpy as np

from npdl import data
from tests.data.readers import makers
from tests.data.readers.hostile.base import cases, cut
from tests.data.readers.makers import write_files


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
