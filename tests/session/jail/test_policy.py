"""The jail's policy as a pure function: whatever lies on a host, what its list of mounts shows and lets be written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import ModuleType

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from claude_local_setup.session.jail import covering
from claude_local_setup.session.jail import rules as jail
from claude_local_setup.session.jail.mounts import Cover, Mount, Tree
from claude_local_setup.session.jail.rules import mounts
from claude_local_setup.session.linux.files import is_inside
from claude_local_setup.session.shown.surroundings import Found
from tests.session.jail.generated import (
    ALSO_STRICT,
    ANY,
    Host,
    Seen,
    part_of,
    seen,
)

POLICY = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


@POLICY
@given(ANY)
def test_what_can_be_written_is_the_workspace_git_isolation_write_the_state_and_rooms(host: Host) -> None:
    made = mounts(host.there())
    for path in host.paths:
        what = seen(made, path)
        if what.writable and what.of:
            assert any(is_inside(what.of, folder) for folder in host.open()), path


@POLICY
@given(ANY)
def test_nothing_is_shown_but_what_is_listed(host: Host) -> None:
    made = mounts(host.there())
    for path in host.paths:
        what = seen(made, path)
        assert not what.of or any(is_inside(what.of, listed) for listed in host.allowed()), path


@POLICY
@given(ANY)
def test_no_other_mount_shows_more_of_the_home_than_is_listed(host: Host) -> None:
    made = mounts(host.there())
    listed = [host.object(path) for path in host.allowed()]
    for path in host.paths:
        what = seen(made, path)
        if what.of and part_of(host.object(what.of), host.home):
            assert any(part_of(host.object(what.of), item) for item in listed), (path, what)


@POLICY
@given(ANY)
def test_what_users_programs_mount_is_seen_only_in_what_is_writable(host: Host) -> None:
    made = mounts(host.there())
    remote = [mount.place for mount in host.known["mounted"] if mount.kind.startswith("fuse")]
    for path in host.paths:
        what = seen(made, path)
        if any(is_inside(what.of, place) for place in remote):
            assert any(is_inside(what.of, folder) for folder in (*host.open(), *below_mounts(host, remote))), path


def below_mounts(host: Host, remote: Sequence[str]) -> list[str]:
    """What is named itself, in such a mount, is meant."""
    return [path for path in host.allowed() if any(is_inside(path, place) and path != place for place in remote)]


@POLICY
@given(ANY)
def test_what_is_kept_is_read_only_whatever_else_is_writable(host: Host) -> None:
    made = mounts(host.there())
    for held in host.known["protected"]:
        assert held.writable or not seen(made, held.place).writable
        assert held.writable or not seen(made, f"{held.place}/x").writable


@POLICY
@given(ANY)
def test_to_hide_something_never_shows_more(host: Host) -> None:
    with_it, without = mounts(host.there()), mounts(host.there(hide=[]))
    for path in host.paths:
        less, more = seen(with_it, path), seen(without, path)
        assert host.is_no_more(less, more), path
        assert not less.writable or more.writable or host.is_own(less.of), path


@POLICY
@given(ANY)
def test_what_is_hidden_is_nowhere(host: Host) -> None:
    made = mounts(host.there())
    own = (host.known["state"], host.known["product"], *(path for path, _ in host.known["git"]))
    hidden = [path for path in host.known["hide"] if not any(is_inside(item, path) for item in own)]
    for path in host.paths:
        what = seen(made, path)
        assert not what.of or not any(is_inside(what.of, item) for item in hidden), (path, what)


@POLICY
@given(ANY)
def test_at_strict_nothing_is_shown_that_is_not_shown_at_session(host: Host) -> None:
    real_home = host.known["real_home"]
    programs = [found for found in host.known["programs"] if not is_inside(found.source, real_home)]
    strictly = host.there(
        strict=True,
        programs=[*programs, *host.own_programs],
        system=[found for found in host.known["system"] if found.source in ALSO_STRICT],
    )
    strict, session = mounts(strictly), mounts(host.there(strict=False))
    for path in host.paths:
        if is_covered(path, session):
            continue
        less, more = seen(strict, path), seen(session, path)
        assert host.is_no_more(less, more), path
        assert not less.writable or more.writable or host.is_own(less.of), path


def is_covered(path: str, made: Sequence[Mount]) -> bool:
    """Not seen for what is mounted around it, which only a session with more of the system sees."""
    return any(isinstance(mount, Cover) and is_inside(path, mount.place) for mount in made)


@POLICY
@given(ANY)
def test_at_strict_the_homes_table_is_not_read(host: Host) -> None:
    assert mounts(host.there(strict=True)) == mounts(host.there(strict=True, rows=[]))


@POLICY
@given(ANY)
def test_the_workspace_is_there_and_writable_whatever_else_there_is(host: Host) -> None:
    workspace = host.known["workspace"]
    assert seen(mounts(host.there()), workspace) == Seen(workspace, writable=True)


@POLICY
@given(ANY)
def test_a_sessions_own_state_is_there_and_no_other_workspaces(host: Host) -> None:
    """isolation.read of the config directory does not open it either."""
    home = host.known["real_home"]
    made = mounts(host.there(reads=[*host.known["reads"], Found(home, home, "read", is_folder=True)]))
    shared = f"{host.known['real_home']}/.claude-local"
    assume(not any(is_inside(shared, path) or is_inside(path, shared) for path in host.open()[:-2]))
    assume(not any(is_inside(shared, mount.place) for mount in host.known["mounted"] if mount.place != "/"))
    assert seen(made, shared).of == host.known["state"]
    assert not is_inside(seen(made, f"{shared}/workspaces/other").of or "/", f"{shared}/workspaces/other")


@POLICY
@given(ANY)
def test_where_a_socket_of_the_hosts_is_seen_it_is_covered(host: Host) -> None:
    made = mounts(host.there())
    covered = {mount.place for mount in made if isinstance(mount, Cover) and mount.kind == "socket"}
    for path in host.paths:
        what = seen(made, path)
        if what.of in host.known["sockets"]:
            assert path in covered, what


BROKEN: dict[str, tuple[ModuleType, str, Callable[..., object], Callable[[], None]]] = {
    "masks": (covering, "masks", lambda *_, **__: iter(()), test_no_other_mount_shows_more_of_the_home_than_is_listed),
    "masks of users' mounts": (
        covering,
        "masks",
        lambda *_, **__: iter(()),
        test_what_users_programs_mount_is_seen_only_in_what_is_writable,
    ),
    "covers": (covering, "covers", lambda *_: iter(()), test_what_is_hidden_is_nowhere),
    "the table": (jail, "_own", lambda there: [Tree(there.real_home, "")], test_nothing_is_shown_but_what_is_listed),
    "read-only": (
        jail,
        "_shown",
        lambda there: [Tree(found.source, "", writable=True) for found in there.system],
        test_what_can_be_written_is_the_workspace_git_isolation_write_the_state_and_rooms,
    ),
    "parts": (
        covering,
        "split",
        lambda mount, there: [] if there.hide == [] else [mount],
        test_to_hide_something_never_shows_more,
    ),
    "sockets": (covering, "visible", lambda *_: iter(()), test_where_a_socket_of_the_hosts_is_seen_it_is_covered),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_without_the_rule_the_property_does_not_hold(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module, name, instead, prove = BROKEN[rule]
    monkeypatch.setattr(module, name, instead)
    body = prove.hypothesis.inner_test  # type: ignore[attr-defined]
    quickly = settings(phases=[Phase.generate], max_examples=2000, report_multiple_bugs=False)  # not the least example
    with pytest.raises(AssertionError):
        quickly(given(ANY)(body))()
