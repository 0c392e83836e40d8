"""Sums over everything but the channel: right in any memory order, exact to float32's last digits."""

import numpy as np
import pytest

from npdl.kernels.cpu import sums
from npdl.kernels.cpu.sums import LONG, SMALL, channel_rows, channel_sums, cut
from tests.kernels.twins import ORDERS, threads
from tests.ops.helpers import distance

SHAPES = [(5, 3), (4096, 17), (3000, 64), (65537, 3), (9, 5, 3, 2), (33, 64, 7, 7), (6, 5, 64, 64), (2, 3, 224, 180)]
def drawn(shape, dtype="float32"):
    return np.random.default_rng(0).standard_normal(shape).astype(dtype) + 1


@pytest.fixture(autouse=True)
def several_blocks(monkeypatch):
    monkeypatch.setattr(sums, "ALONE", 0)
    monkeypatch.setattr(sums, "BLOCK", 1 << 15)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_every_order_in_memory(order, shape):
    x = drawn(shape)
    wanted = x.sum(axis=(0, *range(2, x.ndim)), dtype="float64")
    x = ORDERS[order](x)
    got = channel_sums(x)
    assert got.dtype == "float32"
    assert distance(got, wanted) < 1e-6
    for count in (1, 3):
        with threads(count):
            np.testing.assert_array_equal(channel_sums(x), got)


@pytest.mark.parametrize("order", ["channels first", "channels last"])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_rows_are_a_view_and_every_number_has_its_channel(order, shape):
    x = ORDERS[order](np.empty(shape))
    x[...] = np.arange(shape[1]).reshape(-1, *(1,) * (x.ndim - 2))
    rows, channel = channel_rows(x)
    assert np.shares_memory(rows, x)
    np.testing.assert_array_equal(rows, np.broadcast_to(channel, rows.shape))


def test_an_empty_batch_and_a_missing_number():
    np.testing.assert_array_equal(channel_sums(np.zeros((0, 3, 4, 4), "float32")), np.zeros(3, "float32"))
    x = drawn((64, 4, 32, 32))
    x[5, 2, 3, 1] = np.nan
    assert np.isnan(channel_sums(x)).tolist() == [False, False, True, False]


def test_blocks_cover_all_rows_and_have_no_long_columns():
    assert SMALL < 65537 * 3
    blocks = cut(np.empty((5000, 2)))
    assert [row for block in blocks for row in range(5000)[block]] == list(range(5000))
    assert max(block.stop - block.start for block in blocks) == LONG
