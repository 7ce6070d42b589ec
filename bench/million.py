"""A million made-up patients of one clinic, the same every time, written on the server by INSERT … SELECT."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

from clinic.models import Clinic, Membership, Organization, Role, User
from intake.models import Coverage, Patient, PatientName, Payer, member_id_fingerprint, phone_fingerprint

PATIENTS = 1_000_000
KNOWN = 400  # patients spread evenly whose phone number and member id are real ones
_SYLLABLES = """
    an bar cor dal el fen gar hol in jor kal lan mar nor os pel quin ros sal tor ul van wes yor zan
"""
_GIVEN = """
    james mary robert patricia john jennifer michael linda david elizabeth william barbara richard susan joseph jessica
    thomas sarah charles karen christopher lisa daniel nancy matthew betty anthony sandra mark margaret donald ashley
    steven kimberly andrew emily paul donna joshua michelle kenneth carol kevin amanda brian melissa george deborah
"""
_FAMILY = """
    smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson
    thomas taylor moore jackson martin lee perez thompson white harris sanchez clark ramirez lewis robinson walker
"""


def given_names() -> list[str]:
    """Return the first names, the frequent ones first."""
    parts = _SYLLABLES.split()
    return _GIVEN.split() + [f"{one}{two}a" for one in parts for two in parts[:16]]


def family_names() -> list[str]:
    """Return the last names, the frequent ones first."""
    parts = _SYLLABLES.split()
    return _FAMILY.split() + [f"{one}{two}{three}" for one in parts for two in parts for three in parts[:8]]


def number_of(patient: int) -> tuple[str, str]:
    """Return phone number and member id of one of the known patients."""
    return f"{2_170_000_000 + patient:010d}", f"MB{patient:09d}"


def fill() -> tuple[Clinic, User]:
    """Write the patients, their names and coverages; return the clinic and somebody of its front desk."""
    organization = Organization.objects.create(name="Bench")
    clinic = Clinic.objects.create(organization=organization, name="Bench Clinic")
    user = User.objects.create_user("desk@bench.test", name="Bench Desk")
    Membership.objects.create(user=user, clinic=clinic, role=Role.FRONT_DESK)
    payer = Payer.objects.create(name="Bench Payer")
    linked = Patient.clinics.through
    with _loading(Patient, PatientName, Coverage, linked):
        _run(_patients(organization.pk), given=given_names(), family=family_names())
        _run(f"INSERT INTO {linked._meta.db_table} (patient_id, clinic_id) SELECT id, {clinic.pk} FROM intake_patient")
        _run(_names(clinic.pk, "true", "last_name", "convert_to(lower(first_name), 'UTF8')"))
        _run(_names(clinic.pk, "false", "first_name", "''::bytea"))
        _run(_coverages(clinic.pk, payer.pk))
    for number in known():
        phone, member = number_of(number)
        Patient.objects.filter(pk=number).update(phone_fingerprint=phone_fingerprint(phone))
        Coverage.objects.filter(patient=number).update(member_id_fingerprint=member_id_fingerprint(member))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return clinic, user


def known() -> range:
    """Return the numbers of the known patients."""
    return range(1, PATIENTS + 1, PATIENTS // KNOWN)


def _run(sql: str, **values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@contextmanager
def _loading(*tables: type[models.Model]) -> Iterator[None]:
    """Take the indexes of the tables away while rows are written, and no reference is checked row by row."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")
        names = [table._meta.db_table for table in tables]
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexname NOT IN"
            " (SELECT conname FROM pg_constraint)",
            [names],
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        for _, definition in indexes:
            cursor.execute(definition)
        cursor.execute("SET session_replication_role = origin")


def _insert(model: type[models.Model], known: dict[str, str], source: str) -> str:
    """Return the statement that fills every column: from `known`, else with what the column says by itself."""
    columns = [column for column in model._meta.concrete_fields if column.column != "id" or "id" in known]
    values = [known.get(str(column.column)) or _plain(column) for column in columns]
    listed = ", ".join(f'"{column.column}"' for column in columns)
    return f"INSERT INTO {model._meta.db_table} ({listed}) SELECT {', '.join(values)} FROM {source}"


def _plain(column: models.Field) -> str:
    if column.null:
        return "NULL"
    kind = column.get_internal_type()
    if kind == "BinaryField":
        return "''::bytea"
    if kind == "JSONField":
        return "'{}'::jsonb" if column.get_default() == {} else "'[]'::jsonb"
    value = column.get_default()
    return str(value).lower() if isinstance(value, bool | int) else f"'{'' if value is None else value}'"


def _fraction(purpose: str) -> str:
    """Return a number between 0 and 1 that looks random and is the same for a row every time."""
    seed = int.from_bytes(hashlib.sha256(purpose.encode()).digest()[:4])
    return f"(hashtextextended(n::text, {seed}) & 1048575) / 1048576.0"


def _chosen(names: str) -> str:
    """Return one of the names, the first ones far more often, as in life."""
    place = f"1 + floor(power({_fraction(names)}, 3) * array_length(%({names})s::text[], 1))::int"
    return f"initcap((%({names})s::text[])[{place}])"


def _patients(organization: int) -> str:
    fingerprint = "encode(sha256(convert_to('{}' || n, 'UTF8')), 'hex')"
    known = {
        "id": "n",
        "code": "md5('patient' || n)::uuid",
        "version": "1",
        "organization_id": str(organization),
        "first_name": "first",
        "last_name": "last",
        "folded_name": "lower(' ' || first || ' ' || last)",
        "birth_date": f"date '1930-01-01' + floor({_fraction('born')} * 33000)::int",
        "phone_fingerprint": fingerprint.format("phone"),
        "mrn": "'R' || n",
        "mrn_key": "'R' || n",
        "created_at": "now()",
    }
    chosen = f"{_chosen('given')} AS first, {_chosen('family')} AS last"
    people = f"(SELECT n, {chosen} FROM generate_series(1, {PATIENTS}) AS n) AS people"
    return _insert(Patient, known, people)


def _names(clinic: int, is_last: str, column: str, rest: str) -> str:
    known = {
        "clinic_id": str(clinic),
        "patient_id": "p.id",
        "is_last_name": is_last,
        "word": f"convert_to(lower(p.{column}), 'UTF8')",
        "rest": rest,
    }
    return _insert(PatientName, known, "intake_patient AS p")


def _coverages(clinic: int, payer: int) -> str:
    known = {
        "code": "md5('coverage' || n)::uuid",
        "version": "1",
        "patient_id": "n",
        "clinic_id": str(clinic),
        "payer_id": str(payer),
        "member_id_fingerprint": "encode(sha256(convert_to('member' || n, 'UTF8')), 'hex')",
        "created_at": "now()",
    }
    return _insert(Coverage, known, f"generate_series(1, {PATIENTS}) AS n")
