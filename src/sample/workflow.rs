//! The workflows that conversations belong to: one row each.

/// A workflow of a customer, and what its conversations are about.
#[derive(Debug)]
pub(super) struct Workflow {
    pub(super) name: &'static str,
    pub(super) node: &'static str,
    pub(super) robot: &'static str,
    pub(super) shop: &'static str,
    /// What the numbers of its orders start with.
    pub(super) order: &'static str,
    /// The index of what its template says, in [`Language::openings`](super::language::Language).
    pub(super) topic: usize,
    pub(super) template: (i64, &'static str),
    /// The media of the template: its type and its file.
    pub(super) header: (&'static str, &'static str),
    /// The file that the robot can send.
    pub(super) document: &'static str,
    /// The slots that a time and a place fill.
    pub(super) slots: [&'static str; 2],
    /// The labels of a conversation that succeeds, and of one that is handed over.
    pub(super) labels: [&'static str; 2],
}

/// Every workflow, as often as its weight says.
pub(super) static WORKFLOWS: [(u64, &Workflow); 7] = [
    (
        6,
        &Workflow {
            name: "Order delivery 2025",
            node: "WhatsApp: order packed",
            robot: "4711",
            shop: "Kopi Harvest",
            order: "KH",
            topic: 0,
            template: (128, "order_packed_v3"),
            header: ("image", "kopi-harvest-banner.jpg"),
            document: "delivery-note.pdf",
            slots: ["delivery_slot", "delivery_place"],
            labels: ["Confirmed", "Handed over"],
        },
    ),
    (
        3,
        &Workflow {
            name: "Redelivery",
            node: "WABA Template1_9c41aa",
            robot: "4711",
            shop: "Kopi Harvest",
            order: "KH",
            topic: 0,
            template: (131, "redelivery_v1"),
            header: ("image", "parcel.png"),
            document: "delivery-note.pdf",
            slots: ["delivery_slot", "delivery_place"],
            labels: ["Confirmed", "Handed over"],
        },
    ),
    (
        4,
        &Workflow {
            name: "Appointment reminder",
            node: "WhatsApp: two days before",
            robot: "4755",
            shop: "Example Dental",
            order: "A",
            topic: 1,
            template: (35, "appointment_reminder"),
            header: ("image", "practice.jpg"),
            document: "directions.pdf",
            slots: ["appointment_slot", "city"],
            labels: ["EventLabel", "Reception"],
        },
    ),
    (
        4,
        &Workflow {
            name: "Invoices due · Q2",
            node: "WhatsApp: invoice due",
            robot: "4802",
            shop: "Sample Energy",
            order: "INV",
            topic: 2,
            template: (77, "invoice_due_02"),
            header: ("file", "invoice.pdf"),
            document: "invoice.pdf",
            slots: ["payment_time", "address"],
            labels: ["Promise to pay", "Dispute"],
        },
    ),
    (
        2,
        &Workflow {
            name: "Invoices overdue · Q2",
            node: "WhatsApp: second notice",
            robot: "4802",
            shop: "Sample Energy",
            order: "INV",
            topic: 2,
            template: (78, "invoice_overdue_01"),
            header: ("file", "invoice.pdf"),
            document: "invoice.pdf",
            slots: ["payment_time", "address"],
            labels: ["Promise to pay", "Dispute"],
        },
    ),
    (
        3,
        &Workflow {
            name: "Feedback after purchase ⭐",
            node: "WhatsApp: feedback",
            robot: "4930",
            shop: "Toko Contoh",
            order: "TC",
            topic: 3,
            template: (204, "feedback_v2"),
            header: ("image", "thank-you.jpg"),
            document: "voucher.pdf",
            slots: ["preferred_time", "store"],
            labels: ["Answered", "Complaint"],
        },
    ),
    (
        1,
        &Workflow {
            name: "预约提醒 0970_0415",
            node: "WABA Template1_232fe6",
            robot: "4755",
            shop: "Example Clinic",
            order: "B",
            topic: 1,
            template: (36, "appointment_reminder_video"),
            header: ("video", "how-to-find-us.mp4"),
            document: "directions.pdf",
            slots: ["appointment_slot", "city"],
            labels: ["EventLabel", "Reception"],
        },
    ),
];
