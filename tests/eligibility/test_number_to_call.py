"""The page of a phone call offers the number that the card prints for providers, and what kind of plan it is."""

from django.test import Client
from django.urls import reverse

from intake.models import Coverage
from tests.conftest import Cast
from tests.eligibility import make


def test_the_cards_number_for_providers_comes_before_the_payers(cast: Cast) -> None:
    coverage = make.coverage(cast.clinic_a)
    Coverage.objects.filter(pk=coverage.pk).update(provider_phone="800-555-0101", plan_type="13")
    client = Client()
    client.force_login(cast.bo)
    page = client.get(reverse("capture-start", args=[coverage.code])).content.decode()
    assert 'href="tel:800-555-0101"' in page and 'value="POS"' in page
