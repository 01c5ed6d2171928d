"""What people see of their own: `/me/` and what lies below it, never cached, never anybody else's."""
