"""Which files a shell command would run."""

from __future__ import annotations

import pytest

from claude_local_setup.session.linux.commands import folders, programs


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("less -R", []),
        ("./tools/a.sh --x", ["tools/a.sh"]),
        ("tools/a", ["tools/a"]),
        ("/opt/x/a", ["/opt/x/a"]),
        ("~/bin/a", []),
        ("python3 tools/a.py file.txt", ["tools/a.py"]),
        ("python3 -u check", ["check"]),
        ("python3 -m tools.m", ["tools/m.py", "tools/m/__main__.py", "tools.m"]),
        ('"$(git rev-parse --show-toplevel)/tools/a.sh"', ["tools/a.sh"]),
        ("$PWD/tools/d.sh -x", ["tools/d.sh"]),
        ("${ROOT}/t/x", ["t/x"]),
        ("$HOME", []),
        ("f() { ./a.sh; }; f", ["a.sh"]),
        ("X=1 Y=2 exec ./a b/c", ["a"]),
        ("true && sh b.sh || ./c", ["b.sh", "c"]),
        ("jq .version package.json", []),
        ("git log --stat > CHANGELOG.md", []),
        ("grep -q x src/main.py", []),
        ("git-lfs clean -- %f", []),
        (". ./env", ["env"]),
        ("xargs ./a.sh", ["a.sh"]),
        ("bash -c './a'", ["a"]),
        ("", []),
        ("$", []),
        ("$(", []),
    ],
)
def test_files_where_a_program_stands(command: str, found: list[str]) -> None:
    assert list(programs(command)) == found


def test_folders_that_it_goes_to() -> None:
    assert folders("cd tools && ./b.sh; cd x") == ["tools", "x"]
