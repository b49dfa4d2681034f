"""A day of any size becomes profiles: the sightings of `fraud.context.sighting` as columns of numpy.

Events are read once, in order of time. What everybody does is counted at once; rows of customers and skus wait in
buckets, which are the shards of the profiles, and become profiles shard by shard. The result has the bytes of
`Profiles.close_day`, where one event after another is taken in (`tests/fraud/profiles/test_day_in_columns.py`).
"""
