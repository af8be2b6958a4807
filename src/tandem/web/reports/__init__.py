"""Reports: built or ready-made, run, saved into Salesforce, as a file."""
