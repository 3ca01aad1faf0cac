"""Plans become answers over HTTP."""
