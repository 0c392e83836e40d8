"""Mistakes in penalties on weights."""

from gradcheck.faults import Fault, register

from ..ops import penalty as right
from ..ops.samples import Draw

register(
    "l2_penalty",
    right.l2_penalty_forward,
    right.l2_penalty_backward,
    inputs=lambda seed: ({"w1": Draw(seed).normal(3, 5), "w2": Draw(seed + 7).normal(5)}, {}),
    aliases=("l2_regularization", "l2_regularisation", "weight_penalty"),
    faults=[
        Fault("double", "dout * w", "2 * dout * w", "2 w; with the 1/2 in front of the sum it is w"),
        Fault("half", "dout * w", "0.5 * dout * w", "w / 2; the 2 of the square cancels the 1/2"),
        Fault("square", "dout * w", "dout * w * w", "w²; its half has the derivative w"),
        Fault("l1", "dout * w", "dout * np.sign(w)", "the sign of w, as for a sum of |w|"),
        Fault("mean", "dout * w", "dout * w / w.size", "divided by the number of weights; the penalty is a sum"),
        Fault("sign", "dout * w", "-dout * w", "the sign is wrong"),
        Fault("no_dout", "dout * w", "w", "dout is ignored: in a bigger loss it is not 1", "dout = 1"),
    ],
)
