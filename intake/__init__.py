"""Patients, appointments, payers, insurance cards and the coverage made from them."""
