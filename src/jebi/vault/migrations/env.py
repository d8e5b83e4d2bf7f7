"""What Alembic runs to take steps: within the transaction of whoever opens the catalogue."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
