"""A query is compiled once and sent with other values each time; it answers as the ORM does."""

from datetime import date
from threading import Thread

import pytest
from django.db import connection
from django.db.models import BinaryField, CharField, DateField, F, UUIDField

from core import audit
from core.compiled import Compiled, CompiledGet, CompiledUpdate, Place
from core.models import AuditEvent
from intake.models import Patient, PatientName
from tests.conftest import Cast

COLUMNS = ("pk", "code", "birth_date", "last_name")


@pytest.fixture
def people(cast: Cast) -> list[Patient]:
    """Return two patients."""
    shared = {"organization": cast.clinic_a.organization, "first_name": "Ana"}
    made = [Patient(**shared, last_name=name, birth_date=date(1990, 1, n)) for n, name in ((1, "Abel"), (2, "O'Hara"))]
    for one in made:
        one.save()
        one.clinics.add(cast.clinic_a)
    return made


def test_every_sending_has_values_of_its_own(people: list[Patient]) -> None:
    found = Compiled(Patient.objects.filter(last_name=Place("name", CharField())).values_list(*COLUMNS)[:5])
    for one in people:
        assert found.rows(name=one.last_name) == [(one.pk, one.code, one.birth_date, one.last_name)]
    assert found.rows(name="' OR 1=1 --") == []


def test_values_of_every_kind_reach_the_database(people: list[Patient]) -> None:
    one = people[1]
    born = Compiled(Patient.objects.filter(birth_date=Place("born", DateField())).values_list("pk"))
    coded = Compiled(Patient.objects.filter(code=Place("code", UUIDField())).values_list("pk"))
    beyond = Compiled(PatientName.objects.filter(word__gte=Place("word", BinaryField())).values_list("patient"))
    assert born.rows(born=one.birth_date) == coded.rows(code=one.code) == [(one.pk,)]
    assert beyond.rows(word=b"zz") == []


def test_a_place_without_a_value_is_refused(people: list[Patient]) -> None:
    found = Compiled(Patient.objects.filter(last_name=Place("name", CharField())).values_list("pk"))
    with pytest.raises(KeyError):
        found.rows()


@pytest.mark.django_db(transaction=True)
def test_threads_share_it(people: list[Patient]) -> None:
    found = Compiled(Patient.objects.filter(last_name=Place("name", CharField())).values_list("pk"))
    answers: list[list[tuple[int]]] = []

    def ask() -> None:
        answers.append(found.rows(name="Abel"))
        connection.close()

    threads = [Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [[(people[0].pk,)]] * 3


def test_a_row_of_a_model_is_as_the_orm_has_it(people: list[Patient]) -> None:
    named = CompiledGet(Patient.objects.filter(last_name=Place("name", CharField())))
    for one in people:
        found, wanted = named.first(name=one.last_name), Patient.objects.get(pk=one.pk)
        assert found is not None and found.__dict__.keys() == wanted.__dict__.keys()
        assert {**found.__dict__, "_state": 0} == {**wanted.__dict__, "_state": 0}
        assert not found._state.adding and found._state.db == "default"
    assert named.first(name="Nobody") is None


def test_an_update_changes_what_it_names_and_says_how_many(people: list[Patient]) -> None:
    named = Patient.objects.filter(last_name=Place("name", CharField()))
    move = CompiledUpdate(named, birth_date=Place("born", DateField()), version=F("version") + 1)
    assert (move.run(name="Nobody", born=date(2001, 2, 3)), move.run(name="Abel", born=date(2001, 2, 3))) == (0, 1)
    abel, ohara = (Patient.objects.get(pk=one.pk) for one in people)
    assert (abel.birth_date, abel.version) == (date(2001, 2, 3), people[0].version + 1)
    assert (ohara.birth_date, ohara.version) == (people[1].birth_date, people[1].version)
    with pytest.raises(KeyError):
        move.run(name="Abel")


def test_the_line_of_the_audit_trail_is_whole(cast: Cast, people: list[Patient]) -> None:
    token = audit.origin.set(("API", "2001:db8::1"))
    try:
        audit.record(cast.alice, "thing.done", people[0], clinic=cast.clinic_a, fields=["a", "b"], count=2)
    finally:
        audit.origin.reset(token)
    line = AuditEvent.objects.get(action="thing.done")
    assert (line.actor, line.target_type, line.target_pk) == (cast.alice, "intake.patient", people[0].pk)
    assert (line.clinic_pk, line.channel, line.address) == (cast.clinic_a.pk, "API", "2001:db8::1")
    assert (line.facts, line.at.tzinfo is not None) == ({"fields": ["a", "b"], "count": 2}, True)
