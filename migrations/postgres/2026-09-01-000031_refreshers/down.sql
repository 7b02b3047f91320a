DROP TABLE refresher_answers;
DROP TABLE refreshers;
