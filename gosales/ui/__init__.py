"""The dashboard: looks at what a workspace publishes; trains and changes nothing."""
