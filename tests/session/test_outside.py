"""What a project names outside of itself: said once, with the line that shows it."""

from __future__ import annotations

import subprocess
import sys

from tests.homes import Home

MANIFESTS = {
    "package.json": '{"dependencies": {"shared": "file:../shared", "own": "file:./own"}}',
    "go.mod": "module x\nreplace example.org/shared => ../shared\n",
    "Cargo.toml": '[dependencies]\nshared = { path = "../shared" }\n',
    "pyproject.toml": '[tool.uv.sources]\nshared = { path = "../shared", editable = true }\n',
    "requirements.txt": "-e ../shared\n",
    "tsconfig.json": '{"references": [{"path": "../shared"}, {"path": "../gone"}]}',
    "pnpm-workspace.yaml": "packages:\n  - ../shared/*\n  - src/../own\n",
}


def test_a_package_beside_it_is_named_once_with_the_line_that_shows_it(plain_home: Home) -> None:
    assert plain_home.json("apply", "-y")["failed"] == 0
    for number, (name, text) in enumerate(MANIFESTS.items()):
        plain_home.write(f"{number}/shared/file", "shared\n")
        work = plain_home.write(f"{number}/project/{name}", text).parent
        (work / "own").mkdir()
        shared = f"{plain_home.path}/{number}/shared"
        said = f"claude-local: {name} names {shared}, which is not there for a session; to show it: "
        done = plain_home.local("--jail", "true", cwd=work)
        lines = [line for line in done.stderr.splitlines() if " names " in line]
        assert [line.startswith(said) for line in lines] == [True], (name, done.stderr)
        assert " names " not in plain_home.local("--jail", "true", cwd=work).stderr
        assert (
            f"not there  {shared}, which {name} names; to show it: " in plain_home.local("--explain", cwd=work).stdout
        )
    setup = f'claude-local-setup() {{ {sys.executable} -m claude_local_setup "$@"; }}; '
    line = setup + lines[0].removeprefix(said).replace("apply", "apply -y")
    subprocess.run(["bash", "-c", line], env=plain_home.env, capture_output=True, check=True)
    assert plain_home.local("--jail", "cat", "../shared/file", cwd=work).stdout == "shared\n"
    assert f"which {name} names" not in plain_home.local("--explain", cwd=work).stdout


def test_a_go_workspace_above_is_named(plain_home: Home) -> None:
    assert plain_home.json("apply", "-y")["failed"] == 0
    plain_home.write("all/go.work", "go 1.22\nuse ./one\n")
    work = plain_home.write("all/one/go.mod", "module one\n").parent
    assert f"go names {plain_home.path}/all/go.work, which" in plain_home.local("--jail", "true", cwd=work).stderr


def test_a_project_talks_nobody_into_showing_a_key(plain_home: Home) -> None:
    assert plain_home.json("apply", "-y")["failed"] == 0
    plain_home.write(".ssh/id", "key\n")
    work = plain_home.write("project/package.json", '{"x": "file:../.ssh", "y": "../.ssh/id", "z": "../"}').parent
    said = plain_home.local("--jail", "true", cwd=work).stderr + plain_home.local("--explain", cwd=work).stdout
    assert "package.json" not in said
