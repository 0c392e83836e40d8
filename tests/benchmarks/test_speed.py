"""benchmarks/speed measures what it says it does. No test looks at a time."""

import json
import subprocess
import sys

import numpy as np
import pytest

from benchmarks.speed import __main__ as command
from benchmarks.speed import cases, children, parts, plot, tables, worker
from benchmarks.speed.cases import Case, conv
from npdl import nn, ops
from tests.ops.helpers import distance

SMALL = {
    "conv": [conv(2, 3, 7, 4, 3, 1, 1), conv(2, 4, 8, 8, 3, 2, 1, 1, 2), conv(1, 3, 9, 3, 3, 1, 2, 2, 3)],
    "affine": [Case("", "affine", {"N": 3, "D": 4, "M": 5})],
    "batchnorm_relu": [Case("", "batchnorm_relu", {"N": 3, "C": 4, "H": 5})],
    "max_pool": [Case("", "max_pool", {"N": 2, "C": 3, "H": 6, "size": 2})],
    "layernorm": [Case("", "layernorm", {"N": 3, "D": 6})],
    "cross_entropy": [Case("", "cross_entropy", {"N": 5, "classes": 7})],
    "rnn": [Case("", "rnn", {"N": 3, "T": 4, "D": 2, "H": 5})],
    "lstm": [Case("", "lstm", {"N": 3, "T": 4, "D": 2, "H": 5})],
    "gru": [Case("", "gru", {"N": 3, "T": 4, "D": 2, "H": 5})],
    "embedding": [Case("", "embedding", {"N": 3, "T": 4, "V": 7, "D": 5})],
    "attention": [Case("", "attention", {"N": 2, "heads": 3, "T": 5, "d": 4})],
    "transformer": [Case("", "transformer", {"N": 2, "T": 5, "D": 8, "heads": 2})],
    "adam": [Case("", "adam", {"arrays": 3, "side": 4})],
}
SMALL = [case for of_a_kind in SMALL.values() for case in of_a_kind]
NO_TIME = children.Patience(1, 0, 0)
ALL = [*cases.LAYERS, *cases.OPS, *cases.SEQUENCES, *cases.STEPS, *cases.GEMMS, *cases.PEERS, cases.THREADS]
ALL += cases.random_layers()
ALL += [case for sweep in cases.SCALING.values() for case in sweep]


class Scripted:
    """A child that answers what it is told to, and notes who is asked when."""

    def __init__(self, name, times, log):
        self.name, self.times, self.log = name, iter(times), log

    def ask(self, case, variant, seconds):
        self.log.append(f"{self.name} {variant}")
        ms = next(self.times)
        return {"error": ms} if isinstance(ms, str) else {"ms": ms, "peak_mb": 100}


# --- Cases ---


def test_every_kind_has_a_small_case_here():
    assert {case.kind for case in SMALL} | {"step", "gemm", "gemms"} == set(cases.INPUTS)


def test_the_suite_is_the_fifteen_layers_and_six_others():
    assert len(cases.LAYERS) == 15 and len(cases.OPS) == 6 and len(cases.STEPS) == 4
    assert len({case.name for case in cases.LAYERS}) == 15
    assert cases.LAYERS[5].name == "64×64×32² → 128, 3×3, stride 2"
    assert cases.LAYERS[-1].name == "16×64×32² → 64, 3×3, pad 2, dilation 2"


@pytest.mark.parametrize("case", SMALL, ids=str)
def test_inputs_are_contiguous_float32_and_follow_from_the_seed(case):
    arrays, _ = cases.inputs(case.kind, case.sizes)
    again, _ = cases.inputs(case.kind, case.sizes)
    other, _ = cases.inputs(case.kind, case.sizes, seed=1)
    for name, array in arrays.items():
        assert array.flags.c_contiguous
        assert array.dtype == (np.int64 if name == "y" else np.float32)
        np.testing.assert_array_equal(array, again[name])
        assert not np.array_equal(array, other[name])


def test_cases_survive_json():
    for case in ALL:
        assert json.loads(json.dumps(case.sizes)) == case.sizes


def test_random_layers_are_the_same_every_time_different_from_each_other_and_valid():
    layers = cases.random_layers()
    assert len(layers) == 50 and layers == cases.random_layers() and layers != cases.random_layers(seed=1)
    assert len({layer.name for layer in layers}) > 45
    for layer in layers:
        sizes = layer.sizes
        assert 3e7 <= cases.flops(layer) <= 3e9
        assert cases.conv_output(*(sizes[name] for name in ("H", "k", "stride", "pad", "dilation"))) >= 1
        assert sizes["C"] % sizes["groups"] == sizes["K"] % sizes["groups"] == 0
    for name in cases.CONV:
        assert len({layer.sizes[name] for layer in layers}) > 1, name


@pytest.mark.parametrize("case", [case for case in SMALL if case.kind in ("conv", "affine")], ids=str)
def test_flops_are_three_times_what_summary_counts_forward(case):
    arrays, options = cases.inputs(case.kind, case.sizes)

    class Layer(nn.Module):
        def __init__(self):
            self.w, self.b = nn.Parameter(arrays["w"]), nn.Parameter(arrays["b"])

        def forward(self, x):
            if case.kind == "affine":
                return ops.affine(x, self.w.T, self.b)
            return ops.conv2d(x, self.w, self.b, **options)

    macs = nn.summary(Layer(), arrays["x"].shape[1:]).macs
    assert cases.flops(case) == 3 * 2 * len(arrays["x"]) * macs


# --- Contenders ---


def in_order(w):
    """An LSTM's weights with the last two of four gates exchanged."""
    i, f, o, g = np.split(w, 4)
    return np.concatenate([i, f, g, o])


@pytest.mark.oracle
@pytest.mark.parametrize("layout", parts.LAYOUTS)
@pytest.mark.parametrize("case", SMALL, ids=str)
def test_both_sides_compute_the_same(case, layout):
    pytest.importorskip("torch")
    results = []
    for side, variant in (("npdl", None), ("torch", layout)):
        arrays, options = cases.inputs(case.kind, case.sizes)
        if case.kind == "lstm" and side == "torch":  # its gates are i, f, g, o; npdl's i, f, o, g
            arrays |= {name: in_order(arrays[name]) for name in ("w", "u", "b0")}
        run, _ = worker.load(side).prepare(case.kind, arrays, options, variant)
        run()
        results.append([np.asarray(getattr(r, "detach", lambda r=r: r)()) for r in run()])  # also at a second call
    mine, theirs = results
    if case.kind == "affine":
        mine[2] = mine[2].T  # the gradient of w.T, as the op is given it
    if case.kind in cases.GATES:
        mine[2:4] = [g.T for g in mine[2:4]]
    if case.kind == "lstm":
        theirs[2:] = map(in_order, theirs[2:])
    assert len(mine) == len(theirs)
    for got, expected in zip(mine, theirs):
        assert got.dtype == np.float32
        assert distance(got, expected, floor=1e-3) < 1e-4


@pytest.mark.oracle
@pytest.mark.parametrize("model", cases.IMAGES)
def test_both_sides_do_the_same_step(model):
    torch = pytest.importorskip("torch")
    theirs, mine = worker.load("torch"), worker.load("npdl")
    arrays, _ = cases.inputs("step", {"model": model, "N": 4})
    ours, other = mine.build(model, np.random.default_rng(0)), theirs.build(model)
    state = {name: torch.from_numpy(np.array(value)) for name, value in ours.state_dict().items()}
    missing, unexpected = other.load_state_dict(state, strict=False)
    assert not unexpected and all("num_batches_tracked" in name for name in missing)
    trainer = mine.Trainer(ours, mine.Adam(ours.parameters(), lr=1e-3), progress=False)
    step = theirs.step(other, **{name: torch.from_numpy(array) for name, array in arrays.items()})
    for _ in range(3):  # the second and third look at what backward and Adam did
        assert trainer.step(**arrays)[0] == pytest.approx(step(), rel=0.02)


def test_npdl_tells_the_path_it_takes():
    side = worker.load("npdl")
    _, about = side.prepare("batchnorm_relu", *cases.inputs("batchnorm_relu", {"N": 3, "C": 4, "H": 5}))
    assert len(about["path"].split(" + ")) == 2
    case = cases.LAYERS[1]
    one = cases.inputs("conv", {**case.sizes, "N": 1})
    run, about = side.prepare("conv", *one, "reference")
    assert about["path"] == "reference"
    assert side.prepare("conv", *one)[1]["path"] != "reference"
    arrays, options = one
    np.testing.assert_array_equal(run()[0], ops.conv2d_forward(arrays["x"], arrays["w"], arrays["b"], **options)[0])


@pytest.mark.parametrize("kind, sizes", [("gemm", {"n": 8}), ("gemms", {"n": 8, "count": 2, "blocks": 5})])
def test_the_products_of_the_peak_run(kind, sizes):
    case = Case("", kind, sizes)
    run, _ = worker.load("npdl").prepare(case.kind, *cases.inputs(case.kind, case.sizes))
    run()
    assert cases.flops(case) > 0


@pytest.mark.parametrize("name", ["pydynet", "smallpebble", "autograd", "dezero"])
def test_a_peer_computes_the_same_if_it_is_there(name):
    try:
        side = worker.load(name)
    except Exception as error:
        pytest.skip(f"{name}: {error}")
    arrays, options = cases.inputs("conv", SMALL[0].sizes)
    y, cache = ops.conv2d_forward(arrays["x"], arrays["w"], arrays["b"], **options)
    expected = y, *ops.conv2d_backward(arrays["dout"], cache)
    run, _ = side.prepare("conv", arrays, options)
    run()
    for got, right in zip(run(), expected, strict=True):
        assert distance(np.reshape(got, right.shape), right) < 1e-5


# --- Children ---


def test_a_child_measures_and_goes_on_after_an_error():
    with children.Child("npdl", 1) as child:
        assert child.error is None and child.about["numpy"] == np.__version__
        answer = child.ask(SMALL[0], None, 0.001)
        assert answer["ms"] > 0 and answer["path"]
        assert "KeyError" in child.ask(Case("", "nonsense", {}), None, 0.001)["error"]
        assert "ms" in child.ask(SMALL[1], None, 0.001)


def test_a_contender_that_is_not_there_is_reported_not_raised():
    with children.Child("no_such_library", 1) as child:
        assert "ModuleNotFoundError" in child.error
        assert child.ask(SMALL[0], None, 0)["error"] == child.error


def test_a_child_that_dies_is_reported():
    with children.Child("npdl", 1) as child:
        child.process.kill()
        child.process.wait()
        assert "ended with" in child.ask(SMALL[0], None, 0)["error"]


def test_openblas_picks_its_kernels_itself_and_all_have_the_same_threads(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    found = children.environment(3, "somewhere")
    assert "OPENBLAS_CORETYPE" not in found
    assert {found[name] for name in children.THREADS} == {"3"}
    assert found["PYTHONPATH"].split(children.os.pathsep) == ["somewhere", str(children.ROOT)]


def test_contenders_take_turns_and_medians_count(monkeypatch):
    monkeypatch.setattr(children, "REST", 0)
    log = []
    mine, theirs = Scripted("npdl", [5, 1, 2], log), Scripted("torch", [6, 9, 7, 8, 8, 1], log)
    contenders = {"npdl": (mine, None)} | {f"torch {layout}": (theirs, layout) for layout in parts.LAYOUTS}
    answers = children.measure(SMALL[0], contenders, children.Patience(3, 0, 60))
    assert log == ["npdl None", "torch NCHW", "torch channels_last"] * 3
    assert [answer["ms"] for answer in answers.values()] == [2, 7, 8]


def test_who_fails_is_asked_no_more_and_patience_ends(monkeypatch):
    monkeypatch.setattr(children, "REST", 0)
    log = []
    mine, theirs = Scripted("npdl", [1, 1], log), Scripted("torch", ["broken"], log)
    contenders = {"npdl": (mine, None), "torch NCHW": (theirs, "NCHW")}
    answers = children.measure(SMALL[0], contenders, children.Patience(2, 0, 60))
    assert len(log) == 3 and answers["torch NCHW"] == {"error": "broken"}
    log.clear()
    children.measure(SMALL[0], {"npdl": (Scripted("npdl", [1, 1], log), None)}, children.Patience(9, 0, -1))
    assert len(log) == 1


def test_a_turn_is_one_call_at_least_and_not_many():
    calls = []
    worker.turn(lambda: calls.append(1), 0)
    assert len(calls) == 1
    worker.turn(lambda: calls.append(1), 60)
    assert len(calls) == 1 + worker.CALLS


# --- Rows, tables, files ---


def answers(npdl, *torch, **about):
    theirs = {f"torch {layout}": {"ms": ms} for layout, ms in zip(parts.LAYOUTS, torch)}
    return {"npdl": {"ms": npdl, "path": "conv.winograd"} | about} | theirs


def test_a_row_takes_pytorchs_better_layout():
    case = conv(1, 10, 10, 10, 1, bar=0.8)  # 3 · 2 · 100 pixels · 10 · 10 = 60,000 operations
    row = parts.row(case, answers(2.0, 5.0, 3.0), peak=0.06)
    assert (row["layout"], row["ratio"], row["gflops"]) == ("channels_last", 1.5, pytest.approx(0.03))
    assert row["percent"] == pytest.approx(50) and row["path"] == "conv.winograd" and row["error"] == {}


def test_a_step_is_counted_by_the_contender():
    assert parts.row(cases.STEPS[0], answers(1.0, flops=2e6))["gflops"] == pytest.approx(2)


def test_a_table_marks_what_misses_its_bar_and_gives_the_mean():
    rows = [parts.row(conv(1, 2, 3, 4, 1, bar=0.8), answers(1.0, ms), 1.0) for ms in (0.5, 2.0)]
    text = tables.table("layers", rows)
    assert "1.00      0.50   0.50  0.8!" in text.splitlines()[2]
    assert text.count("0.8!") == 1
    assert "geometric mean 1.00 (bar 1.3), least 0.50" in text and "1 below their bar" in text
    assert "conv.winograd" in text


def test_a_table_without_pytorch_says_why():
    broken = {"npdl": {"ms": 1.0}, "torch NCHW": {"error": "ModuleNotFoundError: No module\nline 2"}}
    text = tables.table("layers", [parts.row(conv(1, 2, 3, 4, 1, bar=0.8), broken)])
    assert "! torch NCHW: ModuleNotFoundError: No module" in text and "line 2" not in text
    assert "geometric mean" not in text


def test_the_tables_of_peers_and_memory():
    row = parts.row(
        cases.PEERS[0],
        {"npdl": {"ms": 2.0}, "autograd": {"ms": 5.0}, "dezero": {"error": "no np.int (/usr/lib/numpy.py)\nmore"}},
    )
    text = tables.table("peers", [row])
    assert "5.00 (2.5×)" in text and text.splitlines()[-1] == "! dezero: no np.int"
    megabytes = {"npdl": 150, "torch NCHW": 100, "torch channels_last": 120}
    text = tables.table("memory", [{"name": "a step", "bar": 1.3, "mb": megabytes, "ratio": 1.5, "error": {}}])
    assert "1.50" in text and "1.3!" in text


def test_thread_counts():
    assert [parts.thread_counts(n) for n in (1, 2, 6, 8)] == [[1], [1, 2], [1, 2, 4, 6], [1, 2, 4, 8]]


@pytest.mark.slow
def test_a_whole_run_writes_json_and_a_plot(monkeypatch, tmp_path, capsys):
    """With tiny cases, and a torch that cannot be imported."""
    tiny = SMALL[0]
    for name in ("LAYERS", "OPS", "PEERS"):
        monkeypatch.setattr(cases, name, [tiny])
    monkeypatch.setattr(cases, "STEPS", [Case(f"step {i}", "step", {"model": "LeNet-5", "N": 2}) for i in range(3)])
    monkeypatch.setattr(cases, "GEMMS", [Case("8×8", "gemm", {"n": 8})])
    monkeypatch.setattr(cases, "SCALING", {"N": [tiny]})
    monkeypatch.setattr(cases, "THREADS", tiny)
    monkeypatch.setattr(cases, "random_layers", lambda count: [tiny])
    monkeypatch.setattr(parts, "Child", lambda name, *rest: children.Child("gone" if name == "torch" else name, *rest))
    monkeypatch.setattr(parts, "Patience", lambda *_: NO_TIME)
    assert command.main(["--out", str(tmp_path), "--threads", "1", "--quick"]) == 1  # a contender failed
    report = json.loads((tmp_path / "speed-1-threads-quick.json").read_text(encoding="utf-8"))
    assert list(report["parts"]) == list(parts.TITLES)
    assert all(row["ms"]["npdl"] > 0 for part, rows in report["parts"].items() if part != "memory" for row in rows)
    assert report["parts"]["memory"][0]["mb"]["npdl"] > 10
    assert (tmp_path / "speed-1-threads-quick.png").read_bytes().startswith(b"\x89PNG")
    assert "ModuleNotFoundError" in capsys.readouterr().out


def test_the_plot_of_everything(tmp_path):
    rows = [parts.row(case, answers(1.0, ms, flops=1e6), 1.0) for case, ms in zip(cases.LAYERS, (0.5, 2.0, 0.7))]
    sweeps = [rows[0] | {"sweep": sweep, "at": at} for sweep in plot.SWEEPS for at in (1, 2)]
    results = {"layers": rows, "ops": rows, "steps": rows, "random": rows, "scaling": sweeps}
    plot.draw(results, tmp_path / "all.png")
    assert (tmp_path / "all.png").stat().st_size > 10_000


def test_unknown_parts_are_refused(capsys):
    with pytest.raises(SystemExit):
        command.arguments(["--only", "layers,nonsense"])
    assert "no such part: nonsense" in capsys.readouterr().err
    assert command.arguments(["--only", "ops,memory"]).only == ["ops", "memory"]


@pytest.mark.parametrize("loading, absent", [
    ("import benchmarks.speed.__main__", ["torch", "numpy"]),
    ("from benchmarks.speed import worker; worker.load('npdl')", ["torch"]),
])  # fmt: skip
def test_pytorch_is_only_in_its_own_child(loading, absent):
    """The driver has not even NumPy."""
    code = f"import sys; {loading}; sys.exit(any(name in sys.modules for name in {absent}))"
    assert subprocess.run([sys.executable, "-c", code], cwd=children.ROOT).returncode == 0
