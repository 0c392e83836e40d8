"""The student's working copy, my-course/: made once, never overwritten.

    my-course/
        npdl-course.json     the language, the version, and the hashes of what was given
        a1/knn.ipynb knn.py  a2/... a3/...
"""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from . import material
from .build import digest
from .check import MANIFEST, whereabouts
from .graft import pieces
from .language import language

DEFAULT = "my-course"
QUIET = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}


def home(folder=None):
    """The working copy: the folder that is named, this one or one above it that is a copy, or my-course here."""
    if folder is not None:
        return Path(folder).resolve()
    here = Path.cwd()
    return next((place for place in (here, *here.parents) if (place / MANIFEST).exists()), here / DEFAULT)


def given(assignment, lang):
    """{file name: bytes} of what a student gets of an assignment; English where there is no other."""
    lang = lang if lang in assignment.languages else "en"
    return {path.name: path.read_bytes() for path in sorted((assignment.path / lang).iterdir()) if path.is_file()}


def make(folder, lang="en", names=None):
    """Make the working copy, or add what is missing to one; returns the files written. Nothing is overwritten."""
    folder, written = Path(folder), []
    about = read_manifest(folder) or {"lang": lang, "files": {}}
    for name in names or material.names():
        assignment = material.load(name)
        for file, data in given(assignment, about["lang"]).items():
            path = folder / name / file
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
                about["files"][f"{name}/{file}"] = _sha(data)
                written.append(path)
    write_manifest(folder, about)
    return written


def update(folder):
    """Bring a working copy to the installed version: [(what, path)].

    A file that the student has not touched is replaced; beside a changed one the new material is put, as layers.new.py.
    """
    folder = Path(folder)
    about = read_manifest(folder)
    if about is None:
        raise ValueError(f"the folder should be a working copy (with {MANIFEST}); got {str(folder)!r}")
    done = [("new", path) for path in make(folder, about["lang"])]
    about = read_manifest(folder)
    for name in material.names():
        for file, data in given(material.load(name), about["lang"]).items():
            path, key = folder / name / file, f"{name}/{file}"
            known, now = about["files"].get(key), _sha(path.read_bytes())
            if _sha(data) in (known, now):
                about["files"][key] = _sha(data)
                continue
            if known == now:
                path.write_bytes(data)
                about["files"][key] = _sha(data)
                done.append(("replaced", path))
            else:
                beside = path.with_suffix(f".new{path.suffix}")
                beside.write_bytes(data)
                about["files"][key] = _sha(data)  # said once
                done.append(("beside yours", beside))
    write_manifest(folder, about)
    return done


def reset(exercise, folder=None):
    """Put the gap of an exercise back into the student's module; returns (module, backup)."""
    wanted = material.find(exercise)
    place = Path(folder) if folder is not None else whereabouts(wanted.assignment, wanted.module)
    path = place / f"{wanted.module}.py"
    if not path.is_file():
        raise ValueError(f"the folder should hold {wanted.module}.py; got {str(place)!r}")
    text = path.read_text(encoding="utf-8")
    backup = next(b for n in range(1, 10_000) if not (b := path.with_name(f"{path.name}.backup{n}")).exists())
    pristine = material.load(wanted.assignment).pristine(wanted.module, _lang(place))
    gap = next(piece.source for piece in pieces(pristine) if wanted.name in piece.names)
    own = [piece for piece in pieces(text) if wanted.name in piece.names]
    backup.write_text(text, encoding="utf-8")
    for piece in own:
        text = text.replace(piece.source.rstrip("\n"), gap.rstrip("\n") if piece is own[0] else "")
    path.write_text(text if own else f"{text.rstrip()}\n\n\n{gap}", encoding="utf-8")
    return path, backup


def _lang(place):
    about = read_manifest(Path(place).resolve().parent)
    return about["lang"] if about else "en"


def read_manifest(folder):
    """The manifest of a working copy, or None."""
    try:
        about = json.loads((Path(folder) / MANIFEST).read_text(encoding="utf-8"))
        return {"lang": language(about["lang"]), "files": dict(about["files"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_manifest(folder, about):
    """Write the manifest, with the version of the material."""
    about = {**about, "material": {name: digest(material.load(name)) for name in material.names()}}
    path = Path(folder) / MANIFEST
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(about, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _sha(data):
    return hashlib.sha256(data).hexdigest()


def lab(arguments):
    """`npdl lab`: JupyterLab in the working copy; returns the exit status."""
    folder = home(arguments.folder)
    written = make(folder, language(arguments.lang))
    print(f"{folder}: {f'{len(written)} files written' if written else 'as you left it'}", flush=True)
    if arguments.files:
        return 0
    if find_spec("jupyterlab") is None:
        raise ImportError("JupyterLab is not installed: ./start lab does it (or: pip install 'npdl-course[course]')")
    root = ["--allow-root"] if hasattr(os, "getuid") and os.getuid() == 0 else []
    quiet = ["--no-browser"] if arguments.no_browser else []
    return _become([sys.executable, "-m", "jupyterlab", *offline(folder), *root, *quiet, *arguments.jupyter])


def offline(folder):
    """The options with which JupyterLab asks nobody on the network: no news, no updates, no list of extensions."""
    settings = folder / ".jupyter"
    settings.mkdir(exist_ok=True)
    (settings / "overrides.json").write_text(json.dumps(QUIET), encoding="utf-8")
    places = [f"--LabApp.app_settings_dir={settings}", f"--ServerApp.root_dir={folder}"]
    return [*places, "--LabApp.extension_manager=readonly"]


def _become(command):
    """Run a command in place of this process, so that its signals and its exit status are ours."""
    if os.name != "nt":
        os.execv(command[0], command)
    child = subprocess.Popen(command)  # on Windows a program cannot become another one
    while True:
        with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C is for the child
            return child.wait()


def update_command(arguments):
    """`npdl update`: returns the exit status."""
    done = update(home(arguments.folder))
    for what, path in done:
        print(f"{what}: {path}")
    print("your files are as they were" if done else "nothing new")
    return 0


def reset_command(arguments):
    """`npdl reset`: returns the exit status."""
    path, backup = reset(arguments.exercise, arguments.folder)
    print(f"{path}: {arguments.exercise} is a gap again; what was there is in {backup.name}")
    return 0
