"""The running query: compiled steps, windows, watermarks, and the state that survives a kill."""
