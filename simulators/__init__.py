"""The outside world as real HTTP servers on loopback: the population registry and a payment provider.

They import nothing of pendopo, so that a mistake in the house is not repeated here, and need only the standard
library. Each can be told through ``/_control`` to be slow, fail, repeat, reorder or lie.
"""
