"""What plain pyinfra runs: `pyinfra inventory/local.py deploy/claude_local.py`."""

from claude_local_setup.engine.deploys import claude_local

claude_local()
