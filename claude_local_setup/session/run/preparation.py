"""From the config and what is there to a run: the facts are gathered once, the rules follow from them."""

from __future__ import annotations

import os

from ..editor import ide
from ..host import environment, program, surroundings
from ..host.surroundings import Found, Guide, at_home
from ..jail import rules
from ..jail.mounts import Held
from ..jail.namespaces import Plan
from ..kept import state
from ..linux.files import is_inside, leads_to, read_whole
from ..project import protected, repository, sockets
from ..project.workspace import refused
from ..words import Refusal, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..jail.mounts import Mount
    from ..project.questions import Questions
    from ..project.workspace import Workspace
    from ..values import Values
    from .ways import Ways

_MOST = 20_000  # mounts that hold something; the kernel gives 100,000 to all together
_OWN = ("/proc", "/dev", "/run", "/sys", "/tmp")


class Scene:
    """A workspace with all that was found for a session in it."""

    __slots__ = ("editors", "guide", "hooks", "path", "program", "there", "values", "ways", "workspace")

    values: Values
    workspace: Workspace
    guide: Guide
    hooks: list[str]  # the folders that core.hooksPath names, where they lead
    path: str  # PATH as it is in the jail
    program: str
    there: rules.There
    editors: list[ide.Editor]
    ways: Ways

    def mounts(self) -> list[Mount]:
        return rules.mounts(self.there)


def scene(
    values: Values,
    guide: Guide,
    workspace: Workspace,
    questions: Questions,
    path: str,
    program_path: str = "",
    own_state: str = "",
) -> Scene:
    """Looks at everything; `own_state` is where the session keeps what it keeps, by default the workspace's own place.

    Raises Refusal where something that must be known cannot be found out.
    """
    from . import ways

    made = Scene()
    made.values, made.workspace = values, workspace
    guide.untrusted = (workspace.root, *state.known_workspaces(values))
    made.guide = guide
    made.program = program_path or program.find(values, path)
    made.editors = ide.editors(values, workspace.cwd)
    made.ways = ways.out(values, made.editors, workspace.root)
    made.there, made.path = _there(made, path, questions, own_state)
    return made


def _there(made: Scene, path: str, questions: Questions, own_state: str) -> tuple[rules.There, str]:
    values, workspace, guide = made.values, made.workspace, made.guide
    strict = values.level == "strict"
    system = list(surroundings.of_the_system(strict=strict))
    system += surroundings.of_the_network(guide) if values.network == "host" else []
    hide = list(_hide(values, guide))
    git = list(repository.outside(workspace, guide, hide))
    made.hooks, origins = questions.config.answer()
    writes = list(_writes(values, guide, hide))
    guide.untrusted += tuple(folder.path for folder in git)
    found, inner_path = surroundings.of_path(guide, path)
    variables = [item for *_, item in surroundings.of_variables(guide) if item]
    own = program.shown(made.program, guide) if made.program else []
    kept = [*_protected(workspace, git, writes, made.hooks, origins), *protected.on_the_way(hide, workspace.root)]
    if len(kept) > _MOST:
        problem = f"{workspace.root} has more submodules and worktrees than can be protected one by one"
        raise Refusal(problem, remedy="cd to one of them")
    there = rules.There(
        strict=strict,
        home=values.home,
        real_home=values.real_home,
        product=leads_to(values.product),
        state=leads_to(state.prepare(values, workspace.root, own_state)),
        config=list(state.shared(values, guide)),
        workspace=workspace.root,
        opened=workspace.opened,
        git=[(folder.path, folder.opened) for folder in git],
        writes=writes,
        protected=kept,
        system=[item for item in system if isinstance(item, Found)],
        links=[item for item in system if not isinstance(item, Found)],
        rows=list(surroundings.of_the_home(guide)) if not strict else [],
        programs=_of_level(strict, values, [*found, *variables], own),
        reads=list(_reads(values, guide)),
        hide=hide,
        children=_children(hide),
        mounted=guide.mounted,
        sockets=list(dict.fromkeys([*sockets.paths(), *questions.sockets.found()])),
        texts=list(_texts(values, made.ways)),
        editors=f"{values.real_home}/.claude/ide",
        tmp_percent=values.tmp_percent,
    )
    return there, inner_path


def _of_level(strict: bool, values: Values, found: list[Found], own: list[Found]) -> list[Found]:
    """At strict nothing of the home but the claude program; elsewhere on the machine as at session."""
    return [*(item for item in found if not strict or not is_inside(item.source, values.real_home)), *own]


def _hide(values: Values, guide: Guide) -> Iterator[str]:
    """isolation.hide, where it leads; it may not be there."""
    for written in values.hide:
        source = guide.lead(at_home(written, values.real_home))
        if not source:
            problem = f"isolation.hide names {written}, and a link that a session may have made leads there"
            raise Refusal(problem, remedy=f"ls -l {at_home(written, values.real_home)}")
        yield source


def _reads(values: Values, guide: Guide) -> Iterator[Found]:
    """isolation.read: whatever it is, but not what the jail has of its own, nor the whole home."""
    for written in values.read:
        found = guide.found(at_home(written, values.real_home), "isolation.read names it")
        if found is None:
            continue
        if guide.in_the_home(found.source) == guide.home or any(is_inside(place, found.source) for place in _OWN):
            raise Refusal(f"isolation.read names {written}, which is too wide", remedy="claude-local-setup config edit")
        yield found


def _writes(values: Values, guide: Guide, hide: list[str]) -> Iterator[Found]:
    """isolation.write, outer folders first: what lies in one of them may be a session's work already."""
    for written in sorted(values.write, key=len):
        path = at_home(written, values.real_home)
        found = guide.found(path, "isolation.write names it")
        guide.untrusted += (path, found.source) if found else (path,)
        if found and found.is_folder and not refused(found.source, guide, hide):
            yield found


def _protected(
    workspace: Workspace,
    git: Sequence[repository.GitFolder],
    writes: Sequence[Found],
    hooks: Sequence[str],
    origins: Sequence[str],
) -> Iterator[Held]:
    for folder in git:
        yield from protected.of_git(folder.opened, folder.path)
    yield from protected.of_workspace(workspace.opened, workspace.root)
    for root in (workspace.root, *(found.source for found in writes)):
        yield from protected.of_config(hooks, origins, root)


def _children(hide: Sequence[str]) -> rules.Children:
    """What lies in the folders above what is hidden; those with very many entries are masked instead."""
    children: rules.Children = {}
    for path in hide:
        folder = os.path.dirname(path)
        while folder != "/" and folder not in children:
            entries = _entries(folder)
            if len(entries) > 300:
                break
            children[folder] = entries
            folder = os.path.dirname(folder)
    return children


def _entries(folder: str) -> list[tuple[str, str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted((entry.name, _kind(entry)) for entry in entries)
    except OSError:
        return []


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return f"link:{os.readlink(entry.path)}"
    return "folder" if entry.is_dir(follow_symlinks=False) else "file"


def _texts(values: Values, ways: Ways) -> Iterator[tuple[str, str, bytes]]:
    if hosts := ways.hosts():
        yield leads_to("/etc/hosts"), "the names that lead out", hosts


def plan(made: Scene, command: Sequence[str], variables: Sequence[tuple[str, str]]) -> Plan:
    """The whole of what the helper is told."""
    values = made.values
    wanted = Plan()
    wanted.bwrap = values.bwrap
    wanted.mounts = made.mounts()
    wanted.root = made.there.product
    wanted.state = f"{values.real_home}/.claude-local"
    wanted.private = values.network == "private"
    wanted.listen = [way.place for way in made.ways.ways]
    wanted.nested = values.nested
    wanted.processes = values.processes
    wanted.seccomp = _filter(values)
    wanted.options = rules.options(made.there, made.workspace.cwd)
    wanted.environment = [f"{name}={value}" for name, value in _environment(made, variables)]
    wanted.command = command
    return wanted


def _filter(values: Values) -> bytes:
    path = f"{values.product}/seccomp.bpf"
    content = read_whole(path, follow=False)
    if not content:
        raise Refusal(f"{path} is missing", remedy="claude-local-setup apply")
    return content


def _environment(made: Scene, variables: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    yield "PATH", made.path
    yield from environment.passed(made.values)
    for name, value, _ in surroundings.of_variables(made.guide):
        yield name, value
    yield from variables


def publish(values: Values) -> dict[int, int]:
    """Listening sockets of this machine's for the ports to publish; a port that is taken is said, and left out."""
    from ..network import relays

    made: dict[int, int] = {}
    for port in values.publish if values.network == "private" else []:
        listeners = relays.publish(port)
        if not listeners:
            say(f"port {port}, which network.publish names, is taken on this machine: this session does not show it")
        made |= dict.fromkeys(listeners, port)
    return made
