"""A session of claude, or one command, in the jail; and a session at the levels that have none."""

from __future__ import annotations

from .arguments import check_arguments, notes, without_sources
from .shown import environment
from .shown.surroundings import Guide
from .shown.tools import check_tools
from .values import RULES_IN_THE_JAIL
from .words import APPLY, USAGE, Refusal, Remedy, config_set, say
from .workspace.questions import Questions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

    from .run.scene import Scene
    from .values import Values
    from .workspace.place import Workspace

_SIGN = "git rebase --exec 'git commit --amend --no-edit -S' @{upstream}"
_UNSIGNED = f"commits made here are not signed, your key is not there; to sign them afterwards, outside: {_SIGN}"
_SERVERLESS = ("-v", "--version", "-h", "--help", "auth", "mcp", "plugin", "plugins", "config", "doctor", "agents")


def command(values: Values, path: str, words: list[str]) -> int:
    """`--jail CMD…`: its exit code."""
    from .workspace.finding import find_workspace

    words = words[1:] if words[:1] == ["--"] else words
    if not words:
        raise Refusal("--jail needs a command", remedy=Remedy("claude-local --jail bash"), exit_code=USAGE)
    if not values.is_jailed:
        remedy = config_set("isolation.level", "session")
        raise Refusal(f"level {values.level} has no jail", remedy=remedy, exit_code=USAGE)
    guide = Guide(values)
    return in_jail(values, path, guide, find_workspace(values, guide, path), words)


def in_jail(values: Values, path: str, guide: Guide, where: Workspace, words: Sequence[str], state: str = "") -> int:
    """One command in the jail of that workspace, with the environment that a session's commands have.

    `state`: a folder for what it keeps, by default the workspace's own.
    """
    questions = Questions(where, values.real_home, values.mask)
    from .run.command import check
    from .run.scene import scene
    from .server.key import read_key
    from .server.search import settle

    check_tools()
    key = read_key(values.enforced)
    settle(values, key, proven=False)
    made = scene(values, guide, where, questions, path, own_state=state)
    check(made, words)
    given = environment.of_a_session(values, key, "", ())
    return _reported(made, words, list(given), _rules_for(values))


def session(values: Values, path: str, arguments: list[str], program: str) -> int:
    """claude with these arguments: its exit code."""
    from .server import context
    from .server.checks import check
    from .server.key import read_key
    from .server.search import settle
    from .shown.program import find
    from .workspace.finding import find_workspace

    check_arguments(values, arguments)
    guide = Guide(values)
    where = find_workspace(values, guide, path)
    for note in notes(values, arguments, where.root):
        say(note)
    program = program or find(values, path, guide)
    if not program:
        remedy = config_set("claude.install", "native")
        raise Refusal("claude is not installed", remedy=remedy)
    key = read_key(values.enforced)
    rules = _checked_rules(values)
    asks = not arguments or arguments[0] not in _SERVERLESS
    if asks and values.serves:
        from .serving.held import hold

        hold(values)
    if asks and (moved := settle(values, key, proven=True)):
        say(moved)
    ready = check(values, key) if asks else None
    model = ready.model if ready else values.pinned_model
    tokens = ready.context_tokens if ready else values.context_tokens
    numbers = context.numbers(tokens, values.max_output_tokens)
    given = list(environment.of_a_session(values, key, model, numbers))
    rules = context.session_rules(rules.decode(), values, model, ready.others if ready else ()).encode()
    if values.is_jailed:
        return _jailed(values, path, guide, where, program, arguments, given, rules)
    return _unjailed(values, where, program, arguments, given, rules)


def _jailed(
    values: Values,
    path: str,
    guide: Guide,
    where: Workspace,
    program: str,
    arguments: list[str],
    given: list[tuple[str, str]],
    rules: bytes,
) -> int:
    from .kept import settings, transcripts
    from .run.scene import scene
    from .workspace import consent

    check_tools()
    made = scene(values, guide, where, Questions(where, values.real_home, values.mask), path, program)
    settings.renew(values, made.there.state)
    off = consent.arguments(where, made.there.state)
    words = [program, "--settings", RULES_IN_THE_JAIL, *off, *(without_sources(arguments) if off else arguments)]
    before = transcripts.newest(made.there.state)
    code = _reported(made, words, given, rules)
    transcripts.say_how_to_go_on(made.there.state, before)
    return code


def _reported(made: Scene, words: Sequence[str], given: list[tuple[str, str]], rules: bytes) -> int:
    """The exit code; what was left in the workspace is named, whatever the end."""
    import os

    from .explain import siblings
    from .explain.lines import to_set
    from .workspace.untold import Record, is_any

    folder = os.path.dirname(made.there.state)
    if is_any(folder):
        _report().tell_earlier(folder, made.workspace.root)
    for watched in made.watched:
        watched.begin()
    record = Record(folder, made.watched, made.judge)
    if made.signs:
        _say_once(f"{folder}/said-unsigned", _UNSIGNED)
    if outside := siblings.unseen(made):
        (name, path), more = outside[0], len(outside) - 1
        and_more = f" and {more} more (claude-local --explain)" if more else ""
        _say_once(f"{folder}/said-outside", f"{name} names {path}{and_more}, which is not there for a session; "
                  f"to show it: {to_set(made.values, 'read', path)}")  # fmt: skip
    try:
        return _go(made, words, given, rules, _report)  # loaded now: an apply may replace the program meanwhile
    finally:
        if _report().tell_planted(made.watched, made.judge, folder):
            record.done()


def _say_once(mark: str, line: str) -> None:
    """In each workspace; where that cannot be noted, again."""
    import os

    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return
    except OSError:
        pass
    say(line)


def _report() -> ModuleType:
    from .workspace import report

    return report


def _unjailed(
    values: Values, where: Workspace, program: str, arguments: list[str], given: list[tuple[str, str]], rules: bytes
) -> int:
    """Nothing confines what a project would start unasked: its MCP servers and hooks stay off."""
    from . import unjailed
    from .server import context

    settings = f"{values.real_home}/.claude-local/settings.json"
    context.set_context(settings, 0, 0)
    try:
        with unjailed.rules_file(values, rules) as path:
            words = [program, "--settings", path, "--strict-mcp-config", *arguments]
            return unjailed.run(values, where, words, environment.without_a_jail(given))
    finally:
        context.set_context(settings, 0, 0)


def _go(
    made: Scene,
    words: Sequence[str],
    given: list[tuple[str, str]],
    rules: bytes,
    meanwhile: Callable[[], object] = lambda: None,
) -> int:
    """`meanwhile` is done once the jail has started."""
    from .run import editors, preparation
    from .run.running import Run, can_start

    made.there.texts = [*made.there.texts, (RULES_IN_THE_JAIL, "this session's rules", rules)]
    run = Run(
        preparation.plan(made, words, given),
        made.ways.ways,
        preparation.publish(made.values),
        f"{made.values.home}/.local/bin/claude-local",
    )
    run.each_tick = editors.Watch(made).look
    run.meanwhile = meanwhile
    code = run.go()
    if code == 1 and not can_start(run.plan, run.program):
        say("no jail can be started on this machine: claude-local-setup verify says why")
    return code


def _rules_for(values: Values) -> bytes:
    from .server.addresses import with_address

    return with_address(_read(values.enforced).decode(), values).encode()


def _checked_rules(values: Values) -> bytes:
    """Claude Code passes over a settings file that it cannot read, without a word."""
    import hashlib

    content = _read(values.enforced)
    if hashlib.sha256(content).hexdigest() != values.enforced_sum:
        raise Refusal(f"{values.enforced} is not what apply wrote", remedy=APPLY)
    return content


def _read(path: str) -> bytes:
    from .linux.files import read_whole

    content = read_whole(path, follow=False)
    if content is None:
        raise Refusal(f"{path} is missing", remedy=APPLY)
    return content
