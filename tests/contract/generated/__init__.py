"""Valid configs over the whole language, made by hypothesis, each held against its own document."""
