//! The fields of a session that hold one short text, by the vendor's names: what sessions are filtered,
//! sorted and grouped by.

use crate::Text;
use crate::json::OneOf;
use crate::notification::{EndReason, OtherNotification, Session};

macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident $name:ident => $read:expr;)*) => {
        /// A field of a session that holds one short text.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum SessionField {
            $(#[doc = concat!("`", stringify!($name), "`.")] $field,)*
        }

        impl SessionField {
            /// Every field, in the order of the vendor's page.
            pub const ALL: &'static [Self] = &[$(Self::$field,)*];

            /// The vendor's name for it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$field => stringify!($name),)*
                }
            }

            /// Its value in a session, as it is written; `None` if it is missing or not usable.
            pub fn of<'s>(self, session: &'s Session<'_>) -> Option<&'s str> {
                match self {
                    $(Self::$field => session.$name.as_ref().map($read),)*
                }
            }
        }
    };
}

fields! {
    WorkflowId workflow_id => Text::as_str;
    WorkflowName workflow_name => Text::as_str;
    NodetaskId nodetask_id => Text::as_str;
    NodetaskName nodetask_name => Text::as_str;
    WabaTaskId waba_task_id => Text::as_str;
    WfdetailUuid wfdetail_uuid => Text::as_str;
    Channel channel => Text::as_str;
    ChannelId channel_id => Text::as_str;
    Callee callee => Text::as_str;
    CallId call_id => Text::as_str;
    RobotId robot_id => Text::as_str;
    Status status => Text::as_str;
    SessionEndReason session_end_reason => word;
    Intention intention => Text::as_str;
    TalkRound talk_round => |round| round.0.as_str();
}

fn word<'s>(reason: &'s OneOf<'_, EndReason>) -> &'s str {
    reason.text.as_str()
}

impl SessionField {
    /// Its value in a session, or else in another notification, which may call the person otherwise.
    pub(super) fn of_either<'s>(
        self,
        session: &'s Session<'_>,
        other: Option<&OtherNotification<'s>>,
    ) -> Option<Text<'s>> {
        let own = self.of(session).map(Text::from);
        let named = |name: &str| other?.text(name);
        own.or_else(|| match self {
            Self::Callee => named("callee")
                .filter(|callee| !callee.is_blank())
                .or_else(|| named("callee_number")),
            field => named(field.name()),
        })
    }

    /// The field with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name() == name)
    }
}
