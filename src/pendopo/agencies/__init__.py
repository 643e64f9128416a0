"""The staff of agencies and the connectors to systems that agencies and registries keep."""
