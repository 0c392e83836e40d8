"""Draw docs/pictures/lab.png, the course in JupyterLab: `python docs/lab_picture.py`.

Needs npdl-course[course,browser] and Chromium. A notebook is run in a new working copy with its answers in place.
"""

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from npdl.course import material, workspace  # noqa: E402
from tests.course import lab  # noqa: E402

PICTURE = ROOT / "docs" / "pictures" / "lab.png"
NAME, BOOK, EXERCISE = "a1", "knn", "distances_two_loops"


def main():
    """Run the notebook, go to the check, and take the picture."""
    with tempfile.TemporaryDirectory() as home:
        copy = Path(home) / "my-course"
        workspace.make(copy)
        (copy / NAME / f"{BOOK}.py").write_text(material.load(NAME).modules[BOOK].__source__, encoding="utf-8")
        with (
            lab.server(copy, Path(home)) as (address, token),
            lab.page(address, token, f"{NAME}/{BOOK}.ipynb", width=1280, height=860, scale=1.5) as seen,
        ):
            lab.run_all(seen)
            lab.check(seen, EXERCISE).first.evaluate("box => box.scrollIntoView({block: 'center'})")
            seen.wait_for_timeout(1500)  # it draws what has come into view
            PICTURE.parent.mkdir(exist_ok=True)
            seen.screenshot(path=PICTURE)


if __name__ == "__main__":
    main()
