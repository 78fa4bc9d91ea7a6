"""The workspace: where it is, what git keeps of it, what in it is read-only (the table in protected), what of it would
start by itself and is asked about (consent), and what a session has left in it (report).

Imports: words, linux, values, shown, jail, git.
"""
