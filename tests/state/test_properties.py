"""Properties that hold for any input: block editing, the settings merge, the config, the probe's answer."""

from __future__ import annotations

import base64
import io
import json
import time
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from claude_local_setup.checks.findings import quick_findings
from claude_local_setup.checks.report import Report, as_json
from claude_local_setup.checks.trials import read as read_trials
from claude_local_setup.config.file import parse
from claude_local_setup.config.keys import Config, from_flat
from claude_local_setup.content import shell
from claude_local_setup.errors import SetupError
from claude_local_setup.host.actual import Actual
from claude_local_setup.host.probe import FACTS, read
from claude_local_setup.screen.output import say
from claude_local_setup.screen.view import view
from claude_local_setup.session.words import printable
from claude_local_setup.state.manifest import Manifest
from claude_local_setup.state.recognition import recognised
from claude_local_setup.state.removal import Wish, removal
from claude_local_setup.state.target import target_state
from claude_local_setup.state.whole_plan import whole_plan
from claude_local_setup.texts import json_merge
from claude_local_setup.texts.block import MARKDOWN, SHELL, Marks, with_block, without_block
from claude_local_setup.texts.diff import diff_of

settings.register_profile("thorough", max_examples=300, deadline=None)
settings.load_profile("thorough")

# --- blocks

BODY, OLD = shell.body(".bashrc"), b"# Managed: an older body\nalias x=y\n"
MARKS = (SHELL, MARKDOWN)
odd_lines = st.sampled_from(
    [b"mine\n", b"esac\n", b"\n", b"\r\n", b"\0\n", b"\xff\xfe\n", b'case ":$PATH:" in\n', b"x # >>> not ours >>>\n"]
)


def torn(marks: Marks) -> st.SearchStrategy[bytes]:
    """Texts of the user's lines and any bytes, with marks and lines of ours in any order among them."""
    ours = [marks.start, marks.end, marks.unended, *BODY.splitlines(), *OLD.splitlines()]
    endings = st.sampled_from([b"\n", b"\r\n", b"  \n"])
    our_lines = st.tuples(st.sampled_from(ours), endings).map(b"".join)
    whole = st.sampled_from([with_block(b"", BODY, marks), with_block(b"", OLD, marks), with_block(b"x", BODY, marks)])
    lines = st.lists(st.one_of(odd_lines, our_lines, whole, st.binary(max_size=8)), max_size=12)
    return lines.map(b"".join)


def users_lines(text: bytes) -> list[bytes]:
    """The lines that cannot be ours."""
    ours = {*BODY.splitlines(), *OLD.splitlines()}
    ours |= {mark for marks in MARKS for mark in (marks.start, marks.end, marks.unended)}
    return [line for line in text.split(b"\n") if line.rstrip() not in ours and line.strip()]


@pytest.mark.parametrize("marks", MARKS, ids=["shell", "markdown"])
@given(text=st.binary())
@example(text=b"")
@example(text=b"\n")
@example(text=b"no final newline")
@example(text=b"CRLF\r\n")
@example(text=b"NUL \0 and \xff")
def test_a_block_put_in_changed_and_taken_out_gives_the_text_back(marks: Marks, text: bytes) -> None:
    put = with_block(text, OLD, marks)
    assert put.startswith(text)
    changed = with_block(put, BODY, marks, [OLD])
    assert changed == with_block(text, BODY, marks)
    assert with_block(changed, BODY, marks) == changed
    assert without_block(changed, BODY, marks) == text


@pytest.mark.parametrize("marks", MARKS, ids=["shell", "markdown"])
@given(data=st.data())
def test_of_torn_doubled_and_nested_blocks_one_whole_one_is_left_and_every_line_of_the_users(
    marks: Marks, data: st.DataObject
) -> None:
    text = data.draw(torn(marks))
    put = with_block(text, BODY, marks, [OLD])
    lines = [line.rstrip() for line in put.split(b"\n")]
    assert lines.count(marks.start) == lines.count(marks.end) == 1
    assert with_block(put, BODY, marks, [OLD]) == put
    out = without_block(put, BODY, marks, [OLD])
    assert marks.start not in (line.rstrip() for line in out.split(b"\n"))
    assert without_block(out, BODY, marks, [OLD]) == out


@given(before=st.lists(odd_lines), after=st.lists(odd_lines))
def test_lines_beside_a_block_are_kept_in_their_order(before: list[bytes], after: list[bytes]) -> None:
    head, tail = b"".join(before), b"".join(after)
    text = head + with_block(b"", OLD, SHELL) + tail
    assert without_block(text, BODY, SHELL) == head + tail
    assert users_lines(with_block(text, BODY, SHELL)) == users_lines(head + tail)


@given(mine=st.lists(odd_lines))
def test_a_lost_mark_costs_the_user_no_line(mine: list[bytes]) -> None:
    text = b"".join(mine)
    for lost in (SHELL.start, SHELL.end):
        torn_text = (text + with_block(b"", BODY, SHELL) + text).replace(lost + b"\n", b"")
        assert without_block(torn_text, BODY, SHELL) == text + text
        only_a_mark = text + (SHELL.start + SHELL.end).replace(lost, b"") + b"\n" + text
        assert without_block(only_a_mark, BODY, SHELL) == text + text


@pytest.mark.parametrize(
    "text",
    [
        b"x" * 10_000_000,
        b"alias a=b # a line\n" * 500_000,
        b"\n" * 10_000_000,
        b"# >>> claude-local-setup >>>\n" * 100_000,
    ],
    ids=["one line", "lines", "newlines", "marks"],
)
def test_ten_megabytes_take_a_moment(text: bytes) -> None:
    began = time.process_time()
    put = with_block(text, BODY, SHELL)
    out = without_block(put, BODY, SHELL)
    diff_of(text, put, "name")
    assert time.process_time() - began < 20  # a hang, not a measurement: it takes about two seconds
    assert out == (b"" if text.startswith(b"#") else text)


@given(before=st.none() | st.text(), after=st.text())
def test_a_diff_says_whether_anything_differs(before: str | None, after: str) -> None:
    diff = diff_of(None if before is None else before.encode(), after.encode(), "name")
    assert bool(diff) == ((before or "") != after) or "bytes of data" in diff


# --- settings

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=3)
)
keys = st.sampled_from(["a", "b", "env", "permissions"])
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=8
)
objects = st.dictionaries(keys, values, max_size=4)


@given(theirs=objects, ours=objects)
def test_taking_out_what_was_put_gives_the_users_settings_back(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    put = json_merge.merged(theirs, ours)
    assert json_merge.same(json_merge.merged(put, ours, [ours], theirs), put)
    assert json_merge.same(json_merge.without(put, [ours], theirs), theirs)


@given(theirs=objects, old=objects, new=objects)
def test_an_update_in_between_does_not_matter(theirs: dict[str, Any], old: dict[str, Any], new: dict[str, Any]) -> None:
    first = json_merge.merged(theirs, old)
    updated = json_merge.merged(first, new, [old], theirs)
    assert json_merge.same(json_merge.without(updated, [new, old], theirs), theirs)


@given(theirs=objects, ours=objects, added=st.dictionaries(st.sampled_from(["mine", "theme"]), values))
def test_keys_that_the_user_adds_stay(theirs: dict[str, Any], ours: dict[str, Any], added: dict[str, Any]) -> None:
    put = json_merge.merged(theirs, ours) | added
    assert json_merge.same(json_merge.without(put, [ours], theirs), theirs | added)
    again = json_merge.merged(put, ours, [ours], theirs)
    assert {key: again[key] for key in added} == added


@given(theirs=objects, ours=objects)
def test_our_keys_are_there_afterwards(theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    assert holds(json_merge.merged(theirs, ours), ours)


def holds(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(value, dict) and all(key in value and holds(value[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return isinstance(value, list) and all(any(json_merge.same(item, own) for own in value) for item in wanted)
    return json_merge.same(value, wanted)


@given(text=st.binary() | st.text().map(str.encode) | values.map(lambda value: json.dumps(value).encode()))
@example(text=b"[" * 100_000)
@example(text=b'{"a": 1e999}')
@example(text=b'{"a": NaN}')
@example(text=b'{"a": "\\ud800"}')
@example(text=b"\xef\xbb\xbf{}")
@example(text=b'{"a": ' + b"9" * 5000 + b"}")
def test_any_text_is_settings_or_refused(text: bytes) -> None:
    try:
        theirs = json_merge.parsed(text)
    except (ValueError, RecursionError):
        return
    assert json_merge.written(text, theirs) == text or not text.strip()
    again = json_merge.parsed(json_merge.written(text, theirs | {"ours": 1}))
    assert json_merge.same(again, theirs | {"ours": 1})


# --- config

toml_values = st.sampled_from(
    ["1", "-1", "1e99", "nan", "inf", "true", '"text"', '"\\u001b[2J"', "[]", '["a"]', "[1, [2]]", "{}", "{ a = 1 }",
     "1979-05-27", "07:32:00", "[1979-05-27]", "{ a = 1979-05-27 }", "{ a = nan }", '"npm"', '"apt"',
     "9" * 5000, '"~"', '"~/x"', '["/"]']
)  # fmt: skip
toml_keys = st.sampled_from(
    ["server.base_url", "server.auth_token", "server.context_tokens", "isolation.level", "isolation.write", "shell.rc",
     "network.ports", "network.domains", "claude.path", "claude.install",
     "settings", "settings.env", "server", "x", '"\\u001b[2J"']
)  # fmt: skip


@given(
    text=st.text()
    | st.lists(st.tuples(toml_keys, toml_values), max_size=4).map(
        lambda items: "\n".join(f"{k} = {v}" for k, v in items)
    )
)
@example(text="a = " + "[" * 5000)
@example(text="settings = 1")
@example(text="settings.x = 1979-05-27")
@example(text="settings.x = nan")
@example(text="server.context_tokens = " + "9" * 5000)
def test_any_config_is_one_or_refused_in_a_sentence(text: str) -> None:
    try:
        config = parse(text, "config.toml")
    except SetupError as error:
        assert error.exit_code == 2
        assert error.remedy
        return
    steps = whole_plan(target_state(config, ACTUAL), ACTUAL)
    json.loads(as_json([Report(steps=steps)]))


@given(data=st.dictionaries(st.text() | st.sampled_from(["claude_local_settings", "claude_local_shell_rc"]), values))
def test_any_host_data_is_a_config_or_refused_in_a_sentence(data: dict[str, object]) -> None:
    try:
        from_flat(data, "host data")
    except SetupError as error:
        assert error.remedy


# --- a hostile host's answer


def said(key: str, value: bytes) -> str:
    return f"{key} {base64.b64encode(value).decode()}"


def zeros(*items: str) -> bytes:
    return b"".join(item.encode("utf-8", "surrogateescape") + b"\0" for item in items)


def answer(host: Mapping[str, str], **other: bytes) -> list[str]:
    """An answer of the probe, `other` in place of what an honest host says."""
    home = host["home"]
    node = (home, "directory", "700", host["uid"])
    honest = {
        "facts": zeros(*(f"{key}={value}" for key, value in host.items())),
        "os_release": b'NAME="Debian"\n',
        "entries": zeros(*node),
        "targets": zeros(*node),
        "asked": zeros(home),
        "real": zeros(home),
        "links": b"",
        "names": b"",
        "allowed": zeros(f"r:{home}", f"w:{home}"),
        "files": b"",
        "contents": b"",
        "normal_settings": b"x",
        "normal_program": b"",
        "normal_state": b"x",
        "normal_running": b"0",
        "sessions": b"",
        "programs": b"",
    }
    return [*(said(key, value) for key, value in (honest | other).items()), "end Cg=="]


HONEST = {
    **dict.fromkeys(sorted(FACTS), ""),
    **{"format": "1", "home": "/home/u", "real_home": "/home/u", "uid": "1000", "shell": "/bin/bash"},
    **{"zsh_rc": "/home/u/.zshrc", "fish_rc": "/home/u/.config/fish/config.fish", "arch": "x86_64"},
    **{
        "bwrap": "/usr/bin/bwrap",
        "socat": "/usr/bin/socat",
        "config": "/home/u/.config/claude-local-setup/config.toml",
    },
}
ACTUAL: Actual = read(answer(HONEST))

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
        view(here=here).show_plans([report], err=False)
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


@given(text=st.text())
def test_any_answer_of_a_trial_is_read(text: str) -> None:
    read_trials(text)


@given(text=st.text())
def test_nothing_that_is_shown_moves_the_terminal(text: str) -> None:
    assert printable(text).replace("\t", "").isprintable()
