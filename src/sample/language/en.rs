//! English.

use super::Language;

pub(super) static TABLE: Language = Language {
    tag: "en",
    country: "44",
    people: ["Alex", "Grace", "Priya", "Tom", "Zoë", "Niamh"],
    openings: [
        "Hi {name}! Your order {order} is packed and ready to leave our warehouse. 📦 Shall we deliver it tomorrow?",
        "Hello {name}, this is {shop}. Your appointment {order} is the day after tomorrow. Can you make it?",
        "Dear {name}, the invoice {order} is due on Friday. Would you like to pay it now?\n\nIf you have paid already, please ignore this message.",
        "Hi {name}, thank you for shopping at {shop}! Would you answer two short questions about {order}? ⭐",
    ],
    footer: "{shop} · reply STOP to opt out",
    buttons: ["Yes, please", "Another day", "Stop"],
    noted: "Got it: {choice}. We have noted it for {order}.",
    ask_list: "Which time suits you better? You can change it until the evening before.",
    list_button: "Choose a time",
    sections: ["Wednesday", "Thursday"],
    rows: [
        ("Morning", "08:00–12:00"),
        ("Afternoon", "13:00–17:00"),
        ("Evening", "18:00–21:00"),
    ],
    ask_button: "Is there anything else we can do for you?",
    choices: ["No, thanks", "Change my order", "Talk to a person"],
    ask_location: "Please share the location, so that the driver finds you.",
    places: [
        ("The Old Bakery", "1 Example Street, London", 51, 0),
        ("Harbour Office", "Pier 9, Sample Road, Leeds", 53, -1),
    ],
    ask_photo: "Could you send us a photo of the label? It is on the side of the box.",
    send_file: "Here is the document that you asked for. Please keep it until you have received everything.",
    send_contact: "You can also call my neighbour if I am not at home.",
    questions: [
        (
            "How much is the delivery?",
            "Delivery is free for orders above 25. Below that it is 3.90, wherever you live.",
        ),
        (
            "Can I pay on delivery?",
            "Yes: in cash or by card. Please have the number {order} at hand.",
        ),
        (
            "what if i'm late??",
            "No problem. The driver waits for ten minutes and then calls you.",
        ),
        (
            "Do you open on Sundays?",
            "We are open Monday to Saturday, 9 a.m. to 6 p.m. This chat answers at any time.",
        ),
        (
            "I never got an invoice",
            "We have sent the invoice of {order} again. Please look into your spam folder too.",
        ),
        (
            "Can I change the address?",
            "Of course. Send us the new address, with the postcode and the floor:\n1. street and number\n2. postcode\n3. floor or flat",
        ),
    ],
    pardon: "Sorry, I did not understand that. Could you say it in other words?",
    remarks: [
        "hm",
        "👍👍",
        "ok wait a sec, i'm on the bus",
        "that's not what I ordered!!!",
    ],
    ask_human: "I'd rather talk to a person",
    connecting: "Of course. A colleague will be with you in a minute.",
    agent: [
        (
            "Hello {name}, I have read your messages and I am looking at {order} right now.",
            "Thank you, I'll wait",
        ),
        (
            "I have changed it. You will get a confirmation by e-mail within the hour.",
            "Perfect 🙏",
        ),
        (
            "Is it the blue one or the one with the \"gift\" label?",
            "the blue one",
        ),
        (
            "I am sorry about that. We will send a replacement today, at no cost.",
            "Great, that was quick!",
        ),
    ],
    thanks: ["Thanks!", "thank you, bye 👋", "Great, thanks a lot"],
    farewell: "Thank you, {name}. Have a nice day! ☀️",
    opted_out: "You will not get any more of these messages. You can write to us at any time.",
    failure: "Sorry, something went wrong on our side. Please try again later.",
};
