"""Holds generated configs against their own documents and ends with what it found: `make contract`."""

import argparse
import sys
import time
from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path

from tests.contract.generated.trial import Trial, told, tried
from tests.contract.generated.written import CONFIGS, QUICK, written

FEW = 25


def main(arguments: Sequence[str] | None = None) -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.contract.generated", description=__doc__)
    asked.add_argument("--configs", type=int, default=CONFIGS, help="how many; every fourth is a troubled one")
    asked.add_argument("--quick", action="store_const", dest="configs", const=QUICK, help="as many as in the suite")
    asked.add_argument("--seed", type=int, default=1, help="another seed makes other configs")
    asked.add_argument("--only", help="the name of one config, as a finding tells it")
    asked.add_argument("--keep", type=Path, help="a folder that gets each config with findings")
    options = asked.parse_args(arguments)
    trials = written(options.configs, options.seed)
    chosen = [trial for trial in trials if options.only in (None, trial.name)]
    return 1 if _run(chosen, options.keep) else 0


def _run(trials: list[Trial], keep: Path | None) -> int:
    """How many have findings; each is told as soon as it is there.

    Each process tries a few and ends: what Schemathesis remembers of one config is of no use for the next.
    """
    began, found = time.monotonic(), 0
    with get_context("spawn").Pool(maxtasksperchild=FEW) as pool:
        for number, (trial, wrong) in enumerate(zip(trials, pool.imap(tried, trials), strict=True), start=1):
            found += bool(wrong)
            if wrong:
                print("\n" + told(trial, wrong), flush=True)
                _keep(trial, keep)
            _progress(number, len(trials), found, time.monotonic() - began)
    return found


def _keep(trial: Trial, folder: Path | None) -> None:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{trial.name}.yaml").write_text(trial.text)


def _progress(done: int, of: int, found: int, seconds: float) -> None:
    if done % 25 == 0 or done == of:
        print(f"{done} of {of} configs, {found} with findings, {seconds / done:.2f} s each", flush=True)


if __name__ == "__main__":
    sys.exit(main())
