//! The names of the documented fields at the top of the platform's notifications.
//!
//! Captures are recognised by them before any notification is read; reading itself is defined in
//! [`notification`](crate::notification), and a test there holds both together.

/// The fields of a session-end notification, in the order of the vendor's page.
pub(crate) const SESSION_END: [&str; 22] = [
    "workflow_id",
    "workflow_name",
    "nodetask_id",
    "nodetask_name",
    "waba_task_id",
    "wfdetail_uuid",
    "timestamp",
    "channel",
    "channel_id",
    "callee",
    "call_id",
    "robot_id",
    "status",
    "session_start_time",
    "session_end_time",
    "session_end_reason",
    "intention",
    "talk_round",
    "ner_slots",
    "event_label",
    "variables",
    "messages",
];

/// The fields of the platform's other notifications that a session-end notification does not have.
pub(crate) const OTHERS: [&str; 4] = ["actions", "case_id", "callee_number", "rows"];

/// Fields whose names other objects have as well.
const COMMON: [&str; 5] = ["timestamp", "channel", "status", "variables", "rows"];

/// Whether hardly any object but a notification of the platform has a field of this name.
pub(crate) fn is_telling(name: &str) -> bool {
    let is_documented = SESSION_END.contains(&name) || OTHERS.contains(&name);
    is_documented && !COMMON.contains(&name)
}
