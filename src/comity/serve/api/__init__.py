"""The doors of the API, one file each."""
