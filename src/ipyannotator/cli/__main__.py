"""`python -m ipyannotator.cli` is `ipyannotator`, for where the script is not on the path."""

from ipyannotator.cli import main

main()
