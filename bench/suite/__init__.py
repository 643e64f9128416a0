"""The benches, one file a subject. A new one: a function under ``@bench(name, what, target)`` that takes the place and returns a Result."""
