"""The picture of a run."""

from .parts import MEANS, mean

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "0.6"
SWEEPS = ("N", "C", "H", "threads")


def draw(results, path):
    """Ratios of layers and steps as bars, the random layers sorted, the sweeps as lines. results: {part: rows}."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "font.size": 8, "grid.alpha": 0.25})
    figure = plt.figure(figsize=(12, 9.5), layout="constrained")
    top, bottom = figure.subfigures(2, 1, height_ratios=(3, 1))
    ratios, sweeps = top.add_gridspec(2, 2, height_ratios=(2.5, 1)), bottom.add_gridspec(1, 4)

    def panel(part, place, function, rows, *settings):
        """Nothing is drawn where there are no rows."""
        if rows:
            function(part.add_subplot(place), rows, *settings)

    panel(top, ratios[:, 0], _bars, _with("ratio", results, "layers"), "convolutions")
    panel(top, ratios[0, 1], _bars, _with("ratio", results, "ops", "steps"), "other layers, whole steps")
    panel(top, ratios[1, 1], _sorted, _with("ratio", results, "random"))
    for place, sweep in enumerate(SWEEPS):
        rows = [r for r in _with("gflops", results, "scaling") if r["sweep"] == sweep]
        panel(bottom, sweeps[place], _sweep, rows, sweep)
    figure.suptitle("PyTorch's time / npdl's, forward and backward: above 1 npdl is faster")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _with(key, results, *parts):
    """The rows of these parts that have the key."""
    return [r for part in parts for r in results.get(part, []) if r.get(key)]


def _bars(axes, rows, title):
    for place, r in enumerate(rows):
        axes.barh(place, r["ratio"] - 1, left=1, color=BLUE if r["ratio"] >= 1 else ORANGE)
        axes.text(r["ratio"], place, f" {r['ratio']:.2f} ", va="center", ha="left" if r["ratio"] >= 1 else "right")
        if r["bar"]:
            axes.plot([r["bar"]] * 2, [place - 0.45, place + 0.45], color="black", linewidth=1)
    axes.set(title=f"{title} (black: the bar)", xscale="log", ylim=(len(rows) - 0.4, -0.6))
    axes.set_yticks(range(len(rows)), [r["name"] for r in rows])
    axes.axvline(1, color=GREY, linewidth=1)
    axes.margins(x=0.15)
    if title == "convolutions":
        axes.set_xlabel(f"geometric mean {mean(rows):.2f}, bar {MEANS['layers']}")
    _plain(axes.xaxis)
    axes.grid(axis="x")


def _sorted(axes, rows):
    axes.plot(sorted(r["ratio"] for r in rows), ".", color=BLUE)
    axes.axhline(1, color=GREY, linewidth=1)
    title = f"random convolutions: geometric mean {mean(rows):.2f}, bar {MEANS['random']}"
    axes.set(title=title, yscale="log", xticks=[])
    _plain(axes.yaxis)
    axes.grid()


def _sweep(axes, rows, sweep):
    """GFLOP/s of both over one size."""
    places, mine = [r["at"] for r in rows], [r["gflops"] for r in rows]
    theirs = [r["gflops"] / r["ratio"] if r.get("ratio") else float("nan") for r in rows]  # the same work, other times
    axes.plot(places, mine, "o-", color=BLUE, markersize=4, label="npdl")
    axes.plot(places, theirs, "s--", color=ORANGE, markersize=4, label="PyTorch")
    axes.set(title=f"over {sweep}", xscale="log", ylim=(0, None))
    axes.set_xticks(places, map(str, places))
    axes.minorticks_off()
    axes.grid()
    if sweep == "N":
        axes.set_ylabel("GFLOP/s, 3×3 convolution")
        axes.legend(frameon=False)


def _plain(axis):
    """Numbers as they are on a logarithmic axis."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    axis.set_major_locator(LogLocator(10, subs=(1, 2, 5)))
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_formatter(NullFormatter())
