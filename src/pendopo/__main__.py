"""`python -m pendopo` inside the environment; `./pendopo` makes the environment first and then comes here."""

from pendopo.config.cli import main

main()
