"""What must not be done at a place, each with a sentence and a remedy: other people's files, what cannot be written."""

from __future__ import annotations

from collections.abc import Iterator

from ..host import paths
from ..host.actual import Actual, Node
from ..session.words import APPLY, NO_LINE, Remedy, in_turn, typed


class ImpossibleError(Exception):
    """An entry that must not be put there as things stand: a sentence and a remedy."""

    def __init__(self, error: str, remedy: Remedy) -> None:
        super().__init__(error)
        self.error, self.remedy = error, remedy


def check_no_session(actual: Actual) -> None:
    """Raises ImpossibleError while a session runs: its jail loses its hold on a file that is replaced or removed."""
    if actual.sessions:
        numbers = " ".join(map(str, sorted(actual.sessions)))
        raise ImpossibleError(
            f"a claude-local session is running (process {numbers}): end it", typed("kill", *numbers.split())
        )


def check_place(path: str, node: Node, actual: Actual) -> None:
    """Raises ImpossibleError unless a file may be put at `path`, or what is there may be replaced by it."""
    check_not_normal(node, actual)
    config_dir = actual.path(paths.CONFIG_DIR)
    if path.startswith(config_dir + "/") and node.link and not is_inside(node.real, actual.node(config_dir).real):
        # A session can write in this folder: a link out of it would have us write where the session cannot.
        raise ImpossibleError(f"{path} is a link to {node.real}, outside its folder", typed("rm", path))
    if node.kind == "absent":
        return check_parent(path, actual)
    if node.kind == "dangling":
        raise ImpossibleError(f"{path} is a link to {node.real}, which is not there", typed("touch", node.real))
    if node.kind != "file":
        raise ImpossibleError(f"{path} is in the way: it is not a file", moved_away(path))
    if node.content is None:
        raise ImpossibleError(f"{path} cannot be read, or is larger than 16 MiB", typed("ls", "-lL", path))
    return None


def check_writable(path: str, node: Node, actual: Actual) -> None:
    """Raises ImpossibleError for a file that is not ours to replace."""
    if node.kind != "file":
        return
    uid = actual.facts["uid"]
    if node.uid != int(uid) and not actual.is_root:
        raise _not_ours(f"{path} belongs to another user", node, typed("sudo", "chown", uid, path))
    if not node.writable and (actual.is_root or node.mode & 0o200):
        problem = f"{path} is immutable, or its file system is read-only"
        raise _not_ours(problem, node, typed("sudo", "chattr", "-i", path))
    if not node.writable and not is_inside(path, actual.path(paths.CONFIG_DIR)):
        raise _not_ours(f"{path} is read-only", node, typed("chmod", "u+w", path))
    if not node.link:
        check_folder(path, actual)


def _not_ours(problem: str, node: Node, remedy: Remedy) -> ImpossibleError:
    """What a link leads to may be the system's: better to leave that alone."""
    leave = in_turn(Remedy("claude-local-setup config edit"), APPLY)
    return ImpossibleError(f"{problem}; shell.rc can leave it out", leave if node.link else remedy)


def moved_away(path: str) -> Remedy:
    return typed("mv", path, f"{path}.old")


def check_folder(path: str, actual: Actual) -> None:
    """Raises ImpossibleError unless the folder that a file lies in lets us replace and remove it."""
    folder = path.rpartition("/")[0]
    if folder in actual.nodes and not actual.node(folder).writable:
        raise ImpossibleError(f"{folder} cannot be written", typed("ls", "-ld", folder))


def check_not_normal(node: Node, actual: Actual) -> None:
    for normal in map(actual.path, paths.NORMAL):
        if is_inside(node.real, normal) or is_inside(node.real, actual.facts["real_home"] + normal[len(actual.home) :]):
            raise ImpossibleError(
                f"{normal} belongs to the normal claude and is never written: remove the link that leads there", NO_LINE
            )


def check_parent(path: str, actual: Actual) -> None:
    """The nearest folder above that exists must let us write in it."""
    for parent in _parents(path):
        node = actual.node(parent)
        if node.kind == "absent":
            continue
        if node.kind != "directory":
            raise ImpossibleError(f"{parent} is in the way: it is not a folder", moved_away(parent))
        if not node.writable:
            raise ImpossibleError(f"{parent} cannot be written", typed("ls", "-ld", parent))
        return


def _parents(path: str) -> Iterator[str]:
    while "/" in path.rstrip("/") and path != "/":
        path = path.rpartition("/")[0] or "/"
        yield path


def is_inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
