"""Areas, calendars, opening hours, working days of the one region this instance serves."""
