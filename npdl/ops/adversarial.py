"""Losses of generative adversarial networks, put together from ops: Goodfellow et al. 2014 and two that followed.

real, fake: the discriminator's scores of real and of generated samples, logits without a sigmoid, any shape; each loss
is a mean. A discriminator's step takes fake from generated samples that are detached, a generator's from those that
are not.
"""

import numpy as np

from ..tape import Tensor
from .activation import relu
from .loss import bce_with_logits
from .regression import mse

__all__ = [
    "discriminator_loss", "generator_loss", "ls_discriminator_loss", "ls_generator_loss", "hinge_discriminator_loss",
    "hinge_generator_loss",
]  # fmt: skip


def _filled(x, value):
    """An array of x's shape, full of one number: a target."""
    return np.full_like(x.data if isinstance(x, Tensor) else x, value)


def discriminator_loss(real, fake):
    """-E log D(real) - E log(1 - D(fake)), D = sigmoid(score): tell them apart. 2 log 2 when it cannot.

    Goodfellow et al. 2014, eq. 1, with the sign of a loss.
    """
    return bce_with_logits(real, _filled(real, 1)) + bce_with_logits(fake, _filled(fake, 0))


def generator_loss(fake):
    """-E log D(fake): be taken for real. Goodfellow et al. 2014, section 3.

    The game's own E log(1 - D(fake)) has the gradient -D(fake), next to none while the fakes are bad; this one has
    D(fake) - 1 (it does not saturate there).
    """
    return bce_with_logits(fake, _filled(fake, 1))


def ls_discriminator_loss(real, fake):
    """½ E (real - 1)² + ½ E fake². Mao et al. 2017, eq. 9: fakes far on the right side still have a gradient."""
    return 0.5 * (mse(real, _filled(real, 1)) + mse(fake, _filled(fake, 0)))


def ls_generator_loss(fake):
    """½ E (fake - 1)². Mao et al. 2017, eq. 9."""
    return 0.5 * mse(fake, _filled(fake, 1))


def hinge_discriminator_loss(real, fake):
    """E max(0, 1 - real) + E max(0, 1 + fake): samples beyond the margin count no more. Lim and Ye 2017."""
    return relu(1 - real).mean() + relu(1 + fake).mean()


def hinge_generator_loss(fake):
    """-E fake. Lim and Ye 2017."""
    return -fake.mean()
