"""What people do with the ratings: cases, the ladder, statements of reasons, appeals. Every verb says who and why."""
