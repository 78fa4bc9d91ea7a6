"""pyinfra: its operation, the deploy for its own command, plans carried out on this machine or through SSH, one host's
connection, the lock that keeps two runs apart.

Imports: session, errors, config, host, entries, state.
"""
