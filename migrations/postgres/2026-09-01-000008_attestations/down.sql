DROP TABLE query_closings;
DROP TABLE queries;
DROP TABLE statement_ticks;
DROP TABLE attestations;
