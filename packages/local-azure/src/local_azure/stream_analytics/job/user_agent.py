"""The name by which a part that notes operations knows the stream job (core/operations.py)."""

USER_AGENT = "local-azure-stream-analytics"
