DROP TABLE imports;
DROP TABLE cards;
DROP TABLE pauses;
DROP TABLE posts;
DROP TABLE staff_references;
DROP TABLE people;
DROP TABLE schools;
