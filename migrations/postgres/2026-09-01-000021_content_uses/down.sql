DROP TABLE content_uses;
