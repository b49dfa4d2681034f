"""`python -m local_azure.amqp`: the brokers, composed in `local_azure.brokers`."""

from local_azure.brokers.__main__ import main

if __name__ == "__main__":
    main()
