DROP TABLE chase_letters;
DROP TABLE chases;
