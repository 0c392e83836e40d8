"""Log-odds."""

import numpy as np
import pytest
import scipy.special

from npdl import InputError
from npdl.maths.logits import combine, inverse_logit, logit

p = np.concatenate([np.geomspace(1e-6, 0.5, 40), 1 - np.geomspace(1e-6, 0.5, 40)])


@pytest.mark.topic("R036")
def test_there_and_back():
    np.testing.assert_allclose(inverse_logit(logit(p)), p, rtol=1e-9)
    np.testing.assert_allclose(logit(p), scipy.special.logit(p), rtol=1e-9, atol=1e-12)
    alpha = np.array([-800.0, -3, 0, 3, 800])
    np.testing.assert_allclose(inverse_logit(alpha), scipy.special.expit(alpha), rtol=1e-9)
    np.testing.assert_allclose(logit(1 - p), -logit(p), rtol=1e-9, atol=1e-9)


@pytest.mark.topic("R036")
def test_the_ends():
    np.testing.assert_array_equal(logit([0, 0.5, 1]), [-np.inf, 0, np.inf])


@pytest.mark.topic("R036")
def test_evidence_adds_as_bayes_says():
    hits, prior = np.array([0.7, 0.8]), 0.3
    odds = prior / (1 - prior) * np.prod(hits / (1 - hits) / (prior / (1 - prior)))
    assert combine(hits, prior) == pytest.approx(odds / (1 + odds))
    assert combine([prior, prior], prior) == pytest.approx(prior)
    assert combine([0.7]) == pytest.approx(0.7)
    assert combine([0.7, 0.7]) == pytest.approx(0.49 / (0.49 + 0.09))


def test_bad_input():
    with pytest.raises(InputError, match=r"probabilities in \[0, 1\]"):
        logit([1.1])
