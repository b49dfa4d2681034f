"""Looks at the pipeline for the desk: what people see there, asked of the services and never changed."""
