"""python -m npdl"""

import sys

from .cli import main

sys.exit(main())
