"""Whatever a host answers, of itself or in its manifest, is read or refused, and breaks nothing."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from claude_local_setup.checks.findings import quick_findings
from claude_local_setup.checks.report import Report, as_json
from claude_local_setup.config.keys import Config
from claude_local_setup.errors import SetupError
from claude_local_setup.host.actual import Actual
from claude_local_setup.host.probe import FACTS, read
from claude_local_setup.screen.output import say
from claude_local_setup.screen.view import view
from claude_local_setup.state.manifest import Manifest
from claude_local_setup.state.recognition import recognised
from claude_local_setup.state.removal import Wish, removal
from claude_local_setup.state.target import target_state
from claude_local_setup.state.whole_plan import whole_plan
from tests.strategies import HONEST, answer, said, values, zeros

evil = st.sampled_from(
    ["\x1b[2J\x1b]0;title\x07", "'; touch /tmp/hostile; '", "$(touch /tmp/hostile)", "\n\r\0\x9b", "\u202egnp", '"',
     "a=b", "../../etc/passwd", "\udcff", "-rf", "9" * 5000, "", "/home/u"]
) | st.text(max_size=6)  # fmt: skip


def use(actual: Actual) -> None:
    """Shows all that is made of an actual state."""
    config = Config()
    steps = whole_plan(target_state(config, actual), actual)
    found = quick_findings(config, actual, steps)
    steps += removal(Manifest.read(actual), actual, Wish(purge=True, packages=True))
    steps += removal(recognised(target_state(config, actual), actual), actual, Wish(purge=True))
    json.loads(as_json([Report(steps=steps, findings=found)]))
    report = Report(steps=steps, findings=found)
    for here in (True, False):
        view(here=here).show_plans([report], err=False, diff=here)
        view(here=here).show_outcome([report], begun=True)
        view(here=here).show_states([report])


def survives(lines: list[str]) -> None:
    """Nothing but an expected error, and nothing on the screen that a terminal would obey."""
    with redirect_stdout(io.StringIO()) as screen, redirect_stderr(screen):
        try:
            use(read(lines))
        except SetupError as error:
            say(error.problem + error.remedy)
    assert all(line.replace("\t", "").isprintable() for line in screen.getvalue().split("\n"))


@given(lines=st.lists(st.text() | st.binary().map(lambda value: said("facts", value))))
@example(lines=["end Cg=="])
def test_any_answer_of_a_host_is_read_or_refused(lines: list[str]) -> None:
    survives([*lines, "end Cg=="])
    survives(lines)


@given(key=st.sampled_from(sorted(FACTS)), value=evil)
def test_a_host_may_say_anything_of_itself(key: str, value: str) -> None:
    survives(answer({**HONEST, key: value}))


@given(
    key=st.sampled_from(
        ["facts", "os_release", "entries", "targets", "asked", "real", "links", "names", "allowed", "normal_running",
         "files", "contents",
         "normal_settings", "sessions", "programs"]
    ),
    value=st.binary() | evil.map(lambda text: zeros(text)) | st.lists(evil).map(lambda items: zeros(*items)),
)  # fmt: skip
@example(key="os_release", value=b'NAME="unclosed')
@example(key="os_release", value=b"PRETTY_NAME='\x1b[2J'\n")
@example(key="sessions", value=b"9" * 5000)
def test_a_host_may_answer_anything_to_one_question(key: str, value: bytes) -> None:
    survives(answer(HONEST, **{key: value}))


def with_manifest(manifest: bytes) -> list[str]:
    place = "/home/u/.local/state/claude-local-setup/manifest.json"
    nodes = zeros("/home/u", "directory", "700", "1000", place, "regular file", "600", "1000")
    asked, files = zeros("/home/u", place), zeros(place, str(len(manifest)))
    return answer(HONEST, entries=nodes, targets=nodes, asked=asked, real=asked, files=files, contents=manifest)


places = st.sampled_from(["/home/u/.claude/settings.json", "/etc/passwd", "/home/u/.bashrc", "x", "", "/", "\x1b[2J"])


kinds = st.sampled_from(["File", "Block", "Link", "Seed", "MergedJson", "Directory", "Packages", "x"])


befores = st.fixed_dictionaries({"kind": evil}, optional={"made": st.lists(places), "mode": evil})


records = st.fixed_dictionaries(
    {"name": evil, "kind": kinds},
    optional={"path": places | values, "sha256": evil | values, "put": values, "body": evil, "was": values, "to": evil,
              "packages": st.lists(evil) | values,
              "before": befores | values},
)  # fmt: skip


@given(entries=st.lists(records) | values, other=values)
def test_a_hostile_manifest_breaks_nothing(entries: Any, other: Any) -> None:
    whole = {"entries": entries, "before": {"kind": "absent"}, "config": {"kind": "absent"}, "normal_claude": other}
    survives(with_manifest(json.dumps(whole).encode()))
    survives(with_manifest(json.dumps(other).encode()))
