"""Entry of `python -m proof DIR --key manifest.pub`: needs Python and `cryptography` only."""

from __future__ import annotations

import argparse

from proof.command import add_arguments, run

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="proof")
    add_arguments(parser)
    raise SystemExit(run(parser.parse_args()))
