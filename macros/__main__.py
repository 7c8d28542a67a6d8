"""`python -m macros`: the same command as the console script `qcph`."""

from macros.cli import main

if __name__ == "__main__":
    main()
