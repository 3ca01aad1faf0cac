"""`python -m benchmarks.unmetered serve …`: a gateway that counts nothing; its lines and its memory are as ever."""

from gateway import world
from gateway.cli import main
from gateway.observing.ring import RING

if __name__ == "__main__":
    vars(world).update(BUILT_IN=(RING,))  # nobody but a benchmark wants this, so there is no switch for it
    main(prog_name="gateway")
