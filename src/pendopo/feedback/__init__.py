"""What people say afterwards: the satisfaction survey."""
