"""The words that start an installed server: what the program does not know is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from claude_local_setup.session.serving.served import fitting, known_flags, load
from claude_local_setup.session.words import Refusal

HELP = """\
----- common params -----
-h,    --help, --usage                  print usage and exit
-c,    --ctx-size N                     size of the prompt context (see --fit)
                                        --hidden in a text
--jinja, --no-jinja                     whether to use jinja template engine for chat (default: enabled)
--cors-origins ORIGINS                  comma-separated list
"""


def test_flags_are_those_at_the_beginning_of_lines() -> None:
    found = known_flags(HELP)
    assert found == {"-h", "--help", "--usage", "-c", "--ctx-size", "--jinja", "--no-jinja", "--cors-origins"}


def test_what_a_program_does_not_know_is_left_out_but_not_what_makes_it_ours() -> None:
    flags = [["--host", "127.0.0.1"], ["-np", "1"], ["--jinja"], ["--no-ui"], ["--api-key-file", "/key"]]
    words = list(fitting(flags, known_flags(HELP)))
    assert words == ["--host", "127.0.0.1", "--jinja", "--api-key-file", "/key"]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"program": "/bin/true"}'])
def test_a_damaged_server_json_is_no_server(tmp_path: Path, content: str) -> None:
    (tmp_path / "server.json").write_text(content)
    with pytest.raises(Refusal) as caught:
        load(str(tmp_path))
    assert caught.value.problem == "no model server is installed here"
