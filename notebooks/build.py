"""Make the notebooks from their sources: `python notebooks/build.py` writes and executes every .ipynb beside its .py.

The source is a plain Python file in the percent format (# %% starts a cell). Cell ids follow from the position, so that
building twice changes nothing but the outputs. `--check` writes nothing and fails if a notebook is out of step.
Needs jupytext, nbclient and ipykernel.
"""

import argparse
import sys
from pathlib import Path

import jupytext
import nbclient
import nbformat
from traitlets.config import Config

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent


def sources():
    """The percent files, in order."""
    return sorted(path for path in FOLDER.glob("[0-9]*.py"))


def convert(source):
    """The notebook of a source file, without outputs."""
    notebook = jupytext.read(source, fmt="py:percent")
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number:02}"
        cell["metadata"].pop("lines_to_next_cell", None)
    notebook.metadata = nbformat.from_dict({"kernelspec": dict(notebook.metadata["kernelspec"])})
    return notebook


def execute(notebook):
    """Run all cells, from the project's root; an error in any of them raises."""
    quiet = Config({"KernelManager": {"transport": "ipc"}})  # over TCP the kernel warns about encryption
    place = {"metadata": {"path": str(ROOT)}}
    nbclient.NotebookClient(notebook, timeout=300, config=quiet, resources=place).execute()
    for cell in notebook.cells:
        cell["metadata"].pop("execution", None)  # time stamps
    return notebook


def in_step(notebook, path):
    """Whether the notebook at `path` has the cells of this one, whatever its outputs."""
    committed = nbformat.read(path, as_version=4)
    return [(c.id, c.cell_type, c.source) for c in committed.cells] == [
        (c.id, c.cell_type, c.source) for c in notebook.cells
    ]


def main():
    """Build, or check, all notebooks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only say whether the notebooks are in step")
    check = parser.parse_args().check
    wrong = 0
    for source in sources():
        notebook, path = convert(source), source.with_suffix(".ipynb")
        if check:
            wrong += not in_step(notebook, path)
        else:
            nbformat.write(execute(notebook), path)
        print(path.name, "out of step" if check and wrong else "ok")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
