"""The site map of eligibility."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
