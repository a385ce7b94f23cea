"""Alembic's entry: runs the migrations on the connection that `store.migrate` hands over."""

from alembic import context

from comity.store.tables import Table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Table.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
