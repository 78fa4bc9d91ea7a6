"""The private network: what reaches through, and in which direction."""

from __future__ import annotations

import socket
import subprocess
import time
from errno import ECONNREFUSED
from pathlib import Path

import pytest

from tests.fakes.messages_api import MessagesApi
from tests.homes import Home, wait_until
from tests.session.network.reached import CONNECT, applied, in_background


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def what_answers(port: int, address: str = "127.0.0.1") -> bytes:
    """What a service on this machine's loopback says, as soon as one does; b"" if none has within a minute."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            with socket.create_connection((address, port), timeout=2) as client:
                if answer := client.recv(100):
                    return answer
        except OSError:
            pass
        time.sleep(0.1)
    return b""


def is_refused(port: int, address: str = "127.0.0.1") -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as client:
        return client.connect_ex((address, port)) == ECONNREFUSED


def test_only_the_models_port_and_the_listed_ones_are_reached(home: Home) -> None:
    with MessagesApi() as api, MessagesApi() as listed, MessagesApi() as other:
        toml = f'[server]\nbase_url = "{api.base_url}"\nmanagement_url = ""\n[network]\nports = [{listed.port}]\n'
        work = applied(home, toml)
        reached = {
            server.port: home.local("--jail", *CONNECT, "127.0.0.1", str(server.port), cwd=work).returncode == 0
            for server in (api, listed, other)
        }
        assert reached == {api.port: True, listed.port: True, other.port: False}


def test_the_management_apis_port_is_taken_in_the_jail_only_where_it_answers(plain_home: Home) -> None:
    with MessagesApi() as api:
        port = free_port()
        toml = f'[server]\nbase_url = "{api.base_url}"\nmanagement_url = "http://127.0.0.1:{port}"\n'
        work = applied(plain_home, toml)
        listens = f"timeout 1 socat TCP-LISTEN:{port},bind=127.0.0.1 STDOUT; [ $? -eq 124 ] && echo free"
        assert plain_home.local("--jail", "sh", "-c", listens, cwd=work).stdout == "free\n"
        with MessagesApi(port=port):
            assert plain_home.local("--jail", *CONNECT, "127.0.0.1", str(port), cwd=work).returncode == 0


@pytest.mark.parametrize("written", ["localhost", "127.0.0.1"])
def test_the_model_keeps_the_name_and_port_that_the_user_wrote(plain_home: Home, written: str) -> None:
    with MessagesApi() as api:
        work = applied(plain_home, f'[server]\nbase_url = "http://{written}:{api.port}"\n')
        assert plain_home.local("--jail", *CONNECT, written, str(api.port), cwd=work).returncode == 0


@pytest.mark.parametrize("level", ["session", "strict"])
def test_a_published_port_is_shown_to_this_machine_only(plain_home: Home, level: str) -> None:
    port = free_port()
    work = applied(plain_home, f'[isolation]\nlevel = "{level}"\n[network]\npublish = [{port}]\n')
    serve = f"timeout 20 socat TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork SYSTEM:'echo from the jail'"
    session = in_background(plain_home, ["--jail", "sh", "-c", serve], work)
    try:
        assert what_answers(port) == b"from the jail\n"
        listeners = subprocess.run(["ss", "-ltnH"], capture_output=True, text=True, check=False).stdout
        assert f"0.0.0.0:{port}" not in listeners
    finally:
        session.terminate()
        session.wait()


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1", "::"])
def test_a_port_that_is_taken_is_said_and_the_session_starts_all_the_same(plain_home: Home, address: str) -> None:
    """With "::" by a listener for both families, as Java's and Go's are."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family, dualstack_ipv6=address == "::") as taken:
        port = taken.getsockname()[1]
        work = applied(plain_home, f"[network]\npublish = [{port}]\n")
        done = plain_home.local("--jail", "true", cwd=work)
    assert done.returncode == 0
    assert f"port {port}, which network.publish names, is taken on this machine" in done.stderr


def test_a_port_that_only_root_may_open_is_said_to_be_that(plain_home: Home) -> None:
    """As hosts have it that raise net.ipv4.ip_unprivileged_port_start."""
    work = applied(plain_home, "[network]\npublish = [5999]\n")
    script = """
    ip link set lo up; echo 6000 >/proc/sys/net/ipv4/ip_unprivileged_port_start && cd "$1" || exit
    exec setpriv --ambient-caps=-all --inh-caps=-all "$HOME/.local/bin/claude-local" --jail true
    """
    room = ("unshare", "--user", "--map-current-user", "--net", "--keep-caps", "--", "sh", "-c", script, "sh")
    done = plain_home.run(*room, str(work))
    assert done.returncode == 0, done.stderr
    assert "port 5999, which network.publish names, is for root alone on this machine" in done.stderr


def test_a_port_that_somebody_is_about_to_listen_on_is_taken_too(plain_home: Home) -> None:
    """Another session, say, that starts at the same moment: not one of them on IPv4 and the other on IPv6."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        work = applied(plain_home, f"[network]\npublish = [{port}]\n")
        done = plain_home.local("--jail", "true", cwd=work)
    assert done.returncode == 0
    assert f"port {port}, which network.publish names, is taken on this machine" in done.stderr


def test_a_second_session_starts_without_the_port_and_takes_nothing_from_the_first(plain_home: Home) -> None:
    plain_home.write("bin/claude", "#!/bin/sh\necho 2.1.330\n").chmod(0o755)
    plain_home.extra["PATH"] = f"{plain_home.path}/bin:/usr/bin:/bin"
    port = free_port()
    work = applied(plain_home, f"[network]\npublish = [{port}]\n")
    serve = f"timeout 60 socat TCP4-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork SYSTEM:'echo from the first'"
    session = in_background(plain_home, ["--jail", "sh", "-c", serve], work)
    try:
        assert what_answers(port) == b"from the first\n"
        for words in (["--jail", "echo", "well"], ["--version"]):
            done = plain_home.local(*words, cwd=plain_home.workspace("other"))
            assert (done.returncode, done.stdout != "") == (0, True), done.stderr
            assert f"port {port}, which network.publish names, is taken on this machine" in done.stderr
        assert what_answers(port) == b"from the first\n"
    finally:
        session.terminate()
        session.wait()
    assert plain_home.local("--jail", "true", cwd=work).stderr == ""


def test_a_published_port_is_given_back_once_the_jail_has_ended(plain_home: Home) -> None:
    """Not only after the report, which waits here: the pipe is full."""
    port = free_port()
    work = applied(plain_home, f"[network]\npublish = [{port}]\n")
    script = "head -c 65536 /dev/zero >&2; echo x >.envrc"
    session = in_background(plain_home, ["--jail", "sh", "-c", script], work)
    try:
        wait_until((work / ".envrc").exists)
        wait_until(lambda: is_refused(port) and is_refused(port, "::1"))
        assert session.poll() is None
    finally:
        said = session.communicate(timeout=60)[1]
    assert "  .envrc: direnv runs it" in said


@pytest.mark.parametrize("place", ["127.0.0.1", "[::1]", "0.0.0.0", "[::]"])
def test_a_published_port_leads_to_a_server_of_either_kind(plain_home: Home, place: str) -> None:
    port = free_port()
    work = applied(plain_home, f"[network]\npublish = [{port}]\n")
    family = "TCP6-LISTEN" if ":" in place else "TCP4-LISTEN"
    serve = f"timeout 90 socat {family}:{port},bind={place},reuseaddr,fork SYSTEM:'echo from the jail'"
    session = in_background(plain_home, ["--jail", "sh", "-c", serve], work)
    try:
        assert what_answers(port) == b"from the jail\n"
        assert what_answers(port, "::1") == b"from the jail\n"
    finally:
        session.terminate()
        session.wait()


def test_the_hosts_network_is_shared_only_where_that_was_chosen(plain_home: Home) -> None:
    with MessagesApi() as other:
        work = applied(plain_home, '[network]\nmode = "host"\n')
        assert plain_home.local("--jail", *CONNECT, "127.0.0.1", str(other.port), cwd=work).returncode == 0
        assert "everything that this machine reaches" in plain_home.setup("status").stdout


LINKED = """
set -e
mount -t tmpfs tmpfs "$1"
cp -a /etc "$1/etc" 2>/dev/null || true
mkdir -p "$1/run/resolved"
echo "nameserver 203.0.113.53" >"$1/run/resolved/names"
echo "not for sessions" >"$1/run/resolved/other"
ln -sf ../run/resolved/names "$1/etc/resolv.conf"
mount --bind "$1/run" /run
mount --bind "$1/etc" /etc
cd "$2"
shift 2
exec "$@"
"""


@pytest.mark.parametrize("mode", ["host", "private"])
def test_names_are_looked_up_as_on_the_host_where_its_network_is_shared(plain_home: Home, mode: str) -> None:
    """systemd-resolved and others keep the list of name servers in /run, which the jail has one of its own of."""
    work = applied(plain_home, f'[network]\nmode = "{mode}"\n')
    machine = plain_home.path / "machine"
    machine.mkdir()
    room = ["unshare", "--user", "--map-current-user", "--mount", "--keep-caps", "--", "bash", "-c", LINKED, "x"]
    looked = ["sh", "-c", "cat /etc/resolv.conf; ls /run/resolved"]
    local = str(plain_home.path / ".local/bin/claude-local")
    done = plain_home.run(*room, str(machine), str(work), local, "--jail", *looked)
    shown = "nameserver 203.0.113.53\nnames\n" if mode == "host" else ""
    assert done.stdout == shown, done.stderr


INTERNET = """\
set -e
trap 'kill $(jobs -p)' EXIT
hosts=$1 pages=$2
shift 2
serve() { (cd "$pages" && exec "$@" python3 -m http.server --bind ${place%:*} ${place#*:}) >/dev/null 2>&1 & }
unshare --net sleep 600 &
sleep 0.3
far="nsenter --target $! --net"
ip link set lo up
ip link add near type veth peer name far netns $!
ip address add 203.0.113.1/24 dev near
ip link set near up
$far ip link set lo up
for address in 203.0.113.10 203.0.113.11; do $far ip address add $address/24 dev far; done
$far ip link set far up
mount --bind "$hosts" /etc/hosts
for place in 203.0.113.10:80 203.0.113.10:8443 203.0.113.11:80; do serve $far; done
for place in 127.0.0.1:80 203.0.113.1:80; do serve; done
sleep 1
setpriv --ambient-caps=-all --inh-caps=-all "$@"
"""
NAMES = {
    "good.test": "203.0.113.10",
    "api.good.test": "203.0.113.10",
    "evilgood.test": "203.0.113.11",
    "good.test.evil.test": "203.0.113.11",
    "rebind.good.test": "127.0.0.1",
    "own.good.test": "203.0.113.1",
}
REQUESTS = {
    "GET http://good.test/": True,
    "GET http://api.good.test/": True,
    "CONNECT good.test:443": False,  # nothing listens there, but the proxy tries: 503
    "GET http://evilgood.test/": False,
    "GET http://good.test.evil.test/": False,
    "GET http://203.0.113.10/": False,
    "GET http://rebind.good.test/": False,
    "GET http://own.good.test/": False,
    "GET http://good.test:8443/": False,
    "CONNECT good.test:8443": False,
    "CONNECT good.test:80": False,
    "CONNECT 203.0.113.10:443": False,
    "CONNECT evilgood.test:443": False,
}
ASK = """if True:
    import socket, sys, urllib.request
    for line in sys.argv[1:]:
        with socket.create_connection(("127.0.0.2", 3128), timeout=60) as proxy:
            proxy.sendall(f"{line} HTTP/1.0\\r\\n\\r\\n".encode())
            print(proxy.makefile("rb").readline().decode()[:12])
    print(urllib.request.urlopen("http://good.test/").read())
"""


def on_the_internet(home: Home, work: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """claude-local on a machine whose internet is a network namespace, made for this."""
    hosts = home.write("hosts", "127.0.0.1 localhost\n" + "".join(f"{a} {n}\n" for n, a in NAMES.items()))
    pages = home.write("pages/index.html", "reached").parent
    room = ["unshare", "--user", "--map-current-user", "--net", "--mount", "--keep-caps", "bash", "-c", INTERNET, "x"]
    return home.run(*room, str(hosts), str(pages), str(home.path / ".local/bin/claude-local"), *words, cwd=work)


@pytest.mark.parametrize("written", ["203.0.113.10", "203.0.113.10:8443", "good.test"])
def test_a_server_on_another_machine_is_reached_by_its_own_name_and_port(plain_home: Home, written: str) -> None:
    work = applied(plain_home, f'[server]\nbase_url = "http://{written}"\nmanagement_url = ""\n')
    ask = f"python3 -c 'import urllib.request as r; print(r.urlopen(\"http://{written}/\").read())'"
    script = f"{ask}; grep -E 'Cap(Eff|Prm|Amb)' /proc/self/status; ip address add 203.0.113.9 dev lo"
    done = on_the_internet(plain_home, work, "--jail", "sh", "-c", script)
    said, *capabilities = done.stdout.splitlines()
    assert said == "b'reached'", done.stderr
    assert {line.split()[1] for line in capabilities} == {"0" * 16}
    assert "not permitted" in done.stderr


def test_only_the_allowed_domains_are_reached_by_name_on_the_webs_ports(plain_home: Home) -> None:
    work = applied(plain_home, '[network]\ndomains = ["good.test"]\n')
    done = on_the_internet(plain_home, work, "--jail", "python3", "-c", ASK, *REQUESTS)
    answers = dict(zip(REQUESTS, done.stdout.splitlines(), strict=False))
    reached = {line: answer.endswith("200") for line, answer in answers.items()}
    assert reached == REQUESTS, done.stdout + done.stderr
    assert "503" in answers["CONNECT good.test:443"]
    denied = [line for line, wanted in REQUESTS.items() if not wanted and line != "CONNECT good.test:443"]
    assert all("403" in answers[line] for line in denied), answers
    assert "b'reached'" in done.stdout
