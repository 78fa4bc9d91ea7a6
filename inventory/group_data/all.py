"""For all hosts of the inventories here: the same keys as in config.toml, flat. A host's own data goes before.

`claude-local-setup config show` lists the keys; "server.base_url" is claude_local_server_base_url here.
"""

claude_local_isolation_level = "session"
