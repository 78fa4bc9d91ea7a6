"""models on many machines: each one's server is asked from that machine, through SSH."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.real.machines import Machine, Site, opened

pytestmark = pytest.mark.root

VALUES = ".local/share/claude-local/values.json"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with opened(2) as two:
        yield two


def serve(machine: Machine, name: str, port: int = 8080) -> None:
    """A server on that machine's own loopback that says it has one model."""
    props = json.dumps({"default_generation_settings": {"n_ctx": 65536}, "model_alias": name, "total_slots": 1})
    reply = f"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(props)}\r\n\r\n{props}"
    (machine.root / "srv/reply").write_text(reply, newline="")
    listen = f"socat TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork SYSTEM:'cat /srv/reply; sleep 0.2'"
    assert machine.inside("sh", "-c", f"setsid {listen} >/dev/null 2>&1 &").returncode == 0


def test_each_servers_models_are_listed_and_a_server_that_is_down_stops_nobody(site: Site) -> None:
    first, second = site.machines
    inventory = site.inventory([site.host(first), site.host(second)])
    assert site.json("apply", "-y", "-i", inventory)["rc"] == 0
    serve(first, "qwen")
    done = site.setup("models", "-i", inventory)
    assert done.returncode == 1
    assert f"{first.name}: loaded" in done.stdout
    assert "qwen, 65536 tokens of context" in done.stdout
    assert done.stderr.strip().startswith(f"{second.name}: no server answers")
    serve(second, "gemma")
    answer = json.loads(site.setup("models", "--json", "-i", inventory).stdout)
    assert [[model["name"] for model in host["models"]] for host in answer["hosts"]] == [["qwen"], ["gemma"]]


def test_each_hosts_own_server_is_found_there(site: Site) -> None:
    for machine in list(site.machines):
        site.renew(machine)
    first, second = site.machines
    inventory = site.inventory([site.host(first), site.host(second)])
    assert site.json("apply", "-y", "-i", inventory)["rc"] == 0  # with socat, which serves
    serve(first, "qwen", 9931)
    serve(second, "gemma", 1234)
    answer = json.loads(site.setup("models", "--json", "-i", inventory).stdout)
    assert [[model["name"] for model in host["models"]] for host in answer["hosts"]] == [["qwen"], ["gemma"]]
    assert site.json("apply", "-y", "-i", inventory)["rc"] == 0
    found = [json.loads((machine.home() / VALUES).read_text())["base_url"] for machine in (first, second)]
    assert found == ["http://127.0.0.1:9931", "http://127.0.0.1:1234"]
