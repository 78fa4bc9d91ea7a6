"""Where a model server is looked for, whose it may be, and what a written address means."""

from __future__ import annotations

import pytest

from claude_local_setup.config.values import base_url
from claude_local_setup.session.network.listeners import Listener, is_trusted, people_begin
from claude_local_setup.session.server.addresses import PORTS, base_of, candidates

WRITTEN = {
    "http://127.0.0.1:8080": "http://127.0.0.1:8080",
    "http://127.0.0.1:8080/": "http://127.0.0.1:8080",
    "http://127.0.0.1:8080/v1": "http://127.0.0.1:8080",
    "http://127.0.0.1:8080/v1/": "http://127.0.0.1:8080",
    "http://127.0.0.1:8080/v1/messages": "http://127.0.0.1:8080",
    "http://gpu.example/llm/v1": "http://gpu.example/llm",
    "https://gpu.example/v1beta": "https://gpu.example/v1beta",
    "auto": "auto",
}


@pytest.mark.parametrize("written", WRITTEN)
def test_an_address_that_ends_in_v1_is_understood(written: str) -> None:
    assert base_url(written) is None
    assert base_of(written) == WRITTEN[written]


def test_the_ports_are_asked_in_their_order_where_the_loopback_leads() -> None:
    there = {8000: ["0.0.0.0"], 11434: ["127.0.0.1"], 9931: ["::"], 1234: ["192.0.2.1"], 8080: [], 17434: ["::1"]}
    found = candidates(lambda port: [Listener(address, 1000) for address in there[port]], lambda uid: uid == 1000)
    assert list(found) == ["http://127.0.0.1:9931", "http://127.0.0.1:11434", "http://127.0.0.1:8000"]
    assert [port for port, _ in PORTS] == [8080, 9931, 11434, 1234, 17434, 8000]


def test_no_port_is_asked_where_another_person_listens_too() -> None:
    both = [Listener("127.0.0.1", 1000), Listener("0.0.0.0", 1001)]
    assert list(candidates(lambda port: both, lambda uid: is_trusted(uid, 1000, 1000))) == []


def test_a_systems_account_is_trusted_and_no_other_persons() -> None:
    assert [uid for uid in (0, 110, 999, 1000, 1001, 65534) if is_trusted(uid, 1001, 1000)] == [0, 110, 999, 1001]
    assert not is_trusted(700, 1001, people_begin("500"))
    assert [people_begin(written) for written in ("", "1000", "2000", "500", "x", "-1", "9" * 99)] == [
        *(1000, 1000, 1000, 500),
        *(1000, 1000, 1000),
    ]
    assert people_begin() <= 1000
