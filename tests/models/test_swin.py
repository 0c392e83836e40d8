"""Swin: what a block sees, merged patches, counts."""

import numpy as np
import pytest

from npdl import InputError, nn
from npdl.models import SwinBlock, SwinTransformer
from npdl.models.swin import PatchMerging
from tests.models.helpers import drawn
from tests.nn.helpers import scalar


def test_the_defaults_have_the_parameters_that_the_docstring_states():
    with nn.abstract():
        assert nn.count_parameters(SwinTransformer()) == 28_288_354
    assert f"{28_288_354:,}" in SwinTransformer.__doc__


@pytest.mark.topic("R292", "R293")
def test_two_blocks_see_no_further_than_the_windows_and_the_shift():
    first, second = (
        SwinBlock(4, 2, 4, shift=shift, rng=np.random.default_rng(0)).astype("float64") for shift in (0, 2)
    )
    x = drawn(1, 8, 12, 4)
    changed = x.copy()
    changed[0, 0, 0, 0] += 1

    def seen(*blocks):
        a, b = x, changed
        for block in blocks:
            a, b = block(a), block(b)
        return {tuple(place) for place in np.argwhere(np.abs((a - b).data).max(axis=(0, 3)) > 1e-9)}

    assert seen(first) == {(i, j) for i in range(4) for j in range(4)}  # its window
    assert seen(second) == {(i, j) for i in range(2) for j in range(2)}  # the first, cut by the image's edge
    assert seen(first, second) == {(i, j) for i in range(6) for j in range(6)}


def test_merged_patches_are_the_four_pixels_one_behind_the_other():
    merge = PatchMerging(2, rng=np.random.default_rng(0)).astype("float64")
    merge.norm.forward = lambda x: x
    merge.reduction.forward = lambda x: x
    image = np.arange(8.0).reshape(1, 2, 2, 2)
    np.testing.assert_array_equal(np.ravel(merge(image)), [0, 1, 4, 5, 2, 3, 6, 7])


def test_a_small_swin_has_gradients_everywhere():
    model = SwinTransformer(5, dim=4, depths=(2, 2), heads=(1, 2), window=2, rng=np.random.default_rng(0))
    scalar(model.astype("float64")(drawn(2, 3, 16, 16))).backward()
    assert all(p.grad.any() for p in model.parameters())


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: PatchMerging(2)(drawn(1, 3, 4, 2)), "PatchMerging: x should be .* even height and width"),
    ],
)
def test_bad_input(call, says):
    with pytest.raises(InputError, match=says):
        call()
