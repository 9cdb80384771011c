"""Door: what runs by the clock, under Prefect."""

import os

# Before any module imports Prefect: it reports to its makers unless told otherwise.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
