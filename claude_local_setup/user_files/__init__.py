"""The user's files, changed without losing a byte of theirs: a marked block in a text, our keys in a JSON object;
and the difference of two texts as people read it. Nothing here knows what they are for.

Imports: session.
"""
