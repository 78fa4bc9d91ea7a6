"""The folders in which tools keep what need not be loaded or built again: one table. What the machine has of it is
there, and what a session adds stays in its workspace's own layers (kept/layers.py).

A row is a folder of the home that sessions may write, with what of it is shown: tools' logs, daemons and locks lie
beside that, and credentials do too. Some tools do not start where they cannot write their settings: of those nothing is
shown.
"""

from __future__ import annotations

import os

from ..linux.files import is_inside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .surroundings import Found, Guide

WHOLE, ALWAYS = ".", "*"
HOST = "the machine's cache, below a layer of this workspace's"
OWN = "what tools keep, for this workspace's sessions alone"

# (below the home, what of it is shown, which programs make it: where none of them is there, and it is not there either,
# it stays away). Of ~/.cache by name: browsers, mail programs and tokens lie there too.
ROWS = (
    (".cache",
     "pip uv pre-commit prek pypoetry pipenv pdm hatch virtualenv rye mypy ruff black pytest nox go-build"
     " golangci-lint gopls staticcheck yarn pnpm node node-gyp deno bun corepack typescript esbuild turbo vite"
     " ms-playwright ms-playwright-go Cypress puppeteer electron selenium huggingface/hub huggingface/datasets"
     " torch torch_extensions triton keras ccache sccache bazel bazelisk buck2 cargo cargo-xwin zig zls coursier"
     " kotlin gradle composer R fontconfig matplotlib nix mise asdf fnm rattler conda jedi pylint hex rebar3"
     " dune opam julia tree-sitter vcpkg conan cpm ansible-compat shiv tox meson bundle ghcide hie-bios", ALWAYS),
    (".npm", "_cacache _npx _prebuilds", "npm"),
    (".node-gyp", WHOLE, ""),
    (".bun", "install/cache", "bun"),
    (".yarn", "berry cache", "yarn"),
    (".pnpm-store", WHOLE, ""),
    (".local/share/pnpm", "store", "pnpm"),
    (".cargo", "registry git", "cargo"),
    ("go", "pkg", "go"),
    (".gradle", "caches wrapper jdks native", "gradle java"),
    (".m2", "repository wrapper", "mvn java"),
    (".ivy2", "cache local", "ant sbt"),
    (".sbt", "boot", "sbt"),
    (".konan", WHOLE, "kotlinc"),
    (".android", "build-cache cache", ""),
    (".java", "", "java"),
    (".nuget", "packages", "dotnet"),
    (".local/share/NuGet", "v3-cache http-cache plugins-cache", "dotnet"),
    (".dotnet", "", "dotnet"),
    (".templateengine", "", "dotnet"),
    (".bundle", "cache", "bundle"),
    (".gem", "ruby specs", "gem"),
    (".local/share/gem", "ruby", "gem"),
    (".composer", "cache", ""),
    (".ccache", WHOLE, ""),
    (".stack", "pantry", "stack"),
    (".cabal", "packages store", "cabal"),
    (".local/state/cabal", "store", ""),
    (".julia", "packages artifacts registries compiled clones", "julia"),
    (".hex", "packages", "mix"),
    (".mix", WHOLE, "mix"),
    (".pub-cache", "hosted git", "dart flutter"),
    (".conan2", "p", "conan"),
    (".nimble", "pkgs2", "nimble"),
    (".local/share/virtualenv", WHOLE, "virtualenv tox"),
    (".local/share/virtualenvs", WHOLE, "pipenv"),
    (".local/share/hatch", WHOLE, "hatch"),
    (".local/share/pdm", WHOLE, "pdm"),
    (".local/share/uv", "python tools", "uv"),
    (".config/hatch", "", "hatch"),
    (".config/chromium", "", "chromium"),
    (".config/chromium-headless", "", "chromium"),
    (".config/google-chrome-headless", "", "google-chrome"),
    (".config/configstore", "", "npm"),
    (".config/yarn", "", "yarn"),
    (".config/go", "", "go"),
    (".config/NuGet", "", "dotnet"),
    (".config/nextjs-nodejs", "", "node"),
    (".local/state/mise", "", "mise"),
    (".local/state/nvim", "", "nvim"),
    (".ipython", "", "ipython"),
    (".jupyter", "", "jupyter"),
    (".local/share/jupyter", "kernels", "jupyter"),
    ("R", WHOLE, ""),
    (".local/share/R", WHOLE, ""),
)  # fmt: skip

# Variables that move one: (name, the row of the home that it moves; "" where it is a cache as a whole).
_MOVED = """
XDG_CACHE_HOME=.cache npm_config_cache=.npm NPM_CONFIG_CACHE=.npm CARGO_HOME=.cargo GOPATH=go GRADLE_USER_HOME=.gradle
PNPM_HOME=.local/share/pnpm JULIA_DEPOT_PATH=.julia STACK_ROOT=.stack CABAL_DIR=.cabal COMPOSER_HOME=.composer
BUNDLE_USER_HOME=.bundle HF_HOME=huggingface
"""
# Beside its token, in a folder that has no place of its own.
_BY_VARIABLE = {"huggingface": ["hub", "datasets", "modules", "xet", "assets"]}
_WHOLE = """
GOCACHE GOMODCACHE PIP_CACHE_DIR UV_CACHE_DIR PIPENV_CACHE_DIR WORKON_HOME POETRY_CACHE_DIR PRE_COMMIT_HOME
PDM_CACHE_DIR YARN_CACHE_FOLDER BUN_INSTALL_CACHE_DIR DENO_DIR COREPACK_HOME CCACHE_DIR SCCACHE_DIR NUGET_PACKAGES
COMPOSER_CACHE_DIR BUNDLE_USER_CACHE GEM_HOME PLAYWRIGHT_BROWSERS_PATH CYPRESS_CACHE_FOLDER PUPPETEER_CACHE_DIR
HF_HUB_CACHE TORCH_HOME KONAN_DATA_DIR VCPKG_DEFAULT_BINARY_CACHE VCPKG_DOWNLOADS R_LIBS_USER CONAN_HOME MYPY_CACHE_DIR
RUFF_CACHE_DIR PYTHONPYCACHEPREFIX MPLCONFIGDIR NUMBA_CACHE_DIR VIRTUALENV_OVERRIDE_APP_DATA ZIG_GLOBAL_CACHE_DIR
"""
VARIABLES = (
    *((name, row) for name, _, row in (word.partition("=") for word in _MOVED.split())),
    *((name, "") for name in _WHOLE.split()),
)
OF_THE_JAIL = ("/tmp", "/var/tmp", "/dev", "/run", "/proc")  # the jail's own


class Cache:
    """A folder that sessions may write, and what of the host's is shown in it: (below it, where that lies). `is_own`:
    what lies beside that is the session's; else it lies in something that is shown, read-only."""

    __slots__ = ("is_own", "parts", "place")

    def __init__(self, place: str, parts: Sequence[tuple[str, str]], *, is_own: bool = True) -> None:
        self.place = place
        self.parts = list(parts)
        self.is_own = is_own


def caches(
    guide: Guide, workspace: str, path: str, shown: Sequence[str], reads: Sequence[Found], *, strict: bool
) -> Iterator[Cache]:
    """Those of the table, and those that variables name elsewhere; at `strict` without what the host has.

    `path`: where programs are. What lies in a folder of isolation.read (`reads`) is a layer as a whole; in others that
    are shown (`shown`: programs are there) only the table's parts are, and nothing that a variable names.
    """
    makers = {f"{guide.home}/{row}": programs for row, _, programs in ROWS}
    for place, parts in _places(guide, workspace).items():
        is_there, is_row = os.path.isdir(place), place in makers
        read = next((found for found in reads if is_inside(place, found.place)), None)
        if read:
            found = guide.found(place, HOST) if is_there and is_row else None
            if found and is_inside(found.source, read.source):
                yield Cache(place, [(WHOLE, found.source)], is_own=False)
        elif any(is_inside(place, folder) for folder in shown):
            wanted = [part for part in parts if part != WHOLE] if is_row and not strict else []
            yield Cache(place, list(_parts(guide, place, wanted)), is_own=False)
        elif is_there or _is_made(makers.get(place, ALWAYS), path):
            yield Cache(place, [] if strict or not is_there else list(_parts(guide, place, parts)))


def _is_made(programs: str, path: str) -> bool:
    """Whether one of the programs is there that would make it."""
    folders = [folder for folder in path.split(":") if folder.startswith("/")]
    return programs == ALWAYS or any(
        os.access(f"{folder}/{program}", os.X_OK) for program in programs.split() for folder in folders
    )


def _places(guide: Guide, workspace: str) -> dict[str, list[str]]:
    """What of each may be shown."""
    rows = {row: parts.split() for row, parts, _ in ROWS}
    found = {f"{guide.home}/{row}": parts for row, parts in rows.items()}
    rows |= _BY_VARIABLE
    for name, row in VARIABLES:
        value = os.environ.get(name, "")
        place = os.path.normpath(value) if value.startswith("/") else ""
        nowhere = (workspace, f"{guide.home}/.claude-local", *OF_THE_JAIL)
        if not place or is_inside(guide.home, place) or any(is_inside(place, folder) for folder in nowhere):
            continue
        within = next((folder for folder in found if is_inside(place, folder)), "")
        if not within:
            found[place] = rows.get(row, [WHOLE])
        elif place != within and found[within] != [WHOLE]:
            inner = place[len(within) + 1 :]
            more = [f"{inner}/{part}" for part in rows.get(row, [])] or [inner]
            found[within] += [part for part in more if not any(is_inside(part, known) for known in found[within])]
    return found


def passed() -> Iterator[tuple[str, str]]:
    """The variables as they are: they only say where something is."""
    for name, _ in VARIABLES:
        if (value := os.environ.get(name, "")).startswith("/"):
            yield name, value


def _parts(guide: Guide, place: str, wanted: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Of a folder that a variable calls a cache and that is somebody's project, nothing."""
    if os.path.lexists(f"{place}/.git"):
        return
    for part in wanted:
        path = place if part == WHOLE else f"{place}/{part}"
        if os.access(path, os.F_OK) and (found := guide.allowed(path, HOST)) and found.is_folder:
            yield part, found.source


def is_cache(folder: str, home: str) -> bool:
    return any(folder == f"{home}/{row}" for row, *_ in ROWS)
