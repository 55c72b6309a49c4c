"""The frozen program: the command line, the window, or one of their child processes."""

from app.__main__ import main

main()
