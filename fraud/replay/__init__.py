"""Judging a file of events without the stack, by the code that judges windows.

`arrivals` reads the file, `history` has what arrived so far, `replay` judges window after window.
"""
