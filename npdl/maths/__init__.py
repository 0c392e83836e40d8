"""The mathematics behind the layers, as small functions to try: identities, matrices, counts."""

from . import convolution

__all__ = ["convolution"]
