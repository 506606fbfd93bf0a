"""Who is not to be dialled, and who has agreed to be: the own list, imported lists, revocations, consents on file."""
