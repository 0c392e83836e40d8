"""The transformer of encoder and decoder."""

import numpy as np
import pytest

from npdl import InputError, nn, no_grad, ops
from npdl.models import Transformer
from npdl.models.language_model import Reader
from tests.nn.helpers import scalar, worst_gradient_error

RNG = np.random.default_rng(0)
SOURCE, TARGET = RNG.integers(0, 11, (2, 6)), RNG.integers(0, 9, (2, 4))
LENGTHS = np.array([6, 3])


def tiny(**options):
    return Transformer(11, 8, 2, 2, 12, rng=np.random.default_rng(1), **dict(targets=9, dropout=0.0) | options)


def sharper(model):
    """The model with larger weights: attention that prefers some positions, and tokens."""
    for parameter in model.parameters():
        parameter.data = 2 * parameter.data
    return model.astype("float64")


@pytest.mark.topic("R283")
def test_every_target_position_sees_the_source_and_what_was_written_before_it():
    model = sharper(tiny())
    out = model(SOURCE, TARGET).data
    assert out.shape == (2, 4, 9)
    for t in range(4):
        changed = TARGET.copy()
        changed[:, t] = (changed[:, t] + 1) % 9
        different = np.abs(model(SOURCE, changed).data - out).max(axis=(0, 2)) > 1e-9
        assert different.tolist() == [i >= t for i in range(4)]
    for s in range(6):
        changed = SOURCE.copy()
        changed[:, s] = (changed[:, s] + 1) % 11
        assert (np.abs(model(changed, TARGET).data - out).max(axis=(0, 2)) > 1e-9).all()


def test_what_fills_up_a_source_is_not_seen():
    model = sharper(tiny())
    out, short = model(SOURCE, TARGET, LENGTHS).data, model(SOURCE[1:, :3], TARGET[1:]).data
    np.testing.assert_allclose(out[1:], short, rtol=0, atol=1e-12)
    changed = SOURCE.copy()
    changed[1, 3:] = 7
    np.testing.assert_array_equal(model(changed, TARGET, LENGTHS).data, out)


@pytest.mark.parametrize("norm_first", [False, True])
def test_gradients(norm_first):
    model = tiny(norm_first=norm_first, tied=False).astype("float64")
    parameters = dict(model.named_parameters())
    names = ["target.weight", "encoder.norm.bias", "decoder.layers.1.multihead_attn.in_proj_bias"]
    wanted = {name: parameters[name] for name in names}
    assert worst_gradient_error(lambda: scalar(model(SOURCE, TARGET, LENGTHS)), wanted) < 1e-7


def test_one_table_serves_source_target_and_head():
    shared = Transformer(11, 8, 2, 1, 12)
    assert shared.target is shared.source
    tables = [name for name, p in shared.named_parameters() if p.shape == (11, 8)]
    assert tables == ["source.weight"]
    tables = [name for name, p in tiny(tied=False).named_parameters() if p.shape == (9, 8)]
    assert tables == ["target.weight", "head.weight"]


def test_the_embedding_is_scaled_by_the_root_of_d():
    model, seen = tiny(), []
    model.encoder.forward = lambda x, mask=None: seen.append(x.data) or x
    model.encode(SOURCE)
    expected = np.sqrt(8) * model.source.weight.data[SOURCE] + nn.sinusoidal(6, 8)
    np.testing.assert_allclose(seen[0], expected, rtol=1e-5)


def test_writing_token_by_token_is_writing_at_once():
    model = sharper(tiny())
    memory = model.encode(SOURCE, LENGTHS)
    whole, cache = model.decode(TARGET, memory, LENGTHS).data, nn.KVCache()
    for t in range(4):
        step = model.decode(TARGET[:, t : t + 1], memory, LENGTHS, cache).data
        np.testing.assert_allclose(step[:, 0], whole[:, t], rtol=0, atol=1e-12)


def test_generate_takes_the_likeliest_token_each_time():
    model = sharper(tiny(dropout=0.5))  # in test mode nothing is dropped
    written = model.generate(SOURCE, 3, 5, lengths=LENGTHS)
    assert model.training and written.shape == (2, 6) and (written[:, 0] == 3).all()
    with nn.in_test_mode(model), no_grad():
        scores = model(SOURCE, written[:, :-1], LENGTHS).data
    np.testing.assert_array_equal(scores.argmax(axis=2), written[:, 1:])


def test_a_beam_of_all_finds_the_likeliest_answer():
    model = sharper(tiny())
    tokens, scores = model.beam_search(SOURCE[0], 3, 2, 81)
    every = np.stack([np.full(81, 3), *np.divmod(np.arange(81), 9)], axis=1)
    log_p = ops.log_softmax(model(np.repeat(SOURCE[:1], 81, axis=0), every[:, :-1]).data, axis=2)
    total = np.take_along_axis(log_p, every[:, 1:, None], axis=2).sum(axis=(1, 2))
    np.testing.assert_array_equal(tokens[0], every[total.argmax()])
    np.testing.assert_allclose(scores, np.sort(total)[::-1], atol=1e-10)


def test_the_cache_follows_the_beams():
    model = sharper(tiny())
    memory = model.encode(SOURCE[:1])
    reader = Reader(lambda ids, cache: model.decode(ids, memory, cache=cache))
    reader(np.array([[3, 1], [3, 2]]))
    reader.reorder(np.array([1, 1]))
    logits = reader(np.array([[3, 2, 5], [3, 2, 6]]))
    expected = model.decode(np.array([[3, 2, 5], [3, 2, 6]]), memory).data[:, -1]
    np.testing.assert_allclose(logits, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "source, target, message",
    [
        (SOURCE + 6, TARGET, "embedding: ids should be integers in"),
        (SOURCE, TARGET - 9, "embedding: ids should be integers in"),
        (SOURCE[:, :0], TARGET, "Transformer.encode: ids should be integers .N, T., at least one token"),
        (SOURCE, TARGET[:, :0], "Transformer.decode: ids should be integers .N, T., at least one token"),
        (SOURCE[0], TARGET, "Transformer.encode: ids should be integers .N, T."),
        (SOURCE * 1.0, TARGET, "embedding: ids should be an array of integers"),
        (np.tile(SOURCE, (1, 2)), TARGET, "SinusoidalPositions: x should be a sequence that ends within the 8 positio"),
    ],
)
def test_what_cannot_be_read_is_refused(source, target, message):
    with pytest.raises(InputError, match=message):
        tiny(length=8)(source, target)


def test_heads_must_divide():
    with pytest.raises(InputError, match="heads should be a divisor of dim = 8; got 3"):
        Transformer(11, 8, 3, 1, 12)


def test_lengths_must_fit_the_source():
    with pytest.raises(InputError, match="lengths should be"):
        tiny()(SOURCE, TARGET, np.array([7, 3]))


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore:enable_nested_tensor")  # of PyTorch, about a faster way that it does not take
@pytest.mark.topic("R283")
@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_it_is_pytorchs_with_its_weights_copied(norm_first, activation):
    torch = pytest.importorskip("torch")
    options = dict(dropout=0.0, activation=activation, norm_first=norm_first)
    theirs = torch.nn.Transformer(8, 2, 2, 2, 12, batch_first=True, dtype=torch.float64, **options)
    state = {name: p.detach().numpy() + 0.1 * RNG.standard_normal(p.shape) for name, p in theirs.state_dict().items()}
    theirs.load_state_dict({name: torch.tensor(a) for name, a in state.items()})
    ours = tiny(**options).astype("float64")
    own = {name: a for name, a in ours.state_dict().items() if name.split(".")[0] not in ("encoder", "decoder")}
    ours.load_state_dict(own | state)
    there_and_back = {n: torch.tensor(a) for n, a in ours.state_dict().items() if n not in own}
    theirs.load_state_dict(there_and_back)

    def embedded(table, ids):
        return np.sqrt(8) * table.weight.data[ids] + nn.sinusoidal(ids.shape[1], 8)

    x, y = (torch.tensor(a, requires_grad=True) for a in (embedded(ours.source, SOURCE), embedded(ours.target, TARGET)))
    padding = torch.tensor(np.arange(6) >= LENGTHS[:, None])
    causal = theirs.generate_square_subsequent_mask(4, dtype=torch.float64)
    out = theirs(x, y, tgt_mask=causal, src_key_padding_mask=padding, memory_key_padding_mask=padding)
    table = torch.tensor(ours.target.weight.data, requires_grad=True)
    logits = out @ table.T
    dout = RNG.standard_normal(logits.shape)
    logits.backward(torch.tensor(dout))

    mine = ours(SOURCE, TARGET, LENGTHS)
    np.testing.assert_allclose(mine.data, logits.detach().numpy(), rtol=0, atol=1e-10)
    mine.backward(dout)
    gradients = {name: p.grad.numpy() for name, p in theirs.named_parameters()}
    for name, parameter in ours.named_parameters():
        if name in gradients:
            np.testing.assert_allclose(parameter.grad, gradients[name], rtol=0, atol=1e-10, err_msg=name)
    dtarget = table.grad.numpy().copy()
    np.add.at(dtarget, TARGET, np.sqrt(8) * y.grad.numpy())
    np.testing.assert_allclose(ours.target.weight.grad, dtarget, rtol=0, atol=1e-10)
