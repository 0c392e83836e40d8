"""Looking inside a network while it runs."""

from copy import deepcopy

import numpy as np
import pytest

from npdl import InputTypeError, nn
from npdl.models import LeNet5, ResNet20

X = np.random.default_rng(0).standard_normal((2, 1, 32, 32)).astype("float32")


def test_every_part_notes_its_output_under_its_name():
    model = LeNet5(rng=np.random.default_rng(0))
    with nn.watch(model) as outputs:
        scores = model(X)
    assert outputs["conv1"].shape == (2, 6, 28, 28) and outputs["fc1"].shape == (2, 120)
    assert list(outputs)[-1] == "fc3" and outputs["fc3"] is scores
    assert outputs["pool"].shape == (2, 16, 5, 5)  # it ran twice: the last


def test_parts_of_parts_are_called_as_in_the_state_dict():
    model = ResNet20(channels=1, rng=np.random.default_rng(0))
    with nn.watch(model) as outputs:
        model(X)
    assert {"layer2.0.downsample.0", "layer3.2.bn2", "layer1"} < set(outputs)
    names = {name.rpartition(".")[0] for name, _ in model.named_parameters()}
    assert names <= set(outputs)


def test_afterwards_all_is_as_it_was_whatever_happened():
    model = LeNet5()
    before = model(X).data
    with pytest.raises(ZeroDivisionError), nn.watch(model):
        model(X)
        1 / 0  # noqa: B018
    assert all("forward" not in vars(module) for module in model.modules())
    np.testing.assert_array_equal(model(X).data, before)


def test_one_inside_the_other():
    model = LeNet5()
    with nn.watch(model) as outer:
        with nn.watch(model) as inner:
            model(X)
        assert list(inner) == list(outer)
        inner.clear()
        model(X)
        assert not inner and outer


def test_a_model_without_parts_has_none_to_watch():
    with nn.watch(nn.ReLU()) as outputs:
        nn.ReLU()(X)
    assert outputs == {}


def test_a_deep_copy_made_inside_is_a_model_of_its_own():
    model = LeNet5(rng=np.random.default_rng(0))
    with nn.watch(model), nn.watch(model) as outputs:
        copy = deepcopy(model)
        for parameter in copy.parameters():
            parameter.data[...] = 0
        assert not copy(X).data.any() and not outputs
    assert not copy(X).data.any() and not outputs and model(X).data.any()


def test_a_part_that_cannot_be_watched_leaves_the_others_as_they_were():
    class Fixed(nn.ReLU):
        def __setattr__(self, name, value):
            raise AttributeError(name)

    model = nn.Sequential(nn.ReLU(), Fixed(), nn.ReLU())
    with pytest.raises(AttributeError), nn.watch(model):
        pass
    assert all("forward" not in vars(module) for module in model.modules())


def test_a_model_that_is_none():
    with pytest.raises(InputTypeError, match=r"watch: model should be an npdl.nn.Module"), nn.watch(np.tanh):
        pass
