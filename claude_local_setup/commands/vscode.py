"""`vscode`: the settings that have VS Code's extension run its sessions in the jail; and exactly undone."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..config.file import home, replace
from ..errors import USAGE, SetupError
from ..host import paths, vscode
from ..host.lock import only_run
from ..screen.output import say, show_diff
from ..session.words import APPLY, Remedy, edited, typed
from ..user_files import beneath, jsonc
from ..user_files.diff import diff_of
from .vscode_record import Record, new_record, records, undone, write

_SCOPE = "if the extension calls the wrapper a user setting, which no workspace may have: claude-local-setup vscode"
Files = dict[Path, str]  # a settings file, and whose it is


def use_wrapper(workspace: str | None, *, dry_run: bool) -> int:
    """Sets what is needed in each file; returns the exit code."""
    with only_run(home()):
        return _use_wrapper(workspace, dry_run=dry_run)


def _use_wrapper(workspace: str | None, *, dry_run: bool) -> int:
    program = str(home() / paths.WRAPPER[2:])
    if not os.access(program, os.X_OK):
        raise SetupError("claude-local is not set up here", remedy=APPLY)
    # The last one is said also where it is off: it may be on in settings that these go before, on another machine too.
    wanted: dict[str, str | bool] = {vscode.WRAPPER: program, vscode.NO_LOGIN: True, vscode.TERMINAL: False}
    for file, whose in _files(workspace).items():
        text = _text(file)
        with _readable(file):
            made = jsonc.edits(text, wanted)
        after = jsonc.applied(text, made)
        _tell(whose, file, text, after)
        if made and not dry_run:
            _note(file, made)
            _put(file, after)
    if workspace is not None:
        say(_SCOPE)
    return 0


def undo(workspace: str | None, *, dry_run: bool) -> int:
    """Takes it out again; returns the exit code."""
    with only_run(home()):
        return _undo(workspace, dry_run=dry_run)


def _undo(workspace: str | None, *, dry_run: bool) -> int:
    known = records()
    everywhere = {Path(name): "settings" for name in known}
    files = everywhere if workspace is None else _files(workspace)
    for file, whose in files.items():
        if (record := known.get(str(file))) is None:
            continue
        text = _text(file)
        with _readable(file):
            before = undone(text, record)
        _tell(whose, file, text, before)
        if not dry_run:
            _give_back(file, text, before, record)
            del known[str(file)]
            write(known)
    if not everywhere.keys() & files.keys():
        say("nothing of ours is there")
    return 0


def _files(workspace: str | None) -> Files:
    if workspace is not None:
        return {_in_the_workspace(workspace): "the workspace's settings"}
    if found := {file: whose for whose, file in vscode.settings(home())}:
        return found
    raise SetupError(
        "there are no settings of VS Code, VSCodium, Cursor or Windsurf here",
        remedy=Remedy("claude-local-setup vscode ."),
    )


def _in_the_workspace(workspace: str) -> Path:
    folder = Path(workspace).resolve()
    if not folder.is_dir():
        raise SetupError(f"{workspace} is no folder", remedy=Remedy("claude-local-setup vscode ."), exit_code=USAGE)
    return folder / vscode.IN_A_WORKSPACE


def _workspace_of(file: Path) -> Path | None:
    """Where it is one's settings: sessions can write there, so it is reached by descriptors."""
    name = Path(vscode.IN_A_WORKSPACE).parts
    return file.parents[len(name) - 1] if file.parts[-len(name) :] == name else None


def _text(file: Path) -> str:
    top = _workspace_of(file)
    try:
        content = beneath.read(top, vscode.IN_A_WORKSPACE) if top else file.read_bytes()
        return (content or b"").decode()
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError:
        raise _unreadable(file, "it is not UTF-8") from None
    except OSError as error:
        raise _unusable(file, error) from None


def _put(file: Path, text: str) -> None:
    if (top := _workspace_of(file)) is None:
        replace(file, text.encode())
        return
    try:
        beneath.write(top, vscode.IN_A_WORKSPACE, text.encode())
    except OSError as error:
        raise _unusable(file, error) from None


def _unusable(file: Path, error: OSError) -> SetupError:
    is_link = error.errno in (errno.ELOOP, errno.ENOTDIR)
    return SetupError(
        f"{file}: {'a link is on its way' if is_link else error.strerror}", remedy=typed("ls", "-ld", str(file))
    )


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise _unreadable(file, str(error)) from None


def _unreadable(file: Path, why: str) -> SetupError:
    return SetupError(f"{file} cannot be read as settings: {why}", remedy=edited(str(file)))


def _tell(whose: str, file: Path, before: str, after: str) -> None:
    say(f"{whose}: {file}" + ("" if before != after else ": unchanged"), bold=True)
    if before != after:
        show_diff(diff_of(before.encode(), after.encode(), file.name), err=False)


def _note(file: Path, made: list[jsonc.Edit]) -> None:
    """Before it is done: what is not noted could not be undone."""
    known = records()
    known.setdefault(str(file), new_record(file)).edits += [[edit.old, edit.new] for edit in made]
    write(known)


def _give_back(file: Path, text: str, before: str, record: Record) -> None:
    if before or not record.is_new:
        if text != before:
            _put(file, before)
        return
    with suppress(OSError):
        if top := _workspace_of(file):
            beneath.remove(top, vscode.IN_A_WORKSPACE, folder_too=bool(record.folders))
            return
        file.unlink()
        for folder in reversed(record.folders):
            Path(folder).rmdir()  # not where something else is in it by now
