"""Statements that are compiled once: a query with places in it, which are filled with values every time it is sent.

Putting a search together takes Django several times as long as the database needs to answer it from an index. Where
somebody waits at every letter they type, the query is written with the ORM as everywhere, with a Place where a value
comes, and is kept as the SQL that it becomes.
"""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.models import Expression, Field, QuerySet


class Place(Expression):
    """A value to come, by its name; the field says how the database is given it."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        """Stand for the value that `Compiled.rows` is given under `name`."""
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """Return a parameter that is this place."""
        return "%s", [self]


class Compiled:
    """A query of `values_list` as SQL, with its places still open. It holds no connection, so that threads share it."""

    def __init__(self, query: QuerySet[Any, Any]) -> None:
        """Compile the query for the database that it reads."""
        self._using = query.db
        compiler = query.query.get_compiler(self._using)
        self.sql, self._parameters = compiler.as_sql()
        columns = [column for column, *_ in compiler.select]
        self._converters = [(place, *of) for place, of in compiler.get_converters(columns).items()]

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows; raises KeyError for a place that gets no value."""
        connection = connections[self._using]
        given = [
            one.output_field.get_db_prep_value(values[one.name], connection) if isinstance(one, Place) else one
            for one in self._parameters
        ]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, given)
            rows = cursor.fetchall()
        return [self._converted(row, connection) for row in rows] if self._converters else rows

    def _converted(self, row: tuple[Any, ...], connection: Any) -> tuple[Any, ...]:
        """Return the row with values of Python where the database has none of that kind."""
        values = list(row)
        for place, converters, column in self._converters:
            for convert in converters:
                values[place] = convert(values[place], column, connection)
        return tuple(values)
