"""Run the command line with ``python -m geoprio``."""

from geoprio.cli.main import main

if __name__ == "__main__":
    main()
