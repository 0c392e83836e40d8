"""Networks without numbers."""

import tracemalloc

import numpy as np
import pytest

from npdl import nn
from npdl.models import ResNet20


def test_the_names_shapes_and_counts_are_those_of_the_real_one():
    real = ResNet20()
    with nn.abstract():
        model = ResNet20()
    assert [(n, p.shape, p.dtype) for n, p in model.named_parameters()] == [
        (n, p.shape, p.dtype) for n, p in real.named_parameters()
    ]
    assert nn.count_parameters(model) == nn.count_parameters(real) == 272_474
    assert repr(model) == repr(real)


def test_nothing_is_allocated_and_nothing_drawn():
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    with nn.abstract():
        nn.Affine(1, 1)  # what is imported on the first use is not counted
        tracemalloc.start()
        layers = nn.Affine(60_000, 50_000, rng=rng), nn.Embedding(10**9, 8, rng=rng), nn.Conv2d(5000, 5000, 7, rng=rng)
        nn.init.orthogonal((10**5, 10**5), rng=rng)
        nn.init.shrink(layers[0], 0.1)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 1e6  # the biases are there for a moment
    assert rng.bit_generator.state == before
    assert nn.count_parameters(layers[0]) == 60_000 * 50_000 + 50_000
    assert layers[1].weight.data.strides == (0, 0) and not layers[1].weight.data.flags.writeable


def test_afterwards_all_is_as_before():
    with pytest.raises(RuntimeError), nn.abstract():
        raise RuntimeError
    assert np.ptp(nn.Affine(3, 4).weight.data) > 0


def test_what_is_shared_counts_once():
    layer = nn.Affine(3, 4)
    assert nn.count_parameters(nn.Sequential(layer, layer)) == 16


def test_it_runs_but_cannot_be_written_to():
    with nn.abstract():
        layer = nn.Affine(3, 4)
    assert not layer(np.ones((2, 3), np.float32)).data.any()
    with pytest.raises(ValueError, match="read-only"):
        layer.load_state_dict(nn.Affine(3, 4).state_dict())
