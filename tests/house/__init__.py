"""The rules of the house that no tool holds: which rooms tests may enter, and the language."""
