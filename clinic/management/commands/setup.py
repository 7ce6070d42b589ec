"""`manage.py setup`: the first real set-up, asked on the terminal, or the demo's."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic import services, setup
from clinic.forms import FirstSetUpForm
from core.vendors import check_keys


class Command(BaseCommand):
    """Ask what the program needs to know before its first day."""

    help = "Set up the organization, clinic, first admin, provider and payment account; --demo makes the demo's."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One option a question; what is not given is asked, unless --no-input."""
        parser.add_argument("--demo", action="store_true", help="make the demo clinic (needs DEMO=1)")
        parser.add_argument("--show", action="store_true", help="print how to get in: demo logins, or the set-up code")
        parser.add_argument("--no-input", action="store_true", help="ask nothing")
        for name, field in FirstSetUpForm.base_fields.items():
            parser.add_argument(f"--{name.replace('_', '-')}", help=str(field.label))

    def handle(self, *args: Any, **options: Any) -> None:
        """Set up, and try each vendor's key."""
        if options["show"]:
            self._show()
            return
        if options["demo"]:
            self._demo()
            return
        if setup.is_set_up():
            raise CommandError("It is set up already. Clinics and people are added on the Clinic page.")
        form = FirstSetUpForm({name: self._answer(name, field, options) for name, field in self._questions()})
        if not form.is_valid():
            raise CommandError(
                "\n".join(f"{name}: {' '.join(map(str, errors))}" for name, errors in form.errors.items())
            )
        setup.set_up(setup.FirstSetUp(**form.cleaned_data))
        self.stdout.write(f"{form.cleaned_data['clinic']} is set up. {form.cleaned_data['admin_email']} can sign in.")
        for result in check_keys():
            self.stdout.write(f"{'ok ' if result.ok else 'BAD'}  {result.name}: {result.sentence}")

    def _questions(self) -> list[tuple[str, Any]]:
        return list(FirstSetUpForm.base_fields.items())

    def _answer(self, name: str, field: Any, options: dict[str, Any]) -> str:
        given = options.get(name)
        if given is not None or options["no_input"]:
            return given or (field.initial or "")
        if name == "admin_password":
            return getpass.getpass(f"{field.label}: ")
        hint = f" [{field.initial}]" if field.initial else "" if field.required else " (may stay empty)"
        return input(f"{field.label}{hint}: ").strip() or (field.initial or "")

    def _demo(self) -> None:
        if not settings.DEMO:
            raise CommandError("The demo has known logins; it is made only with DEMO=1.")
        setup.set_up_demo(now=timezone.now())

    def _show(self) -> None:
        if not setup.is_set_up():
            self.stdout.write(f"Nothing is set up yet. Open /setup/ with this code: {services.setup_code()}")
        elif settings.DEMO and (logins := setup.demo_logins()):
            self.stdout.write("Sign in as one of these; the password of all is " + logins["password"])
            for email in logins["logins"].values():
                self.stdout.write(f"  {email}")
