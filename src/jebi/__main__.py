"""`python -m jebi`: the same as `jebi`, where no script could be installed."""

import sys

from jebi.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
