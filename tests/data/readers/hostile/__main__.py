"""Run all cases in this process, confined; print those that are not refused as they should be."""

import sys
from pathlib import Path

from tests.data.readers.hostile.base import CASES, confine, run

root = Path(sys.argv[1])
confine(megabytes=768, seconds=240)
for number, name in enumerate(CASES):
    (folder := root / str(number)).mkdir()
    if fault := run(name, folder):
        print(f"{name}: {fault}")
