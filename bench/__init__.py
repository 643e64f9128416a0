"""The bench: what the product reaches, as ratios to a floor measured in the same run on the same machine and database.

Times of one machine on one day say little; a ratio to what the database itself can do says where the product stands. Floor and
product take turns, round by round, so that a busy neighbour slows both. Nothing here fails because something is slow.
A bench is one function in a file of ``bench/suite/``: see ``bench/harness.py``.
"""
