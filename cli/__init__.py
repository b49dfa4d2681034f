"""The command line `detective`. It talks to the app over HTTP, so it works on this machine and on Azure alike."""
