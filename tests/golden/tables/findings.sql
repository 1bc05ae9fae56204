CREATE TABLE findings (
  "source" VARCHAR, "index" BIGINT, "rule" VARCHAR, "severity" VARCHAR, "pointer" VARCHAR,
  "line" BIGINT, "column" BIGINT, "message" VARCHAR
);
