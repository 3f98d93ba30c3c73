"""Who sends webhooks: one file per provider, which declares how its posts are verified and read."""
