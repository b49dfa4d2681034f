"""The desk as data: what its lists are asked for, what they answer, and the review of a case. Pure."""
