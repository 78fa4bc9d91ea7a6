"""The name of a workspace's state leads back to it and is nobody else's."""

from __future__ import annotations

import os
from posixpath import basename

from hypothesis import example, given
from hypothesis import strategies as st

from claude_local_setup.session.kept import state
from claude_local_setup.session.values import Values

PARTS = st.lists(
    st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1).filter(
        lambda part: part not in (".", "..")
    )
    | st.sampled_from(["%", "%25", "%2C", "%2c", ",", ",,", "%,", "25", "2C", "\udcff", " ", "\n", ".x"]),
    min_size=1,
    max_size=5,
)
PLACES = PARTS.map(lambda parts: "/" + "/".join(parts))


def name_of(workspace: str) -> str:
    return basename(state.folder_of(Values({"real_home": "/h"}), workspace))


@given(PLACES)
@example("/%")
@example("/%2C")
@example("/a,b/c%2Cd")
@example("/" + "x" * 199)
def test_a_states_name_leads_back_to_its_workspace(workspace: str) -> None:
    name = name_of(workspace)
    assert name not in ("", ".", "..") and "/" not in name and len(os.fsencode(name)) < 250
    assert state.workspace_of(name) == (workspace if len(os.fsencode(name)) <= 200 and not is_hash(name) else "")


def is_hash(name: str) -> bool:
    return len(name) == 65 and name[0] == "%" and set(name[1:]) <= set("0123456789abcdef")


@given(PLACES, PLACES)
@example("/a/b", "/a,b")
@example("/a%2Cb", "/a,b")
@example("/" + "ä" * 150, "/" + "ä" * 149 + "o")
def test_two_workspaces_never_share_a_state(one: str, other: str) -> None:
    assert (name_of(one) == name_of(other)) == (one == other)
