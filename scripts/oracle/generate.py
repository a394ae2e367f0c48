"""Writes test/fixtures/<family>/<op>.json: python scripts/oracle/generate.py [op ...]"""

import importlib
import pathlib
import pkgutil
import sys

import codec
import ops as entries
from patterns import OPS

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "test/fixtures"


def load():
    for module in pkgutil.iter_modules(entries.__path__):
        importlib.import_module(f"ops.{module.name}")
    return OPS


def main(names):
    table = load()
    for name in names or table:
        op = table[name]
        path = FIXTURES / op.family / f"{name}.json"
        codec.write(path, op.fixture())
        print(f"{path.stat().st_size / 1000:6.1f} kB  {op.family}/{name}")


if __name__ == "__main__":
    main(sys.argv[1:])
