"""What arrived, and the proof of all that was done to it: receive, custody. Decisions without hands."""
