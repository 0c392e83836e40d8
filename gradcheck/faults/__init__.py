"""The fault dictionary: known mistakes, each a small patch of a right backward pass.

- dictionary.py:  Fault, register, mutants, sample: what is known
- recognise.py:   which op a check is of, from its outputs alone
- explain.py:     findings: the mistakes that give the gradients of a check; blind: those that its inputs hide
"""

from .dictionary import Fault, find, load, mutants, problems, providers, register, registry, sample
from .explain import blind, findings

__all__ = [
    "Fault",
    "blind",
    "find",
    "findings",
    "load",
    "mutants",
    "problems",
    "providers",
    "register",
    "registry",
    "sample",
]
