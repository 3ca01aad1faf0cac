"""What alembic runs: the revisions, on a connection that is handed in."""

from alembic import context

from gateway.stores.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
