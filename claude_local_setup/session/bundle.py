"""The program's modules read in one go: what Python has compiled of each, put together in one file beside it.

Some sixty modules in rooms are some sixty files to be found, looked at and read, which a waiting person feels (4 ms).
The first start that finds no bundle leaves one, as Python leaves what it has compiled; where there is none, or it is
another Python's, modules are imported as ever. The folder is named by its content: a bundle is never out of date.
"""

from __future__ import annotations

import _frozen_importlib
import _frozen_importlib_external
import marshal
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType
    from typing import Any

_FOLDER = os.path.dirname(__file__)
_CACHE = f"{_FOLDER}/__pycache__"
_FILE = f"{_CACHE}/bundle.{sys.implementation.cache_tag}"
_MAGIC: bytes = _frozen_importlib_external.MAGIC_NUMBER
_PACKAGE = __name__.rpartition(".")[0]


class _Modules:
    """An importer of what is in the bundle (PEP 451); `modules`: by name, its file and its marshalled code."""

    def __init__(self, modules: dict[str, tuple[str, bytes]]) -> None:
        self._modules = modules

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        if name not in self._modules:
            return None
        file = f"{_FOLDER}/{self._modules[name][0]}"
        is_package = file.endswith("/__init__.py")
        spec = _frozen_importlib.ModuleSpec(name, self, origin=file, is_package=is_package)  # type: ignore[arg-type]
        if is_package:
            spec.submodule_search_locations = [os.path.dirname(file)]
        spec.has_location = True
        return spec

    def create_module(self, spec: object) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(marshal.loads(self._modules[module.__name__][1]), module.__dict__)  # noqa: S102, S302  # of our own folder


def use() -> bool:
    """From now on the program's modules come from the bundle; False where there is none that can be used."""
    try:
        with open(_FILE, "rb") as file:
            content = file.read()
        if content[: len(_MAGIC)] != _MAGIC:
            return False
        sys.meta_path.insert(0, _Modules(marshal.loads(content[len(_MAGIC) :])))  # noqa: S302  # as above
    except (OSError, ValueError, EOFError, TypeError):
        return False
    return True


def leave() -> None:
    """Leaves a bundle for the next start, beside what Python has left; none where that is not there: the folder cannot
    be written, or an apply has taken it away meanwhile."""
    if os.path.exists(_FILE):
        return
    part = f"{_FILE}.{os.getpid()}"
    try:
        content = _MAGIC + marshal.dumps({name: (file, code) for name, file, code in _compiled()})
        with open(part, "wb") as made:
            made.write(content)
            made.flush()
            os.fsync(made.fileno())  # a damaged one would be read at each start
        os.replace(part, _FILE)
    except (OSError, ValueError, SyntaxError, KeyboardInterrupt):
        _remove(part)


def _remove(part: str) -> None:
    try:
        os.unlink(part)
    except OSError:
        pass  # it was not there yet, or its folder is gone


def _compiled() -> Iterator[tuple[str, str, bytes]]:
    """(name, file below the folder, marshalled code) of every module."""
    for folder, _, names in os.walk(_FOLDER):
        for name in names:
            if name.endswith(".py"):
                file = f"{folder}/{name}"
                with open(file, "rb") as source:
                    code = compile(source.read(), file, "exec", dont_inherit=True)
                below = file[len(_FOLDER) + 1 :]
                parts = [_PACKAGE, *below.removesuffix(".py").split("/")]
                yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), below, marshal.dumps(code)
