"""The command line for psychometricians: CSV in; CSV and JSON out. No application, database or
key."""
