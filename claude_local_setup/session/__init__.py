"""The session program: what runs as `claude-local` on a host.

Standard library only, and nothing from outside this folder: apply puts it on a host as it stands here. The rest of the
package may import from it. A session goes one way: what is there (workspace, repository, home, editors, server) ->
rules (pure) -> mounts and relays -> run -> report. It starts in front of a waiting person, so what it imports on the
way to the jail is counted in milliseconds: no dataclasses, typing, re, json, pathlib or subprocess there.

Its rooms, each importing from those before it only:
bundle, words    its modules read in one go; how it speaks
linux            what Python lacks: the kernel's calls, files by descriptor, signals
values, process  what apply decided; how a session begins and ends
network          the jail's network, and the ways out
shown            what of the machine and the home it is shown: tables with reasons
jail             the boundary: rules, and what carries them out
git              git's folders and configuration: which are the workspace's, what git would run
workspace        the folder it works in: what is read-only, what is asked about, what is left
server           asking a model's server
serving          the model server that apply installed
kept             what it keeps of each workspace
editor           editors, and the calls that pass
run              one run, from what is there to its end
remaining        what was left that nobody was told of
explain          what a session here could read, write and reach
arguments, unjailed, session   a session, with a jail or without
battery, main    what verify tries; what was asked for
"""
