"""Test mode for a while, and then as before."""

import pytest

from npdl import nn


def test_each_part_comes_back_to_its_own_mode():
    model = nn.Sequential(nn.Dropout(0.5), nn.Sequential(nn.BatchNorm(3), nn.ReLU()))
    model[1][0].eval()
    modes = [module.training for module in model.modules()]
    assert set(modes) == {True, False}
    with nn.in_test_mode(model) as same:
        assert same is model and not any(module.training for module in model.modules())
    assert [module.training for module in model.modules()] == modes


def test_whatever_happens_inside():
    model = nn.Dropout(0.5)
    with pytest.raises(ZeroDivisionError), nn.in_test_mode(model):
        1 / 0  # noqa: B018
    assert model.training
