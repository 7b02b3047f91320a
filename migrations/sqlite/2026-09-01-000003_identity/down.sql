DROP TABLE sessions;
DROP TABLE link_askings;
DROP TABLE links;
DROP TABLE grants;
