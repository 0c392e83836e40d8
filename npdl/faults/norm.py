"""Mistakes in normalisation: a path through mean or variance forgotten, the wrong axes, the wrong m, eps, gamma."""

import numpy as np

from gradcheck.faults import Fault, register

from ..ops import norm as right
from ..ops.samples import Draw

EPS = "a small eps beside the variance"


def _epsilons(arguments, outs):
    return ({"eps": eps} for eps in (1e-8, 1e-12, 1e-6, 1e-3, 1e-2, 0.0))


def _affine_faults(dgamma, dbeta, n, axes):
    """Mistakes in dgamma and dbeta, given their source texts, the number of summands, and the axes summed over."""
    return [
        Fault("dgamma_no_xhat", dgamma, dgamma.replace(" * xhat", "").replace(".reshape(dout.shape)", ""),
              "the factor xhat of dgamma is missing"),
        Fault("dgamma_mean", dgamma, f"({dgamma}) / ({n})", "dgamma is the mean; it is the sum"),
        Fault("dgamma_times_gamma", dgamma, f"({dgamma}) * gamma.reshape(-1)",
              "dgamma is multiplied by gamma; it is Σ dout xhat", "gamma = 1"),
        Fault("dgamma_square", dgamma, dgamma.replace("dout * ", "dout * xhat.reshape(dout.shape) * "),
              "xhat is squared in dgamma = Σ dout xhat"),
        Fault("dgamma_unsummed", dgamma, "dout * xhat.reshape(dout.shape)", "dgamma is not summed over the batch"),
        Fault("dgamma_sign", dgamma, f"-({dgamma})", "dgamma has the wrong sign"),
        Fault("dgamma_no_dout", dgamma, dgamma.replace("dout * xhat", "xhat", 1), "dout is not multiplied into dgamma"),
        Fault("dbeta_mean", dbeta, f"({dbeta}) / ({n})", "dbeta is the mean; it is the sum"),
        Fault("dbeta_unsummed", dbeta, "dout", "dbeta is not summed over the batch"),
        Fault("dbeta_times_gamma", dbeta, f"({dbeta}) * gamma.reshape(-1)",
              "gamma is multiplied into dbeta; it is Σ dout", "gamma = 1"),
        Fault("dbeta_xhat", dbeta, f"(dout * xhat.reshape(dout.shape)).sum(axis={axes})",
              "dbeta has dgamma's factor xhat; it is Σ dout"),
        Fault("affine_swapped", (dgamma, dbeta), (dbeta, dgamma), "dgamma and dbeta are swapped"),
    ]  # fmt: skip


DGAMMA, DBETA, M = "_sum(dout * xhat, axes)", "_sum(dout, axes)", "xhat.size // std.size"
MEAN_PATH, VAR_PATH = "dx = dcentred + dmean / m", "dvar * 2 / m * (xhat * std)"
STORED = "BatchNormCache(xhat, std, gamma, axes, training)"
UNPACK = "xhat, std, gamma, axes, training = cache"

_BATCHNORM = [
    *_affine_faults(DGAMMA, DBETA, M, "axes"),
    Fault("no_mean_path", MEAN_PATH, "dx = dcentred", "the path through the mean is missing (dx += dmean / N)",
          "Σ dout = 0 in each column"),
    Fault("no_var_path", VAR_PATH, "0", "the path through the variance is missing", "dout = ones"),
    Fault("statistics_constant", (VAR_PATH, MEAN_PATH), ("0", "dx = dcentred"),
          "mean and variance are treated as constants, as in test mode"),
    Fault("no_gamma", "dxhat = dout * gamma", "dxhat = dout", "gamma is missing: dxhat = dout gamma", "gamma = 1"),
    Fault("gamma_divided", "dxhat = dout * gamma", "dxhat = dout / gamma", "dout is divided by gamma; it is multiplied",
          "gamma = 1"),
    Fault("gamma_twice", "dxhat = dout * gamma", "dxhat = dout * gamma * gamma", "gamma is multiplied in twice",
          "gamma = 1"),
    Fault("no_std", MEAN_PATH, "dx = (dcentred + dmean / m) * std", "the division by the standard deviation is missing",
          "variance 1"),
    Fault("std_squared", MEAN_PATH, "dx = (dcentred + dmean / m) / std",
          "divided by the variance; it is by the standard deviation", "variance 1"),
    Fault("times_std", MEAN_PATH, "dx = (dcentred + dmean / m) * std * std",
          "multiplied by the standard deviation; it is divided"),
    Fault("dvar_mean_2x", VAR_PATH, "dvar * 4 / m * (xhat * std)", "the variance's path counts twice: a factor 2 too "
          "many, or the 1/2 of " "the square root is missing (dvar = dstd / (2 std))", "dout = ones"),
    Fault("dvar_no_2", VAR_PATH, "dvar / m * (xhat * std)",
          "the variance's path counts half: the 2 of the square's derivative is missing"),
    Fault("dvar_no_m", VAR_PATH, "dvar * 2 * (xhat * std)", "the variance's path is not divided by N"),
    Fault("dvar_std", "dstd / (2 * std)", "dstd / 2", "the 1/std of the square root's derivative is missing",
          "variance 1"),
    Fault("dvar_var", "dstd / (2 * std)", "dstd / (2 * std * std)",
          "the square root's derivative is 1 / (2 std), not 1 / (2 var)", "variance 1"),
    Fault("dvar_sign", "dstd = -_sum", "dstd = _sum",
          "the variance's path has the wrong sign: the derivative of 1/std is -1/std²"),
    Fault("dvar_x", (STORED, UNPACK, VAR_PATH), ("BatchNormCache((xhat, x), std, gamma, axes, training)",
          "(xhat, x), std, gamma, axes, training = cache", "dvar * 2 / m * x"),
          "x in place of x - mean in the variance's path", "mean 0"),
    Fault("dmean_sign", "dmean = -_sum", "dmean = _sum", "the mean's path has the wrong sign: centred = x - mean"),
    Fault("dmean_no_m", "dmean / m", "dmean", "the mean's path is not divided by N"),
    Fault("dmean_only_dout", "dmean / m", "-_sum(dout, axes, keepdims=True) / m",
          "the mean's path has Σ dout; it is Σ dxhat / std"),
    Fault("m_features", f"m = {M}", "m = xhat.shape[1]", "divided by the number of features, not of samples"),
    Fault("m_minus_1", f"m = {M}", f"m = {M} - 1", "N - 1 in place of N: forward has the biased variance and the mean"),
    Fault("var_unbiased", "2 / m", "2 / (m - 1)", "the variance's path has N - 1; forward has the biased variance, N"),
    Fault("no_eps", STORED, "BatchNormCache(xhat, np.sqrt(var), gamma, axes, training)",
          "eps is left out of std in backward", EPS),
    Fault("eps_outside", STORED, "BatchNormCache(xhat, np.sqrt(var) + eps, gamma, axes, training)",
          "backward has sqrt(var) + eps; forward has sqrt(var + eps)", EPS),
    Fault("var_for_std", STORED, "BatchNormCache(xhat, var, gamma, axes, training)",
          "the cache has the variance where std is meant", "variance 1"),
    Fault("dgamma_uses_x", (STORED, UNPACK, DGAMMA), ("BatchNormCache((xhat, x), std, gamma, axes, training)",
          "(xhat, x), std, gamma, axes, training = cache", "_sum(dout * x, axes)"), "dgamma has x in place of xhat",
          "x standardised"),
    Fault("dgamma_centred", DGAMMA, "_sum(dout * xhat * std, axes)", "dgamma has x - mean in place of xhat",
          "variance 1"),
    Fault("dgamma_axis1", DGAMMA, "_sum(dout * xhat, (1,))",
          "dgamma is summed over the features; it is over the batch"),
    Fault("dbeta_axis1", DBETA, "_sum(dout, (1,))", "dbeta is summed over the features; it is over the batch"),
    Fault("dx_direct", MEAN_PATH, "dx = dout * gamma", "dx is dout gamma: the standardisation is not differentiated"),
]  # fmt: skip


def _batch(seed):
    d = Draw(seed)
    return {"x": d.normal(7, 5) * 2 + 1, "gamma": d.off_zero(5), "beta": d.normal(5)}, {"eps": 1e-2}


def _images(seed):
    d = Draw(seed)
    return {"x": d.normal(3, 5, 2, 4) * 2 + 1, "gamma": d.off_zero(5), "beta": d.normal(5)}, {"eps": 1e-2}


def _test_mode(seed):
    arrays, options = _batch(seed)
    d = Draw(seed + 7)
    return {**arrays, "running_mean": d.normal(5), "running_var": d.positive(5)}, {**options, "training": False}


PAIR = right.batchnorm_forward, right.batchnorm_backward
register("batchnorm", *PAIR, inputs=_batch, aliases=("batch_norm",), guess=_epsilons, faults=_BATCHNORM)

register(
    "spatial_batchnorm",
    *PAIR,
    inputs=_images,
    guess=_epsilons,
    faults=[
        Fault("m_batch_only", f"m = {M}", "m = len(xhat)", "divided by N alone; each channel has N H W numbers"),
        Fault("m_pixels_only", f"m = {M}", "m = xhat[0, 0].size",
              "divided by H W alone; each channel has N H W numbers"),
        Fault("dgamma_batch_only", DGAMMA, "(dout * xhat).sum(axis=0)",
              "dgamma is summed over the batch alone; it is over the pixels, too"),
        Fault("dbeta_batch_only", DBETA, "dout.sum(axis=0)",
              "dbeta is summed over the batch alone; it is over the pixels, too"),
        Fault("dgamma_pixel_mean", DGAMMA, "(dout * xhat).mean(axis=(2, 3)).sum(axis=0)",
              "dgamma is the mean over the pixels; it is the sum"),
        Fault("dbeta_pixel_mean", DBETA, "dout.mean(axis=(2, 3)).sum(axis=0)",
              "dbeta is the mean over the pixels; it is the sum"),
        Fault("dx_per_pixel", "dmean = -_sum(dcentred, axes, keepdims=True)",
              "dmean = -dcentred.sum(axis=0, keepdims=True) * xhat[0, 0].size",
              "the mean's path is summed for each pixel; the mean is over all pixels of a channel"),
        Fault("dx_not_transposed", MEAN_PATH, "dx = (dcentred + dmean / m).transpose(0, 2, 3, 1).reshape(xhat.shape)",
              "dx is reshaped to (N, C, H, W); its axes (N, H, W, C) are to be transposed back"),
    ],
)  # fmt: skip

register(
    "batchnorm_test",
    *PAIR,
    inputs=_test_mode,
    guess=_epsilons,
    faults=[
        Fault("as_training", "if not training:", "if False:",
              "the formula of training; in test mode mean and variance are constants"),
        Fault("no_std", "return dcentred", "return dxhat", "the division by the running standard deviation is missing"),
        Fault("no_gamma", "dxhat = dout * gamma", "dxhat = dout", "gamma is missing: dxhat = dout gamma", "gamma = 1"),
        Fault("identity", "return dcentred", "return dout", "dx = dout; it is dout gamma / std"),
        Fault("dgamma_no_xhat", DGAMMA, "_sum(dout, axes)", "the factor xhat of dgamma is missing"),
        Fault("no_eps", "return gamma * xhat + beta, BatchNormCache(xhat, std,",
              "return gamma * xhat + beta, BatchNormCache(xhat, np.sqrt(std * std - eps),",
              "eps is left out of std in backward", EPS),
        Fault("var_for_std", "return gamma * xhat + beta, BatchNormCache(xhat, std,",
              "return gamma * xhat + beta, BatchNormCache(xhat, std * std,",
              "the running variance where its root is meant"),
        Fault("dgamma_centred", DGAMMA, "_sum(dout * xhat * std, axes)", "dgamma has x - mean in place of xhat"),
    ],
)  # fmt: skip


def _dx_faults(call, g, wrap="{}"):
    """Mistakes in dx of layernorm and groupnorm; call: the source text of the right dx, g: of dxhat."""

    def dx(text):
        return wrap.format(text)

    mean, var = f"_mean({g}, (-1,))", f"xhat * _mean({g} * xhat, (-1,))"
    n = "xhat.shape[-1]"
    return [
        Fault("no_mean_path", call, dx(f"(({g} - {var}) / std)"), "the path through the mean is missing",
              "Σ dout gamma = 0 in each group"),
        Fault("no_var_path", call, dx(f"(({g} - {mean}) / std)"), "the path through the variance is missing",
              "dout = ones"),
        Fault("statistics_constant", call, dx(f"({g} / std)"), "mean and variance are treated as constants"),
        Fault("no_std", call, dx(f"({g} - {mean} - {var})"), "the division by the standard deviation is missing",
              "variance 1"),
        Fault("std_squared", call, dx(f"(({g} - {mean} - {var}) / std**2)"),
              "divided by the variance; it is by the standard deviation"),
        Fault("times_std", call, dx(f"(({g} - {mean} - {var}) * std)"),
              "multiplied by the standard deviation; it is divided"),
        Fault("sums", call, dx(f"(({g} - {mean} * {n} - {var} * {n}) / std)"),
              "sums in place of the means: the division by m is missing"),
        Fault("mean_sum", call, dx(f"(({g} - {mean} * {n} - {var}) / std)"), "the mean's path is not divided by m"),
        Fault("var_sum", call, dx(f"(({g} - {mean} - {var} * {n}) / std)"), "the variance's path is not divided by m"),
        Fault("var_double", call, dx(f"(({g} - {mean} - 2 * {var}) / std)"), "the variance's path counts twice"),
        Fault("var_half", call, dx(f"(({g} - {mean} - {var} / 2) / std)"), "the variance's path counts half"),
        Fault("var_plus", call, dx(f"(({g} - {mean} + {var}) / std)"), "the variance's path has the wrong sign"),
        Fault("mean_plus", call, dx(f"(({g} + {mean} - {var}) / std)"), "the mean's path has the wrong sign"),
        Fault("no_xhat", call, dx(f"(({g} - {mean} - _mean({g} * xhat, (-1,))) / std)"),
              "the factor xhat of the variance's path is missing"),
        Fault("var_no_xhat_inside", call, dx(f"(({g} - {mean} - xhat * {mean}) / std)"),
              "mean(dxhat) in the variance's path; it is mean(dxhat xhat)"),
        Fault("m_minus_1", call, dx(f"(({g} - {mean} - {var} * {n} / ({n} - 1)) / std)"),
              "the variance's path has m - 1; the variance is biased"),
    ]  # fmt: skip


G = "dout * gamma"
CALL = "_standardise_backward(dout * gamma, xhat, std, (-1,))"
KEPT = "(xhat, std, gamma)"

register(
    "layernorm",
    right.layernorm_forward,
    right.layernorm_backward,
    inputs=_batch,
    aliases=("layer_norm",),
    guess=_epsilons,
    faults=[
        *_affine_faults("(dout * xhat).sum(axis=axes)", "dout.sum(axis=axes)", "dout.size // dout.shape[-1]", "axes"),
        *_dx_faults(CALL, f"({G})"),
        Fault("no_gamma", CALL, CALL.replace(" * gamma", ""), "gamma is missing: dxhat = dout gamma", "gamma = 1"),
        Fault("gamma_after", CALL, "gamma * " + CALL.replace(" * gamma", ""),
              "gamma is multiplied in after the means; it belongs in them: " "dxhat = dout gamma first", "gamma = 1"),
        Fault("batch_axis", CALL, CALL.replace("(-1,)", "(0,)"),
              "the means are over the batch, as in batchnorm; they are over the features"),
        Fault("batch_m", CALL, f"(({G}) - _mean({G}, (-1,)) * gamma.size / len(xhat) - xhat * _mean({G} * xhat, (-1,)) "
              "* gamma.size / len(xhat)) / std", "divided by N, the batch; each sample has D numbers"),
        Fault("dgamma_axis1", "(dout * xhat).sum(axis=axes)", "(dout * xhat).sum(axis=1)",
              "dgamma is summed over the features; it is over the samples"),
        Fault("dbeta_axis1", "dout.sum(axis=axes)", "dout.sum(axis=1)",
              "dbeta is summed over the features; it is over the samples"),
        Fault("no_eps", KEPT, "(xhat, np.sqrt(std * std - eps), gamma)", "eps is left out of std in backward", EPS),
        Fault("eps_outside", KEPT, "(xhat, np.sqrt(std * std - eps) + eps, gamma)",
              "backward has sqrt(var) + eps; forward has sqrt(var + eps)", EPS),
    ],
)  # fmt: skip

GG = "(dout * gamma).reshape(xhat.shape)"
GCALL = f"_standardise_backward({GG}, xhat, std, (-1,)).reshape(dout.shape)"
GDGAMMA = "(dout * xhat.reshape(dout.shape)).sum(axis=axes)"
CHANNELS = "xhat.reshape(*dout.shape[:2], -1)"


def _groups(seed):
    d = Draw(seed)
    return {"x": d.normal(3, 6, 2, 5) * 2 + 1, "gamma": d.off_zero(6), "beta": d.normal(6)}, {"groups": 2, "eps": 1e-2}


def _group_guess(arguments, outs):
    C = arguments["x"].shape[1]
    divisors = [arguments["groups"]] if "groups" in arguments else [g for g in range(1, C + 1) if C % g == 0]
    return ({"groups": g, "eps": eps} for g in divisors for eps in (1e-5, 1e-8, 1e-6, 1e-3, 1e-2))


register(
    "groupnorm",
    right.groupnorm_forward,
    right.groupnorm_backward,
    inputs=_groups,
    aliases=("group_norm", "spatial_groupnorm", "instancenorm", "instance_norm"),
    guess=_group_guess,
    faults=[
        *_affine_faults(GDGAMMA, "dout.sum(axis=axes)", "dout.size // dout.shape[1]", "axes"),
        *_dx_faults(GCALL, GG, "({}).reshape(dout.shape)"),
        Fault("no_gamma", GCALL, GCALL.replace("(dout * gamma)", "dout"), "gamma is missing: dxhat = dout gamma",
              "gamma = 1"),
        Fault("gamma_after", GCALL, "gamma * " + GCALL.replace("(dout * gamma)", "dout"),
              "gamma is multiplied in after the means; it belongs in them: dxhat = dout gamma first", "gamma = 1"),
        Fault("per_channel", GCALL, f"_standardise_backward((dout * gamma).reshape(*dout.shape[:2], -1), {CHANNELS}, "
              "" "np.repeat(std, dout.shape[1] // xhat.shape[1], axis=1), (-1,)).reshape(dout.shape)",
              "the means are over each channel, as in instance norm; they are over the C / G channels of a group",
              "G = C"),
        Fault("wrong_m", GCALL, f"(({GG} - (_mean({GG}, (-1,)) + xhat * _mean({GG} * xhat, (-1,))) * dout.shape[1] / "
              "xhat.shape[1]) / std)" ".reshape(dout.shape)", "divided by H W; a group has C / G H W numbers", "G = C"),
        Fault("m_all", GCALL, f"(({GG} - (_mean({GG}, (-1,)) + xhat * _mean({GG} * xhat, (-1,))) / xhat.shape[1]) / "
              "std)" ".reshape(dout.shape)", "divided by C H W; a group has C / G H W numbers", "G = 1"),
        Fault("dgamma_batch_only", GDGAMMA, "(dout * xhat.reshape(dout.shape)).sum(axis=0)",
              "dgamma is summed over the batch alone; it is over the pixels, too"),
        Fault("dbeta_batch_only", "dout.sum(axis=axes)", "dout.sum(axis=0)",
              "dbeta is summed over the batch alone; it is over the pixels, too"),
        Fault("dgamma_keepdims", GDGAMMA, "(dout * xhat.reshape(dout.shape)).sum(axis=axes, keepdims=True)",
              "dgamma is (1, C, 1, 1); it has gamma's shape, without keepdims"),
        Fault("dbeta_keepdims", "dout.sum(axis=axes)", "dout.sum(axis=axes, keepdims=True)",
              "dbeta is (1, C, 1, 1); it has beta's shape, without keepdims"),
        Fault("no_eps", KEPT, "(xhat, np.sqrt(std * std - eps), gamma)", "eps is left out of std in backward", EPS),
    ],
)  # fmt: skip


def rmsnorm_forward(x, gamma, *, eps=1e-5):
    """y = gamma n, n = x / s, s = sqrt(mean x² + eps) over the last axis. Zhang and Sennrich 2019."""
    s = np.sqrt((x * x).mean(axis=-1, keepdims=True) + eps)
    n = x / s
    return gamma * n, (n, s, gamma)


def rmsnorm_backward(dout, cache):
    """dx = (g - n mean(g n)) / s with g = dout gamma; dgamma = Σ dout n."""
    n, s, gamma = cache
    g = dout * gamma
    dx = (g - n * (g * n).mean(axis=-1, keepdims=True)) / s
    dgamma = (dout * n).reshape(-1, len(gamma)).sum(axis=0)
    return dx, dgamma


RMS = "(g - n * (g * n).mean(axis=-1, keepdims=True)) / s"

register(
    "rmsnorm",
    rmsnorm_forward,
    rmsnorm_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(7, 5), "gamma": Draw(seed + 7).off_zero(5)}, {"eps": 1e-2}),
    aliases=("rms_norm",),
    guess=_epsilons,
    faults=[
        Fault("no_projection", RMS, "g / s", "the rms is treated as a constant: the term n mean(g n) is missing"),
        Fault("no_s", RMS, "g - n * (g * n).mean(axis=-1, keepdims=True)", "the division by the rms is missing"),
        Fault("sum", ".mean(axis=-1, keepdims=True)", ".sum(axis=-1, keepdims=True)", "the sum of g n; it is the mean"),
        Fault("mean_path", RMS, "(g - g.mean(axis=-1, keepdims=True) - n * (g * n).mean(axis=-1, keepdims=True)) / s",
              "the mean's path of layernorm; rmsnorm subtracts no mean"),
        Fault("no_gamma", "g = dout * gamma", "g = dout", "gamma is missing: g = dout gamma", "gamma = 1"),
        Fault("gamma_after", RMS, "gamma * (dout - n * (dout * n).mean(axis=-1, keepdims=True)) / s",
              "gamma is multiplied in after the mean; it belongs in it", "gamma = 1"),
        Fault("plus", "g - n * (", "g + n * (", "the term of the rms is added; it is subtracted"),
        Fault("batch_axis", "(g * n).mean(axis=-1, keepdims=True)", "(g * n).mean(axis=0)",
              "the mean is over the batch; it is over the features"),
        Fault("s_squared", ") / s\n", ") / s**2\n", "divided by the mean square; it is by the rms"),
        Fault("x_for_n", "g - n * (g * n)", "g - n * s * (g * n * s)", "x in place of n = x / s"),
        Fault("half", "n * (g * n)", "n / 2 * (g * n)",
              "the term of the rms counts half: the 2 of the square and the 1/2 of the root cancel"),
        Fault("double", "n * (g * n)", "2 * n * (g * n)",
              "the term of the rms counts twice: the 1/2 of the square root is missing"),
        Fault("dgamma_x", "(dout * n)", "(dout * n * s)", "dgamma has x in place of n = x / s"),
        Fault("dgamma_no_n", "(dout * n)", "dout", "the factor n of dgamma is missing"),
        Fault("dgamma_mean", ".sum(axis=0)", ".mean(axis=0)", "dgamma is the mean; it is the sum"),
        Fault("no_eps", "(n, s, gamma)\n", "(n, np.sqrt(s * s - eps), gamma)\n", "eps is left out of s in backward",
              EPS),
    ],
)  # fmt: skip


def l2_normalise_forward(x):
    """y = x / |x|, each row by itself."""
    norm = np.sqrt((x * x).sum(axis=-1, keepdims=True))
    return x / norm, (x / norm, norm)


def l2_normalise_backward(dout, cache):
    """dx = (dout - y Σ y dout) / |x|."""
    y, norm = cache
    return (dout - y * (y * dout).sum(axis=-1, keepdims=True)) / norm


register(
    "l2_normalise",
    l2_normalise_forward,
    l2_normalise_backward,
    inputs=lambda seed: ({"x": Draw(seed).normal(5, 7)}, {}),
    aliases=("l2_normalize", "normalize"),
    faults=[
        Fault("no_projection", "(dout - y * (y * dout).sum(axis=-1, keepdims=True))", "dout",
              "the norm is treated as a constant"),
        Fault("no_norm", " / norm", "", "the division by the norm is missing"),
        Fault("norm_squared", "/ norm", "/ norm**2", "divided by the squared norm"),
        Fault("mean", ".sum(axis=-1, keepdims=True)", ".mean(axis=-1, keepdims=True)",
              "the mean of y dout; it is the sum"),
        Fault("sum_all", ".sum(axis=-1, keepdims=True)", ".sum()", "the sum is over all rows; each row has its own",
              "one row"),
        Fault("x_for_y", "y * (y * dout)", "y * norm * (y * norm * dout)", "x in place of y = x / |x|"),
        Fault("x_once", "y * (y * dout)", "y * norm * (y * dout)", "x in place of y in one of the two factors"),
        Fault("plus", "dout - y", "dout + y", "the projection is added; it is subtracted"),
        Fault("identity", "(dout - y * (y * dout).sum(axis=-1, keepdims=True)) / norm", "dout",
              "the normalisation is not differentiated: dx = dout"),
    ],
)  # fmt: skip
