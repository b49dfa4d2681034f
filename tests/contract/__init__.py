"""The contract suites against Microsoft's emulators or Azure, instead of the local parts; see docs/emulators.md."""
