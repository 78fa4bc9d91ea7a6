"""A marked block in any text: every byte of the user's is kept."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from claude_local_setup.content import shell
from claude_local_setup.user_files.block import MARKDOWN, SHELL, Marks, with_block, without_block
from claude_local_setup.user_files.diff import diff_of

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
