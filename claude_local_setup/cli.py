"""The command line: options, one call, exit code. Imports wait until a command runs: `--help` stays quick."""

from __future__ import annotations

import sys
from typing import TypeGuard

import click

from . import __version__

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output, nothing else.")
inventory = click.option(
    "-i", "--inventory", metavar="INVENTORY", help="The hosts of a pyinfra inventory file, or user@host,user@host."
)
limit = click.option(
    "--limit", multiple=True, metavar="HOST", help="Only these hosts, groups or patterns of the inventory."
)
debug = click.option("--debug", is_flag=True, help="Show the traceback of an error.", expose_value=False)


def _is_fleet(inventory: str | None, limit: tuple[str, ...]) -> TypeGuard[str]:
    if limit and inventory is None:
        raise click.UsageError("--limit needs an inventory: -i INVENTORY")
    return inventory is not None


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.", expose_value=False)
def cli() -> None:
    """Put `claude-local` beside your normal `claude`: Claude Code on a local model, in a jail.

    \b
    claude-local-setup apply      put it there, or repair it
    claude-local                  a session, in your project's folder
    claude-local-setup verify     prove that the boundary holds
    """


@cli.command()
@click.option("--dry-run", is_flag=True, help="Show what would change; change nothing.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@inventory
@limit
@as_json
@debug
def apply(dry_run: bool, yes: bool, inventory: str | None, limit: tuple[str, ...], as_json: bool) -> None:
    """Bring this machine, or with -i every host of an inventory, to the target state.

    Shows the plan, asks once, carries it out, checks it. Run it again to repair or after a change of the config.
    Exit code: 0 done, 1 a step failed or a host was not reached, 2 usage or config.
    """
    if _is_fleet(inventory, limit):
        from .commands.fleet_apply import apply_fleet

        sys.exit(apply_fleet(inventory, limit, dry_run=dry_run, yes=yes, as_json=as_json))
    from .commands.apply import apply_here

    sys.exit(apply_here(dry_run=dry_run, yes=yes, as_json=as_json))


@cli.command()
@click.option("--dry-run", is_flag=True, help="Show what would go; change nothing.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("--purge", is_flag=True, help="Sessions, history and settings in ~/.claude-local too.")
@click.option("--packages", is_flag=True, help="The packages too that apply installed.")
@inventory
@limit
@as_json
@debug
def remove(
    dry_run: bool,
    yes: bool,
    purge: bool,
    packages: bool,
    inventory: str | None,
    limit: tuple[str, ...],
    as_json: bool,
) -> None:
    """Take away what apply put here, or with -i on every host, and give back what was there before.

    What you have changed since stays and is named.
    Exit code: 0 done, 1 a step failed or a host was not reached, 2 usage.
    """
    if _is_fleet(inventory, limit):
        from .commands.fleet_remove import remove_fleet
        from .state.removal import Wish

        wish = Wish(purge, packages)
        sys.exit(remove_fleet(inventory, limit, wish, dry_run=dry_run, yes=yes, as_json=as_json))
    from .commands.remove import remove_here

    sys.exit(remove_here(dry_run=dry_run, yes=yes, purge=purge, packages=packages, as_json=as_json))


@cli.command()
@inventory
@limit
@as_json
@debug
def verify(inventory: str | None, limit: tuple[str, ...], as_json: bool) -> None:
    """Prove that all is in place and that the boundary holds, by trying it. Changes nothing.

    Exit code: 0 all well, 1 a problem or drift was found, 2 usage or config.
    """
    if _is_fleet(inventory, limit):
        from .commands.fleet_verify import verify_fleet

        sys.exit(verify_fleet(inventory, limit, as_json=as_json))
    from .commands.verify import verify_here

    sys.exit(verify_here(as_json=as_json))


@cli.command(hidden=True)
@inventory
@limit
@as_json
@debug
def doctor(inventory: str | None, limit: tuple[str, ...], as_json: bool) -> None:
    """The same as verify."""
    if _is_fleet(inventory, limit):
        from .commands.fleet_verify import verify_fleet

        sys.exit(verify_fleet(inventory, limit, as_json=as_json))
    from .commands.verify import verify_here

    sys.exit(verify_here(as_json=as_json))


@cli.command()
@inventory
@limit
@as_json
@debug
def status(inventory: str | None, limit: tuple[str, ...], as_json: bool) -> None:
    """Say in a few lines what is set up here and what a session may do."""
    if _is_fleet(inventory, limit):
        from .commands.fleet_verify import status_fleet

        sys.exit(status_fleet(inventory, limit, as_json=as_json))
    from .commands.verify import status_here

    sys.exit(status_here(as_json=as_json))


@cli.group(invoke_without_command=True)
@inventory
@limit
@as_json
@debug
@click.pass_context
def models(context: click.Context, inventory: str | None, limit: tuple[str, ...], as_json: bool) -> None:
    """List what the server offers, or with -i those of many hosts: which model is loaded, and its context."""
    if context.invoked_subcommand is not None:
        return
    if _is_fleet(inventory, limit):
        from .commands.fleet_models import list_fleet

        sys.exit(list_fleet(inventory, limit, as_json=as_json))
    from .commands.models import list_here

    sys.exit(list_here(as_json=as_json))


@models.command(name="use")
@click.argument("name")
@inventory
@limit
@as_json
@debug
def models_use(name: str, inventory: str | None, limit: tuple[str, ...], as_json: bool) -> None:
    """Have the server load the model NAME, and wait until it answers.

    Exit code: 0 it answers, 1 it does not or there is no such model, 130 you stopped waiting (the server goes on).
    """
    if _is_fleet(inventory, limit):
        from .commands.fleet_models import use_fleet

        sys.exit(use_fleet(inventory, limit, name, as_json=as_json))
    from .commands.models import use_here

    sys.exit(use_here(name, as_json=as_json))


@cli.group(invoke_without_command=True)
@debug
@click.pass_context
def config(context: click.Context) -> None:
    """Show or change the config (then run `claude-local-setup apply`)."""
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
@click.argument("key")
@debug
def get(key: str) -> None:
    """The value of KEY, as JSON where it is no text."""
    from .config.show import value_text

    click.echo(value_text(key))


@config.command(name="set")
@click.argument("key")
@click.argument("value")
@debug
def set_(key: str, value: str) -> None:
    """Set KEY to VALUE: a list as a,b,c or ["a", "b"]."""
    from .config.file import set_key

    set_key(key, value)


@config.command()
@debug
def edit() -> None:
    """Open the config in $VISUAL or $EDITOR; it is taken over only if it is valid."""
    import os
    import shlex

    from .config.file import edit as edit_file

    editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    click.echo("changed; now run: claude-local-setup apply" if edit_file(editor) else "nothing was changed")


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@debug
def completion(shell: str) -> None:
    """Print the completion script: add `eval "$(claude-local-setup completion bash)"` to your rc file."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(cli, {}, "claude-local-setup", "_CLAUDE_LOCAL_SETUP_COMPLETE").source())
