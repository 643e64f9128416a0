"""The population registry (Dukcapil): read one person, by number, with the consent of that person."""
