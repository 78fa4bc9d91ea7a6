"""What apply decided of the server that it installed, and the words that start it: no flag that the program lacks."""

from __future__ import annotations

import os

from ..linux.files import read_whole
from ..server.http import Server
from ..values import parsed
from ..words import APPLY, Refusal, config_set

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

FOLDER = ".local/share/claude-local-server"  # below the home; no session sees it
LOADING = 600.0  # seconds that a model may take
NEEDED = ("--host", "--port", "-m", "-hf", "-c", "--api-key-file")  # without these it would be another server
# Of the caller's. LLAMA_ARG_* would be further flags: tools, an open port.
_PASSED = ("HOME", "LANG", "CUDA_VISIBLE_DEVICES", "GGML_VK_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "VK_ICD_FILENAMES")


class Served:
    """server.json, with the folder that it lies in."""

    program: str
    libraries: str  # a folder; "" where the system's will do
    flags: list[list[str]]  # each with its value, if it has one
    source: str  # a file, or OWNER/REPO:QUANT
    model: str  # as it is called
    url: str

    def __init__(self, folder: str, known: dict[str, Any]) -> None:
        self.folder = folder
        self.__dict__.update(known)

    @property
    def models(self) -> str:
        return f"{self.folder}/models"

    @property
    def log(self) -> str:
        return f"{self.folder}/log"

    def answers(self) -> bool:
        """Whether the model is loaded. Raises Refusal where another user's server has the port."""
        return Server(self.url).get("/health", 1.0).status == 200

    def is_stopped(self) -> bool:
        """Whether nothing listens there."""
        answer = Server(self.url).get("/health", 1.0)
        return not answer.status and not answer.silent


def load(folder: str) -> Served:
    """Raises Refusal where nothing is installed."""
    try:
        known = parsed((read_whole(f"{folder}/server.json", follow=False) or b"").decode())
    except ValueError:
        known = None
    if not isinstance(known, dict) or not known.keys() >= Served.__annotations__.keys():
        remedy = config_set("server.install", "auto")
        raise Refusal("no model server is installed here", remedy=remedy)
    return Served(folder, known)


def become(served: Served, *, port: str = "", hub: str = "") -> None:
    """Never returns. `port`: another one than its own; `hub`: where the model is downloaded from first."""
    flags = [["--port", port] if port and flag[0] == "--port" else flag for flag in served.flags]
    words = list(fitting(flags + ([] if hub else [["--offline"]]), known_flags(_help(served))))
    os.chdir("/")
    os.execve(served.program, [served.program, *words], _environment(served, hub))


def fitting(flags: Sequence[Sequence[str]], known: set[str]) -> Iterator[str]:
    """The words of the flags that the program knows, and of those without which it must not run."""
    for flag in flags:
        if flag[0] in known or flag[0] in NEEDED:
            yield from flag


def known_flags(told: str) -> set[str]:
    """The flags that begin lines of a --help: `-c,    --ctx-size N   size of …`."""
    found = set()
    for line in told.splitlines():
        for word in line.replace(",", " ").split() if line.startswith("-") else ():
            if not word.startswith("-") or not word.strip("-"):
                break
            found.add(word)
    return found


def _help(served: Served) -> str:
    import subprocess

    try:
        done = subprocess.run(
            [served.program, "--help"], env=_environment(served), stdin=subprocess.DEVNULL, capture_output=True,
            text=True, errors="replace", timeout=60, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        raise Refusal(f"{served.program} cannot be run", remedy=APPLY) from None
    return done.stdout + done.stderr


def _environment(served: Served, hub: str = "") -> dict[str, str]:
    kept = {name: os.environ[name] for name in (*_PASSED, *(["HF_TOKEN"] if hub else [])) if name in os.environ}
    kept |= {"HF_ENDPOINT": hub, "MODEL_ENDPOINT": hub} if hub else {}
    libraries = {"LD_LIBRARY_PATH": served.libraries} if served.libraries else {}
    return {**kept, **libraries, "PATH": "/usr/bin:/bin", "LLAMA_CACHE": served.models, "HF_HUB_CACHE": served.models}
