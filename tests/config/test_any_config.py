"""Any config is one, or is refused in a sentence."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st

from claude_local_setup.checks.report import Report, as_json
from claude_local_setup.config.file import parse
from claude_local_setup.config.keys import from_flat
from claude_local_setup.errors import SetupError
from claude_local_setup.host.actual import Actual
from claude_local_setup.host.probe import read
from claude_local_setup.state.target import target_state
from claude_local_setup.state.whole_plan import whole_plan
from tests.strategies import HONEST, answer, values

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


ACTUAL: Actual = read(answer(HONEST))
