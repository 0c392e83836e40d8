"""Mistakes in generative models: reparametrisation, style and smoothness losses."""

import numpy as np

from gradcheck.faults import Fault, register

from ..ops.samples import Draw

NO_DOUT = "dout is ignored: in a bigger loss it is not 1"


def reparam_forward(mu, logvar, eps):
    """z = mu + eps e^{logvar / 2}, eps drawn from N(0, 1). Kingma and Welling 2014."""
    std = np.exp(0.5 * logvar)
    return mu + eps * std, (eps, std)


def reparam_backward(dout, cache):
    """dmu = dout, dlogvar = dout eps std / 2; the noise eps has no gradient."""
    eps, std = cache
    dmu = dout
    dlogvar = 0.5 * dout * eps * std
    return dmu, dlogvar, None


def _noise(arguments, outs):
    """The noise, from the output."""
    mu, logvar = arguments["mu"], arguments["logvar"]
    if outs[0].shape == mu.shape == logvar.shape:
        yield {"eps": (outs[0] - mu) / np.exp(0.5 * logvar)}


def _latent(seed):
    d = Draw(seed)
    return {"mu": d.normal(3, 5), "logvar": d.normal(3, 5)}, {"eps": d.normal(3, 5)}


register(
    "reparam",
    reparam_forward,
    reparam_backward,
    inputs=_latent,
    aliases=("reparameterize", "reparametrise", "reparametrize"),
    faults=[
        Fault("dlv_zero", "0.5 * dout * eps * std", "0 * dout", "dlogvar is left at zero", "logvar not checked"),
        Fault("no_eps", "0.5 * dout * eps * std", "0.5 * dout * std", "the factor eps of dlogvar is missing"),
        Fault(
            "no_half",
            "0.5 * dout * eps * std",
            "dout * eps * std",
            "the factor 1/2 of dlogvar is missing: std = e^{logvar / 2}",
        ),
        Fault("no_std", "0.5 * dout * eps * std", "0.5 * dout * eps", "the factor std of dlogvar is missing"),
        Fault(
            "dstd",
            "0.5 * dout * eps * std",
            "dout * eps",
            "that is the gradient of std; that of logvar has the factor std / 2",
        ),
        Fault(
            "var", "0.5 * dout * eps * std", "0.5 * dout * eps * std**2", "the variance e^{logvar} in place of its root"
        ),
        Fault("dmu_eps", "dmu = dout", "dmu = dout * eps", "dmu is multiplied by eps; it is dout"),
        Fault("dmu_std", "dmu = dout", "dmu = dout * std", "dmu is multiplied by std; it is dout"),
        Fault("dmu_half", "dmu = dout", "dmu = 0.5 * dout", "dmu is halved; it is dout"),
        Fault("swapped", "return dmu, dlogvar", "return dlogvar, dmu", "dmu and dlogvar are swapped"),
        Fault("sign", "0.5 * dout * eps * std", "-0.5 * dout * eps * std", "dlogvar has the wrong sign"),
    ],
    guess=_noise,
)


def gram_forward(x):
    """G = F Fᵀ / (C H W), F = x as (C, H W): what a style loss compares. Gatys et al. 2016. x: (N, C, H, W)."""
    F = x.reshape(*x.shape[:2], -1)
    return F @ F.swapaxes(-1, -2) / F[0].size, (F, x.shape)


def gram_backward(dout, cache):
    """dF = (dout + doutᵀ) F / (C H W): F stands in the product twice."""
    F, shape = cache
    return ((dout + dout.swapaxes(-1, -2)) @ F / F[0].size).reshape(shape)


register(
    "gram",
    gram_forward,
    gram_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(2, 3, 5, 4)}, {}),
    aliases=("gram_matrix",),
    faults=[
        Fault("once", "(dout + dout.swapaxes(-1, -2))", "dout",
              "the features stand in the product twice: dout + doutᵀ"),
        Fault("double", "(dout + dout.swapaxes(-1, -2))", "2 * dout", "2 dout; it is dout + doutᵀ",
              "symmetric dout, as in a style loss"),
        Fault("double_T", "(dout + dout.swapaxes(-1, -2))", "2 * dout.swapaxes(-1, -2)", "2 doutᵀ; it is dout + doutᵀ",
              "symmetric dout, as in a style loss"),
        Fault("no_norm", " / F[0].size", "", "the division by C H W is missing"),
        Fault("norm_c", "F[0].size", "len(F[0])", "divided by C; it is by C H W"),
        Fault("norm_hw", "F[0].size", "F.shape[-1]", "divided by H W; it is by C H W"),
        Fault("minus", "(dout + dout", "(dout - dout", "doutᵀ is subtracted; it is added"),
    ],
)  # fmt: skip


def tv_forward(x):
    """Total variation: Σ (x[i + 1, j] - x[i, j])² + (x[i, j + 1] - x[i, j])². x: (N, C, H, W)."""
    down, across = x[:, :, 1:] - x[:, :, :-1], x[..., 1:] - x[..., :-1]
    return (down * down).sum() + (across * across).sum(), (down, across, x.shape)


def tv_backward(dout, cache):
    """Each difference pulls at its two pixels."""
    down, across, shape = cache
    dx = np.zeros(shape)
    dx[:, :, 1:] += 2 * down
    dx[:, :, :-1] -= 2 * down
    dx[..., 1:] += 2 * across
    dx[..., :-1] -= 2 * across
    return dout * dx


register(
    "tv",
    tv_forward,
    tv_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(2, 3, 5, 4)}, {}),
    aliases=("tv_loss", "total_variation"),
    faults=[
        Fault("no_2", "return dout * dx", "return dout * dx / 2", "the factor 2 of the square's derivative is missing"),
        Fault("one_side", ("dx[:, :, :-1] -= 2 * down", "dx[..., :-1] -= 2 * across"), ("", ""),
              "only one of the two pixels of a difference has a gradient"),
        Fault("other_side", ("dx[:, :, 1:] += 2 * down", "dx[..., 1:] += 2 * across"), ("", ""),
              "only the first of the two pixels of a difference has a gradient"),
        Fault("down_only", ("dx[..., 1:] += 2 * across", "dx[..., :-1] -= 2 * across"), ("", ""),
              "the differences within a row are missing"),
        Fault("across_only", ("dx[:, :, 1:] += 2 * down", "dx[:, :, :-1] -= 2 * down"), ("", ""),
              "the differences within a column are missing"),
        Fault("sign", "return dout * dx", "return -dout * dx", "the sign is wrong"),
        Fault("overwrite", "dx[..., 1:] += 2 * across", "dx[..., 1:] = 2 * across",
              "the second direction overwrites the first; use +="),
        Fault("both_plus", ("dx[:, :, :-1] -= 2 * down", "dx[..., :-1] -= 2 * across"), ("dx[:, :, :-1] += 2 * down",
              "dx[..., :-1] += 2 * across"),
              "both pixels are pulled the same way; the gradients of the two have opposite signs"),
        Fault("no_dout", "return dout * dx", "return dx", NO_DOUT, "dout = 1"),
    ],
)  # fmt: skip
