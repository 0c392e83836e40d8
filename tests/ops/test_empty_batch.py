"""A batch of no samples: ops whose axis 0 is a batch give one of none back, and parameters the gradient 0."""

import numpy as np
import pytest

from npdl import InputError
from tests.ops.helpers import CALLS, Call, as_tuple, gaussian_like

# op: the arguments that hold one entry a sample; the others are parameters
BATCHED = {
    **dict.fromkeys("abs clip elu exp gelu hard_sigmoid hard_swish leaky_relu log neg power relu relu6".split(), "x"),
    **dict.fromkeys("sigmoid silu softplus sqrt tanh softmax log_softmax dropout dropout2d drop_path".split(), "x"),
    **dict.fromkeys("conv1d conv2d conv3d conv_transpose2d affine prelu layernorm groupnorm instancenorm".split(), "x"),
    **dict.fromkeys("local_response_norm l2_normalise max_pool2d avg_pool2d global_avg_pool2d".split(), "x"),
    **dict.fromkeys("adaptive_avg_pool2d resize pixel_shuffle pixel_unshuffle channel_shuffle".split(), "x"),
    **dict.fromkeys("mse l1 huber smooth_l1".split(), "x target"),
    **dict.fromkeys("bce_with_logits".split(), "x z"),
    **dict.fromkeys("softmax_cross_entropy svm_loss".split(), "scores y"),
    **dict.fromkeys("kl_with_logits".split(), "a b"),
    **dict(embedding="ids", max_unpool2d="x places", bce="p z", nll="log_p y", soft_cross_entropy="scores q"),
    **dict(gaussian_nll="x mu logvar", gaussian_kl="mu logvar", normal_kl="mu1 logvar1 mu2 logvar2"),
    **dict(affine_grid="theta", grid_sample="x grid"),
    **dict(kl_divergence="p q", triplet="anchor positive negative", cosine_embedding_loss="a b y"),
    **dict(causal_convolution="u"),
}
WITH_A_BATCH = [(name, number) for name, number in CALLS if name in BATCHED]


def empty(name, number):
    """The call without a sample."""
    call = Call(name, number)
    pairs = zip(call.names, call.args, strict=True)
    call.args = [a[:0] if argument in BATCHED[name].split() else a for argument, a in pairs]
    return call


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name, number", WITH_A_BATCH)
def test_an_empty_batch_goes_through_and_comes_back(name, number):
    call = empty(name, number)
    options = call.options
    if "reduction" in call.op.__signature__.parameters:
        with pytest.raises(InputError, match=f"{name}: the batch should be of at least one sample, to have a mean"):
            call.op(*call.args, **options | {"reduction": "mean"})
        options["reduction"] = "none"
    out, cache = call.op.forward(*call.args, **options)
    assert len(out) == 0
    for i, gradient in enumerate(as_tuple(call.op.backward(gaussian_like(out), cache))):
        if i in call.differentiable:
            assert gradient.shape == call.args[i].shape
            assert not gradient.any()


@pytest.mark.parametrize("name, argument", [("info_nce", "a"), ("nt_xent", "z")])
@pytest.mark.parametrize("reduction", ["mean", "none"])
def test_a_softmax_over_the_rows_of_the_batch_needs_one(name, argument, reduction):
    call = Call(name, 0)
    with pytest.raises(InputError, match=rf"{name}: {argument} should be of (at least one|an even number of) row"):
        call.op(*(a[:0] for a in call.args), reduction=reduction)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", ["mean", "var", "max", "logsumexp", "sum"])
def test_a_reduction_of_other_axes_than_the_batch(name):
    reduction = Call(name, 0).op
    out, cache = reduction.forward(np.zeros((0, 3, 2)), axis=(1, -1))
    assert out.shape == (0,)
    assert reduction.backward(out, cache).shape == (0, 3, 2)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("axis", [None, 0, (0, 2)])
@pytest.mark.parametrize("name", ["mean", "var"])
def test_there_is_no_mean_of_no_number(name, axis):
    with pytest.raises(InputError, match=rf"{name}: x should be of at least one number .*\(0, 3, 2\)"):
        Call(name, 0).op(np.zeros((0, 3, 2)), axis=axis)
