"""The only place that sees every module: settings, addresses, event wiring, commands."""
