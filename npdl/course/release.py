"""`npdl release`: what a class gets of an assignment, plainly or as the folder of an nbgrader course."""

import shutil
from pathlib import Path

from . import material
from .language import language
from .workspace import given, make

CONFIG = """c = get_config()
# The answers are in these modules. Without this line nbgrader puts the empty ones in their place before it grades.
c.Autograde.exclude_overwriting = {modules}
c.Execute.timeout = 300  # seconds for a cell: some of them train
"""


def nbgrader_course(out, name, lang="en"):
    """Put an assignment into the folder of an nbgrader course, new or old; returns the files written."""
    out, assignment = Path(out), material.load(name)
    source = out / "source" / name
    if source.exists():
        raise ValueError(f"--out should be a course without {name}; got {str(source)!r}, which is there")
    source.mkdir(parents=True)
    files = {source / file: data for file, data in given(assignment, lang).items()}
    config = out / "nbgrader_config.py"
    if not config.exists():
        modules = {known: [f"{part}.py" for part in material.load(known).parts] for known in material.names()}
        files[config] = CONFIG.format(modules=modules).encode()
    for path, data in files.items():
        path.write_bytes(data)
    return list(files)


def plain(out, name, lang="en"):
    """Put a working copy with one assignment into a new folder; returns the files written."""
    out = Path(out)
    if out.exists() and any(out.iterdir()):
        raise ValueError(f"--out should be a new or an empty folder; got {str(out)!r}")
    return make(out, lang, [name])


def command(arguments):
    """`npdl release`: returns the exit status."""
    work = nbgrader_course if arguments.nbgrader else plain
    written = work(arguments.out, arguments.assignment, language(arguments.lang))
    print(f"{len(written)} files of {arguments.assignment} in {arguments.out}")
    if arguments.nbgrader and shutil.which("nbgrader") is None:
        print("nbgrader is not installed: pip install 'npdl-course[teach]'")
    return 0
