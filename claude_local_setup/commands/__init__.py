"""The commands, one way for one host or many: look, show, ask, carry out, check.

Imports: session, errors, config, host, content, servers, entries, state, checks, screen, fleet.
"""
