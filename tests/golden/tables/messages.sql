CREATE TABLE messages (
  "source" VARCHAR, "index" BIGINT, "call_id" VARCHAR, "number" BIGINT, "msg_id" VARCHAR,
  "sender_type" VARCHAR, "timestamp" TIMESTAMPTZ, "status" VARCHAR, "type" VARCHAR, "text" VARCHAR,
  "reply_msg_id" VARCHAR, "reply_number" BIGINT, "choice" VARCHAR, "template_name" VARCHAR,
  "template_id" BIGINT, "template_language" VARCHAR, "media_url" VARCHAR, "media_name" VARCHAR,
  "latitude" DOUBLE PRECISION, "longitude" DOUBLE PRECISION, "event" VARCHAR
);
