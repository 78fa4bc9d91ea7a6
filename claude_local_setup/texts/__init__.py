"""Other people's texts, changed without losing a byte of theirs: a marked block in a file, our keys in a JSON object;
and the difference of two texts as people read it. Nothing here knows what the texts are for.

Imports: nothing.
"""
