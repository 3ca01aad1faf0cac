"""That no answer ever reaches the wrong caller, however many ask at once, leave early, and lose what they share."""
