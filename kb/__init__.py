"""What we know: entries, their checks, the graph between them, and the search over them."""

import os

__version__ = "0.1.0"

# OpenBLAS reads this once, when numpy is imported, and with a second thread the slowest queries take three times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
