"""Profiles of customers, skus and stores: what the days before say is usual.

Built from sightings, day after day: `Profiles.close_day` takes a whole day in. A window is judged by the profiles of
the days before the one in which it began, so a day's own events never change what is usual on it.
"""
