"""Importing a schedule: what is read of each row, whom it means, what is refused, and nothing twice."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from clinic.models import Provider
from core.models import AuditEvent, UploadedTable
from core.tables import read_table
from intake.models import Appointment, Patient
from intake.services import finding, patients
from tests.conftest import Cast

CHICAGO = ZoneInfo("America/Chicago")
HEAD = "Appt ID,Patient first name,Patient last name,DOB,MRN,Appt date,Start time,Provider,Visit type"
GOOD = f"""{HEAD}
A1,Emily,Dickinson,3/15/1986,,11/23/2026,9:20 AM,"Whitfield, Nora DPT",Urgent care
A2,Walt,Whitman,1979-05-31,77,2026-11-24,14:00,2000000002,NEW PT 60
"""


def choose(desk: Client, text: str | bytes) -> Any:
    data = text.encode() if isinstance(text, str) else text
    return desk.post(reverse("schedule-import"), {"file": SimpleUploadedFile("day.csv", data)}, follow=True)


def bring_in(desk: Client, text: str) -> Any:
    """Choose a file, look at the preview, import; return the last page."""
    page = choose(desk, text)
    assert page.status_code == 200, page.content
    return desk.post(page.redirect_chain[-1][0], follow=True)


def outcomes(page: Any) -> list[str]:
    return [item.outcome for item, _ in page.context["lines"]]


def problems(desk: Client, *rows: str, head: str = HEAD) -> list[str]:
    page = choose(desk, "\n".join([head, *rows]))
    found = [item for item, _ in page.context["lines"]]
    return [problem for item in sorted(found, key=lambda item: item.row.number) for problem in item.row.problems]


def test_it_shows_first_and_imports_then(desk: Client, emily: Patient, cast: Cast) -> None:
    page = choose(desk, GOOD)
    assert outcomes(page) == ["add", "register"] and not Appointment.objects.exists()
    assert "Emily Dickinson, 03/15/1986: 11/23/2026 09:20, Urgent care, Nora Whitfield" in page.content.decode()
    page = desk.post(page.redirect_chain[-1][0], follow=True)
    first, second = Appointment.objects.order_by("starts_at")
    assert (first.patient, first.starts_at) == (emily, datetime(2026, 11, 23, 9, 20, tzinfo=CHICAGO))
    assert (first.provider, first.visit_type, first.external_id) == (cast.provider, "URGENT_CARE", "A1")
    assert (second.patient.name, second.patient.mrn, second.visit_type) == ("Walt Whitman", "77", "OTHER")
    found = finding.find_patients(cast.clinic_a, "whitman", today=date(2026, 11, 22)).patients
    assert [one.pk for one in found] == [second.patient.pk]
    assert second.provider == cast.provider and UploadedTable.objects.get().rows == []
    event = AuditEvent.objects.get(action="intake.schedule.imported")
    assert event.facts == {"add": 1, "register": 1}


@pytest.mark.parametrize("text", [GOOD, GOOD.replace("A1,", ",").replace("A2,", ",")], ids=["by number", "by time"])
def test_the_same_file_twice_adds_nothing_twice(desk: Client, emily: Patient, text: str) -> None:
    bring_in(desk, text)
    assert outcomes(choose(desk, text)) == ["same", "same"]
    bring_in(desk, text)
    assert (Appointment.objects.count(), Patient.objects.count()) == (2, 2)


def test_pressing_import_twice_imports_once(desk: Client, db: None) -> None:
    address = choose(desk, GOOD).redirect_chain[-1][0]
    for _ in range(2):
        desk.post(address)
    assert Appointment.objects.count() == 2


def test_a_visit_that_moved_in_the_other_program_moves_here(desk: Client, emily: Patient) -> None:
    bring_in(desk, GOOD)
    later = GOOD.replace("9:20 AM", "10:40 AM")
    assert outcomes(choose(desk, later)) == ["move", "same"]
    bring_in(desk, later)
    moved = Appointment.objects.get(external_id="A1")
    assert moved.starts_at == datetime(2026, 11, 23, 10, 40, tzinfo=CHICAGO) and moved.changes.count() == 1
    Appointment.objects.filter(pk=moved.pk).update(status="ARRIVED")
    assert outcomes(choose(desk, GOOD)) == ["same", "same"]  # who is here is left alone


def test_another_provider_in_the_other_program_is_another_provider_here(desk: Client, cast: Cast) -> None:
    row = ROW.replace("AM,,", "AM,Nora Whitfield,")
    bring_in(desk, f"{HEAD}\n{ROW}\n")
    assert outcomes(choose(desk, f"{HEAD}\n{row}\n")) == ["move"]
    bring_in(desk, f"{HEAD}\n{row}\n")
    assert Appointment.objects.get().provider == cast.provider
    assert outcomes(choose(desk, f"{HEAD}\n{ROW}\n")) == ["same"]  # a file that names nobody takes nobody away


def test_a_visit_that_was_typed_here_is_known_by_its_number_from_then_on(desk: Client, emily: Patient) -> None:
    bring_in(desk, GOOD.replace("A1,", ","))
    shown = choose(desk, GOOD)
    assert outcomes(shown) == ["number", "same"] and 'id="import"' in shown.content.decode(), "it can be imported"
    bring_in(desk, GOOD)
    assert Appointment.objects.get(patient=emily).external_id == "A1"
    bring_in(desk, GOOD.replace("9:20 AM", "10:40 AM"))
    assert Appointment.objects.get(patient=emily).starts_at == datetime(2026, 11, 23, 10, 40, tzinfo=CHICAGO)


def test_good_rows_come_in_and_bad_ones_come_back(desk: Client, emily: Patient) -> None:
    bad = ["A3,Ann,,1/1/80,,11/23/2026,9:40 AM,,", "A4,Bob,Roe,31/31/80,,soon,noonish,Dr Who,"]
    page = bring_in(desk, "\n".join([GOOD.strip(), *bad]))
    assert Appointment.objects.count() == 2 and outcomes(page) == ["refused", "refused"]
    assert "Last name: Write the last name." in page.content.decode()
    link = reverse("schedule-refused", args=[page.context["upload"].code])
    answer = desk.get(link)
    assert answer["Cache-Control"] == "no-store" and "not-imported.csv" in answer["Content-Disposition"]
    table = read_table(answer.content)
    assert table.headers == [*HEAD.split(","), "What is wrong"]
    assert [row.cells[:4] for row in table.rows] == [["A3", "Ann", "", "1/1/80"], ["A4", "Bob", "Roe", "31/31/80"]]
    assert table.rows[1].cells[-1].startswith("Birth date: Write it as month/day/year")
    assert "Date: Write it as month/day/year" in table.rows[1].cells[-1]


ROW = "X,Ann,Roe,1/1/80,,11/23/2026,9:40 AM,,"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (ROW.replace("Ann", ""), "First name: Write the first name."),
        (ROW.replace("Roe", "R" * 61), "Last name: This is longer than 60 characters."),
        (ROW.replace("1/1/80", ""), "Birth date: Write the birth date."),
        (ROW.replace("1/1/80", "1/1/2090"), "Birth date: It lies in the future. Check the year."),
        (ROW.replace("11/23/2026", "11/23/1926"), "Date: A visit lies within ten years of today. Check the year."),
        (ROW.replace("9:40 AM", "25:00"), "Time: Write it as 9:20 AM or 09:20."),
        (ROW.replace("9:40 AM", ""), "Time: Write the time of the visit, such as 9:20 AM."),
        (ROW.replace("AM,,", "AM,Nobody Known,"), "Provider: Nobody here is called “Nobody Known”."),
        (ROW.replace("Ann", '"An\nn"'), "First name: This has line breaks or other characters"),
        (ROW.replace("11/23/2026,9:40 AM", "0001-01-01T00:00:00+14:00,"), "Date: Write it as month/day/year"),
        (ROW + ",more", "This row has more cells than there are headers."),
    ],
)
def test_it_says_what_is_wrong_with_a_row_and_where(desk: Client, row: str, sentence: str) -> None:
    assert any(problem.startswith(sentence) for problem in problems(desk, row))


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        ("DOB,Date,Time", "No column names the patient."),
        ("Patient,Date,Time", "No column has the birth date."),
        ("Patient,DOB,Date", "No column says when."),
        ("Patient,DOB,Birth date,Date,Time", "both mean the birth date"),
    ],
)
def test_a_file_without_a_needed_column_is_refused_whole(desk: Client, head: str, sentence: str) -> None:
    page = choose(desk, f"{head}\nx,x,x,x,x\n")
    assert page.status_code == 400 and sentence in page.content.decode() and not UploadedTable.objects.exists()


@pytest.mark.parametrize(
    ("day", "clock"),
    [
        ("11/23/2026", "9:20 AM"),
        ("11-23-26", "9:20am"),
        ("2026-11-23", "09:20"),
        ("Nov 23, 2026", "9:20 a.m."),
        ("11/23/2026 00:00:00", "09:20:00"),
    ],
)
def test_it_reads_dates_and_times_as_people_write_them(desk: Client, day: str, clock: str) -> None:
    bring_in(desk, f'Patient,DOB,Date,Time\n"Roe, Ann",1/1/80,"{day}",{clock}\n')
    visit = Appointment.objects.get()
    assert (visit.patient.name, visit.starts_at) == ("Ann Roe", datetime(2026, 11, 23, 9, 20, tzinfo=CHICAGO))


@pytest.mark.parametrize(
    "moment", ["11/23/2026 9:20 AM", "2026-11-23T09:20", "2026-11-23 09:20", "2026-11-23T15:20:00+00:00"]
)
def test_it_reads_date_and_time_in_one_column(desk: Client, moment: str) -> None:
    bring_in(desk, f"Patient name;Date of birth;Date and time\nAnn Roe;1/1/1980;{moment}\n")
    assert Appointment.objects.get().starts_at == datetime(2026, 11, 23, 9, 20, tzinfo=CHICAGO)


def test_who_is_meant_has_to_be_certain(desk: Client, cast: Cast, emily: Patient) -> None:
    person = {"first_name": "Emily", "last_name": "Dickinson", "birth_date": date(1986, 3, 15)}
    row = "A1,Emily,Dickinson,3/15/1986,{},11/23/2026,9:20 AM,,"
    emily.change(None, mrn="10")
    assert problems(desk, row.format("11")) == [
        "Record number: The patient of this name and birth date has another record number here."
    ]
    patients.register_patient(clinic=cast.clinic_a, by=cast.alice, mrn="11", **person)
    assert "Two people here have this name" in problems(desk, row.format(""))[0]
    assert outcomes(choose(desk, f"{HEAD}\n{row.format('11')}")) == ["add"]
    assert "belongs to somebody of another name" in problems(desk, row.format("11").replace("Emily", "Emma"))[0]


SPELLED = f"""{HEAD}
A1,Emmy,Dickinson,3/15/1986,,11/23/2026,9:20 AM,,
A2,Emmy,Dickinson,3/15/1986,,11/24/2026,9:20 AM,,
A3,Ann,Roe,1/1/80,,11/23/2026,9:40 AM,,
"""


def test_another_spelling_is_asked_about_once_for_a_person(desk: Client, emily: Patient) -> None:
    page = choose(desk, SPELLED)
    assert outcomes(page) == ["asked", "asked", "register"]
    text = page.content.decode()
    assert "Who is Emmy Dickinson, 03/15/1986?" in text and "as you decide it for row 2" in text
    assert "Emmy may be short for Emily" in text and "Somebody new" in text
    assert AuditEvent.objects.get(action="intake.schedule.viewed").facts == {"rows": 3, "others": [emily.pk]}
    address = page.redirect_chain[-1][0]
    desk.post(address, {"who-2": str(emily.code)})
    assert Appointment.objects.filter(patient=emily).count() == 2 and Patient.objects.count() == 2
    assert outcomes(choose(desk, SPELLED)) == ["same", "same", "same"]  # whose visits stand here is not asked again


JAYDEN = "J1,Jayden,Miller,4/2/2016,,11/23/2026,9:20 AM,,"
KAYDEN = "K1,Kayden,Miller,4/2/2016,,11/23/2026,9:20 AM,,\nK2,Kayden,Miller,4/2/2016,,11/26/2026,9:20 AM,,"


@pytest.mark.parametrize("rows", [KAYDEN, f"{JAYDEN}\n{KAYDEN}"], ids=["one of them", "both of them"])
@pytest.mark.parametrize("status", ["SCHEDULED", "CANCELLED"])
@pytest.mark.parametrize("number", ["J1", ""], ids=["numbered", "typed here"])
def test_a_twin_at_the_same_time_is_asked_about(desk: Client, rows: str, status: str, number: str) -> None:
    bring_in(desk, f"{HEAD}\n{JAYDEN}")
    Appointment.objects.update(status=status, external_id=number)
    jayden, page = Patient.objects.get(), choose(desk, f"{HEAD}\n{rows}")
    asked = [item for item, _ in page.context["lines"] if item.outcome == "asked"]
    assert len(asked) == 2 and not page.context["refused"]
    desk.post(page.redirect_chain[-1][0], {asked[0].question.name: "new"})
    kayden = Patient.objects.get(first_name="Kayden")
    assert sorted(Appointment.objects.filter(patient=kayden).values_list("external_id", flat=True)) == ["K1", "K2"]
    own = Appointment.objects.get(patient=jayden)
    assert own.external_id == ("J1" if JAYDEN in rows else number)


def test_without_numbers_the_question_comes_again_and_nothing_comes_twice(desk: Client, emily: Patient) -> None:
    text = SPELLED.replace("A1,", ",").replace("A2,", ",")
    for _ in range(2):
        page = choose(desk, text)
        assert outcomes(page)[:2] == ["asked", "asked"]
        desk.post(page.redirect_chain[-1][0], {"who-2": str(emily.code)})
    assert Appointment.objects.filter(patient=emily).count() == 2


def test_what_nobody_decided_comes_back_and_somebody_new_is_registered(desk: Client, emily: Patient) -> None:
    page = bring_in(desk, SPELLED)
    assert (page.context["good"], page.context["refused"]) == (1, 2) and Patient.objects.count() == 2
    assert "Nobody said who this is." in page.content.decode()
    for answer in ("nonsense", "00000000-0000-4000-8000-000000000000"):
        desk.post(choose(desk, SPELLED).redirect_chain[-1][0], {"who-2": answer})
    assert not Appointment.objects.exclude(patient__last_name="Roe").exists()
    desk.post(choose(desk, SPELLED).redirect_chain[-1][0], {"who-2": "new"})
    made = Patient.objects.get(first_name="Emmy")
    assert Appointment.objects.filter(patient=made).count() == 2


def test_both_spellings_of_one_person_at_one_time_are_one_visit(desk: Client, emily: Patient) -> None:
    exact = "A9,Emily,Dickinson,3/15/1986,,11/23/2026,9:20 AM,,\n"
    desk.post(choose(desk, SPELLED + exact).redirect_chain[-1][0], {"who-2": str(emily.code)})
    assert Appointment.objects.filter(patient=emily).count() == 2


def test_a_known_number_with_another_spelling_is_asked_about_without_somebody_new(desk: Client, emily: Patient) -> None:
    emily.change(None, mrn="11")
    row = "A1,Emmy,Dickinson,3/15/1986,11,11/23/2026,9:20 AM,,"
    page = choose(desk, f"{HEAD}\n{row}")
    assert outcomes(page) == ["asked"] and "Somebody new" not in page.content.decode()
    address = page.redirect_chain[-1][0]
    desk.post(address, {"who-2": str(emily.code)})
    assert Appointment.objects.get().patient == emily and Patient.objects.count() == 1


def test_nothing_of_another_clinic_is_used_or_told(other_desk: Client, emily: Patient) -> None:
    row = "A1,Emily,Dickinson,3/15/1986,,11/23/2026,9:20 AM,,"
    assert "Another clinic knows this name and birth date." in problems(other_desk, row)[0]
    assert list(emily.clinics.values_list("name", flat=True)) == ["Riverside Clinic"]


def test_one_visit_stands_once_in_a_file(desk: Client) -> None:
    found = problems(desk, ROW, ROW, ROW.replace("X,", "Y,"), ROW.replace("X,", "Z,").replace("9:40", "9:50"))
    assert found == ["Appointment ID: Row 2 has this number too.", "Row 2 is the same patient at the same time."]
    page = bring_in(desk, "\n".join([HEAD, ROW, ROW.replace("X,", "Z,").replace("9:40", "9:50")]))
    assert page.context["good"] == 2 and Patient.objects.count() == 1


def test_two_new_people_of_a_file_do_not_become_one(desk: Client) -> None:
    first, again = ROW.replace("1/1/80,", "1/1/80,77"), ROW.replace("X,", "Y,").replace("9:40", "9:50")
    namesake, other = again.replace("1/1/80,", "1/1/80,88"), again.replace("Ann", "Bob").replace("1/1/80,", "1/1/80,77")
    assert problems(desk, first, namesake) == ["Record number: Row 2 has another one for this name and birth date."]
    assert problems(desk, first, other) == ["Record number: Row 2 has it for another name or birth date."]
    assert problems(desk, first, again) == []
    bring_in(desk, "\n".join([HEAD, again, first]))
    assert Patient.objects.get().mrn == "77" and Appointment.objects.count() == 2


def test_the_number_of_another_patients_visit_is_refused(desk: Client) -> None:
    bring_in(desk, f"{HEAD}\n{ROW}\n")
    assert problems(desk, ROW.replace("Ann", "Bob")) == ["Appointment ID: This number is another patient's visit here."]


def test_two_providers_of_one_name_are_told_apart_by_npi(desk: Client, cast: Cast) -> None:
    other = Provider.objects.create(
        organization=cast.organization, first_name="Nora", last_name="Whitfield", npi="1999999992"
    )
    other.clinics.add(cast.clinic_a)
    assert "Two providers share this name." in problems(desk, ROW.replace("AM,,", "AM,Nora Whitfield,"))[0]
    bring_in(desk, f"{HEAD}\n{ROW.replace('AM,,', 'AM,1999999992,')}\n")
    assert Appointment.objects.get().provider == other


def test_planning_and_importing_cost_a_constant_number_of_reads(
    desk: Client, db: None, django_assert_max_num_queries: Any
) -> None:
    rows = [f"N{n},Ann{chr(97 + n)},Roe,1/1/80,,11/23/2026,9:{n:02} AM,," for n in range(20)]
    with django_assert_max_num_queries(40):
        choose(desk, "\n".join([HEAD, *rows]))


def test_without_a_file_it_says_so(desk: Client) -> None:
    assert b"Choose a file first." in desk.post(reverse("schedule-import")).content
