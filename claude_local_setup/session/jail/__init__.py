"""The boundary. The rules are a pure function from what is there to a list of mounts (rules, mounts); the helper
carries them out in namespaces of its own and starts bubblewrap (namespaces, building). What carries out knows no rule.

Imports: words, linux, values, network, shown.
"""
