"""The command line: options, one call, exit code. Imports wait until a command runs: `--help` stays quick."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from . import __version__
from .commands.group import Group

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from .fleet.opened import Hosts

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, nothing else.")
debug = click.option("--debug", is_flag=True, help="Show the traceback of an error.", expose_value=False)
diff = click.option("--diff", is_flag=True, help="Show every difference, not only what is new, changed or removed.")
yes = click.option("-y", "--yes", is_flag=True, help="Do not ask.")


def offers(what: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """What the shell offers there at the tab key: a function of commands/completing.py."""

    def offered(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from .commands import completing

        items: list[CompletionItem] = getattr(completing, what)(context, incomplete)
        return items

    return offered


def on_hosts(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say on which hosts, handed to the command as `hosts`."""

    @click.option(
        "-i",
        "--inventory",
        metavar="INVENTORY",
        help="The hosts of a pyinfra inventory file, or user@host,user@host.",
        shell_complete=offers("files"),
    )
    @click.option(
        "--limit",
        multiple=True,
        metavar="HOST",
        help="Only these hosts, groups or patterns of it.",
        shell_complete=offers("host_names"),
    )
    @as_json
    @debug
    @wraps(command)
    def with_hosts(*arguments: Any, inventory: str | None, limit: tuple[str, ...], **options: Any) -> None:
        if limit and inventory is None:
            raise click.UsageError("--limit needs an inventory: -i INVENTORY")
        from .fleet.opened import Hosts

        command(*arguments, hosts=Hosts(inventory, limit), **options)

    return with_hosts


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.", expose_value=False)
def cli() -> None:
    """Put `claude-local` beside your normal `claude`: Claude Code on a local model, in a jail.

    \b
    claude-local-setup init    the few questions, then apply
    claude-local-setup apply   put it there, or repair it
    claude-local               a session, in your project
    claude-local-setup verify  prove that the boundary holds
    """


@cli.command()
@click.option("--server", metavar="URL", help="Where the model server is; or: install, to have one installed.")
@click.option("--model", metavar="NAME", help="Which of the server's models.", shell_complete=offers("model_names"))
@click.option(
    "--level", type=click.Choice(["session", "strict", "bash", "config"]), help="How far a session is confined."
)
@click.option("--domains", metavar="A,B", help="Internet names that a session may reach.")
@click.option(
    "--claude", type=click.Choice(["native", "npm", "apt", "never"]), help="How Claude Code is installed if missing."
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask: what no option says is what Enter would take.")
@debug
def init(yes: bool, **answers: str | None) -> None:
    """Look what is there, ask the few questions that matter, write the config, then apply it.

    Exit code: 0 done, 1 a step failed, 2 usage or config, 130 you stopped it.
    """
    from .commands.init import Flags, init

    sys.exit(init(Flags(**answers), yes=yes))


@cli.command()
@click.option("--dry-run", is_flag=True, help="Show what would change; change nothing.")
@diff
@yes
@on_hosts
def apply(dry_run: bool, diff: bool, yes: bool, hosts: Hosts, as_json: bool) -> None:
    """Bring this machine, or with -i every host of an inventory, to the target state.

    Shows the plan, asks once (d: every difference), carries it out, checks it. Run it again to repair, or after a
    change of the config.
    Exit code: 0 done, 1 a step failed or a host was not reached, 2 usage or config.
    """
    from .commands.apply import apply

    sys.exit(apply(hosts, dry_run=dry_run, yes=yes, as_json=as_json, diff=diff))


@cli.command()
@click.option("--dry-run", is_flag=True, help="Show what would go; change nothing.")
@diff
@yes
@click.option("--purge", is_flag=True, help="Sessions, history and settings in ~/.claude-local too.")
@click.option("--packages", is_flag=True, help="The packages too that apply installed.")
@on_hosts
def remove(dry_run: bool, diff: bool, yes: bool, purge: bool, packages: bool, hosts: Hosts, as_json: bool) -> None:
    """Take away what apply put here, or with -i on every host, and give back what was there before.

    What you have changed since stays and is named.
    Exit code: 0 done, 1 a step failed or a host was not reached, 2 usage.
    """
    from .commands.remove import remove
    from .state.removal import Wish

    sys.exit(remove(hosts, Wish(purge, packages), dry_run=dry_run, yes=yes, as_json=as_json, diff=diff))


@cli.command()
@on_hosts
def verify(hosts: Hosts, as_json: bool) -> None:
    """Prove that all is in place and that the boundary holds, by trying it. Changes nothing.

    Exit code: 0 all well, 1 a problem or drift was found, 2 usage or config.
    """
    from .commands.verify import verify

    sys.exit(verify(hosts, as_json=as_json))


@cli.command()
@on_hosts
def status(hosts: Hosts, as_json: bool) -> None:
    """Say in a few lines what is set up here and what a session may do."""
    from .commands.status import status

    sys.exit(status(hosts, as_json=as_json))


@cli.group(invoke_without_command=True)
@on_hosts
def models(hosts: Hosts, as_json: bool) -> None:
    """List what the server offers, or with -i those of many hosts: which model is loaded, and its context."""
    if click.get_current_context().invoked_subcommand is not None:
        return
    from .commands.models import list_models

    sys.exit(list_models(hosts, as_json=as_json))


@models.command(name="use")
@click.argument("name", shell_complete=offers("model_names"))
@on_hosts
def models_use(name: str, hosts: Hosts, as_json: bool) -> None:
    """Have the server load the model NAME, and wait until it answers.

    Exit code: 0 it answers, 1 it does not or there is no such model, 130 you stopped waiting (the server goes on).
    """
    from .commands.models import use_model

    sys.exit(use_model(hosts, name, as_json=as_json))


@cli.group(invoke_without_command=True)
@as_json
@debug
@click.pass_context
def server(context: click.Context, as_json: bool) -> None:
    """Say of the model server that `server.install` put here: what runs, since when, its model and address."""
    if context.invoked_subcommand is None:
        from .commands.server import show_server

        sys.exit(show_server(as_json=as_json))


@server.command()
@debug
def start() -> None:
    """Start it."""
    from .commands.server import start_server

    sys.exit(start_server())


@server.command()
@debug
def stop() -> None:
    """Stop it until the next login."""
    from .commands.server import stop_server

    sys.exit(stop_server())


@server.command()
@debug
def logs() -> None:
    """Show the last lines that it has said."""
    from .commands.server import show_logs

    sys.exit(show_logs())


@cli.group(invoke_without_command=True)
@as_json
@debug
@click.pass_context
def caches(context: click.Context, as_json: bool) -> None:
    """Say how much sessions have added to caches (pip, npm, cargo, ...), in each workspace for itself."""
    if context.invoked_subcommand is None:
        from .commands.caches import list_caches

        sys.exit(list_caches(as_json=as_json))


@caches.command(name="clear")
@click.argument("workspaces", nargs=-1, metavar="[WORKSPACE]...", type=click.Path())
@debug
def caches_clear(workspaces: tuple[str, ...]) -> None:
    """Remove what sessions have added, of all workspaces or of these. The machine's own caches are not touched.

    Exit code: 0 done, 1 a session is running there.
    """
    from .commands.caches import clear_caches

    sys.exit(clear_caches(workspaces))


@cli.group(invoke_without_command=True)
@debug
@click.pass_context
def config(context: click.Context) -> None:
    """Show or change the config; what you change takes effect with `apply`."""
    if context.invoked_subcommand is None:
        context.invoke(show)


@config.command()
@debug
def show() -> None:
    """Every key with its value and meaning; those you set are marked with *."""
    from .config.show import shown

    click.echo(shown())


@config.command()
@debug
def path() -> None:
    """Where the config file lies."""
    from .config.file import config_path

    click.echo(config_path())


@config.command()
@click.argument("key", shell_complete=offers("config_keys"))
@debug
def get(key: str) -> None:
    """The value of KEY, as JSON where it is no text."""
    from .config.show import value_text

    click.echo(value_text(key))


@config.command(name="set")
@click.argument("key", shell_complete=offers("config_keys"))
@click.argument("value", shell_complete=offers("config_values"))
@debug
def set_(key: str, value: str) -> None:
    """Set KEY to VALUE: a list as a,b,c or ["a", "b"]; server.auth_token also as -, then from standard input."""
    from .commands.config import set_value

    set_value(key, value)


@config.command()
@click.argument("key", shell_complete=offers("config_keys"))
@debug
def unset(key: str) -> None:
    """Take KEY out of the config: its default counts again."""
    from .commands.config import unset_value

    unset_value(key)


@config.command()
@debug
def edit() -> None:
    """Open the config in $VISUAL or $EDITOR; it is taken over only if it is valid."""
    from .commands.config import edit_config

    edit_config()


@cli.command(name="help", hidden=True)
@click.argument("words", nargs=-1)
@click.pass_context
def help_(context: click.Context, words: tuple[str, ...]) -> None:
    """The help of a command."""
    cli.main([*words, "--help"], prog_name=context.find_root().info_name, standalone_mode=False)


@cli.command()
@click.argument("workspace", required=False, type=click.Path(), shell_complete=offers("folders"))
@click.option("--remove", is_flag=True, help="Take it out again, and give back what was there before.")
@click.option("--dry-run", is_flag=True, help="Show what would change; change nothing.")
@debug
def vscode(workspace: str | None, remove: bool, dry_run: bool) -> None:
    """Have VS Code's extension run its sessions in the jail: in WORKSPACE, or in all that you open on this machine.

    Writes .vscode/settings.json of WORKSPACE; without one your settings of VS Code, VSCodium, Cursor and Windsurf, and
    the Remote settings where this machine is worked on by Remote-SSH or WSL.
    """
    from .commands.vscode import undo, use_wrapper

    sys.exit((undo if remove else use_wrapper)(workspace, dry_run=dry_run))


@cli.command()
@click.argument("shell", required=False, type=click.Choice(["bash", "zsh", "fish"]))
@debug
def completion(shell: str | None) -> None:
    """Print the script by which the shell completes these commands, by default for your login shell.

    \b
    A line for your rc file:
    bash  eval "$(claude-local-setup completion bash)"
    zsh   eval "$(claude-local-setup completion zsh)"
    fish  claude-local-setup completion fish | source
    """
    import os

    from .commands.completion import script

    shell = shell or os.environ.get("SHELL", "").rpartition("/")[2]
    if shell not in ("bash", "zsh", "fish"):
        raise click.UsageError("which shell? claude-local-setup completion bash, or zsh, or fish")
    click.echo(script(shell, cli), nl=False)


cli.also_called(uninstall="remove", doctor="verify", upgrade="apply", update="apply")
