"""Campaigns against a foreign carrier (SIPp) that does by the called number what people and networks do."""
