"""What goes out: plans of what is shown and hidden, reports of what leaks, clearances of two people, releases. Start with `protect`."""
