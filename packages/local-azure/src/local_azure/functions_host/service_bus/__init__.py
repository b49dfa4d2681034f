"""Service Bus queue triggers: peek-lock, renewed while the function runs."""
