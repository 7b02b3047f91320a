DROP TABLE reconciliations;
DROP TABLE exemptions;
DROP TABLE completions;
DROP TABLE due_dates;
DROP TABLE assignments;
DROP TABLE requirement_terms;
DROP TABLE requirements;
DROP TABLE term_dates;
