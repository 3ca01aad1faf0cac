"""`python -m scripts.dashboards`."""

from scripts.dashboards import main

main()
