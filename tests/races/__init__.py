"""Who renews a user's token where several processes could, and what becomes of it where that one is killed."""
