"""`npdl bundle`: everything that a classroom without a network needs, in one folder of wheels."""

import subprocess
import sys
from pathlib import Path

from . import material

TEXT = """npdl for a classroom without a network. With Python {version} on the same kind of system:

    python -m venv venv
    venv/bin/python -m pip install --no-index --find-links wheels "npdl-course[course,tour]"
    venv/bin/npdl lab

(On Windows: venv\\Scripts\\python and venv\\Scripts\\npdl.)
"""


def command(arguments):
    """Build npdl's wheel and fetch those of what it needs; returns the exit status."""
    out = Path(arguments.out)
    root = material.HERE.parents[1]
    source = str(root) if (root / "setup.cfg").exists() else "npdl-course"
    wheels = out / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", str(wheels)]
    done = subprocess.run([*pip, f"{source}[course,tour]"], check=False)
    if done.returncode:
        raise OSError("pip could not make the wheels; the lines above say why (it needs the network)")
    version = "{}.{}".format(*sys.version_info)
    (out / "README.txt").write_text(TEXT.format(version=version), encoding="utf-8")
    size = sum(path.stat().st_size for path in wheels.iterdir()) >> 20
    print(f"{out}: {len(list(wheels.iterdir()))} wheels, {size} MB; README.txt says how to install them")
    return 0
