"""`detective rules fit`: the weights of a set, drawn to what labelled events say."""
