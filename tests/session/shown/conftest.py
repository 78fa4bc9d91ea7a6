"""A home that is set up, and a workspace in it."""

from tests.session.jail.conftest import once, plain_home, work

__all__ = ["once", "plain_home", "work"]
