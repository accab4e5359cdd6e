"""The psychometrician's loop: answers out, item parameters and cut scores in."""
