"""Pure decisions of the catalogue: what a city's folder must look like, which form a service has, what it costs."""
