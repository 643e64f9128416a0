"""The heart: an application, its steps, its deadline, its decision and its timeline."""
