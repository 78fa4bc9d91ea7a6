"""The session program: what runs as `claude-local` on a host.

Standard library only, and nothing from outside this folder: apply puts it on a host as it stands here. The rest of the
package may import from it. A session goes one way: what is there (workspace, repository, home, editors, server) ->
rules (pure) -> mounts and relays -> run -> report. It starts in front of a waiting person, so what it imports on the
way to the jail is counted in milliseconds: no dataclasses, typing, re, json, pathlib or subprocess there.
"""
