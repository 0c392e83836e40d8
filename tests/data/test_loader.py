"""The loader gives every sample once an epoch, in an order that the seed fixes."""

import math

import numpy as np
import pytest

import npdl
from npdl import InputError, InputTypeError
from npdl.data import DataLoader

N = 23


def arrays():
    index = np.arange(N)
    return index.astype(np.float32)[:, None] * np.ones((1, 3), dtype=np.float32), index


def epoch(loader):
    return np.concatenate([y for _, y in loader])


@pytest.mark.topic("R495")
@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize(
    "batch_size, drop_last", [(1, False), (4, False), (23, False), (50, False), (1, True), (4, True), (23, True)]
)
def test_every_sample_once_an_epoch(batch_size, drop_last, shuffle):
    loader = DataLoader(*arrays(), batch_size=batch_size, shuffle=shuffle, seed=0, drop_last=drop_last)
    for _ in range(3):
        batches = list(loader)
        assert len(batches) == len(loader) == (N // batch_size if drop_last else math.ceil(N / batch_size))
        assert all(len(x) == len(y) == batch_size for x, y in batches[:-1])
        assert all(np.array_equal(x[:, 1], y) for x, y in batches)  # images and labels stay together
        seen = np.concatenate([y for _, y in batches])
        assert len(set(seen.tolist())) == len(seen) == (N - N % batch_size if drop_last else N)


@pytest.mark.topic("R495")
def test_the_seed_fixes_the_order():
    a, b, other = (DataLoader(*arrays(), batch_size=4, seed=seed) for seed in (5, 5, 6))
    orders = [epoch(a) for _ in range(4)]
    for order in orders:
        assert np.array_equal(order, epoch(b))
    assert len({order.tobytes() for order in orders}) == 4  # and every epoch has its own
    assert not np.array_equal(orders[0], epoch(other))


@pytest.mark.topic("R495")
def test_an_epoch_can_be_resumed():
    a, b = DataLoader(*arrays(), seed=1, batch_size=5), DataLoader(*arrays(), seed=1, batch_size=5)
    for _ in range(3):
        last = epoch(a)
    assert a.epoch == 3
    b.epoch = 2
    assert np.array_equal(epoch(b), last)
    assert np.array_equal(b.order(2), last)


def test_a_loop_that_breaks_off_has_had_its_epoch():
    loader = DataLoader(*arrays(), batch_size=5, seed=1)
    first = next(iter(loader))[1]
    assert loader.epoch == 1
    assert not np.array_equal(first, next(iter(loader))[1])


def test_without_shuffle_the_order_is_that_of_the_arrays():
    loader = DataLoader(*arrays(), batch_size=4, shuffle=False)
    assert np.array_equal(epoch(loader), np.arange(N)) and np.array_equal(epoch(loader), np.arange(N))


def test_npdl_seed_fixes_an_unseeded_loader():
    orders = []
    for number in (3, 3, 4):
        npdl.seed(number)
        orders.append(epoch(DataLoader(*arrays(), batch_size=4)))
    npdl.seed(None)
    assert np.array_equal(orders[0], orders[1]) and not np.array_equal(orders[0], orders[2])


def test_batches_are_copies():
    x, y = arrays()
    for x_batch, _ in DataLoader(x, y, batch_size=4, shuffle=False):
        x_batch += 100
    assert x.max() == N - 1


@pytest.mark.parametrize(
    "given, options, message",
    [
        ((), {}, "arrays should be one array or more"),
        (([1, 2],), {}, "arrays should be NumPy arrays"),
        ((np.zeros(3), np.zeros(4)), {}, r"of one length \(3, like the first\)"),
        ((np.zeros(0),), {}, "at least one sample"),
        ((np.zeros(3),), {"batch_size": 0}, "batch_size should be an integer >= 1"),
        ((np.zeros(3),), {"batch_size": True}, "batch_size should be an integer >= 1; got True"),
        ((np.zeros(3),), {"batch_size": 2.0}, "batch_size should be an integer >= 1; got 2.0"),
        ((np.zeros(3),), {"seed": True}, "seed should be an integer >= 0 or None; got True"),
        ((np.zeros(3),), {"seed": -1}, "seed should be an integer >= 0 or None; got -1"),
        ((np.zeros(3),), {"batch_size": 4, "drop_last": True}, "batch_size should be at most 3"),
        ((np.zeros(3),), {"seed": 2**63}, "seed should be below"),
        ((np.zeros(3),), {"prefetch": -1}, "prefetch should be an integer >= 0; got -1"),
        ((np.zeros(3),), {"transform": "flip"}, "transform should be a function"),
        (([],), {}, "the data set should be of at least one sample"),
    ],
)
def test_the_loader_refuses(given, options, message):
    with pytest.raises(InputError, match=f"DataLoader: .*{message}"):
        DataLoader(*given, **options)


class Pictures:
    """A data set that is read item by item, and counts what was read."""

    def __init__(self, N=N):
        self.N, self.read = N, []

    def __len__(self):
        return self.N

    def __getitem__(self, i):
        self.read.append(i)
        return np.full((2, 3), i, dtype=np.float32), i


@pytest.mark.topic("R495")
@pytest.mark.parametrize("drop_last", [False, True])
def test_a_lazy_data_set_gives_the_batches_of_its_arrays(drop_last):
    x, y = np.arange(N, dtype=np.float32)[:, None, None] * np.ones((2, 3), dtype=np.float32), np.arange(N)
    options = {"batch_size": 4, "seed": 3, "drop_last": drop_last}
    lazy, arrays = DataLoader(Pictures(), **options), DataLoader(x, y, **options)
    for _ in range(2):
        for (a, i), (b, j) in zip(lazy, arrays, strict=True):
            assert np.array_equal(a, b) and np.array_equal(i, j)
            assert a.dtype == np.float32 and i.dtype == np.int64


def test_a_lazy_data_set_is_read_as_it_is_needed():
    data = Pictures()
    batches = iter(DataLoader(data, batch_size=4, shuffle=False))
    data.read.clear()
    next(batches)
    assert data.read == [0, 1, 2, 3] and all(type(i) is int for i in data.read)


def test_a_list_of_pairs_is_a_data_set():
    (x, y), (last, _) = DataLoader([(np.zeros(2), 5), (np.ones(2), 6), (np.ones(2), 7)], batch_size=2, shuffle=False)
    assert x.tolist() == [[0, 0], [1, 1]] and y.tolist() == [5, 6] and last.shape == (1, 2)


@pytest.mark.parametrize(
    "data, message",
    [
        (
            [(np.zeros(2), 0), (np.zeros(3), 1)],
            r"part 0 of item 1 of the data set should be of shape \(2,\), like",
        ),
        ([(np.zeros(2), 0), (np.zeros(2),)], "item 1 of the data set should be a tuple of 2"),
        ([(np.zeros(2), 0), np.zeros(2)], "item 1 of the data set should be a tuple of 2"),
    ],
)
def test_items_that_do_not_stack(data, message):
    with pytest.raises(InputError, match=f"DataLoader: {message}"):
        list(DataLoader(data, batch_size=2, shuffle=False))


def shaken(x, y, *, rng):
    return x + rng.normal(size=x.shape).astype(x.dtype), y


@pytest.mark.topic("R496")
def test_a_transform_depends_on_seed_epoch_and_batch_alone():
    x, y = arrays()
    loader = DataLoader(x, y, batch_size=5, seed=7, transform=shaken)
    for epoch in range(2):
        for number, (shaken_x, chosen) in enumerate(loader):
            expected, _ = shaken(x[chosen], chosen, rng=np.random.default_rng((7, epoch, number + 1)))
            assert np.array_equal(shaken_x, expected)
    assert x[:, 0].tolist() == list(range(N))  # the arrays are as they were


@pytest.mark.parametrize("number", [-1, 1.5, True, None])
def test_an_epoch_is_counted_from_0(number):
    loader = DataLoader(*arrays(), seed=0)
    with pytest.raises(InputError, match="DataLoader: epoch should be an integer >= 0; got"):
        loader.epoch = number
    assert loader.epoch == 0


def test_numpys_integers_are_integers():
    plain = DataLoader(*arrays(), batch_size=4, seed=3, prefetch=1)
    loader = DataLoader(*arrays(), batch_size=np.int64(4), seed=np.uint32(3), prefetch=np.int8(1))
    plain.epoch, loader.epoch = 2, np.int64(2)
    np.testing.assert_array_equal(epoch(plain), epoch(loader))
    assert plain.state_dict() == loader.state_dict()


def test_no_batch_draws_the_numbers_that_made_the_order():
    """NumPy pads (seed, epoch) with zeros: (seed, epoch, 0) is the same generator."""
    drawn = []

    def transform(x, y, rng):
        drawn.append(rng.random())
        return x, y

    loader = DataLoader(*arrays(), batch_size=4, seed=5, transform=transform)
    for number in range(2):
        assert len(list(loader)) == 6
        assert np.random.default_rng((5, number)).random() not in drawn
    assert len(set(drawn)) == 12


def test_a_transform_may_change_the_number_of_arrays():
    x, y = arrays()
    (two,) = DataLoader(x, batch_size=N, shuffle=False, transform=lambda x, rng: (x, -x))
    assert np.array_equal(two[0], -two[1])
    (one,) = DataLoader(x, y, batch_size=N, shuffle=False, transform=lambda x, y, rng: x)
    assert len(one) == 1 and np.array_equal(one[0], x)


def test_a_transform_that_gives_no_tuple():
    with pytest.raises(InputTypeError, match="transform should be a function that gives a tuple of arrays; got None"):
        list(DataLoader(*arrays(), transform=lambda *batch, rng: None))
