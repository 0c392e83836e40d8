"""Random numbers that are a function of where they are used, not of what was drawn before."""

import zlib

import numpy as np

STEP = np.uint64(0x9E3779B97F4A7C15)  # 2⁶⁴ / golden ratio, odd: i · STEP takes every value once


def mix(z):
    """The finaliser of SplitMix64: a bijection of the 64-bit integers that no test tells from chance.

    Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"; the constants are Stafford's mix 13.
    """
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


class Draws:
    """Numbers for the images with these indices of a stream: number j of a name = mix(mix(key ^ name) + j · STEP).

    Every image has a key of its own: `mix` is a bijection, so that two streams of one seed, or two indices, never share
    one. Hence image i is the same however many are asked for. Only integer arithmetic modulo 2⁶⁴ is used: the numbers
    are the same on every platform and with every version of NumPy.

    seed: an integer in [0, 2⁶³). stream: in [0, 256). indices: integers (n,) in [0, 2⁵⁶).
    """

    def __init__(self, seed, stream, indices):
        start = mix(np.array([seed], dtype=np.uint64) * STEP + STEP)
        place = np.asarray(indices).astype(np.uint64) | np.uint64(stream << 56)
        self.keys = mix(start + place * STEP)  # (n,)

    def take(self, rows):
        """The draws of some of the images."""
        part = object.__new__(Draws)
        part.keys = self.keys[rows]
        return part

    def bits(self, name, *shape):
        """64 random bits each: uint64 (n, *shape)."""
        start = mix(self.keys ^ np.uint64(zlib.crc32(name.encode("ascii")) << 16))
        count = np.arange(int(np.prod(shape, dtype=int)), dtype=np.uint64)
        return mix(start[:, None] + (count + np.uint64(1)) * STEP).reshape(len(self.keys), *shape)

    def uniform(self, name, *shape):
        """Multiples of 2⁻⁵³ in [0, 1), float64 (n, *shape)."""
        return (self.bits(name, *shape) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def between(self, name, low, high, *shape):
        """Uniform in [low, high), float64 (n, *shape)."""
        return low + (high - low) * self.uniform(name, *shape)

    def integers(self, name, high, *shape):
        """Integers in [0, high), int64 (n, *shape); high may be an array."""
        return (self.uniform(name, *shape) * high).astype(np.int64)

    def gaussian(self, name, *shape):
        """About normal, float32 (n, *shape): the sum of four random bytes, of mean 0 and variance 1; |z| <= 3.46."""
        count = int(np.prod(shape, dtype=int))
        octets = self.bits(name, -(-count // 2)).astype("<u8", copy=False).view(np.uint8)  # 8 bytes = two numbers
        octets = octets.reshape(len(self.keys), -1, 4)[:, :count]
        total = octets[..., 0].astype(np.int16)
        for i in (1, 2, 3):
            total += octets[..., i]
        z = (total - 510).astype(np.float32) * np.float32((4 * (256**2 - 1) / 12) ** -0.5)
        return z.reshape(len(self.keys), *shape)
