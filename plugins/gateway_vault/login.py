"""How the gateway shows Vault or OpenBao who it is: by a token, by AppRole, or by its Kubernetes service account."""

from collections.abc import Mapping
from pathlib import Path

from gateway_vault.asking import Denied, Server

ADDRESS, TOKEN, NAMESPACE, AUTHORITY = "VAULT_ADDR", "VAULT_TOKEN", "VAULT_NAMESPACE", "VAULT_CACERT"
ROLE_ID, SECRET_ID, SECRET_ID_FILE = "VAULT_ROLE_ID", "VAULT_SECRET_ID", "VAULT_SECRET_ID_FILE"
K8S_ROLE, K8S_TOKEN_FILE = "VAULT_K8S_ROLE", "VAULT_K8S_TOKEN_FILE"
MOUNT = "VAULT_AUTH_MOUNT"
MOUNTED = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")
"""Where Kubernetes puts the token of a pod's service account."""
_LARGEST = 64 * 1024


def server_of(environ: Mapping[str, str]) -> Server:
    """Raises LookupError."""
    if not environ.get(ADDRESS):
        raise LookupError(f"{ADDRESS} is not set: the address of Vault or OpenBao")
    return Server(environ[ADDRESS], namespace=environ.get(NAMESPACE, ""), authority=environ.get(AUTHORITY, ""))


def log_in(server: Server, environ: Mapping[str, str]) -> bool:
    """Gives the server its token; whether that is one of its own, to be ended with what was read by it.

    Raises LookupError.
    """
    if token := environ.get(TOKEN):
        server.token = token.strip()
        return False
    if role := environ.get(ROLE_ID):
        mount, body = environ.get(MOUNT) or "approle", {"role_id": role, **_secret_id(environ)}
    elif role := environ.get(K8S_ROLE):
        mount, body = environ.get(MOUNT) or "kubernetes", {"role": role, "jwt": _account(environ)}
    else:
        raise LookupError(f"there is no login for it: set {TOKEN}, {ROLE_ID} with {SECRET_ID}, or {K8S_ROLE}")
    path = f"auth/{mount.strip('/')}/login"
    try:
        answer = server.ask("POST", path, body)
        server.token = str(answer["auth"]["client_token"])
    except (Denied, KeyError, TypeError) as error:
        raise LookupError(f"{server.address} refuses the login at `{path}`") from error
    return True


def _secret_id(environ: Mapping[str, str]) -> dict[str, str]:
    """Roles that are bound to a network need none."""
    if given := environ.get(SECRET_ID):
        return {"secret_id": given}
    if file := environ.get(SECRET_ID_FILE):
        return {"secret_id": _read(SECRET_ID_FILE, Path(file))}
    return {}


def _account(environ: Mapping[str, str]) -> str:
    return _read(K8S_TOKEN_FILE, Path(environ.get(K8S_TOKEN_FILE) or MOUNTED))


def _read(name: str, file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return stream.read(_LARGEST).decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise LookupError(f"the file of {name} cannot be read: {file}") from error
