"""The kinds of things that we put on a host, a file each: what it puts, what was there before, how ours is known again,
the step that puts it and the step that undoes it. A step carries its commands as data; nothing here runs them.

Imports: session, host, user_files.
"""
