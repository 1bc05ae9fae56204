//! What messages contain: one function for each form of content in the vendor's example.

use super::json::{Json, Object, object};
use super::language::Language;
use super::workflow::Workflow;

/// An event of the conversation.
pub(super) fn event(kind: &'static str, from_seat: String, to_seat: String) -> Object {
    object! {
        "type": "system",
        "system": object! { "type": kind, "from_seat_id": from_seat, "to_seat_id": to_seat },
    }
}

/// Something that is written.
pub(super) fn text(words: impl Into<Json>) -> Object {
    object! { "type": "text", "text": words }
}

/// The button of a template that the person pressed.
pub(super) fn pressed(label: &'static str) -> Object {
    object! { "type": "button", "text": label }
}

/// The button or row of an interactive message that the person picked.
pub(super) fn picked(title: &'static str) -> Object {
    object! { "type": "interactive", "text": title }
}

/// A picture, a file, a video or a sound. Those that people send have no name.
pub(super) fn media(kind: &'static str, url: String, name: Option<&'static str>) -> Object {
    let mut media = object! { "origin_url": url };
    if let Some(name) = name {
        media.set("name", name);
    }
    object! { "type": kind, "media": media }
}

/// The template with which a conversation opens.
pub(super) fn template(
    workflow: &Workflow,
    language: &Language,
    channel: &'static str,
    body: String,
    footer: String,
) -> Object {
    let [yes, other, stop] = language.buttons;
    let (id, name) = workflow.template;
    let (kind, file) = workflow.header;
    let url = format!("https://cdn.example.com/wa/2025/{file}");
    let button = |kind: &'static str, text: &'static str| object! { "type": kind, "text": text };
    let content = object! {
        "header": object! { "type": kind, "media": object! { "origin_url": url } },
        "body": body,
        "footer": footer,
        "button": vec![
            Json::from(button("QUICK_REPLY", yes)),
            Json::from(button("QUICK_REPLY", other)),
            Json::from(button("OPT_OUT", stop)),
        ],
    };
    object! {
        "type": "template",
        "template": object! {
            "type": channel,
            "content": content,
            "info": object! { "id": id, "name": name, "language": language.tag },
        },
    }
}

/// A question with buttons. Their ids start with `id`.
pub(super) fn buttons(words: &'static str, choices: &[&'static str], id: &str) -> Object {
    let button = |(index, title): (usize, &&'static str)| {
        let id = format!("{id}-2-1-button-{index}-");
        Json::from(object! { "type": "reply", "reply": object! { "id": id, "title": *title } })
    };
    let buttons: Vec<Json> = choices.iter().enumerate().map(button).collect();
    interactive("button", words, object! { "buttons": buttons })
}

/// A question with a list. The ids of its rows start with `id`.
pub(super) fn list(language: &Language, id: &str) -> Object {
    let row =
        |section: usize, (index, (title, description)): (usize, &(&'static str, &'static str))| {
            let id = format!("{id}-3-1-list-{section}-{index}-");
            Json::from(object! { "id": id, "title": *title, "description": *description })
        };
    let section = |(number, title): (usize, &&'static str)| {
        let rows = language.rows.iter().enumerate();
        let rows: Vec<Json> = rows.map(|numbered| row(number, numbered)).collect();
        Json::from(object! { "title": *title, "rows": rows })
    };
    let sections: Vec<Json> = language.sections.iter().enumerate().map(section).collect();
    let action = object! { "button": language.list_button, "sections": sections };
    interactive("list", language.ask_list, action)
}

fn interactive(kind: &'static str, words: &'static str, action: Object) -> Object {
    object! {
        "type": "interactive",
        "interactive": object! {
            "type": kind,
            "body": object! { "text": words },
            "footer": object! { "text": "" },
            "action": action,
        },
    }
}

/// A place: its name and address, and its coordinates as they are written.
pub(super) fn location(
    name: &'static str,
    address: &'static str,
    [latitude, longitude]: [String; 2],
) -> Object {
    let location = object! {
        "latitude": Json::Literal(latitude.into()),
        "longitude": Json::Literal(longitude.into()),
        "address": address,
        "name": name,
    };
    object! { "type": "location", "location": location }
}

/// A person to call.
pub(super) fn contacts(name: &'static str, phone: String) -> Object {
    let contact = Json::from(object! { "name": name, "phone_number": phone });
    object! { "type": "contacts", "contacts": vec![contact] }
}
