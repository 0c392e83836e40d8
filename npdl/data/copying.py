"""Selective copying: remember some symbols among many blanks, and forget the blanks. Gu and Dao 2023, Sect. 3.1."""

import numpy as np

from ..errors import InputError, require_integer


def selective_copying(n, length, *, tokens=4, symbols=8, rng=0):
    """n puzzles: x, integers (n, length + tokens), and the answers y (n, tokens), the symbols of x in their order.

    x is `length` places, all blank but for `tokens` symbols at places drawn at random, and then `tokens` times the
    question. With symbols = 8, a symbol is a number from 0 to 7, a blank is 8 and the question 9. Since the places
    differ from puzzle to puzzle, no fixed weighting of the past finds the symbols; one has to see what stands there.

    rng: a Generator, or an integer to make one from.
    """
    for name, number in dict(n=n, length=length, tokens=tokens, symbols=symbols).items():
        require_integer("selective_copying", name, number, 1)
    if length < tokens:
        raise InputError("selective_copying", "length", f"at least {tokens}, to hold the tokens", length)
    rng = np.random.default_rng(rng)
    y = rng.integers(0, symbols, (n, tokens))
    x = np.full((n, length + tokens), symbols)
    x[:, length:] = symbols + 1
    places = np.sort(rng.random((n, length)).argsort(axis=1)[:, :tokens], axis=1)
    np.put_along_axis(x, places, y, axis=1)
    return x, y
