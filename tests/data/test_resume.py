"""A state of the loader: whoever goes on from it gets exactly the batches that are missing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npdl
from npdl import InputError
from npdl.data import DataLoader


def shaken(x, y, *, rng):
    return x + rng.normal(size=x.shape).astype(np.float32), y


def loader(N=23, batch_size=4, seed=0, **options):
    x, y = np.arange(N, dtype=np.float32)[:, None], np.arange(N)
    return DataLoader(x, y, batch_size=batch_size, seed=seed, transform=shaken, **options)


def content(batches):
    """Everything in these batches, as bytes."""
    return [[array.tobytes() for array in batch] for batch in batches]


@st.composite
def cuts(draw):
    N = draw(st.integers(1, 20))
    batch_size = draw(st.integers(1, 22))
    drop_last = batch_size <= N and draw(st.booleans())
    options = {"N": N, "batch_size": batch_size, "drop_last": drop_last, "shuffle": draw(st.booleans())}
    count = len(loader(**options))
    return options, draw(st.integers(0, 2)), draw(st.integers(0, count))


@pytest.mark.topic("R495")
@settings(max_examples=200, deadline=None)
@given(cuts(), st.integers(0, 3), st.integers(0, 3), st.integers(0, 2**63 - 1), st.booleans())
def test_what_is_missing_is_what_comes(cut, prefetch, prefetch_after, seed, still_running):
    options, epoch, batch = cut
    straight = loader(**options, seed=seed)
    epochs = [content(straight) for _ in range(epoch + 3)]

    stopped = loader(**options, seed=seed, prefetch=prefetch)
    for _ in range(epoch):
        list(stopped)
    running = iter(stopped)
    received = content(next(running) for _ in range(batch))
    if not still_running:
        running.close()
    state = stopped.state_dict()
    assert {name: int(n) for name, n in state.items()} == {"seed": seed, "epoch": epoch, "batch": batch}
    running.close()

    resumed = loader(**options, seed=seed, prefetch=prefetch_after)
    resumed.load_state_dict(state)
    assert resumed.state_dict() == state
    assert received + content(resumed) == epochs[epoch]
    assert [content(resumed), content(resumed)] == epochs[epoch + 1 :]


@pytest.mark.topic("R495")
@pytest.mark.parametrize("prefetch", [0, 2])
def test_a_state_counts_what_was_received(prefetch):
    batches = loader(prefetch=prefetch)
    seen = []
    for _ in range(2):
        for _ in batches:
            seen.append(tuple(int(n) for n in batches.state_dict().values()))
        seen.append(tuple(int(n) for n in batches.state_dict().values()))
    first = [(0, 0, batch) for batch in range(1, 7)]
    second = [(0, 1, batch) for batch in range(1, 7)]
    assert seen == [*first, (0, 1, 0), *second, (0, 2, 0)]  # a finished epoch is the start of the next


def test_a_state_is_flat_and_made_of_whole_numbers():
    state = loader().state_dict()
    assert list(state) == ["seed", "epoch", "batch"]
    assert all(type(n) is np.ndarray and n.shape == () and n.dtype == np.int64 for n in state.values())


def test_a_state_can_be_resumed_more_than_once():
    stopped, resumed = loader(), loader()
    running = iter(stopped)
    next(running), next(running)
    state = stopped.state_dict()
    rest = content(running)
    assert len(rest) == 4
    resumed.load_state_dict(state)
    next(iter(resumed))
    for other in (resumed, stopped):  # it goes back, as well
        other.load_state_dict(state)
        assert content(other) == rest
        assert other.state_dict()["epoch"] == 1


def test_resumed_and_stopped_again():
    straight = content(loader())
    state, received = loader().state_dict(), []
    for _ in range(len(straight)):  # a new program for every batch
        batches = loader(prefetch=1)
        batches.load_state_dict(state)
        received += content([next(iter(batches))])
        state = batches.state_dict()
    assert received == straight


def test_a_break_without_a_state_has_had_its_epoch():
    epochs = [content(straight) for straight in [loader()] * 3]
    batches = loader()
    next(iter(batches))
    assert batches.epoch == 1
    assert content(batches) == epochs[1]
    batches.load_state_dict(batches.state_dict())
    assert content(batches) == epochs[2]


def test_setting_the_epoch_forgets_the_state():
    batches = loader()
    next(iter(batches))
    batches.epoch = 5
    assert {name: int(n) for name, n in batches.state_dict().items()} == {"seed": 0, "epoch": 5, "batch": 0}


@pytest.mark.topic("R495")
def test_a_drawn_seed_comes_back_with_the_state():
    npdl.seed(1)
    stopped = loader(seed=None)
    running = iter(stopped)
    next(running)
    state = stopped.state_dict()
    npdl.seed(None)
    resumed = loader(seed=None)
    assert resumed.seed != stopped.seed
    resumed.load_state_dict(state)
    assert content(resumed) == content(running)
    assert content(resumed) == content(stopped)


@pytest.mark.parametrize(
    "state, message",
    [
        (
            {"seed": 0, "epoch": 0, "batch": 7},
            "state should be of a loader with as many batches as this one, 6; got",
        ),
        ({"seed": 1, "epoch": 0, "batch": 0}, "state should be of a loader with the seed of this one, 0; got .*seed 1"),
        ({"seed": 0, "epoch": 0}, 'state should be a dict of "seed", "epoch" and "batch"'),
        ({"seed": 0, "epoch": 0, "batch": 0, "lr": 0}, "state should be a dict of"),
        (None, "state should be a dict of"),
        ({"seed": 0, "epoch": -1, "batch": 0}, r'state\["epoch"\] should be an integer >= 0'),
        ({"seed": 0, "epoch": 0, "batch": 0.5}, r'state\["batch"\] should be an integer >= 0'),
        ({"seed": 0, "epoch": np.zeros(2, int), "batch": 0}, r'state\["epoch"\] should be an integer >= 0'),
    ],
)
def test_states_of_other_loaders(state, message):
    batches = loader()
    with pytest.raises(InputError, match=f"DataLoader.load_state_dict: {message}"):
        batches.load_state_dict(state)
    assert batches.state_dict() == loader().state_dict()  # and nothing was changed
