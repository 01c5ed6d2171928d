"""What wakes for evidence (live_loop) and what runs by the clock (tasks, on the queue)."""
