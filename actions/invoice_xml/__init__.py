"""Invoices and credit notes as UBL 2.1 for the Romanian tax office, and what is checked before one is sent."""
