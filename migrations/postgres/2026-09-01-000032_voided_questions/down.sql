DROP TABLE voided_questions;
