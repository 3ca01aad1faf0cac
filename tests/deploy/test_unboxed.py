"""The image's own commands without an image: built and served below a temporary folder, as a user who owns nothing."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pip
import pytest

from tests.deploy.dockerfile import Stage, environment, every, health, only, stages
from tests.running import ROOT, SHIPPED, eventually, free_port

BUILD, RUN = stages()
NOBODY = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
"""The least of users; whoever is not root stays who he is."""
NOT_NEEDED = (
    "test",
    "tests",
    "ensurepip",
    "lib2to3",
    "pydoc_data",
    "site-packages",
    "dist-packages",
    "idlelib",
    "tkinter",
    "config-*",
)
BUILT = "/opt/gateway", "/build", "/var/lib/gateway", "/etc/gateway"


class Root(msgspec.Struct, frozen=True):
    """A folder that stands for the root of the image."""

    folder: Path

    def there(self, text: str) -> str:
        for path in BUILT:
            text = text.replace(path, f"{self.folder}{path}")
        return text

    def lay_python(self) -> None:
        """That of this machine, which may lie where only its owner may look, with the pip of this environment."""
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        lib, into = Path(sys.base_prefix) / "lib", self.folder / "usr/local"
        shutil.copytree(lib / version, into / "lib" / version, ignore=shutil.ignore_patterns(*NOT_NEEDED))
        for shared in lib.glob("libpython*.so*"):
            shutil.copy(shared, into / "lib", follow_symlinks=False)
        (into / "bin").mkdir()
        shutil.copy(Path(sys.base_prefix) / "bin" / version, into / "bin" / "python")
        shutil.copytree(Path(pip.__file__).parent, into / "lib" / version / "site-packages" / "pip")

    def build(self, stage: Stage) -> None:
        where = Path(self.there(only(stage, "WORKDIR").text))
        where.mkdir(parents=True)
        for instruction in stage:
            if instruction.word == "COPY":
                _copy(instruction.words, where)
            elif instruction.word == "RUN":
                self.run(instruction.text, where)

    def run(self, text: str, where: Path) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        clean |= {"PATH": f"{self.folder}/usr/local/bin:{clean['PATH']}", "LD_LIBRARY_PATH": self.libraries}
        done = subprocess.run(
            ["bash", "-euc", self.there(text)], cwd=where, env=clean, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

    def environment(self, stage: Stage) -> dict[str, str]:
        told = {name: self.there(value) for name, value in environment(stage).items()}
        path = told["PATH"].replace("$PATH", os.environ["PATH"])
        return {**told, "PATH": path, "LD_LIBRARY_PATH": self.libraries}

    @property
    def libraries(self) -> str:
        """Where the Python that was laid here finds its own."""
        return f"{self.folder}/usr/local/lib"


def _copy(words: list[str], where: Path) -> None:
    *sources, into = words
    for source in sources:
        target = where / into / Path(source).name if into.endswith("/") else where / into
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, target)


@pytest.fixture(scope="module")
def root() -> Iterator[Root]:
    """Where everybody may look: the folders of pytest are its own."""
    with tempfile.TemporaryDirectory(prefix="gateway-image-") as folder:
        Path(folder).chmod(0o755)
        made = Root(Path(folder))
        made.lay_python()
        made.build(BUILD)
        state, config = Path(made.there("/var/lib/gateway")), Path(made.there("/etc/gateway"))
        for path in (state, config):
            path.mkdir(parents=True)
        if NOBODY:
            os.chown(state, 65534, 65534)
        shutil.copy(SHIPPED, config)
        shutil.copytree(ROOT / "schemas", config / "schemas")
        yield made


def test_what_builds_has_left_and_what_serves_is_whole(root: Root) -> None:
    python = root.folder / "opt/gateway/bin/python"
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "list", "--format=freeze"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    names = {line.partition("==")[0] for line in listed.splitlines()}

    assert "integration-gateway" in names
    assert not names & {"pip", "hatchling", "editables", "trove-classifiers", "pytest"}
    assert not list((root.folder / "opt/gateway/bin").glob("pip*"))
    root.run("python -m pip --python /opt/gateway/bin/python check --quiet", root.folder)


def test_what_is_shipped_can_be_begun_with(root: Root, tmp_path: Path) -> None:
    root.run(f"/opt/gateway/bin/gateway init {tmp_path}/new --vendor twilio", root.folder)
    shipped = next((root.folder / "opt/gateway").rglob("gateway/shipped/integrations.yaml"))

    assert (tmp_path / "new" / "schemas" / "twilio" / "message.json").is_file()
    assert shipped.read_text() == SHIPPED.read_text()


def test_it_serves_is_healthy_and_goes_when_it_is_told(root: Root) -> None:
    state = Path(root.there("/var/lib/gateway"))
    port = str(free_port())
    # The folder that it is started in is nobody's to write to, unlike the image's: what it keeps lies where it says.
    environ = root.environment(RUN) | {
        "GATEWAY_PORT": port,
        "GATEWAY_ADMIN_BIND": f"127.0.0.1:{free_port()}",
        "INTEGRATIONS_STUB_MODE": "true",
    }
    before = _files(root.folder)
    command = [*only(RUN, "ENTRYPOINT").words, *only(RUN, "CMD").words]
    served = subprocess.Popen(
        command, cwd=root.folder / "opt", env=environ, stderr=subprocess.PIPE, text=True, **NOBODY  # type: ignore[call-overload]  # three words, or none
    )  # fmt: skip
    try:
        eventually(lambda: _healthy(environ), 30)
        assert httpx.get(f"http://127.0.0.1:{port}/api/v1/vapi/assistants", trust_env=False).status_code == 401
        assert httpx.get(f"http://127.0.0.1:{port}/docs", trust_env=False).status_code == 200
        assert (state / "gateway.db").is_file()

        served.send_signal(signal.Signals[only(RUN, "STOPSIGNAL").text])
        eventually(lambda: not _healthy(environ), 10)  # it still serves, and says that it is going
        assert served.wait(timeout=40) == 0, served.stderr
        assert not _healthy(environ)
    finally:
        served.kill()
        served.communicate()
    assert {path for path in _files(root.folder) - before if state not in path.parents} == set()


def _healthy(environ: dict[str, str]) -> bool:
    done = subprocess.run(health(RUN), env=environ, capture_output=True, check=False, timeout=30, **NOBODY)  # type: ignore[call-overload]  # as above
    return bool(done.returncode == 0)


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def test_the_image_has_one_health_check_and_one_place_for_state() -> None:
    assert len(every(RUN, "HEALTHCHECK")) == 1
    assert every(BUILD, "HEALTHCHECK") == []
