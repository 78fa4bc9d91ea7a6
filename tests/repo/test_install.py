"""install.sh, as a new user runs it."""

from __future__ import annotations

import sys
from pathlib import Path
from shlex import quote

import pytest

from tests.entries.test_claude_install import signed_by_a_company
from tests.fakes.vendor import Vendor
from tests.homes import Home
from tests.real.terminal import Terminal

ROOT = Path(__file__).parents[2]


def python_that(home: Home, fails_on: str) -> None:
    """Puts a python3 first on the PATH that cannot do one thing."""
    folder = home.path / "bin"
    folder.mkdir()
    for name in ("python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"):
        script = folder / name
        script.write_text(f'#!/bin/sh\ncase "$*" in *"{fails_on}"*) exit 1 ;; esac\nexec /usr/bin/python3 "$@"\n')
        script.chmod(0o755)
    home.extra["PATH"] = f"{folder}:/usr/bin:/bin"


def test_one_command_installs_and_a_second_run_changes_nothing(home: Home) -> None:
    first = home.run(str(ROOT / "install.sh"), "-y")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "normal claude: unchanged" in first.stdout
    assert home.run(str(home.path / ".local/bin/claude-local-setup"), "--version").stdout.startswith(
        "claude-local-setup "
    )
    assert home.local("--explain", cwd=home.workspace()).returncode == 0
    second = home.run(str(ROOT / "install.sh"), "-y")
    assert "0 changed" in second.stdout, second.stdout + second.stderr


def test_arguments_go_to_apply(plain_home: Home) -> None:
    done = plain_home.run(str(ROOT / "install.sh"), "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing was changed" in done.stdout
    assert not (plain_home.path / ".claude-local").exists()


@pytest.mark.parametrize("words", [("uv", "tool", "install"), ("pipx", "install")], ids=" ".join)
def test_other_tools_install_it_too(plain_home: Home, words: tuple[str, ...]) -> None:
    plain_home.extra |= {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"}  # as install.sh has it
    done = plain_home.run(sys.executable, "-m", *words, str(ROOT))
    assert done.returncode == 0, done.stdout + done.stderr
    applied = plain_home.run(str(plain_home.path / ".local/bin/claude-local-setup"), "apply", "-y")
    assert "normal claude: unchanged" in applied.stdout, applied.stdout + applied.stderr
    assert plain_home.local("--explain", cwd=plain_home.workspace()).returncode == 0


def test_where_python_has_no_venv_uv_makes_one(plain_home: Home) -> None:
    python_that(plain_home, "import ensurepip")
    (plain_home.path / "bin/uv").symlink_to(Path(sys.executable).parent / "uv")
    done = plain_home.run(str(ROOT / "install.sh"), "-y")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "normal claude: unchanged" in done.stdout


def test_without_venv_the_package_is_named(plain_home: Home) -> None:
    python_that(plain_home, "import ensurepip")
    done = plain_home.run(str(ROOT / "install.sh"))
    assert done.returncode == 1
    assert "remedy: sudo apt-get install -y python3-venv" in done.stderr


def test_at_a_terminal_the_package_is_offered_and_no_is_an_answer(plain_home: Home) -> None:
    python_that(plain_home, "import ensurepip")
    words = ["sh", "-c", f"{quote(str(ROOT / 'install.sh'))}; echo code $?; sleep 60"]
    with Terminal(plain_home, words, plain_home.path) as terminal:
        terminal.wait("this Python has no venv. Install it? sudo apt-get install -y python3-venv [Y/n]")
        terminal.type("n", "Enter")
        screen = terminal.wait("code 1")
    assert "remedy: sudo apt-get install -y python3-venv" in screen


ELSEWHERE = {  # settings that are meant for other calls of theirs: variables; a file, and what is in it
    "pip": (
        {"PIP_USER": "1", "PIP_REQUIRE_HASHES": "1", "PIP_QUIET": "3", "PIP_DRY_RUN": "1"},
        ".config/pip/pip.conf",
        "[global]\ntarget = /nonexistent\nno-deps = true\n[install]\nno-binary = :all:\n",
    ),
    "uv": (
        {"UV_REQUIRE_HASHES": "1", "UV_OFFLINE": "1"},
        ".config/uv/uv.toml",
        '[pip]\ntarget = "/nonexistent"\nno-deps = true\n',
    ),
}


@pytest.mark.parametrize("tool", ELSEWHERE)
def test_settings_that_are_meant_for_other_calls_do_not_stop_it(plain_home: Home, tool: str) -> None:
    if tool == "uv":
        python_that(plain_home, "import ensurepip")
        (plain_home.path / "bin/uv").symlink_to(Path(sys.executable).parent / "uv")
    else:
        plain_home.extra["PATH"] = "/usr/bin:/bin"
    variables, file, content = ELSEWHERE[tool]
    plain_home.extra |= variables
    plain_home.write(file, content)
    done = plain_home.run(str(ROOT / "install.sh"), "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing was changed" in done.stdout


def test_of_pip_s_settings_those_stay_that_say_where_packages_come_from(plain_home: Home) -> None:
    plain_home.write(".config/pip/pip.conf", "[global]\nindex-url = http://127.0.0.1:9/\nretries = 0\nuser = true\n")
    plain_home.extra |= {"PATH": "/usr/bin:/bin", "PIP_FIND_LINKS": ""}
    done = plain_home.run(str(ROOT / "install.sh"), "--dry-run")
    assert done.returncode == 1
    assert "Looking in indexes: http://127.0.0.1:9/" in done.stderr, done.stderr


def test_an_older_pip_trusts_the_company_s_certificate_too(plain_home: Home, tmp_path: Path) -> None:
    """One with a list of its own, as pyenv's Python has it; the index's certificate is in the machine's list alone."""
    plain_home.run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "pip==23.0.1")
    (pip,) = plain_home.path.glob("pip-23.0.1-*.whl")
    certificate = signed_by_a_company(tmp_path)
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(Path("/etc/ssl/certs/ca-certificates.crt").read_bytes() + (tmp_path / "ca.pem").read_bytes())
    inside = ("bwrap", "--dev-bind", "/", "/", "--bind", str(bundle), "/etc/ssl/certs/ca-certificates.crt")
    with Vendor(certificate, Path("/nowhere")) as index:
        address = f"https://localhost:{index.port}/"
        plain_home.extra |= {
            "PIP_CONFIG_FILE": "/dev/null",
            "PYTHONPATH": str(pip),
            "PIP_INDEX_URL": address,
            "PIP_RETRIES": "0",
            "PIP_FIND_LINKS": "",
        }
        words = ("download", "-q", "--no-deps", "no-such-package")
        plain_home.run(*inside, "/usr/bin/python3", "-m", "pip", *words)
        assert index.asked == []
        plain_home.run(*inside, "/usr/bin/python3", str(ROOT / "claude_local_setup/entries/scripts/pip.py"), *words)
        assert "/no-such-package/" in index.asked


UNREACHED = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0", "PIP_FIND_LINKS": ""}


def test_where_no_package_index_is_reached_it_says_so(plain_home: Home) -> None:
    plain_home.extra |= UNREACHED
    done = plain_home.run(str(ROOT / "install.sh"), "-y")
    assert done.returncode == 1
    assert "install.sh: the packages could not be installed" in done.stderr
    assert not (plain_home.path / ".local/bin/claude-local-setup").exists()


def test_an_upgrade_that_fails_leaves_the_old_version_working(plain_home: Home) -> None:
    assert plain_home.run(str(ROOT / "install.sh"), "--dry-run").returncode == 0
    plain_home.extra |= UNREACHED
    assert plain_home.run(str(ROOT / "install.sh"), "--dry-run").returncode == 1
    done = plain_home.run(str(plain_home.path / ".local/bin/claude-local-setup"), "--version")
    assert done.stdout.startswith("claude-local-setup ")


def test_a_file_of_the_users_in_the_commands_place_is_not_replaced(plain_home: Home) -> None:
    mine = plain_home.write(".local/bin/claude-local-setup", "mine")
    done = plain_home.run(str(ROOT / "install.sh"), "-y")
    assert done.returncode == 1
    assert "is in the way" in done.stderr
    assert mine.read_text() == "mine"


def test_without_a_home_it_says_so(plain_home: Home) -> None:
    plain_home.extra["HOME"] = "/nonexistent"
    done = plain_home.run(str(ROOT / "install.sh"), "-y")
    assert done.returncode == 1
    assert "HOME does not name a folder" in done.stderr


def test_at_a_terminal_the_first_time_it_asks_the_few_questions(plain_home: Home) -> None:
    plain_home.write("bin/claude", "#!/bin/sh\necho 2.1.330\n").chmod(0o755)
    plain_home.extra["PATH"] = f"{plain_home.path}/bin:/usr/bin:/bin"
    with Terminal(
        plain_home, ["sh", "-c", f"{quote(str(ROOT / 'install.sh'))}; sleep 60"], plain_home.path
    ) as terminal:
        screen = terminal.wait("model server:", seconds=300)
        assert "install.sh: fetching the packages it needs." in screen
