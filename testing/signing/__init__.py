"""Signed documents: the centre's certificate, PAdES signatures, and the bytes that are kept."""
