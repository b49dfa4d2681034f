"""`detective`: what a person types. It talks to the app over HTTP, so it works on this machine and on Azure alike."""
