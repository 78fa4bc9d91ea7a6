"""A home that is set up, and a workspace in it."""

from tests.session.jail.conftest import work

__all__ = ["work"]
