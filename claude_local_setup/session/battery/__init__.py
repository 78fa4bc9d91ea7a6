"""What `verify` tries on a host: the battery of attempts in the real jail, and all else that only trying can tell.

Imports: words, values, process, network, shown, workspace, serving, editor, session.
"""
