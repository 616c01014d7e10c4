"""Triptych runs MDMA-assisted-therapy trials: preparation, medicine session, integration.

A study is a document, a trial is a ledger, everything else is derived.
"""

__version__ = "0.1.0"
