"""The fixtures: homes, folders in them, and the real Claude Code."""

from tests.claudes import claude
from tests.homes import home, plain_home
from tests.llama import scripted

__all__ = ["claude", "home", "plain_home", "scripted"]
