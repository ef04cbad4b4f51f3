"""The whole platform on one machine: which processes it has, what starts them, and how others find it running.

Stands on the supervisor, which knows no process by name, and on the embedded servers.
"""
