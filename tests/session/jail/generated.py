"""Hosts of any kind, drawn for tests of the rules; and what a path in the jail shows, by the list of mounts alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from posixpath import dirname
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from claude_local_setup.session.jail.mounts import Cover, Folder, Held, Layer, Link, Mailbox, Mount, Room, Text, Tree
from claude_local_setup.session.jail.there import There
from claude_local_setup.session.kept import state
from claude_local_setup.session.linux.files import is_inside
from claude_local_setup.session.shown.mounted import Mounted
from claude_local_setup.session.shown.secrets import is_secret, refusal
from claude_local_setup.session.shown.surroundings import Found
from claude_local_setup.session.values import RULES_IN_THE_JAIL

Object = tuple[str, str]  # (device, path in that file system): what a path of the host really is


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
            case Layer():
                found = Seen(outside_of(mount.source, mount.place, path))  # what is written goes elsewhere
            case Tree():
                found = Seen(outside_of(mount.source, mount.place, path), writable=mount.writable)
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


def outside_of(source: str, place: str, path: str) -> str:
    return source.rstrip("/") + path[len(place.rstrip("/")) :] if path != place else source


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
        return mount.device, outside_of(mount.part, mount.place, path)

    @property
    def home(self) -> Object:
        return self.object(self.known["real_home"])

    def is_no_more(self, less: Seen, more: Seen) -> bool:
        """The same thing: a link, or what it leads to. Or what a session has kept itself, where more was to be seen."""
        if not less.of or less.of == more.of or self.is_own(less.of):
            return True
        return self.lead(less.of) == self.lead(more.of) != ""

    def is_own(self, path: str) -> bool:
        """Whether it is what sessions have kept."""
        return any(is_inside(path, folder) for folder in (self.known["state"], self.known["store"]))

    def allowed(self) -> list[str]:
        """Everything that anything lets a session see."""
        known = self.known
        listed = ("system", "rows", "programs", "reads", "config", "writes")
        named = [found.source for name in listed for found in known[name]]
        layers = [tree.source for tree in known["caches"] if isinstance(tree, Layer)]
        return [*named, *layers, known["product"], *self.open()]

    def open(self) -> list[str]:
        """Everything that it may write."""
        known = self.known
        return [
            *(found.source for found in known["writes"]),
            *(path for path, _ in known["git"]),
            known["workspace"],
            known["store"],
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
    store = f"{real_home}/.claude-local/caches/{state._name(workspace)}"
    caches: list[Tree] = []
    for found in [found for found in founds("a cache", in_home, 2) if not is_secret(found.source, real_home)]:
        if is_whole := draw(st.booleans()):
            caches.append(Layer(found.place, "a cache", found.source, f"{store}/u", f"{store}/w"))
        else:
            caches.append(Tree(found.place, "what tools keep", f"{store}{found.place}", writable=True))
        if not is_whole and draw(st.booleans()):
            caches.append(Layer(f"{found.place}/a", "a part", f"{found.source}/a", f"{store}/u", f"{store}/w"))
    product = f"{real_home}/.local/share/claude-local"
    protected = [
        Held(f"{workspace}/{name}", "runs", writable=writable)
        for name, writable in (("a", True), ("a/b", False), ("c", False))
        if draw(st.booleans())
    ]
    named = [
        *(
            workspace,
            kept,
            product,
            real_home,
            *(tree.place for tree in caches),
            f"{real_home}/.ssh/id",
            *hide,
            *git,
            *links,
        ),
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
        "store": store,
        "caches": caches,
        "config": config,
        "workspace": workspace,
        "names": draw(st.lists(anywhere, max_size=2)),
        "opened": 9,
        "git": [(path, 8) for path in git],
        "writes": writes,
        "protected": protected,
        "system": [Found(path, path, "the system", is_folder=True) for path in SYSTEM],
        "links": [("/bin", "usr/bin")],
        "rows": rows,
        "programs": [*programs, *own],
        "own": own,
        "reads": reads,
        "hide": hide,
        "children": children_of(paths, links, hide, small=draw(st.booleans())),
        "mounted": mounted,
        "sockets": draw(st.lists(anywhere, max_size=2)),
        "masked": [],
        "devices": [],
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
    for path in host.open()[:-2]:
        assume(not part_of(host.home, host.object(path)))
    return host


ANY = hosts().map(whole_session)
