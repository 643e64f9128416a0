"""The folder of a city on disk."""
