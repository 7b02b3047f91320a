DROP TABLE answers;
DROP TABLE attempts;
DROP TABLE page_reads;
