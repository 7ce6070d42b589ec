"""The organization, its clinics, who works there in which role, and the providers."""
