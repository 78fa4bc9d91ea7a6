"""What version managers and installers put on PATH, in the folders and by the links that each really makes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.homes import Home
from tests.session.jail.jailed import jailed

PROGRAM = '#!/bin/sh\nread -r found <"$(dirname "$(readlink -f "$0")")/../lib/beside" && echo "$found"\n'

# (who, the program with its library beside it, what leads there: link -> target, PATH's entry, other variables)
MANAGERS = [
    ("fnm", ".local/share/fnm/node-versions/v20/installation/bin/tool",
     {"run/fnm_multishells/7_1": ".local/share/fnm/node-versions/v20/installation"}, "run/fnm_multishells/7_1/bin", {}),
    ("fnm, by its default", ".local/share/fnm/node-versions/v20/installation/bin/tool",
     {".local/share/fnm/aliases/default": ".local/share/fnm/node-versions/v20/installation"},
     ".local/share/fnm/aliases/default/bin", {}),
    ("nvm", ".nvm/versions/node/v20/bin/tool", {}, ".nvm/versions/node/v20/bin", {"NVM_DIR": ".nvm"}),
    ("volta", ".volta/tools/image/node/20/bin/tool", {".volta/bin/tool": ".volta/tools/image/node/20/bin/tool"},
     ".volta/bin", {"VOLTA_HOME": ".volta"}),
    ("n", "n/n/versions/node/20/bin/tool", {"n/bin/tool": "n/n/versions/node/20/bin/tool"}, "n/bin", {"N_PREFIX": "n"}),
    ("mise", ".local/share/mise/installs/node/20.1/bin/tool",
     {".local/share/mise/installs/node/20": ".local/share/mise/installs/node/20.1"},
     ".local/share/mise/installs/node/20/bin", {}),
    ("asdf", ".asdf/installs/nodejs/20/bin/tool", {".asdf/shims/tool": ".asdf/installs/nodejs/20/bin/tool"},
     ".asdf/shims", {"ASDF_DATA_DIR": ".asdf"}),
    ("pyenv", ".pyenv/versions/3.12/bin/tool", {".pyenv/shims/tool": ".pyenv/versions/3.12/bin/tool"}, ".pyenv/shims",
     {"PYENV_ROOT": ".pyenv"}),
    ("rbenv", ".rbenv/versions/3.3/bin/tool", {}, ".rbenv/versions/3.3/bin", {"RBENV_ROOT": ".rbenv"}),
    ("sdkman", ".sdkman/candidates/java/21/bin/tool", {".sdkman/candidates/java/current": ".sdkman/candidates/java/21"},
     ".sdkman/candidates/java/current/bin", {"SDKMAN_DIR": ".sdkman"}),
    ("rustup", ".rustup/toolchains/stable/bin/tool", {".cargo/bin/tool": ".rustup/toolchains/stable/bin/tool"},
     ".cargo/bin", {}),
    ("conda", "miniconda3/envs/x/bin/tool", {}, "miniconda3/envs/x/bin", {"CONDA_PREFIX": "miniconda3/envs/x"}),
    ("conda elsewhere", "opt/conda-of-mine/bin/tool", {}, "opt/conda-of-mine/bin", {}),
    ("pipx", ".local/share/pipx/venvs/x/bin/tool", {".local/bin/tool": ".local/share/pipx/venvs/x/bin/tool"},
     ".local/bin", {}),
    ("uv tool", ".local/share/uv/tools/x/bin/tool", {".local/bin/tool": ".local/share/uv/tools/x/bin/tool"},
     ".local/bin", {}),
    ("npm's prefix", ".npm-global/lib/x/bin/tool", {".npm-global/bin/tool": ".npm-global/lib/x/bin/tool"},
     ".npm-global/bin", {}),
    ("pnpm", ".local/share/pnpm/global/5/x/bin/tool",
     {".local/share/pnpm/tool": ".local/share/pnpm/global/5/x/bin/tool"}, ".local/share/pnpm",
     {"PNPM_HOME": ".local/share/pnpm"}),
    ("bun", ".bun/install/global/x/bin/tool", {".bun/bin/tool": ".bun/install/global/x/bin/tool"}, ".bun/bin",
     {"BUN_INSTALL": ".bun"}),
    ("a virtual environment", "envs/x/bin/tool", {}, "envs/x/bin", {"VIRTUAL_ENV": "envs/x"}),
    ("unpacked by hand", "tools/node-v20-linux-x64/bin/tool", {}, "tools/node-v20-linux-x64/bin", {}),
    ("by a link to a folder", "tools/go1.22/bin/tool", {"go-now": "tools/go1.22"}, "go-now/bin",
     {"GOROOT": "tools/go1.22"}),
    ("coursier", ".local/share/coursier/x/bin/tool",
     {".local/share/coursier/bin/tool": ".local/share/coursier/x/bin/tool"}, ".local/share/coursier/bin", {}),
    ("ghcup", ".ghcup/ghc/9/bin/tool", {".ghcup/bin/tool": ".ghcup/ghc/9/bin/tool"}, ".ghcup/bin", {}),
    ("opam", ".opam/default/bin/tool", {}, ".opam/default/bin", {"OPAMROOT": ".opam"}),
    ("juliaup", ".julia/juliaup/julia-1.10/bin/tool", {".juliaup/bin/tool": ".julia/juliaup/julia-1.10/bin/tool"},
     ".juliaup/bin", {}),
]  # fmt: skip


@pytest.mark.parametrize(("who", "program", "links", "entry", "variables"), MANAGERS, ids=[row[0] for row in MANAGERS])
def test_a_program_on_path_runs_with_what_lies_beside_it(
    made: Home, work: Path, who: str, program: str, links: dict[str, str], entry: str, variables: dict[str, str]
) -> None:
    installed = made.write(program, PROGRAM)
    installed.chmod(0o755)
    made.write(str(Path(program).parent.parent / "lib/beside"), f"{who}\n")
    for link, target in links.items():
        (made.path / link).parent.mkdir(parents=True, exist_ok=True)
        (made.path / link).symlink_to(made.path / target)
    named = {name: f"{made.path}/{value}" for name, value in variables.items()}
    home = Home(made.path, {"PATH": f"{made.path}/{entry}:/usr/bin:/bin", **named})
    try:
        done = jailed(home, work, f"tool && echo x >{installed}")
        assert done.stdout == f"{who}\n", done.stderr
        assert installed.read_text() == PROGRAM
    finally:
        for link in links:
            (made.path / link).unlink()
        shutil.rmtree(installed.parents[1])
