"""Fuzz one target, guided by coverage: guided.py TARGET [options of libFuzzer] FOLDER."""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["gosales", "tomllib", "csv"]):
    from tests.fuzz.targets import TARGETS


def main():
    name, *options, folder = sys.argv[1:]
    target, place = TARGETS[name], Path(folder)
    corpus, work = place / "corpus", place / "work"
    corpus.mkdir()
    work.mkdir()
    for number, seed in enumerate(target.seeds):
        (corpus / str(number)).write_bytes(seed)
    atheris.Setup([sys.argv[0], *options, str(corpus)], lambda data: target.run(data, work))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
