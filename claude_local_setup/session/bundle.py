"""The program's modules read in one go: what Python has compiled of each, put together in one file beside it.

Some ninety modules in rooms are as many files to be found, looked at and read, which a waiting person feels (5 ms).
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
    """An importer of what is in the bundle (PEP 451); `modules`: by name, its file, and from where to where in `codes`
    its code is."""

    def __init__(self, modules: dict[str, tuple[str, int, int]], codes: memoryview) -> None:
        self._modules = modules
        self._codes = codes

    def find_spec(self, name: str, path: object = None, target: object = None) -> Any:
        if name not in self._modules:
            return None
        file = self._modules[name][0]
        spec = _frozen_importlib.ModuleSpec(name, self)  # type: ignore[arg-type]
        if file.endswith("__init__.py"):
            spec.submodule_search_locations = [os.path.dirname(f"{_FOLDER}/{file}")]
        return spec  # without a place: importlib would work out where what it compiled is kept, 0.05 ms a module

    def create_module(self, spec: object) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        file, start, end = self._modules[module.__name__]
        module.__file__ = f"{_FOLDER}/{file}"
        exec(marshal.loads(self._codes[start:end]), module.__dict__)  # noqa: S102, S302  # of our own folder


def use() -> bool:
    """From now on the program's modules come from the bundle; False where there is none that can be used."""
    try:
        with open(_FILE, "rb") as file:
            content = file.read()
        if content[: len(_MAGIC)] != _MAGIC:
            return False
        codes = memoryview(content)[len(_MAGIC) :]
        size, modules = marshal.loads(codes)  # noqa: S302  # as above
        if len(codes) != size:
            return False
        sys.meta_path.insert(0, _Modules(modules, codes))
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
        with open(part, "wb") as made:
            made.write(_MAGIC + _bundled())
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


def _bundled() -> bytes:
    """How long it is and where each module's code is, both marshalled; then the codes."""
    found = list(_compiled())
    head = _head(found, 0, 0)
    place = len(head)
    head = _head(found, place, place + sum(len(code) for _, _, code in found))
    return head + b"".join(code for _, _, code in found)


def _head(found: list[tuple[str, str, bytes]], place: int, size: int) -> bytes:
    """Numbers are marshalled with the same length whatever they are, up to 2 GB."""
    modules = {}
    for name, file, code in found:
        modules[name] = file, place, place + len(code)
        place += len(code)
    return marshal.dumps((size, modules), 2)  # a version in which nothing is said by reference


def _compiled() -> Iterator[tuple[str, str, bytes]]:
    """(name, file below the folder, marshalled code) of every module."""
    for folder, _, names in os.walk(_FOLDER):
        for name in names:
            if name.endswith(".py"):
                file = f"{folder}/{name}"
                with open(file, "rb") as source:
                    code = compile(source.read(), file, "exec", dont_inherit=True, optimize=2)
                below = file[len(_FOLDER) + 1 :]
                parts = [_PACKAGE, *below.removesuffix(".py").split("/")]
                yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), below, marshal.dumps(code)
