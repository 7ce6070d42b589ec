"""Statements that are compiled once: a query with places in it, which are filled with values every time it is sent.

Putting a statement together takes Django several times as long as the database needs to answer it from an index. Where
somebody waits at every letter they type, or a card for every step, it is written with the ORM as everywhere, with a
Place where a value comes, and is kept as the SQL that it becomes.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from django.db import connections, router, transaction
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.sql import UpdateQuery

M = TypeVar("M", bound=Model)


class Place(Expression):
    """A value to come, by its name; the field says how the database is given it."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        """Stand for the value that is given under `name`."""
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """Return a parameter that is this place."""
        return "%s", [self]


class _Statement:
    """SQL whose places are still open. It holds no connection, so that threads share it."""

    def __init__(self, using: str, sql: str, parameters: tuple[Any, ...] | list[Any]) -> None:
        self.using, self.sql, self._parameters = using, sql, parameters

    def _given(self, values: dict[str, Any], connection: Any) -> list[Any]:
        """Return the parameters with their values; raises KeyError for a place that gets none."""
        return [
            one.output_field.get_db_prep_value(values[one.name], connection) if isinstance(one, Place) else one
            for one in self._parameters
        ]


class Compiled(_Statement):
    """A query of `values_list`."""

    def __init__(self, query: QuerySet[Any, Any]) -> None:
        """Compile the query for the database that it reads. Raises EmptyResultSet where Django sees it has no rows."""
        compiler = query.query.get_compiler(query.db)
        super().__init__(query.db, *compiler.as_sql())
        columns = [column for column, *_ in compiler.select]
        self._converters = [(place, *of) for place, of in compiler.get_converters(columns).items()]

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows; raises KeyError for a place that gets no value."""
        connection = connections[self.using]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self._given(values, connection))
            rows = cursor.fetchall()
        return [self._converted(row, connection) for row in rows] if self._converters else rows

    def _converted(self, row: tuple[Any, ...], connection: Any) -> tuple[Any, ...]:
        """Return the row with values of Python where the database has none of that kind."""
        values = list(row)
        for place, converters, column in self._converters:
            for convert in converters:
                values[place] = convert(values[place], column, connection)
        return tuple(values)


class CompiledGet(Generic[M]):
    """A query of rows of a model."""

    def __init__(self, query: QuerySet[M]) -> None:
        """Compile the query for the database that it reads."""
        self._model = query.model
        self._names = [field.attname for field in self._model._meta.concrete_fields]
        self._rows = Compiled(query.values_list(*self._names))

    def first(self, **values: Any) -> M | None:
        """Return the first row, None when there is none; raises KeyError for a place that gets no value."""
        rows = self._rows.rows(**values)
        return self._model.from_db(self._rows.using, self._names, rows[0]) if rows else None


class CompiledUpdate(_Statement):
    """An update of the rows of a query."""

    def __init__(self, query: QuerySet[Any, Any], **changes: Any) -> None:
        """Compile the update for the database that takes the model's changes."""
        using = router.db_for_write(query.model)
        update: Any = query.query.chain(UpdateQuery)
        update.add_update_values(changes)
        super().__init__(using, *update.get_compiler(using).as_sql())

    def run(self, **values: Any) -> int:
        """Return how many rows were changed; raises KeyError for a place that gets no value."""
        connection = connections[self.using]
        with transaction.mark_for_rollback_on_error(self.using), connection.cursor() as cursor:
            cursor.execute(self.sql, self._given(values, connection))
            return int(cursor.rowcount)
