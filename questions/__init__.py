"""Questions in SQL over what lies in the archives: fetched as files, asked in DuckDB.

`detective sql` asks in its own process, the desk's page in one that ends with the question (`process.py`). Neither can
change anything: DuckDB holds copies, and nothing but them can be opened from a question.
"""
