"""`python -m local_azure.stream_analytics`."""

from local_azure.stream_analytics.cli import main

if __name__ == "__main__":
    main()
