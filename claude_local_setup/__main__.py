"""The command's start: the one place where an expected error becomes a sentence, a remedy and an exit code."""

from __future__ import annotations

import sys


def main() -> None:
    import os

    import click

    from .cli import cli
    from .errors import INTERRUPTED, SetupError
    from .host.own_install import called
    from .session import words

    words.open_streams()
    words.setup = called()

    if "_CLAUDE_LOCAL_SETUP_COMPLETE" in os.environ:
        from .commands.completion import register

        register()
    try:
        sys.exit(cli.main(prog_name="claude-local-setup", standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except SetupError as error:
        if "--debug" in sys.argv:
            raise
        from .screen.output import say, say_remedy

        say(f"claude-local-setup: {error.problem}", err=True)
        say_remedy(error.remedy, err=True)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        sys.stderr.write("claude-local-setup: stopped; what was done so far is whole: run it again to go on\n")
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(1)


if __name__ == "__main__":
    main()
