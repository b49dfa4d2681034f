"""`detective sql`: questions in SQL over what lies in the archives, answered on this machine by DuckDB."""
