"""One run in the jail: what is there is gathered once (scene), the helper is told (preparation), started and served
until nothing is left of it (running), with streams or a terminal of its own.

Imports: words, linux, values, network, shown, jail, git, workspace, kept, editor.
"""
