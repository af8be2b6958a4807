"""Owners: which Salesforce user each HubSpot owner's activities are assigned to."""
