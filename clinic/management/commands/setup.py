"""`manage.py setup`: the first real set-up, asked on the terminal, or the demo's."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django import forms
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from clinic import services, setup
from clinic.forms import FirstSetUpForm
from clinic.models import Organization
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
            if name == "admin_password_again":
                continue
            parser.add_argument(f"--{name.replace('_', '-')}", help=str(field.label))

    def handle(self, *args: Any, **options: Any) -> None:
        """Set up, and try each vendor's key."""
        if Organization._meta.db_table not in connection.introspection.table_names():
            raise CommandError("There is no database yet. Start Frontdesk once (make run), or run manage.py prepare.")
        if options["show"]:
            self._show()
            return
        if options["demo"]:
            self._demo()
            return
        if setup.is_set_up():
            raise CommandError("It is set up already. Clinics and people are added on the Clinic page.")
        form = self._ask_until_right(options)
        setup.set_up(form.answers())
        self.stdout.write(f"{form.cleaned_data['clinic']} is set up. {form.cleaned_data['admin_email']} can sign in.")
        for result in check_keys():
            self.stdout.write(f"{'ok ' if result.ok else 'BAD'}  {result.name}: {result.sentence}")

    def _ask_until_right(self, options: dict[str, Any]) -> FirstSetUpForm:
        """Ask everything, then only what was wrong; whatever was right stays answered."""
        answers = {name: self._given(name, options) for name in FirstSetUpForm.base_fields}
        asked = [name for name in answers if answers[name] is None]
        while True:
            answers |= {name: self._ask(name, options) for name in asked}
            form = FirstSetUpForm(answers)
            if form.is_valid():
                return form
            wrong = [f"{form[name].label}: {' '.join(map(str, errors))}" for name, errors in form.errors.items()]
            if options["no_input"]:
                raise CommandError("\n".join(wrong))
            self.stderr.write("\n".join(wrong))
            again = {"admin_password_again"} if "admin_password" in form.errors else set()
            asked = [name for name in answers if name in form.errors.keys() | again]

    def _given(self, name: str, options: dict[str, Any]) -> str | None:
        """Return what the command line says; a password there needs no second time."""
        return options.get("admin_password" if name == "admin_password_again" else name)

    def _ask(self, name: str, options: dict[str, Any]) -> str:
        field = FirstSetUpForm.base_fields[name]
        default = str(field.initial or "")
        if options["no_input"]:
            return default
        hint = f" [{default}]" if default else "" if field.required else " (may stay empty)"
        read = getpass.getpass if isinstance(field.widget, forms.PasswordInput) else input
        try:
            return read(f"{field.label}{hint}: ").strip() or default
        except EOFError:
            raise CommandError(
                "There is no terminal to ask on. Give the answers as options, see --help, or open /setup/ in a browser."
            ) from None

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
