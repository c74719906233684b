"""What an attacker does, and what an attacker gets."""
