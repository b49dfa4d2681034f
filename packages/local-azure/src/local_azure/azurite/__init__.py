"""Microsoft's storage emulator as a local part: Blob on 127.0.0.1, pinned, from npm."""
