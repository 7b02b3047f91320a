DROP TABLE certificate_endings;
DROP TABLE certificates;
