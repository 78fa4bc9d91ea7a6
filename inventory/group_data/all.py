"""For all hosts of the inventories here: the same keys as in config.toml, flat. A host's own data goes before."""

claude_local_isolation_level = "session"
