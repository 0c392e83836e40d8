"""Every op gives PyTorch's values and gradients: against frozen files, so that it needs no PyTorch."""

import numpy as np
import pytest

from npdl import op
from npdl.ops.samples import samples
from tests.ops.helpers import OPS, as_tuple, distance
from tests.oracles import frozen

TOLERANCE = {"float64": 1e-10, "float32": 1e-5}  # times the root mean square of PyTorch's float64 values
CASES = frozen.load_all()
TOPICS = {
    "affine": ["R123"],
    "relu": ["R125"],
    "relu6": ["R133"],
    "gelu": ["R132"],
    "silu": ["R134"],
    "hard_swish": ["R135"],
    "channel_shuffle": ["R152"],
    "shift": ["R173"],
    "roll": ["R173"],
    "softmax_cross_entropy": ["R110", "R111", "R129"],
    "bce_with_logits": ["R131"],
    "conv1d": ["R144"],
    "conv2d": ["R136", "R144"],
    "conv3d": ["R144"],
    "conv_transpose2d": ["R155"],
    "standardise_weight": ["R158"],
    "max_pool2d": ["R159", "R160"],
    "avg_pool2d": ["R161"],
    "embedding": ["R169"],
    "rnn": ["R261", "R262"],
    "lstm": ["R264"],
    "gru": ["R265"],
    "batchnorm": ["R180", "R181", "R182", "R183"],
    "layernorm": ["R184"],
    "groupnorm": ["R185"],
    "local_response_norm": ["R186"],
    "l2_normalise": ["R190"],
    "drop_path": ["R164"],
    "resize": ["R171"],
    "pixel_shuffle": ["R170"],
    "pixel_unshuffle": ["R170"],
    "segment_sum": ["R178"],
    "segment_mean": ["R178"],
    "segment_max": ["R178"],
    "affine_grid": ["R297"],
    "grid_sample": ["R297"],
    "scaled_dot_product_attention": ["R271"],
    "linear_attention": ["R280"],
    "window_partition": ["R292"],
    "window_reverse": ["R292"],
    "selective_scan": ["R299"],
    "causal_convolution": ["R300"],
    "diagonal_ssm_kernel": ["R301"],
}


def with_topics(case):
    marks = [pytest.mark.topic(*TOPICS[case.name])] if case.name in TOPICS else []
    return pytest.param(case, marks=marks, id=f"{case.name}-{case.number}")


def test_every_sample_of_every_op_is_in_a_file():
    stored = sorted((case.name, case.number) for case in CASES)
    assert stored == [(name, number) for name in OPS for number in range(len(samples(name)))]


def test_the_files_are_small():
    assert max(file.stat().st_size for file in frozen.FOLDER.glob("*.npz")) < 100_000


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("case", [with_topics(case) for case in CASES])
def test_values_and_gradients_are_pytorchs(case, dtype):
    args = [cast(a, dtype) for a in case.args]
    out, cache = op.registry[case.name].forward(*args, **case.options)
    for got, expected in zip(as_tuple(out), as_tuple(case.out), strict=True):
        assert distance(got, expected) < TOLERANCE[dtype]
    gradients = as_tuple(op.registry[case.name].backward(cast(case.dout, dtype), cache))
    for i, expected in enumerate(case.gradients):
        if expected is not None:
            assert distance(gradients[i], expected) < TOLERANCE[dtype]


def cast(a, dtype):
    if type(a) is tuple:
        return tuple(cast(part, dtype) for part in a)
    return a.astype(dtype) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a
