"""Timer triggers: NCRONTAB and TimeSpan schedules, run by Azure's clock."""
