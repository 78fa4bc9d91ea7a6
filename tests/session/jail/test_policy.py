"""The jail's policy as a pure function: whatever lies on a host, what its list of mounts shows and lets be written."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from posixpath import basename, dirname
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, example, given, settings
from hypothesis import strategies as st

from claude_local_setup.session.host.mounted import Mounted
from claude_local_setup.session.host.secrets import is_secret, refusal
from claude_local_setup.session.host.surroundings import Found
from claude_local_setup.session.jail import rules as jail
from claude_local_setup.session.jail.mounts import Cover, Folder, Held, Link, Mailbox, Mount, Room, Text, Tree
from claude_local_setup.session.jail.rules import mounts
from claude_local_setup.session.jail.there import There
from claude_local_setup.session.kept import state
from claude_local_setup.session.linux.files import is_inside
from claude_local_setup.session.values import RULES_IN_THE_JAIL, Values
from tests.homes import Home

settings.register_profile("policy", max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile("policy")

Object = tuple[str, str]  # (device, path in that file system): what a path of the host really is


# --- what a list of mounts comes to


@dataclass(frozen=True)
class Seen:
    """What a path in the jail shows: `of` the host that path; or "own", something of the jail's; or nothing."""

    of: str = ""
    own: bool = False
    writable: bool = False


def seen(made: Sequence[Mount], path: str) -> Seen:
    """Later mounts lie over earlier ones; folders and links of the jail's own only where nothing is yet."""
    found = Seen()
    for mount in made:
        if not is_inside(path, mount.place):
            continue
        match mount:
            case Tree():
                found = Seen(_below(mount.source, mount.place, path), writable=mount.writable)
            case Room():
                found = Seen(own=True, writable=True)
            case Held():
                found = replace(found, writable=found.writable and mount.writable)
            case Cover():
                found = Seen() if found.of and mount.kind != "socket" else found
            case Folder() | Link():
                found = Seen(own=True) if found == Seen() and path == mount.place else found
            case Text() | Mailbox():
                found = Seen(own=True)
    return found


def _below(source: str, place: str, path: str) -> str:
    return source.rstrip("/") + path[len(place.rstrip("/")) :] if path != place else source


# --- any host

NAMES = ("a", "b", "c")
OUTSIDE = ("/opt", "/srv", "/mnt", "/usr", "/var/lib")
SYSTEM = ("/usr", "/etc", "/opt", "/var/lib")
ALSO_STRICT = ("/usr", "/etc")
HOME_DISK, ROOT_DISK = "8:2", "8:1"


@dataclass
class Host:
    """A machine with a home and a workspace in it, as small as can be and as odd as hypothesis likes it."""

    known: dict[str, Any]  # of There
    paths: list[str]  # everything that is named on it, and what lies around that
    own_programs: list[Found]
    lead: Callable[[str], str]  # where a path leads on it, each link followed

    def there(self, **changed: object) -> There:
        return There(**{**self.known, **changed})

    def object(self, path: str) -> Object:
        mount = max(
            (mount for mount in self.known["mounted"] if is_inside(path, mount.place)),
            key=lambda mount: len(mount.place),
        )
        return mount.device, _below(mount.part, mount.place, path)

    @property
    def home(self) -> Object:
        return self.object(self.known["real_home"])

    def is_no_more(self, less: Seen, more: Seen) -> bool:
        """The same thing: a link, or what it leads to. Or what a session has kept itself, where more was to be seen."""
        if not less.of or less.of == more.of or is_inside(less.of, self.known["state"]):
            return True
        return self.lead(less.of) == self.lead(more.of) != ""

    def allowed(self) -> list[str]:
        """Everything that anything lets a session see."""
        known = self.known
        listed = ("system", "rows", "programs", "reads", "config", "writes")
        named = [found.source for name in listed for found in known[name]]
        return [*named, known["product"], *self.open()]

    def open(self) -> list[str]:
        """Everything that it may write."""
        known = self.known
        return [
            *(found.source for found in known["writes"]),
            *(path for path, _ in known["git"]),
            known["workspace"],
            known["state"],
        ]


def part_of(this: Object, whole: Object) -> bool:
    return this[0] == whole[0] and is_inside(this[1], whole[1])


def below(*folders: str) -> st.SearchStrategy[str]:
    names = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map("/".join)
    return st.builds(lambda folder, name: f"{folder}/{name}", st.sampled_from(folders), names)


@st.composite
def hosts(draw: st.DrawFn) -> Host:
    home, real_home = draw(st.sampled_from([("/home/u", "/home/u"), ("/home/u", "/data/u")]))
    anywhere = below(real_home, f"{real_home}/.claude-local", *OUTSIDE)
    workspace = draw(below(real_home, "/srv", "/opt"))
    links = draw(st.dictionaries(anywhere, anywhere, max_size=3))
    untrusted = (workspace,)

    def lead(path: str) -> str:
        """surroundings.Guide on this host."""
        for _ in range(9):
            link = next((link for link in links if is_inside(path, link)), None)
            if link is None:
                return path
            if any(is_inside(link, folder) for folder in untrusted):
                return ""
            path = links[link] + path[len(link) :]
        return ""

    def founds(reason: str, strategy: st.SearchStrategy[str], most: int) -> list[Found]:
        named = [(path, lead(path)) for path in draw(st.lists(strategy, max_size=most))]
        return [Found(path, source, reason, is_folder=True) for path, source in named if source]

    assume(not any(is_inside(workspace, link) for link in links))
    hide = [source for path in draw(st.lists(anywhere, max_size=3)) if (source := lead(path))]
    assume(not refusal(workspace, real_home, hide))
    in_home = below(real_home)
    rows = [found for found in founds("a row", in_home, 4) if not is_secret(found.source, real_home)]
    programs = [found for found in founds("a program", anywhere, 3) if not is_secret(found.source, real_home)]
    own = [found for found in founds("the claude program", anywhere, 1) if not is_secret(found.source, real_home)]
    reads = founds("read", st.one_of(anywhere, st.just(real_home), st.just(f"{real_home}/.ssh")), 3)
    writes = [found for found in founds("write", anywhere, 2) if not refusal(found.source, real_home)]
    git = [path for path in draw(st.lists(below(real_home, "/srv"), max_size=1)) if not refusal(path, real_home)]
    config = founds("yours", st.sampled_from([f"{real_home}/.claude-local/{name}" for name in state.SHARED]), 2)
    kept = f"{real_home}/.claude-local/workspaces/{state._name(workspace)}"
    product = f"{real_home}/.local/share/claude-local"
    protected = [
        Held(f"{workspace}/{name}", "runs", writable=writable)
        for name, writable in (("a", True), ("a/b", False), ("c", False))
        if draw(st.booleans())
    ]
    named = [
        *(workspace, kept, product, real_home, f"{real_home}/.ssh/id", *hide, *git, *links),
        *(
            place
            for found in (*rows, *programs, *own, *reads, *writes, *config)
            for place in (found.place, found.source)
        ),
    ]
    mounted = draw(tables(real_home, named, workspace, kept, product))
    paths = around([*named, *(mount.place for mount in mounted)])
    known = {
        "strict": draw(st.booleans()),
        "home": home,
        "real_home": real_home,
        "product": product,
        "state": kept,
        "config": config,
        "workspace": workspace,
        "opened": 9,
        "git": [(path, 8) for path in git],
        "writes": writes,
        "protected": protected,
        "system": [Found(path, path, "the system", is_folder=True) for path in SYSTEM],
        "links": [("/bin", "usr/bin")],
        "rows": rows,
        "programs": [*programs, *own],
        "reads": reads,
        "hide": hide,
        "children": children_of(paths, links, hide, small=draw(st.booleans())),
        "mounted": mounted,
        "sockets": draw(st.lists(anywhere, max_size=2)),
        "texts": [(RULES_IN_THE_JAIL, "rules", b"{}")],
        "editors": f"{real_home}/.claude/ide",
        "tmp_percent": 50,
    }
    return Host(known, paths, own, lead)


@st.composite
def tables(draw: st.DrawFn, home: str, named: Sequence[str], workspace: str, kept: str, product: str) -> list[Mounted]:
    """mountinfo: the root, perhaps a disk for the home, and whatever else somebody has mounted wherever."""
    disk = dirname(home)
    of_its_own = draw(st.booleans())
    table = [Mounted("/", ROOT_DISK, "/", "ext4")] + ([Mounted(disk, HOME_DISK, "/", "ext4")] if of_its_own else [])
    device, part = (HOME_DISK, "/u") if of_its_own else (ROOT_DISK, home)
    of_workspace = workspace if not of_its_own else workspace.removeprefix(disk)
    parts = [part, dirname(part), "/", f"{part}/.ssh", f"{part}/a", f"{part}/b/c"]
    shown = st.one_of(
        st.tuples(st.just(device), st.sampled_from([*parts, of_workspace, f"{of_workspace}/a"]), st.just("ext4")),
        st.sampled_from([("0:50", "/", "fuse.sshfs"), ("server", "/export", "nfs4"), ("8:9", "/", "ext4")]),
    )
    places = st.one_of(st.sampled_from(sorted(named)), below(*OUTSIDE, home, workspace))
    for place, (on, of, kind) in draw(st.dictionaries(places, shown, max_size=4)).items():
        if not any(is_inside(path, place) for path in (home, kept, product)):
            table.append(Mounted(place, on, of, kind))
    return sorted(table, key=lambda mount: mount.place.count("/") if mount.place != "/" else 0)


def around(named: Sequence[str]) -> list[str]:
    """Each, the folders that it is in, and a few in it."""
    found = {path for name in named for path in (name, *(f"{name}/{more}" for more in ("a", "a/b", "c", "x")))}
    for path in list(found):
        while path.count("/") > 1:
            path = path.rpartition("/")[0]
            found.add(path)
    return sorted(found)


def children_of(
    paths: Sequence[str], links: Mapping[str, str], hide: Sequence[str], *, small: bool
) -> dict[str, list[tuple[str, str]]]:
    """preparation._children on this host, where folders may be too large to be listed."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in hide:
        folder = dirname(path)
        while small and folder != "/":
            names = [(name.rpartition("/")[2], name) for name in paths if dirname(name) == folder]
            found[folder] = [(name, f"link:{links[whole]}" if whole in links else "folder") for name, whole in names]
            folder = dirname(folder)
    return found


def whole_session(host: Host) -> Host:
    """Where what the workspace or isolation.write names is itself the home, by another mount, no session starts."""
    for path in host.open()[:-1]:
        assume(not part_of(host.home, host.object(path)))
    return host


ANY = hosts().map(whole_session)


# --- the properties


@given(ANY)
def test_what_can_be_written_is_the_workspace_git_isolation_write_the_state_and_rooms(host: Host) -> None:
    made = mounts(host.there())
    for path in host.paths:
        what = seen(made, path)
        if what.writable and what.of:
            assert any(is_inside(what.of, folder) for folder in host.open()), path


@given(ANY)
def test_nothing_is_shown_but_what_is_listed(host: Host) -> None:
    made = mounts(host.there())
    for path in host.paths:
        what = seen(made, path)
        assert not what.of or any(is_inside(what.of, listed) for listed in host.allowed()), path


@given(ANY)
def test_no_other_mount_shows_more_of_the_home_than_is_listed(host: Host) -> None:
    made = mounts(host.there())
    listed = [host.object(path) for path in host.allowed()]
    for path in host.paths:
        what = seen(made, path)
        if what.of and part_of(host.object(what.of), host.home):
            assert any(part_of(host.object(what.of), item) for item in listed), (path, what)


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


@given(ANY)
def test_what_is_kept_is_read_only_whatever_else_is_writable(host: Host) -> None:
    made = mounts(host.there())
    for held in host.known["protected"]:
        assert held.writable or not seen(made, held.place).writable
        assert held.writable or not seen(made, f"{held.place}/x").writable


@given(ANY)
def test_to_hide_something_never_shows_more(host: Host) -> None:
    with_it, without = mounts(host.there()), mounts(host.there(hide=[]))
    for path in host.paths:
        less, more = seen(with_it, path), seen(without, path)
        assert host.is_no_more(less, more), path
        assert not less.writable or more.writable or is_inside(less.of, host.known["state"]), path


@given(ANY)
def test_what_is_hidden_is_nowhere(host: Host) -> None:
    made = mounts(host.there())
    own = (host.known["state"], host.known["product"], *(path for path, _ in host.known["git"]))
    hidden = [path for path in host.known["hide"] if not any(is_inside(item, path) for item in own)]
    for path in host.paths:
        what = seen(made, path)
        assert not what.of or not any(is_inside(what.of, item) for item in hidden), (path, what)


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
        assert not less.writable or more.writable or is_inside(less.of, host.known["state"]), path


def is_covered(path: str, made: Sequence[Mount]) -> bool:
    """Not seen for what is mounted around it, which only a session with more of the system sees."""
    return any(isinstance(mount, Cover) and is_inside(path, mount.place) for mount in made)


@given(ANY)
def test_at_strict_the_homes_table_is_not_read(host: Host) -> None:
    assert mounts(host.there(strict=True)) == mounts(host.there(strict=True, rows=[]))


@given(ANY)
def test_the_workspace_is_there_and_writable_whatever_else_there_is(host: Host) -> None:
    workspace = host.known["workspace"]
    assert seen(mounts(host.there()), workspace) == Seen(workspace, writable=True)


@given(ANY)
def test_a_sessions_own_state_is_there_and_no_other_workspaces(host: Host) -> None:
    """isolation.read of the config directory does not open it either."""
    home = host.known["real_home"]
    made = mounts(host.there(reads=[*host.known["reads"], Found(home, home, "read", is_folder=True)]))
    shared = f"{host.known['real_home']}/.claude-local"
    assume(not any(is_inside(shared, path) or is_inside(path, shared) for path in host.open()[:-1]))
    assume(not any(is_inside(shared, mount.place) for mount in host.known["mounted"] if mount.place != "/"))
    assert seen(made, shared).of == host.known["state"]
    assert not is_inside(seen(made, f"{shared}/workspaces/other").of or "/", f"{shared}/workspaces/other")


@given(ANY)
def test_where_a_socket_of_the_hosts_is_seen_it_is_covered(host: Host) -> None:
    made = mounts(host.there())
    covered = {mount.place for mount in made if isinstance(mount, Cover) and mount.kind == "socket"}
    for path in host.paths:
        what = seen(made, path)
        if what.of in host.known["sockets"]:
            assert path in covered, what


# --- each of them can fail: the rules of which they speak, taken out one by one

BROKEN: dict[str, tuple[str, Callable[..., object], Callable[[], None]]] = {
    "masks": ("_masks", lambda *_, **__: iter(()), test_no_other_mount_shows_more_of_the_home_than_is_listed),
    "masks of users' mounts": (
        "_masks",
        lambda *_, **__: iter(()),
        test_what_users_programs_mount_is_seen_only_in_what_is_writable,
    ),
    "covers": ("_covers", lambda *_: iter(()), test_what_is_hidden_is_nowhere),
    "the table": ("_own", lambda there: [Tree(there.real_home, "")], test_nothing_is_shown_but_what_is_listed),
    "read-only": (
        "_shown",
        lambda there: [Tree(found.source, "", writable=True) for found in there.system],
        test_what_can_be_written_is_the_workspace_git_isolation_write_the_state_and_rooms,
    ),
    "parts": (
        "_split",
        lambda mount, there: [] if there.hide == [] else [mount],
        test_to_hide_something_never_shows_more,
    ),
    "sockets": ("_visible", lambda *_: iter(()), test_where_a_socket_of_the_hosts_is_seen_it_is_covered),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_without_the_rule_the_property_does_not_hold(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, instead, prove = BROKEN[rule]
    monkeypatch.setattr(jail, name, instead)
    body = prove.hypothesis.inner_test  # type: ignore[attr-defined]
    quickly = settings(phases=[Phase.generate], max_examples=2000, report_multiple_bugs=False)  # not the least example
    with pytest.raises(AssertionError):
        quickly(given(ANY)(body))()


# --- the names of states

PARTS = st.lists(
    st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1).filter(
        lambda part: part not in (".", "..")
    )
    | st.sampled_from(["%", "%25", "%2C", "%2c", ",", ",,", "%,", "25", "2C", "\udcff", " ", "\n", ".x"]),
    min_size=1,
    max_size=5,
)
PLACES = PARTS.map(lambda parts: "/" + "/".join(parts))


def name_of(workspace: str) -> str:
    return basename(state.folder_of(Values({"real_home": "/h"}), workspace))


@given(PLACES)
@example("/%")
@example("/%2C")
@example("/a,b/c%2Cd")
@example("/" + "x" * 199)
def test_a_states_name_leads_back_to_its_workspace(workspace: str) -> None:
    name = name_of(workspace)
    assert name not in ("", ".", "..") and "/" not in name and len(os.fsencode(name)) < 250
    assert state.workspace_of(name) == (workspace if len(os.fsencode(name)) <= 200 and not is_hash(name) else "")


def is_hash(name: str) -> bool:
    return len(name) == 65 and name[0] == "%" and set(name[1:]) <= set("0123456789abcdef")


@given(PLACES, PLACES)
@example("/a/b", "/a,b")
@example("/a%2Cb", "/a,b")
@example("/" + "ä" * 150, "/" + "ä" * 149 + "o")
def test_two_workspaces_never_share_a_state(one: str, other: str) -> None:
    assert (name_of(one) == name_of(other)) == (one == other)


# --- by real runs: what a pure function is not told

ROOM = ("unshare", "--user", "--map-current-user", "--mount", "--keep-caps", "--")
BARE = "setpriv --ambient-caps=-all --inh-caps=-all"
SETUP = 'env PATH=$PATH:/usr/bin "$python" -m claude_local_setup'


def in_a_room(home: Home, script: str) -> subprocess.CompletedProcess[str]:
    """As somebody who may mount, in mounts of his own."""
    home.extra["python"] = sys.executable
    return home.run(*ROOM, "bash", "-c", script)


def test_a_home_in_a_folder_of_the_systems_is_not_shown_with_it(plain_home: Home) -> None:
    """As service users have it: /var/lib/jenkins."""
    script = f"""
    mount -t tmpfs -o mode=755 tmpfs /var/lib && mkdir -p /var/lib/u/.ssh /var/lib/u/.claude/ide /var/lib/u/project
    export HOME=/var/lib/u; echo secret >~/.ssh/id
    {BARE} {SETUP} apply -y >/dev/null || exit
    cd ~/project && {BARE} ~/.local/bin/claude-local --jail sh -c 'pwd; touch x; cat ~/.ssh/id; ls ~'
    """
    done = in_a_room(plain_home, script)
    assert done.stdout == "/var/lib/u/project\nproject\n", done.stderr


def test_the_home_by_another_mount_is_no_workspace(plain_home: Home) -> None:
    plain_home.write("u/.ssh/id", "secret")
    home = replace(plain_home, path=plain_home.path / "u")
    (plain_home.path / "again").mkdir()
    assert home.json("apply", "-y")["failed"] == 0
    script = f"""
    cd .. && mount --bind "$PWD" again && cd again{{}} || exit
    {BARE} "$HOME/.local/bin/claude-local" --jail cat .ssh/id u/.ssh/id
    """
    for place in ("", "/u", "/u/.ssh"):
        done = in_a_room(home, script.replace("{}", place))
        assert done.returncode == 1 and "cannot be a workspace" in done.stderr, (place, done.stdout)


def test_what_is_hidden_hides_what_is_shown_below_it(plain_home: Home) -> None:
    plain_home.write(".cargo/bin/tool", "hidden")
    plain_home.write("a/b/file", "hidden")
    plain_home.setup("config", "set", "isolation.hide", "~/.cargo,~/a")
    for key in ("read", "write"):
        plain_home.setup("config", "set", f"isolation.{key}", "~/a/b")
        assert plain_home.json("apply", "-y")["failed"] == 0
        script = "cat ~/.cargo/bin/tool ~/a/b/file; echo x >~/a/b/file"
        done = plain_home.local("--jail", "sh", "-c", script, cwd=plain_home.workspace())
        assert done.stdout == "", key
    assert (plain_home.path / "a/b/file").read_text() == "hidden"


def test_to_read_the_whole_machine_leaves_the_jail_a_jail(plain_home: Home) -> None:
    """Refused, or shown beside what a session needs: never instead of that."""
    refused = plain_home.setup("config", "set", "isolation.read", "/").returncode
    assert plain_home.json("apply", "-y")["failed"] == 0
    script = "touch here && cat /run/claude-local/enforced.json >/dev/null && ls ~/.claude-local/projects && echo well"
    done = plain_home.local("--jail", "sh", "-c", script, cwd=plain_home.workspace())
    assert done.stdout == "well\n", (refused, done.stderr)


@pytest.mark.parametrize("named", ["~/shown", "{home}/shown"])
def test_in_a_home_behind_a_link_all_is_where_home_says(plain_home: Home, named: str) -> None:
    (plain_home.path / "real").mkdir()
    (plain_home.path / "link").symlink_to("real")
    home = replace(plain_home, path=plain_home.path / "link")
    home.write(".local/bin/claude", "#!/bin/sh\n").chmod(0o755)
    home.write("shown/file", "shown")
    home.setup("config", "set", "isolation.read", named.replace("{home}", str(home.path)))
    assert home.json("apply", "-y")["failed"] == 0
    script = 'cat ~/shown/file && touch "$CLAUDE_CONFIG_DIR/written" && ls -A ~/ && ~/.local/bin/claude'
    done = home.local("--jail", "sh", "-c", script, cwd=home.workspace())
    assert done.stdout.split() == ["shown.claude", ".claude-local", ".local", "project", "shown"], done.stderr
