"""What Azure AI Content Safety has that Comity says otherwise: severity levels and blocklists."""
