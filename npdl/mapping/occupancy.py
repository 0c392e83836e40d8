"""The probability that a cell is occupied, as log-odds: then evidence adds up.

P(n | z_1:t) = 1 / (1 + (1-P(n|z_t))/P(n|z_t) · (1-P(n|z_1:t-1))/P(n|z_1:t-1) · P(n)/(1-P(n)))     (Bayes)
L(n | z_1:t) = L(n | z_1:t-1) + L(n | z_t) - L(n),     L = log(P / (1 - P))

Every measurement is made against the prior P(n), which is in each L(n | z_t): it is taken away again, or it would
count once a measurement. (With a plus, a prior of 0.3 gives two measurements of 0.7 the probability 0.30 instead of
0.93; with the usual prior of 0.5 its log-odds are 0, and nobody sees the sign.)
Moravec and Elfes 1985; Hornung et al. 2013, equations 1 to 4.
"""

import numpy as np

from ..arguments import instance, number, reals, takes
from ..errors import InputError

LOW, HIGH = -2.0, 3.5  # bounds of the log-odds: probabilities 0.12 and 0.97


@takes(p=reals())
def log_odds(p):
    """L = log(P / (1 - P)) of probabilities in (0, 1): 0 for 0.5, the inverse of `probability`."""
    p = np.asarray(p, dtype=np.float64)
    if not np.all((p > 0) & (p < 1)):
        raise InputError("log_odds", "p", "above 0 and below 1", p)
    return np.log(p / (1 - p))


@takes(log_odds=reals())
def probability(log_odds):
    """P = 1 / (1 + e^-L)."""
    return 1 / (1 + np.exp(-np.asarray(log_odds, dtype=np.float64)))


@takes(log_odds_before=reals(), p=reals(), prior=number(), low=instance(float, int), high=instance(float, int))
def update(log_odds_before, p, prior=0.5, low=LOW, high=HIGH):
    """The log-odds after a measurement that says p: L + L(p) - L(prior), kept in [low, high].

    The bounds are log-odds, not probabilities. They let a cell that was seen a thousand times change its mind after a
    few measurements, and make cells equal, which an octree can merge. Yguel et al. 2008.
    """
    if not low < high:
        raise InputError("update", "low", "below high", (low, high))
    return np.clip(log_odds_before + log_odds(p) - log_odds(prior), low, high)
