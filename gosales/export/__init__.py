"""Lists in the forms of other programs: CRM imports, a workbook, a page, database tables."""
