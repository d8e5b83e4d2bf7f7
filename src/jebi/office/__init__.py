"""The one place that builds the edges and hands them to the steps, one workplace a file."""
