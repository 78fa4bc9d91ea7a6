"""What the user chose: every key with its default, its meaning and its rule, and the file that holds them.

Imports: session, errors.
"""
