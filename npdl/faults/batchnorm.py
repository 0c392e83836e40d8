"""Mistakes in batchnorm: a path through mean or variance forgotten, the wrong axes, the wrong m, eps, gamma."""

from gradcheck.faults import Fault, register

from ..ops import norm as right
from ..ops.samples import Draw

EPS = "a small eps beside the variance"


def epsilons(arguments, outs):
    """The eps that people use, where a check hides it."""
    return ({"eps": eps} for eps in (1e-8, 1e-12, 1e-6, 1e-3, 1e-2, 0.0))


def affine_faults(dgamma, dbeta, n, axes):
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
    *affine_faults(DGAMMA, DBETA, M, "axes"),
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


def batch(seed):
    """(N, D), an eps that can be seen, gamma that is not 1."""
    d = Draw(seed)
    return {"x": d.normal(7, 5) * 2 + 1, "gamma": d.off_zero(5), "beta": d.normal(5)}, {"eps": 1e-2}


def _images(seed):
    d = Draw(seed)
    return {"x": d.normal(3, 5, 2, 4) * 2 + 1, "gamma": d.off_zero(5), "beta": d.normal(5)}, {"eps": 1e-2}


def _test_mode(seed):
    arrays, options = batch(seed)
    d = Draw(seed + 7)
    return {**arrays, "running_mean": d.normal(5), "running_var": d.positive(5)}, {**options, "training": False}


PAIR = right.batchnorm_forward, right.batchnorm_backward
register("batchnorm", *PAIR, inputs=batch, aliases=("batch_norm",), guess=epsilons, faults=_BATCHNORM)

register(
    "spatial_batchnorm",
    *PAIR,
    inputs=_images,
    guess=epsilons,
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
    guess=epsilons,
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
