"""The HTTP trigger: routes, requests and responses as Azure passes them, and limits against hostile clients."""
