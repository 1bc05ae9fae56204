CREATE TABLE sessions (
  "source" VARCHAR, "index" BIGINT, "workflow_id" VARCHAR, "workflow_name" VARCHAR,
  "nodetask_id" VARCHAR, "nodetask_name" VARCHAR, "waba_task_id" VARCHAR, "wfdetail_uuid" VARCHAR,
  "timestamp" TIMESTAMPTZ, "channel" VARCHAR, "channel_id" VARCHAR, "callee" VARCHAR,
  "call_id" VARCHAR, "robot_id" VARCHAR, "status" VARCHAR, "session_start_time" TIMESTAMPTZ,
  "session_end_time" TIMESTAMPTZ, "session_end_reason" VARCHAR, "intention" VARCHAR,
  "talk_round" BIGINT, "ner_slots" VARCHAR, "event_label" VARCHAR, "variables" VARCHAR,
  "messages" BIGINT, "duration_seconds" DOUBLE PRECISION, "messages_read" BIGINT,
  "messages_system" BIGINT, "messages_user" BIGINT, "messages_robot" BIGINT,
  "messages_agent" BIGINT, "messages_chatbot" BIGINT, "messages_other" BIGINT,
  "handed_over" BOOLEAN, "handover_agent" VARCHAR, "handover_number" BIGINT,
  "handover_time" TIMESTAMPTZ, "first_user_text" VARCHAR, "errors" BIGINT, "warnings" BIGINT,
  "verdict" VARCHAR
);
