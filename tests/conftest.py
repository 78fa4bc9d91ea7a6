"""The fixtures: homes, and folders in them."""

from tests.homes import home, plain_home

__all__ = ["home", "plain_home"]
