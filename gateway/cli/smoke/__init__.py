"""What is looked at from outside, once a gateway runs."""
