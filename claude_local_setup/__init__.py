"""Sets up `claude-local`: Claude Code on a local model, behind a hard boundary, beside the normal `claude`."""

__version__ = "0.2.0"
