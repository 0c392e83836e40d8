"""npdl beside PyTorch on this machine's processors: benchmarks/README.md says how to run it and how to read it.

    cases.py        what is measured: names, sizes, inputs, operations, bars
    on_npdl.py, on_torch.py, on_peers.py    how each contender does it
    worker.py       the child process that holds one contender, and its clock
    children.py     starting children, and letting them take turns
    parts.py        the parts of the run, as rows of numbers
    tables.py, plot.py, __main__.py         what is printed, drawn, and asked for

To add a layer, write a `Case` in cases.py; a new kind of layer also needs its inputs there, and a line in on_npdl and
on_torch.
"""
