"""How it looks on a terminal and in a pipe: one machine with all there is to say of it, many side by side.

Imports: session, errors, host, entries, checks.
"""
