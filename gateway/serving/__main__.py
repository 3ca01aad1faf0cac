"""A worker process, as the supervisor starts it: its number, the options as JSON, and the folder of the workers."""

import sys
from pathlib import Path

import msgspec

from gateway.app import Application
from gateway.serving.options import Options
from gateway.serving.worker import Place, log_to_stderr, work


def _path(kind: type, value: str) -> Path:
    return Path(value)


def main() -> None:
    log_to_stderr()
    index, text, folder = sys.argv[1:]
    options = msgspec.json.decode(text, type=Options, dec_hook=_path)
    work(Application(options.launch()), options, Place(int(index), Path(folder)))


if __name__ == "__main__":
    main()
