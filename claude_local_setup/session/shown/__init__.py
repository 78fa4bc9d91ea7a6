"""What a session sees of this machine and its home: allow-lists, a row each with its reason (home, system), what PATH
and variables lead to, and what is nobody's workspace and never shown (secrets).

Imports: words, linux, values.
"""
