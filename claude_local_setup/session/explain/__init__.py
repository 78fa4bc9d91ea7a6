"""`--explain`: what a session here could read, write and reach, read from the rules that a session gets.

Imports: words, linux, values, shown, jail, git, workspace, run, remaining.
"""
