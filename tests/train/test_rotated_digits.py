"""Turned digits: the spatial transformer turns them back, and the same ConvNet without it does worse."""

import pytest

from npdl.data import load_rotated_digits
from npdl.train.recipes import rotated_digits_cnn, rotated_digits_stn


@pytest.mark.slow
@pytest.mark.topic("R297")
def test_it_undoes_most_of_the_rotation_that_nobody_tells_it_of():
    lines = []
    run = rotated_digits_stn.train(epochs=8, say=lines.append)
    _, (x, _, turned) = load_rotated_digits()
    left = rotated_digits_stn.left_over(run.trainer.model, x, turned)
    assert turned.std() > 34 and left.std() < 20
    assert f"sd {left.std():.0f}°" in lines[-1]


@pytest.mark.topic("R297")
@pytest.mark.slow
def test_the_same_network_without_it_reads_fewer():
    with_it, without = rotated_digits_stn.train(seed=1), rotated_digits_cnn.train(seed=1)
    assert f"{rotated_digits_cnn.STATED.mean * 100:.1f} %" in rotated_digits_stn.__doc__
    weights = [sum(p.size for p in run.trainer.model.parameters()) for run in (with_it, without)]
    assert weights == [47952, 47696]
    assert with_it.score - without.score > 0.01
