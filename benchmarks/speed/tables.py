"""Rows as text."""

from .parts import MEANS, TITLES, mean


def table(part, rows):
    """The table of one part: title, one line a row, and what it comes to."""
    head, lines = COLUMNS.get(part, _comparison)(rows)
    text = aligned([head, *lines])
    errors = {f"! {label}: {why}" for r in rows for label, why in r.get("error", {}).items()}
    return "\n".join([TITLES[part], *text, *_summary(part, rows), *sorted(errors)])


def aligned(lines):
    """Lines of cells, the first cell to the left, numbers to the right, the last one to the left."""
    widths = [max(map(len, column)) for column in zip(*lines)]
    last = len(widths) - 1
    padded = ([cell.ljust(w) if i in (0, last) else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths))]
              for line in lines)  # fmt: skip
    return [("  " + "  ".join(cells)).rstrip() for cells in padded]


def number(value, digits=2):
    """As text; a dash for None."""
    return "-" if value is None else f"{value:.{digits}f}"


def _comparison(rows):
    """npdl beside PyTorch. A ratio below its bar is marked."""
    head = ("", "npdl ms", "torch ms", "ratio", "bar", "GFLOP/s", "% peak", "torch's layout, npdl's path")
    return head, [
        (
            r["name"],
            number(r["ms"].get("npdl")),
            number(r["ms"].get(f"torch {r.get('layout')}")),
            number(r.get("ratio")),
            ("" if r["bar"] is None else f"{r['bar']}") + ("!" if below(r) else ""),
            number(r.get("gflops"), 0),
            number(r.get("percent"), 0),
            f"{r.get('layout', '-'):13}  {r.get('path') or ''}",
        )
        for r in rows
    ]


def _in_units_of_npdl(rows):
    """A column for each contender; its time in units of npdl's behind."""
    labels = list(dict.fromkeys(label for r in rows for label in r["ms"]))
    lines = []
    for r in rows:
        cells = [f"{r['ms'][label]:.2f} ({r['ms'][label] / r['ms'].get('npdl', float('nan')):.1f}×)" if label in r["ms"]
                 else "-" for label in labels]  # fmt: skip
        lines.append((r["name"], *cells, ""))
    return ("ms (times npdl's)", *labels, ""), lines


def _memory(rows):
    head = ("", "npdl MB", "torch MB", "npdl / torch", "bar", "")
    lines = []
    for r in rows:
        theirs = [size for label, size in r["mb"].items() if label != "npdl"]
        missed = "!" if r.get("ratio", 0) > r["bar"] else ""
        cells = number(r["mb"].get("npdl"), 0), number(min(theirs, default=None), 0), number(r.get("ratio"))
        lines.append((r["name"], *cells, f"{r['bar']}{missed}", ""))
    return head, lines


COLUMNS = {"modes": _in_units_of_npdl, "peers": _in_units_of_npdl, "memory": _memory}


def below(r):
    """Whether the row misses its bar."""
    return r.get("bar") is not None and r.get("ratio") is not None and r["ratio"] < r["bar"]


def _summary(part, rows):
    if part not in MEANS or mean(rows) is None:
        return []
    missed = sum(map(below, rows))
    least = min(rows, key=lambda r: r.get("ratio") or float("inf"))
    line = f"  geometric mean {mean(rows):.2f} (bar {MEANS[part]}), least {least['ratio']:.2f}: {least['name']}"
    return [line + (f"; {missed} below their bar" if missed else "")]
