"""The HTTP door: routes, requests and responses as Azure passes them, and limits against hostile clients."""
