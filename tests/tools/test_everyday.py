"""Everyday tools in the jail, with no setting of ours, without a network, twice; the machine's caches stay as they
are."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.homes import CACHE, Home
from tests.tools.jobs import FILES, JOBS, REFUSED

TOOLS = CACHE / "tools"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")  # a company's own are in there too


@pytest.fixture(scope="module")
def made() -> Iterator[Home]:
    with tempfile.TemporaryDirectory(dir=Path.home(), prefix="home-") as folder:
        folders = ("py/bin", "js/node_modules/.bin", "docker/usr/bin")
        programs = [*(str(TOOLS / folder) for folder in folders), "/usr/local/bin:/usr/bin:/bin"]
        env = {"PATH": ":".join(programs), "TOOLS_JS": str(TOOLS / "js"), "npm_config_update_notifier": "false"}
        env["JAVA_TOOL_OPTIONS"] = f"-Duser.home={folder}"  # Java goes by the system's list of users
        if CERTIFICATES.exists():
            names = ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
            env |= dict.fromkeys(names, str(CERTIFICATES))
        home = Home(Path(folder), env)
        home.write(".gitconfig", "[user]\nname = a\nemail = a@b\n[init]\ndefaultBranch = main\n")
        home.setup("config", "set", "isolation.pass_env", "TOOLS_JS")
        assert home.json("apply", "-y")["failed"] == 0
        yield home


def there(home: Home, programs: str) -> None:
    missing = [name for name in programs.split() if not shutil.which(name, path=home.env["PATH"])]
    if missing and os.environ.get("CI"):
        pytest.fail(f"CI has no {', '.join(missing)}")
    if missing:
        pytest.skip(f"there is no {', '.join(missing)}; CI=1 ./test.sh installs it")


def caches(home: Home) -> dict[str, tuple[int, ...]]:
    """All in the home but for what sessions keep, and the work."""
    found: dict[str, tuple[int, ...]] = {}
    for folder, folders, names in os.walk(home.path):
        if folder == str(home.path):
            folders[:] = [name for name in folders if name not in (".claude-local", "work")]
        for name in (*folders, *names):
            told = os.lstat(f"{folder}/{name}")
            found[f"{folder}/{name}"] = (told.st_ino, told.st_mode, told.st_size, told.st_mtime_ns, told.st_ctime_ns)
    return found


@pytest.mark.parametrize("tool", JOBS)
def test_a_tool_does_its_ordinary_job(made: Home, tool: str) -> None:
    programs, prime, job = JOBS[tool]
    there(made, programs)
    work = made.path / "work" / tool
    work.mkdir(parents=True)
    for name, text in FILES.get(tool, {}).items():
        (work / name).write_text(text)
    done = made.run("bash", "-ec", prime, cwd=work)
    assert done.returncode == 0, done.stdout + done.stderr
    before = caches(made)
    for _ in range(2):
        done = made.local("--jail", "bash", "-ec", job, cwd=work)
        assert done.returncode == 0, done.stdout + done.stderr
    assert caches(made) == before


@pytest.mark.parametrize("tool", REFUSED)
def test_what_cannot_work_says_so(made: Home, tool: str) -> None:
    programs, words, said = REFUSED[tool]
    there(made, programs)
    done = made.local("--jail", "bash", "-c", f"timeout 20 {words}", cwd=made.workspace())
    assert done.returncode not in (0, 124)
    assert any(text in done.stderr for text in said), done.stderr
