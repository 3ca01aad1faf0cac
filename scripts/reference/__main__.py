"""`python -m scripts.reference`: writes the pages."""

from scripts.reference import FOLDER, pages

for name, text in pages().items():
    (FOLDER / name).write_text(text)
