"""The mathematics behind the layers, as small functions to try: identities, matrices, counts."""

from . import convolution, state_space

__all__ = ["convolution", "state_space"]
