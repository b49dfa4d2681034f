"""Runs an unchanged Azure Functions app (Python v2 model): HTTP, timers, Event Hubs, Service Bus, durable."""
