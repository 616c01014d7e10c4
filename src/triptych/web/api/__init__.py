"""The HTTP API of the staff site: what the doors take and give, as JSON, for programs that act for a person.

`bearer` says who asks, `shapes` what comes and goes, `reading` and `filing` hold the operations, `routes` joins them.
"""
