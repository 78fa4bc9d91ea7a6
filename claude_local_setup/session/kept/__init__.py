"""What a session keeps in ~/.claude-local: a state for each workspace, settings made anew at each start, and sessions
from before states were apart.

Imports: words, linux, values, shown, jail, server.
"""
