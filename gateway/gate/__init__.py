"""The pre-dial gate on what our database knows: facts are looked up, `compliance.dialling` decides."""
