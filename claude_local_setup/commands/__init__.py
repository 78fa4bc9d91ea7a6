"""The commands, one way for one host or many: look, show, ask, carry out, check.

Imports: session, errors, config, host, user_files, servers, content, entries, state, checks, screen, fleet.
"""
