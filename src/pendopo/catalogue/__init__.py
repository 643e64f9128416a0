"""Every service of every agency as versioned data: requirements, fees, forms, procedures, search."""
