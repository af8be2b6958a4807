"""Keeps HubSpot activities and Salesforce tasks in step."""
