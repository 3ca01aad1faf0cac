"""A worker process, as the supervisor starts it: its number, the options as JSON, and the folder of the workers."""

import sys
from pathlib import Path

import msgspec

from gateway.app import Application
from gateway.diagnostics import InvalidConfig, render_concise
from gateway.serving.aside import Aside
from gateway.serving.lines import log_to_stderr
from gateway.serving.options import Options
from gateway.serving.worker import Place, work


def _path(kind: type, value: str) -> Path:
    return Path(value)


def main() -> None:
    log_to_stderr()
    index, text, folder = sys.argv[1:]
    options = msgspec.json.decode(text, type=Options, dec_hook=_path)
    place = Place(int(index), Aside(Path(folder), options.config))
    try:
        application = Application(options.launch(begin=place.aside.config))
    except InvalidConfig as invalid:  # there is nothing kept yet, and the file has changed since it was checked
        sys.exit("; ".join(render_concise(problem) for problem in invalid.problems))
    work(application, options, place)


if __name__ == "__main__":
    main()
