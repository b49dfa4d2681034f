"""`detective sql`: questions in SQL over what lies in the archives, asked on the machine where it is typed."""
