"""git in the workspace: its folders by structure, what ties a work tree to them, its configuration by asking git, what
of all that is read-only (kept), and what of it that a session left could run (left).

Imports: words, linux, shown, jail.
"""
