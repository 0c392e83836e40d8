"""Optimisers, one rule a file; schedules of the learning rate, clipping, and averages of the weights."""

from .adagrad import Adagrad
from .adam import Adam
from .adamw import AdamW
from .clip import clip_grad_norm, clip_grad_value
from .ema import EMA
from .flat import FlatParameters
from .momentum import Momentum
from .nesterov import Nesterov
from .optimizer import Optimizer
from .pieces import elementwise
from .rmsprop import RMSProp
from .schedules import Schedule, constant, cosine, linear, one_cycle, step_decay, warmup
from .sgd import SGD

__all__ = [
    "Optimizer", "elementwise", "FlatParameters",
    "SGD", "Momentum", "Nesterov", "Adagrad", "RMSProp", "Adam", "AdamW",
    "Schedule", "constant", "linear", "step_decay", "cosine", "warmup", "one_cycle",
    "clip_grad_norm", "clip_grad_value", "EMA",
]  # fmt: skip
