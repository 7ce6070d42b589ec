"""X12 code lists that the answers spell out: benefit codes, time qualifiers, coverage levels, networks, plan types."""

from __future__ import annotations

BENEFITS = {
    "1": "Active Coverage",
    "2": "Active - Full Risk Capitation",
    "3": "Active - Services Capitated",
    "4": "Active - Services Capitated to Primary Care Physician",
    "5": "Active - Pending Investigation",
    "6": "Inactive",
    "7": "Inactive - Pending Eligibility Update",
    "8": "Inactive - Pending Investigation",
    "A": "Co-Insurance",
    "B": "Co-Payment",
    "C": "Deductible",
    "D": "Benefit Description",
    "F": "Limitations",
    "G": "Out of Pocket (Stop Loss)",
    "I": "Non-Covered",
    "L": "Primary Care Provider",
    "P": "Benefit Disclaimer",
    "R": "Other or Additional Payor",
}
TIMES = {
    "22": "Service Year",
    "23": "Calendar Year",
    "24": "Year to Date",
    "25": "Contract",
    "26": "Episode",
    "27": "Visit",
    "29": "Remaining",
    "32": "Lifetime",
    "33": "Lifetime Remaining",
}
LEVELS = {
    "IND": "Individual",
    "FAM": "Family",
    "EMP": "Employee Only",
    "ESP": "Employee and Spouse",
    "ECH": "Employee and Children",
}
NETWORKS = {"Y": "Yes", "N": "No", "W": "Not Applicable", "U": "Unknown"}
INSURANCE_TYPES = {
    "C1": "Commercial",
    "EP": "Exclusive Provider Organization",
    "HM": "Health Maintenance Organization (HMO)",
    "HN": "Health Maintenance Organization (HMO) - Medicare Risk",
    "IN": "Indemnity",
    "MA": "Medicare Part A",
    "MB": "Medicare Part B",
    "MC": "Medicaid",
    "OT": "Other",
    "PR": "Preferred Provider Organization (PPO)",
    "PS": "Point of Service (POS)",
    "17": "Dental",
    "18": "Vision",
}
RELATIONS = {"SPOUSE": "Spouse", "CHILD": "Child", "OTHER": "Other Adult"}
