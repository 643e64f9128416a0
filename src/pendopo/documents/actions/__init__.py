"""All writes of the module: receiving files, giving numbers, issuing and revoking papers."""
