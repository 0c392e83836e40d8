"""Configurations of npdl.ops.warp."""

from hypothesis import strategies as st

from npdl.ops.samples import Draw
from npdl.ops.samples.warp import places
from tests.ops.configurations.base import numbers, one_or_two, pick, seeds, small

lengths = st.integers(1, 6)


@st.composite
def affine_grid(draw):
    align_corners = draw(st.booleans())  # of one pixel the corners have no distance; PyTorch warns of it
    size = draw(one_or_two(st.integers(2, 6) if align_corners else lengths))
    return (draw(numbers((draw(small), 2, 3))),), {"size": size, "align_corners": align_corners}


@st.composite
def grid_sample(draw):
    options = {"padding": draw(pick("zeros", "border")), "align_corners": draw(st.booleans())}
    N, C, H, W = draw(small), draw(small), draw(lengths), draw(lengths)
    grid = places(Draw(draw(seeds)), N, (H, W), (draw(small), draw(small)), options["align_corners"])
    return (draw(numbers((N, C, H, W))), grid), options


CONFIGURATIONS = {
    "affine_grid": affine_grid,
    "grid_sample": grid_sample,
}
