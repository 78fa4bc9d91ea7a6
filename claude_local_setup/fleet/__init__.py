"""The machines that a command is about, asked and worked on at once: this one, without loading pyinfra before there is
something to do, or those of an inventory. Root rights, asked for once.

Imports: session, errors, config, host, entries, state, checks, screen, engine.
"""
