"""What four checkers see: gradcheck, PyTorch's gradcheck in its slow and its fast mode, and CS231n's check.

python benchmarks/gradcheck/detection.py        (needs PyTorch; a minute or two)

Small errors planted into right gradients, and every mistake of the fault dictionary. All get the same functions, inputs
and double precision; torch has its own defaults (eps 1e-6, atol 1e-5, rtol 1e-3), CS231n's check fails above a relative
error of 1e-4 at an entry, with h = 1e-5 and all entries.
"""

import argparse
import contextlib
import time
import warnings

import numpy as np
import torch

import gradcheck
import npdl.faults  # noqa: F401  (its ops and reference layers)
from gradcheck import faults

torch.set_num_threads(1)
NAMES = ("gradcheck", "torch slow", "torch fast", "CS231n")


def ours(forward, backward, inputs, options, mutable, seed, mode="auto"):
    """Whether gradcheck says wrong."""
    how = dict(options=options, mutable=mutable, seed=seed, mode=mode)
    return gradcheck.check(forward, backward, inputs, **how).verdict == "wrong"


def torchs(fast):
    """PyTorch's gradcheck on a torch.autograd.Function that calls the NumPy pair."""

    def caught(forward, backward, inputs, options, mutable, seed, mode=None):
        names = list(inputs)
        free = [n for n in names if _is_free(inputs[n], n, mutable)]

        class Pair(torch.autograd.Function):
            @staticmethod
            def forward(ctx, *free_values):
                values = dict(inputs) | {n: v.detach().numpy().copy() for n, v in zip(free, free_values)}
                out, ctx.kept = forward(*(_copy(values[n]) for n in names), **options)
                outs = out if isinstance(out, tuple) else (out,)
                outs = tuple(torch.from_numpy(np.array(o, dtype=np.float64)) for o in outs)
                return outs if len(outs) > 1 else outs[0]

            @staticmethod
            @torch.autograd.function.once_differentiable
            def backward(ctx, *douts):
                douts = tuple(d.numpy().copy() for d in douts)
                result = backward(douts if len(douts) > 1 else douts[0], ctx.kept)
                gradients = dict(zip(names, result if isinstance(result, tuple) else (result,)))
                return tuple(torch.from_numpy(np.array(gradients[n], dtype=np.float64)) for n in free)

        tensors = [torch.tensor(np.asarray(inputs[n], dtype=np.float64), requires_grad=True) for n in free]
        try:
            return not torch.autograd.gradcheck(Pair.apply, tensors, fast_mode=fast, raise_exception=False)
        except Exception:  # a wrong shape raises
            return True

    return caught


def cs231n(forward, backward, inputs, options, mutable, seed, mode=None):
    """eval_numerical_gradient_array with h = 1e-5 and a Gaussian dout, then rel_error; the largest is judged."""
    rng, names = np.random.default_rng(seed), list(inputs)
    out, cache = forward(*(_copy(inputs[n]) for n in names), **options)
    outs = out if isinstance(out, tuple) else (out,)
    douts = tuple(np.asarray(rng.standard_normal(np.shape(o))) for o in outs)
    try:
        result = backward(douts if isinstance(out, tuple) else douts[0], cache)
    except Exception:
        return True
    gradients = dict(zip(names, result if isinstance(result, tuple) else (result,)))

    def loss(name, x):
        values = [_copy(x if n == name else inputs[n]) for n in names]
        out = forward(*values, **options)[0]
        return sum((o * d).sum() for o, d in zip(out if isinstance(out, tuple) else (out,), douts))

    for name in names:
        if _is_free(inputs[name], name, mutable):
            x, h = np.array(inputs[name], dtype=np.float64), 1e-5
            numeric = np.zeros_like(x)
            for i in np.ndindex(x.shape):
                old = x[i]
                x[i] = old + h
                up = loss(name, x)
                x[i] = old - h
                down = loss(name, x)
                x[i] = old
                numeric[i] = (up - down) / (2 * h)
            with warnings.catch_warnings(), contextlib.suppress(ValueError, TypeError):
                warnings.simplefilter("ignore")
                error = np.abs(gradients[name] - numeric)
                if np.max(error / np.maximum(1e-8, np.abs(gradients[name]) + np.abs(numeric))) <= 1e-4:
                    continue
            return True
    return False


def _is_free(x, name, mutable):
    return isinstance(x, np.ndarray) and x.dtype.kind == "f" and name not in mutable


def _copy(x):
    return x.copy() if isinstance(x, np.ndarray) else x


CHECKERS = dict(zip(NAMES, (ours, torchs(False), torchs(True), cs231n)))


def sine(kind, n, seed, size):
    """sin with one mistake of relative size `size` in its gradient."""
    i, j = np.random.default_rng((n, seed)).choice(n, 2, replace=False)

    def backward(dout, x):
        dx = np.cos(x) * dout
        e = size * np.sqrt(np.mean(dx * dx))
        if kind == "one entry":
            dx[i] += np.sign(dx[i]) * e
        elif kind == "+e and -e":
            dx[i], dx[j] = dx[i] + e, dx[j] - e
        elif kind == "all entries":
            dx *= 1 + size
        return dx

    return lambda x: (np.sin(x), x), backward


def planted(seeds):
    """Rows of caught/tried: errors of a few sizes in arrays of 100 and 1,000 entries; none is the false alarms."""
    print(f"{'planted into the gradient of sin':44}" + "".join(f"{name:>13}" for name in NAMES))
    for n in (100, 1000):
        for kind, size in [
            ("none", 0),
            *((k, s) for k in ("one entry", "+e and -e", "all entries") for s in (1, 1e-3)),
        ]:
            counts = dict.fromkeys(NAMES, 0)
            tried = max(1, seeds if n == 100 else seeds // 4)
            for seed in range(tried):
                forward, backward = sine(kind, n, seed, size)
                x = np.random.default_rng(seed).standard_normal(n)
                for name, caught in CHECKERS.items():
                    if name == "torch slow" and n > 100:
                        continue  # minutes: the whole Jacobian
                    counts[name] += caught(forward, backward, {"x": x}, {}, [], seed)
            cells = [f"{counts[c]}/{tried}" if not (c == "torch slow" and n > 100) else "-" for c in NAMES]
            print(f"{f'{n} entries, {kind}, {size:g} of the rms':44}" + "".join(f"{cell:>13}" for cell in cells))


def dictionary():
    """Every known mistake of every op on its own inputs: who sees it? And the false alarms on the right pairs."""
    faults.load()
    right, wrong, seconds = (dict.fromkeys(NAMES, 0) for _ in range(3))
    total, same, ops = 0, [], 0
    for op in faults.registry:
        inputs, options = faults.sample(op, 0)
        mutable = [n for n in ("running_mean", "running_var") if n in inputs]
        known = faults.registry[op]
        cases = [("right", known.forward, known.backward)]
        cases += [(fault.name, *pair) for fault, *pair in faults.mutants(op)]
        ops += 1
        for name, forward, backward in cases:
            seen = {}
            for checker, caught in CHECKERS.items():
                start = time.perf_counter()
                with warnings.catch_warnings(), np.errstate(all="ignore"):
                    warnings.simplefilter("ignore")
                    try:
                        seen[checker] = caught(forward, backward, dict(inputs), dict(options), mutable, 0)
                    except Exception:  # the mutant cannot run
                        seen[checker] = True
                seconds[checker] += time.perf_counter() - start
            if name != "right" and not seen["gradcheck"]:
                same.append(f"{op}.{name}")
            total += name != "right"
            for checker in NAMES:
                (right if name == "right" else wrong)[checker] += seen[checker]
    print(f"\n{'the fault dictionary':44}" + "".join(f"{name:>13}" for name in NAMES))
    print(f"{f'mistakes seen, of {total}':44}" + "".join(f"{wrong[c]:13}" for c in NAMES))
    print(f"{f'false alarms, of {ops} right pairs':44}" + "".join(f"{right[c]:13}" for c in NAMES))
    print(f"{'seconds':44}" + "".join(f"{seconds[c]:13.1f}" for c in NAMES))
    print("not seen by gradcheck:", ", ".join(same) or "none")


def million():
    """Directional mode on a million entries, where the others would need hours or see nothing."""
    n = 1_000_000
    x = np.random.default_rng(0).standard_normal(n)
    for kind in ("none", "one entry", "+e and -e"):
        forward, backward = sine(kind, n, 0, 1e-3)
        start = time.perf_counter()
        report = gradcheck.check(forward, backward, {"x": x})
        print(f"a million entries, {kind}, 0.001 of the rms: {report.verdict}, {time.perf_counter() - start:.1f} s")


def main():
    """All tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20)
    planted(parser.parse_args().seeds)
    dictionary()
    print()
    million()


if __name__ == "__main__":
    main()
