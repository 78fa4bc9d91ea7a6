"""A report that no terminal has shown is not lost: it is said at the next start, by status and --explain."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pexpect

from claude_local_setup.session.workspace import untold
from tests.homes import Home, wait_until

PLANT = "echo x >.envrc; touch up; "
LINE = "  .envrc: direnv runs it when you enter the folder"


def local(home: Home) -> str:
    return str(home.path / ".local/bin/claude-local")


def start(home: Home, work: Path, script: str) -> str:
    done = home.local("--jail", "sh", "-c", script, cwd=work)
    assert done.returncode == 0, done.stderr
    return done.stderr


def on_a_terminal(home: Home, work: Path, script: str, *answers: str) -> str:
    child = pexpect.spawn(
        local(home), ["--jail", "sh", "-c", script], env=home.env, cwd=work, encoding="utf-8", timeout=60
    )
    said = ""
    for answer in answers:
        child.expect_exact("[y/N] ")
        said += child.before
        child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    return said + str(child.before)


def left(home: Home, cwd: Path | None = None) -> dict[str, str]:
    """What status has of it, asked in some folder."""
    done = home.run(sys.executable, "-m", "claude_local_setup", "status", "--json", cwd=cwd)
    findings = json.loads(done.stdout)["hosts"][0]["findings"]
    return {item["check"].removeprefix("left: "): item["problem"] for item in findings if item["check"][:5] == "left:"}


def test_after_kill_9_the_next_start_says_it_and_status_until_then(made: Home, work: Path) -> None:
    child = subprocess.Popen([local(made), "--jail", "sh", "-c", f"{PLANT} sleep 60"], cwd=work, env=made.env)
    wait_until((work / "up").exists, seconds=30)
    assert LINE not in start(made, work, "true")  # it still runs
    child.kill()
    child.wait()
    assert left(made)[f"{work}/.envrc"] == "direnv runs it when you enter the folder"
    assert "since an earlier session here" in (said := start(made, work, "true"))
    assert LINE in said
    assert start(made, work, "true") == ""


def test_killed_and_seen_by_nobody_but_the_next_start(made: Home, work: Path) -> None:
    child = subprocess.Popen(
        [local(made), "--jail", "sh", "-c", f"mv docs .vscode; {PLANT} sleep 60"], cwd=work, env=made.env
    )
    (work / "docs").mkdir()
    wait_until((work / "up").exists, seconds=30)
    child.kill()
    child.wait()
    assert LINE in start(made, work, "true")


def test_when_the_terminal_was_closed(made: Home, work: Path) -> None:
    child = pexpect.spawn(local(made), ["--jail", "sh", "-c", f"{PLANT} sleep 60"], env=made.env, cwd=work)
    wait_until((work / "up").exists, seconds=30)
    child.close(force=False)
    wait_until(lambda: not child.isalive(), seconds=30)
    assert LINE in start(made, work, "true")


def test_where_there_is_no_terminal_status_says_it_and_the_next_start_on_one(made: Home, work: Path) -> None:
    assert LINE in start(made, work, PLANT)
    assert start(made, work, "true") == ""
    assert f"{work}/.envrc" in left(made)
    assert f"{work}/.envrc: direnv runs it" in made.setup("status").stdout
    assert "left       .envrc: direnv runs it" in made.local("--explain", cwd=work).stdout
    assert LINE in on_a_terminal(made, work, "true")
    assert f"{work}/.envrc" not in left(made)
    assert LINE not in on_a_terminal(made, work, "true")


def test_what_is_gone_is_not_said(made: Home, work: Path) -> None:
    start(made, work, PLANT)
    (work / ".envrc").unlink()
    assert f"{work}/.envrc" not in left(made)
    assert on_a_terminal(made, work, "true") == ""


def test_what_a_terminal_has_shown_is_not_kept(made: Home, work: Path) -> None:
    assert LINE in on_a_terminal(made, work, PLANT)
    assert f"{work}/.envrc" not in left(made)


def test_of_many_that_end_at_once_none_is_lost(tmp_path: Path) -> None:
    code = """import sys
from claude_local_setup.session.workspace import untold
for number in range(20):
    path = sys.argv[1] + f"/{sys.argv[2]}-{number}"
    open(path, "w").close()
    assert untold.add(sys.argv[1], untold.UNSAID, {path: "x"})
"""
    words = [sys.executable, "-c", code, str(tmp_path)]
    root = Path(__file__).parents[3]
    several = [subprocess.Popen([*words, str(number)], cwd=root) for number in range(8)]
    assert [one.wait() for one in several] == [0] * 8
    assert len(untold.known(str(tmp_path), untold.UNSAID)) == 160


def test_links_in_gits_folder_are_removed_with_consent(made: Home, work: Path) -> None:
    made.run("git", "init", "-q", cwd=work)
    for answer, gone in (("n", False), ("y", True)):
        said = on_a_terminal(made, work, "ln -sf ../../.bashrc .git/COMMIT_EDITMSG", answer)
        assert "  .git/COMMIT_EDITMSG: git writes where it leads" in said
        assert os.path.lexists(work / ".git/COMMIT_EDITMSG") != gone


def test_a_folder_is_not_removed_as_a_link(made: Home, work: Path) -> None:
    """What was a link when it was named may be something else when the answer comes."""
    made.run("git", "init", "-q", cwd=work)
    words = ["--jail", "sh", "-c", "ln -sf ../../.bashrc .git/COMMIT_EDITMSG"]
    child = pexpect.spawn(local(made), words, env=made.env, cwd=work, encoding="utf-8", timeout=60)
    child.expect_exact("[y/N] ")
    (work / ".git/COMMIT_EDITMSG").unlink()
    (work / ".git/COMMIT_EDITMSG").write_text("mine\n")
    child.sendline("y")
    child.expect(pexpect.EOF)
    assert (work / ".git/COMMIT_EDITMSG").read_text() == "mine\n"


DANGERS = {
    ".git/logs/HEAD": "ln -sf ../../x .git/logs/HEAD",
    ".git/rebase-merge/git-rebase-todo": "mkdir .git/rebase-merge; echo 'exec x' >.git/rebase-merge/git-rebase-todo",
    "sub/config": "git init -q --bare sub; git -C sub config core.fsmonitor ./x",
    ".git/modules/x/config": "git init -q --bare .git/modules/x; git -C .git/modules/x config core.fsmonitor ./x",
}


def test_gits_dangers_are_found_later_too(made: Home, work: Path) -> None:
    made.run("git", "init", "-q", cwd=work)
    (work / ".git/logs").mkdir(exist_ok=True)
    on_a_terminal(made, work, "; ".join(DANGERS.values()), "n")
    explained = made.local("--explain", cwd=work).stdout
    known = left(made, work)
    for name in DANGERS:
        assert f"obeyed     {name}: git" in explained, name
        assert f"{work}/{name}" in known, name


def test_ctrl_c_in_a_report_loses_nothing(made: Home, work: Path) -> None:
    child = subprocess.Popen([local(made), "--jail", "sh", "-c", f"{PLANT} sleep 60"], cwd=work, env=made.env)
    wait_until((work / "up").exists, seconds=30)
    for _ in range(40):
        if child.poll() is not None:
            break
        child.send_signal(signal.SIGINT)
    child.wait()
    assert f"{work}/.envrc" in left(made)


def test_of_very_much_the_gravest_is_said_first_and_the_rest_is_not_lost(made: Home, work: Path) -> None:
    flood = "for n in $(seq 60); do mkdir -p a/$n; echo x >a/$n/CLAUDE.md; done"
    made.run("git", "init", "-q", cwd=work)
    said = on_a_terminal(made, work, f"{flood}; echo x >zz.code-workspace; git init -q b; echo x >b/.git/hooks/update")
    lines = [line for line in said.splitlines() if line.startswith("  ")]
    assert lines[0].startswith("  b/.git/hooks/update: git runs it")
    assert lines[-1] == "  and 42 more: claude-local --explain"
    seen = {line for line in lines if "more:" not in line}
    assert len(seen) == 20
    assert made.local("--explain", cwd=work).stdout.count("left ") == 42
    for number in (20, 20, 2):
        again = {line for line in on_a_terminal(made, work, "true").splitlines() if line.startswith("  ")}
        again = {line for line in again if "more:" not in line}
        assert len(again) == number
        assert not again & seen
        seen |= again
    assert len([line for line in seen if line.endswith("agents are told what it says, and what it imports")]) == 60
    assert on_a_terminal(made, work, "true") == ""
