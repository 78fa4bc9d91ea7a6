"""An inventory that holds this machine: the fleet's way and the short way agree, and neither needs root."""

from __future__ import annotations

from pathlib import Path

from tests.homes import Home, tree

LOCAL = str(Path(__file__).parents[2] / "inventory/local.py")


def test_an_inventory_with_this_machine_is_the_same_as_none(home: Home) -> None:
    first, second = home.json("apply", "-y", "-i", LOCAL), home.json("apply", "-y", "-i", LOCAL)
    assert (first["failed"], second["failed"], second["changed"]) == (0, 0, 0)
    assert first["changed"] > 8
    assert [host["host"] for host in first["hosts"]] == ["@local"]
    before = tree(home.path)
    assert home.json("apply", "-y")["changed"] == 0
    assert tree(home.path) == before
    boundary = [
        f for f in home.json("verify", "-i", LOCAL)["hosts"][0]["findings"] if f["check"].startswith("boundary")
    ]
    assert len(boundary) >= 35
    assert all(finding["ok"] for finding in boundary)


def test_without_a_terminal_and_without_yes_an_inventory_s_hosts_are_left_alone(plain_home: Home) -> None:
    done = plain_home.setup("apply", "-i", LOCAL)
    assert done.returncode == 2
    assert "apply -y -i" in done.stderr
    assert tree(plain_home.path) == {}


def test_a_machine_without_inventory_is_told_that_it_is_converged_without_loading_pyinfra(plain_home: Home) -> None:
    plain_home.json("apply", "-y")
    plain_home.write("pyinfra/__init__.py", "raise SystemExit('pyinfra was loaded')\n")
    plain_home.extra["PYTHONPATH"] = str(plain_home.path)
    assert plain_home.json("apply", "-y")["changed"] == 0
    assert "pyinfra was loaded" in plain_home.setup("status", "-i", LOCAL).stderr
