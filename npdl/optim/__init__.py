"""Optimisers, one rule a file."""

from .adam import Adam
from .momentum import Momentum
from .optimizer import FlatParameters, Optimizer
from .rmsprop import RMSProp
from .sgd import SGD

__all__ = ["SGD", "Adam", "FlatParameters", "Momentum", "Optimizer", "RMSProp"]
