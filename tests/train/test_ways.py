"""The MPNN recipe in short: it learns, more than any guess, and what few rounds cannot know it does not."""

import numpy as np
import pytest

from npdl.graph import distances
from npdl.train.recipes import ways


@pytest.mark.topic("R178")
def test_a_few_epochs_beat_the_most_frequent_answer_by_far():
    run = ways.train(graphs=1000, epochs=6)
    matrices, labels = run.test
    assert matrices.shape == (2000, 16, 16)
    guessing = np.bincount(labels).max() / 2000
    assert f"of {guessing * 100:.1f} %" in ways.__doc__
    assert run.score > 3 * guessing
    kinds, apart = matrices.diagonal(axis1=1, axis2=2), distances(matrices)
    longest = max(apart[i, kinds[i] == 3, kinds[i] == 2].item() for i in range(2000))
    assert f"has {longest} edges" in ways.__doc__


@pytest.mark.topic("R178")
@pytest.mark.slow
def test_with_one_round_it_knows_ways_of_one_and_two_edges_only():
    """What is further apart than two hops of one round each, no node has heard of both ends."""
    run = ways.train(rounds=1)
    matrices, labels = run.test
    right = run.trainer.predict(matrices).argmax(axis=1) == labels
    near = labels <= 1
    assert right[near].mean() > 0.95 and right[~near].mean() < 0.75
