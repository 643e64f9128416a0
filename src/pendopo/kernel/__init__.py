"""What every module needs and no business word in it: clock, money, errors, event log, outbox, environment."""
