"""Batches of text: padding, streams for truncated back-propagation, random windows."""

import numpy as np
import pytest

from npdl import InputError, InputTypeError
from npdl.text import next_token_batches, pad, random_windows


def test_padding_and_its_mask():
    ids, mask = pad([np.array([5, 6, 7]), np.array([8]), np.array([], dtype=int)], value=9)
    np.testing.assert_array_equal(ids, [[5, 6, 7], [8, 9, 9], [9, 9, 9]])
    np.testing.assert_array_equal(mask, [[1, 1, 1], [1, 0, 0], [0, 0, 0]])
    assert ids.dtype == np.int64 and mask.dtype == bool
    assert pad([[1, 2]], length=4)[0].tolist() == [[1, 2, 0, 0]]


def test_each_row_goes_on_where_it_ended():
    ids = np.arange(103)
    batches = next_token_batches(ids, 4, 8)
    assert len(batches) == 3  # (103 - 1) // 4 = 25 tokens a stream: three batches of 8, and one left over
    for x, y in batches:
        assert x.shape == y.shape == (4, 8)
        np.testing.assert_array_equal(y, x + 1)
    rows = np.concatenate([x for x, _ in batches], axis=1)
    np.testing.assert_array_equal(np.diff(rows, axis=1), 1)
    np.testing.assert_array_equal(rows.reshape(-1), np.arange(96))


def test_the_shortest_text_that_makes_a_batch():
    (batch,) = next_token_batches(np.arange(13), 3, 4)
    assert batch[1][-1, -1] == 12
    with pytest.raises(InputError, match="ids should be of at least 13 tokens"):
        next_token_batches(np.arange(12), 3, 4)


def test_windows_are_pieces_of_the_text_from_everywhere():
    x, y = random_windows(np.arange(20), 2000, 5, np.random.default_rng(0))
    assert x.shape == y.shape == (2000, 5)
    np.testing.assert_array_equal(y, x + 1)
    np.testing.assert_array_equal(np.diff(x, axis=1), 1)
    assert set(x[:, 0]) == set(range(15))
    counts = np.bincount(x[:, 0])
    assert counts.min() > 90 and counts.max() < 180  # 133 are expected


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: next_token_batches(np.arange(9), 0, 2), "batch_size should be an integer >= 1; got 0"),
        (lambda: next_token_batches(np.arange(9), 2, 0), "length should be an integer >= 1; got 0"),
        (lambda: pad([]), "sequences should be at least one"),
        (lambda: pad([[1, 2, 3]], length=2), "length should be at least 3, the longest sequence's; got 2"),
        (lambda: random_windows(np.arange(5), 2, 5), "ids should be of at least 6 tokens"),
    ],
)
def test_refuses(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_refuses_what_are_no_ids():
    with pytest.raises(InputTypeError, match="ids should be a 1-d array of integers"):
        next_token_batches(np.zeros((2, 9), int), 1, 2)
