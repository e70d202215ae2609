"""The wire to whoever is told of events: what is signed, and where it may go. It knows nothing of events."""
