"""One host through pyinfra's connector: reached or not and why, one command's answer. No plans, no checks."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paramiko import AuthenticationException, BadHostKeyException, Channel, SSHException, Transport
from pyinfra.api import Host, StringCommand
from pyinfra.api.exceptions import ConnectError, PyinfraError

from ..errors import FromHere, SetupError
from ..session.words import Remedy, typed

if TYPE_CHECKING:
    from ..session.server.http import Dial

KEEPALIVE_SECONDS = 3
SILENCE_SECONDS = (
    9  # a host that acknowledges nothing for so long is gone: nobody waits for TCP's own quarter of an hour
)
BROKEN = "the connection to it broke off"


def connect(host: Host) -> None:
    """Connects; SetupError with the reason and what to do about it."""
    if host.data.get("ssh_strict_host_key_checking") == "ask":
        host.data.ssh_strict_host_key_checking = "yes"  # nobody can answer what many hosts ask at once
    try:
        host.connect(show_errors=False, raise_exceptions=True)
    except (PyinfraError, SSHException, OSError, EOFError, ValueError) as error:
        raise _unreached(host, error) from None
    host.state.activate_host(host)
    _keep_alive(transport(host))


def transport(host: Host) -> Transport | None:
    """The SSH connection; None where another connector is at work."""
    client = getattr(host.connector, "client", None)
    found = client.get_transport() if client is not None and hasattr(client, "get_transport") else None
    return found if isinstance(found, Transport) else None


def dial(host: Host, place: str, port: int, seconds: float) -> Channel:
    """A connection that begins on that host; OSError where there is none."""
    line = transport(host)
    try:
        if line is None:
            raise OSError("not connected by SSH")
        channel = line.open_channel("direct-tcpip", (place, port), ("127.0.0.1", 0), timeout=seconds)
    except SSHException as error:
        raise ConnectionRefusedError(str(error)) from None
    channel.settimeout(seconds)
    return channel


def dial_from(host: Host) -> Dial | None:
    """How a server is called from there; None where that is as from here."""
    return partial(dial, host) if transport(host) is not None else None


def identity(host: Host) -> object:
    """What is equal for two names of one machine and user."""
    line = transport(host)
    if line is None:
        return host.name
    direct = isinstance(line.sock, socket.socket)  # a jump host's socket leads to the jump host
    return (line.getpeername() if direct else host.name, line.get_username())


def broken(host: Host) -> str:
    """Why nothing more comes from the host; "" while the connection stands."""
    line = transport(host)
    return BROKEN if line is not None and not line.is_active() else ""


def answer(host: Host, command: StringCommand, *, seconds: int, **arguments: Any) -> tuple[bool, list[str], list[str]]:
    """Runs one command: whether it succeeded, its output's lines, its errors'. SetupError where it could not be run."""
    try:
        succeeded, output = host.run_shell_command(command, _timeout=seconds, **arguments)
    except TimeoutError:
        raise _unanswered(host, broken(host) or f"it did not answer within {seconds} seconds") from None
    except (PyinfraError, SSHException, OSError, EOFError) as error:
        raise _unanswered(host, broken(host) or str(error)) from None
    if broken(host):
        raise _unanswered(host, BROKEN)
    return succeeded, output.stdout_lines, output.stderr_lines


def close(host: Host) -> None:
    line = transport(host)
    if line is not None:
        line.close()


def _keep_alive(line: Transport | None) -> None:
    if line is None:
        return
    line.set_keepalive(KEEPALIVE_SECONDS)
    if isinstance(line.sock, socket.socket):  # through a jump host there is none of our own
        with suppress(OSError):
            line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENCE_SECONDS * 1000)


_CAUSES: Sequence[tuple[str, str, Callable[[Host], Remedy]]] = (  # what pyinfra or paramiko says, our sentence
    ("No such private key file", "its key file is not there", lambda host: typed("ls", "-l", _key(host))),
    ("is encrypted", "its key file has a passphrase, which ssh-agent can hold, without ssh_key in the inventory",
     lambda host: typed("ssh-add", _key(host))),
    ("Invalid private key file", "its key file holds no key", lambda host: typed("ssh-keygen", "-y", "-f", _key(host))),
    ("No host key for", "its host key is not known here: compare its fingerprint", lambda host: ssh(host)),
    ("Error reading SSH protocol banner", "what answers there does not speak SSH", lambda host: ssh(host, "-v")),
)  # fmt: skip


def _unreached(host: Host, error: Exception) -> SetupError:
    cause = error.__context__ if isinstance(error, ConnectError) and error.__context__ else error
    said = f"{error} {cause}"
    found = [(problem, remedy(host)) for words, problem, remedy in _CAUSES if words in said]
    problem, remedy = found[0] if found else _why(host, cause, said)
    return SetupError(problem, remedy=FromHere(remedy))


def _why(host: Host, cause: BaseException, said: str) -> tuple[str, Remedy]:
    match cause:
        case BadHostKeyException():
            problem = "its host key has changed, and somebody may be in between: have it forgotten only if you know why"
            return problem, typed("ssh-keygen", *_known_hosts(host, "-f", ""), "-R", _known_as(host))
        case AuthenticationException() if host.data.get("ssh_password"):
            return f"it refuses the password of {_user(host)}", ssh(host)
        case AuthenticationException():
            return f"it refuses the key of {_user(host)}", typed("ssh-copy-id", *_way(host), _login(host))
        case socket.gaierror():
            return "its name is not known", typed("getent", "hosts", _address(host))
        case OSError() if _refused(cause):
            return "nothing listens on its SSH port: start sshd on it, or mend ssh_port", ssh(host, "-v")
        case FileNotFoundError() if cause.filename:
            folder = str(Path(str(cause.filename)).parent)
            return f"{folder} is not there, where known hosts are kept", typed("mkdir", "-p", "-m", "0700", folder)
        case OSError() if cause.filename:
            return f"{cause.filename}: {cause.strerror}", Remedy("ls -ld ~/.ssh")
        case OSError():
            return "it does not answer", ssh(host, "-v")
    return f"no connection: {said}", ssh(host, "-v")


def ssh(host: Host, *options: str, command: str = "") -> Remedy:
    """The host reached by hand."""
    known = _known_hosts(host, "-o", "UserKnownHostsFile=")
    return typed("ssh", *options, *_way(host), *known, _login(host), *([command] if command else []))


def _address(host: Host) -> str:
    return str(host.data.get("ssh_hostname") or host.name)


def _user(host: Host) -> str:
    return str(host.data.get("ssh_user") or getuser())


def _login(host: Host) -> str:
    return f"{_user(host)}@{_address(host)}"


def _port(host: Host, option: str) -> list[str]:
    port = host.data.get("ssh_port")
    return [option, str(port)] if port else []


def _key(host: Host) -> str:
    return str(Path(str(host.data.get("ssh_key") or "")).expanduser()) if host.data.get("ssh_key") else ""


def _way(host: Host) -> list[str]:
    """Its port, its key, and its file of ssh's options, a jump host's among them, where the inventory names them."""
    file = host.data.get("ssh_config_file")
    config = ["-F", str(Path(str(file)).expanduser())] if file else []
    return [*_port(host, "-p"), *config, *(["-i", _key(host)] if _key(host) else [])]


def _known_hosts(host: Host, option: str, before: str) -> list[str]:
    """Where the inventory says that its host key is known."""
    file = host.data.get("ssh_known_hosts_file")
    return [option, f"{before}{Path(str(file)).expanduser()}"] if file else []


def _known_as(host: Host) -> str:
    """In known_hosts."""
    port = host.data.get("ssh_port")
    return f"[{_address(host)}]:{port}" if port and int(port) != 22 else _address(host)


def _refused(error: OSError) -> bool:
    """Also of paramiko's collection, one error for each address."""
    each = getattr(error, "errors", {"": error})
    return any(isinstance(item, ConnectionRefusedError) for item in each.values())


def _unanswered(host: Host, problem: str) -> SetupError:
    return SetupError(problem, remedy=FromHere(ssh(host)))
