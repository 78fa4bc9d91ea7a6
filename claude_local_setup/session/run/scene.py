"""What is there, gathered once, and the rules that follow from it."""

from __future__ import annotations

import os

from ..editor import ide
from ..git import kept, tied
from ..git.config import GitConfig
from ..git.folders import repository_of
from ..git.nested import nested
from ..jail import rules
from ..jail.mounts import Held
from ..jail.there import There
from ..kept import layers, state
from ..linux.files import is_inside, leads_to
from ..shown import caches, filtered, people, program, programs, surroundings
from ..shown.surroundings import Found, Guide, at_home
from ..words import NO_LINE, Refusal
from ..workspace import protected, sockets
from ..workspace.changes import Watched
from ..workspace.judging import Judge
from ..workspace.names import names
from ..workspace.search import Search
from . import chosen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..git.folders import GitFolder, Repository
    from ..jail.mounts import Mount
    from ..shown.caches import Cache
    from ..values import Values
    from ..workspace.place import Workspace
    from ..workspace.questions import Questions
    from .ways import Ways

_MOST_ASKED = 50  # repositories further down whose config is read
_MOST = 20_000  # mounts that hold something; the kernel gives 100,000 to all together


class Scene:
    """A workspace with all that was found for a session in it."""

    __slots__ = (
        "editors",
        "guide",
        "judge",
        "lock",
        "path",
        "program",
        "signs",
        "there",
        "values",
        "watched",
        "ways",
        "workspace",
    )

    values: Values
    workspace: Workspace
    guide: Guide
    judge: Judge
    watched: list[Watched]  # what the session may change, and what there was in it before
    path: str  # PATH as it is in the jail
    program: str
    there: There
    editors: list[ide.Editor]
    ways: Ways
    lock: int  # of the layers, for as long as the session runs
    signs: bool  # whether the user's commits are signed

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
    made.program = program_path or program.find(values, path, guide)
    written = (leads_to(at_home(path, values.real_home)) for path in values.write)
    made.editors = ide.editors(values, workspace.cwd, (*guide.untrusted, *written))
    made.ways = ways.out(values, made.editors, workspace.root)
    made.there, made.path = _there(made, path, questions, own_state)
    return made


def _there(made: Scene, path: str, questions: Questions, own_state: str) -> tuple[There, str]:
    values, workspace, guide = made.values, made.workspace, made.guide
    system = list(_of_the_system(values, guide))
    hide = list(chosen.hide(values, guide))
    written = _written(made, questions, hide)
    texts = _texts(made, hide)
    seen, inner_path = _seen(made, path, own_state, system, questions.config.of_the_user(guide.untrusted))
    there = There(
        strict=values.level == "strict",
        home=values.home,
        real_home=values.real_home,
        product=leads_to(values.product),
        workspace=workspace.root,
        opened=workspace.opened,
        names=names(workspace, guide),
        system=[item for item in system if isinstance(item, Found)],
        links=[item for item in system if not isinstance(item, Found)],
        hide=hide,
        children=chosen.children(hide),
        mounted=guide.mounted,
        sockets=list(dict.fromkeys([*sockets.paths(), *sockets.in_workspace(questions.before, workspace.root)])),
        masked=questions.masked(),
        devices=list(chosen.devices(values)),
        texts=list(texts),
        editors=f"{values.real_home}/.claude/ide",
        tmp_percent=values.tmp_percent,
        **written,
        **seen,
    )
    return there, inner_path


def _written(made: Scene, questions: Questions, hide: list[str]) -> dict[str, object]:
    """What a session may write besides its own, and what of that is read-only; it is watched, and judged."""
    values, workspace, guide = made.values, made.workspace, made.guide
    repository = repository_of(workspace.opened)
    git = list(tied.outside(repository, workspace.opened, workspace.root, guide, hide))
    writes = [(found, _open(found)) for found in chosen.writes(values, guide, hide)]
    made.watched = [Watched(workspace.root, workspace.opened, questions.before)]
    made.watched += [Watched(folder.path, folder.opened, Search(folder.opened)) for folder in git]
    made.watched += [Watched(found.source, opened, Search(opened)) for found, opened in writes]
    below = list(nested(questions.before.heads(), workspace.opened, workspace.root, repository))
    configs = list(_configs(questions.config, below, repository, workspace.root, values.real_home))
    made.signs = questions.config.is_on("commit.gpgsign")
    made.judge = _judge(workspace.root, repository, configs)
    guide.untrusted += tuple(folder.path for folder in git)
    held = [*_protected(made, configs, below, repository, git, writes), *protected.on_the_way(hide, workspace.root)]
    held += protected.where_links_lead(questions.before.links(), held, workspace.root)
    held = protected.tidied(held)
    _check_number(held, workspace.root)
    return {
        "git": [(folder.path, folder.opened) for folder in git],
        "writes": [found for found, _ in writes],
        "protected": held,
    }


def _seen(
    made: Scene, path: str, own_state: str, system: Sequence[object], of_git: Sequence[str]
) -> tuple[dict[str, object], str]:
    """What there is of the home, where PATH leads, and what sessions keep; and PATH as it is in the jail."""
    values, workspace, guide = made.values, made.workspace, made.guide
    strict = values.level == "strict"
    found, inner_path = programs.of_path(guide, path, workspace.root)
    variables = [item for *_, item in programs.of_variables(guide) if item]
    own = program.shown(made.program, guide) if made.program else []
    shown = _of_level(strict, values, [*found, *variables, *programs.of_commands(guide)], own)
    rows = [*surroundings.of_the_home(guide), *surroundings.of_git(guide, of_git, workspace.root)] if not strict else []
    reads = list(chosen.reads(values, guide))
    kept_state = leads_to(state.prepare(values, workspace.root, own_state))
    folder = leads_to(state.caches_of(values, workspace.root, own_state))
    wanted = list(_caches(made, inner_path, [*system, *shown, *rows], reads))
    kept_there, made.lock = layers.mounts(folder, wanted, guide.home)
    known = {"rows": rows, "programs": shown, "own": own, "reads": reads, "caches": kept_there, "state": kept_state}
    return {**known, "config": list(state.shared(values, guide))}, inner_path


def _caches(made: Scene, path: str, shown: Sequence[object], reads: Sequence[Found]) -> Iterator[Cache]:
    whole = [item.place for item in shown if isinstance(item, Found) and item.is_folder]
    return caches.caches(made.guide, made.workspace.root, path, whole, reads, strict=made.values.level == "strict")


def _of_the_system(values: Values, guide: Guide) -> Iterator[Found | tuple[str, str]]:
    yield from surroundings.of_the_system(strict=values.level == "strict")
    if values.network == "host":
        yield from surroundings.of_the_network(guide)


def _check_number(held: Sequence[Held], root: str) -> None:
    if len(held) > _MOST:
        problem = f"{root} has more submodules and worktrees than can be protected one by one: start it in one of them"
        raise Refusal(problem, remedy=NO_LINE)


def _of_level(strict: bool, values: Values, found: list[Found], own: list[Found]) -> list[Found]:
    """At strict nothing of the home but the claude program; elsewhere on the machine as at session."""
    return [*(item for item in found if not strict or not is_inside(item.source, values.real_home)), *own]


def _configs(
    config: GitConfig, below: Sequence[GitFolder], repository: Repository | None, root: str, home: str
) -> Iterator[GitConfig]:
    """Of the workspace, of its repository's other work trees in it, and of the repositories further down."""
    yield config
    for tree in kept.trees(repository.common, root) if repository else ():
        yield config.of(tree)
    asked = []
    for folder in below[:_MOST_ASKED]:
        tree = folder.path.removesuffix("/.git")
        opened = os.open(tree, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        asked.append(GitConfig(opened, tree, home, may_be_broken=True))
        os.close(opened)
    yield from asked


def _judge(root: str, repository: Repository | None, configs: Sequence[GitConfig]) -> Judge:
    hooks, words, origins = (
        list(dict.fromkeys(item for config in configs for item in told(config)))
        for told in (GitConfig.hooks, GitConfig.words, GitConfig.origins)
    )
    return Judge(root, repository.common.path if repository else "", hooks, words, origins)


def _open(found: Found) -> int:
    return os.open(found.source, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)


def _protected(
    made: Scene,
    configs: Sequence[GitConfig],
    below: Sequence[GitFolder],
    repository: Repository | None,
    git: Sequence[GitFolder],
    writes: Sequence[tuple[Found, int]],
) -> Iterator[Held]:
    root, opened = made.workspace.root, made.workspace.opened
    for folder in git:
        yield from kept.of_folder(folder, root, is_shared=repository is not None and repository.is_linked)
    others = [(found.source, folder, repository_of(folder)) for found, folder in writes]
    for path, folder_opened, its in ((root, opened, repository), *others):
        yield from kept.of_workspace(folder_opened, path, its)
        yield from protected.of_table(folder_opened, path)
        for config in configs:
            yield from kept.of_config(config, path)
    for folder in below:
        yield from kept.of_nested(folder, root)


def _texts(made: Scene, hide: Sequence[str]) -> Iterator[tuple[str, str, bytes]]:
    if hosts := made.ways.hosts():
        yield leads_to("/etc/hosts"), "the names that lead out", hosts
    yield from people.texts(made.values.uid)
    if made.values.level != "strict":
        named = (leads_to(at_home(path, made.guide.home)) for path in (*made.values.read, *made.values.write))
        yield from filtered.texts(made.guide, (*named, *hide, made.workspace.root))
