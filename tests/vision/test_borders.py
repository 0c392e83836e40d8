"""Borders: what lies outside an image, by padding and by index."""

import numpy as np
import pytest

from npdl import InputError
from npdl.vision.borders import BORDERS, border_index, pad

rng = np.random.default_rng(0)


@pytest.mark.topic("R472")
@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_the_index_is_where_the_padding_came_from(border, n):
    line = np.arange(1.0, n + 1)[None]
    i = np.arange(-7, n + 8)
    index, inside = border_index(i, n, border)
    padded = pad(line, ((0, 0), (7, 8)), border, 9.0)[0]
    np.testing.assert_array_equal(np.where(inside, line[0, index], 9.0), padded)


def test_the_table_of_borders():
    line, shown = np.arange(4)[None], {}
    for border in BORDERS:
        shown[border] = "".join("abcdk"[i] for i in pad(line, ((0, 0), (3, 3)), border, 4)[0])
    assert shown == {
        "reflect": "cbaabcddcb", "mirror": "dcbabcdcba", "nearest": "aaaabcdddd", "wrap": "bcdabcdabc",
        "constant": "kkkabcdkkk",
    }  # fmt: skip


@pytest.mark.oracle
@pytest.mark.parametrize("border, constant", [("reflect", 2), ("mirror", 4), ("nearest", 1), ("wrap", 3)])
def test_opencvs_borders(border, constant):
    cv2 = pytest.importorskip("cv2")
    image = rng.random((4, 5))
    expected = cv2.copyMakeBorder(image, 2, 3, 1, 4, constant)
    np.testing.assert_array_equal(pad(image, ((2, 3), (1, 4)), border), expected)


def test_an_unknown_border():
    with pytest.raises(InputError, match="one of reflect, mirror, nearest, wrap, constant; got 'edge'"):
        pad(np.ones((2, 2)), ((1, 1), (1, 1)), "edge")
