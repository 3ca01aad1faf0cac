"""`python -m benchmarks.unobserved serve …`: a gateway whose requests leave no record, no number and no line."""

from gateway import world
from gateway.cli import main


def nobody(*_: object) -> tuple[()]:
    """Whoever would be told."""
    return ()


if __name__ == "__main__":
    vars(world).update(BUILT_IN=(), access=nobody)  # nobody but a benchmark wants this, so there is no switch for it
    main(prog_name="gateway")
