"""`python -m gosales.ui`."""

from gosales.ui.launch import main

if __name__ == "__main__":
    main()
