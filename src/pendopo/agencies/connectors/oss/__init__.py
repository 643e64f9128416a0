"""The national licensing system (OSS): read one business, by its number or its taxpayer number. Field names: OSS-RBA interface 4.3.22."""
