//! Indonesian.

use super::Language;

pub(super) static TABLE: Language = Language {
    tag: "id",
    country: "62",
    people: ["Dewi", "Budi", "Siti", "Agus", "Putri", "Wayan"],
    openings: [
        "Halo {name}! Pesanan {order} sudah dikemas dan siap dikirim dari gudang kami. 📦 Boleh kami antar besok?",
        "Halo {name}, ini {shop}. Janji temu {order} Anda lusa. Apakah Anda bisa datang?",
        "Yth. {name}, tagihan {order} jatuh tempo hari Jumat. Mau dibayar sekarang?\n\nAbaikan pesan ini jika sudah membayar.",
        "Hai {name}, terima kasih sudah berbelanja di {shop}! Boleh kami ajukan dua pertanyaan singkat tentang {order}? ⭐",
    ],
    footer: "{shop} · balas STOP untuk berhenti",
    buttons: ["Ya, boleh", "Hari lain", "Berhenti"],
    noted: "Baik, {choice}. Sudah kami catat untuk {order}.",
    ask_list: "Jam berapa yang lebih cocok? Anda bisa mengubahnya sampai malam sebelumnya.",
    list_button: "Pilih jam",
    sections: ["Rabu", "Kamis"],
    rows: [
        ("Pagi", "08.00–12.00"),
        ("Siang", "13.00–17.00"),
        ("Malam", "18.00–21.00"),
    ],
    ask_button: "Ada lagi yang bisa kami bantu?",
    choices: ["Tidak, terima kasih", "Ubah pesanan", "Bicara dengan staf"],
    ask_location: "Mohon kirim lokasi pengantaran supaya kurir mudah menemukannya.",
    places: [
        ("Studio Dewi", "Jl. Contoh No. 8, Jakarta", -6, 106),
        ("Warung Pojok", "Jl. Misal Raya 21, Denpasar", -8, 115),
    ],
    ask_photo: "Bisa kirim foto labelnya? Letaknya di samping kotak.",
    send_file: "Ini dokumen yang Anda minta. Mohon disimpan sampai semua barang diterima.",
    send_contact: "Kalau saya tidak di rumah, hubungi tetangga saya ya",
    questions: [
        (
            "Ongkirnya berapa?",
            "Gratis ongkir untuk pesanan di atas Rp250.000. Di bawah itu Rp18.000 ke seluruh kota.",
        ),
        (
            "bisa COD gak?",
            "Bisa, tunai atau kartu. Mohon siapkan nomor {order} ya.",
        ),
        (
            "Kalau saya telat gimana?",
            "Tidak apa-apa. Kurir menunggu sepuluh menit, lalu menelepon Anda.",
        ),
        (
            "Hari Minggu buka?",
            "Kami buka Senin sampai Sabtu, pukul 09.00–18.00. Chat ini menjawab kapan saja.",
        ),
        (
            "invoice nya belum masuk kak",
            "Faktur {order} sudah kami kirim ulang. Mohon periksa juga folder spam.",
        ),
        (
            "Bisa ganti alamat?",
            "Tentu. Kirim alamat baru lengkap:\n1. nama jalan dan nomor\n2. kode pos\n3. lantai atau blok",
        ),
    ],
    pardon: "Maaf, kami belum paham. Bisa dijelaskan dengan kata lain?",
    remarks: [
        "hmm",
        "🙏🙏",
        "bentar ya kak lagi di jalan",
        "ini bukan pesanan saya!!",
    ],
    ask_human: "Saya mau bicara dengan orang saja",
    connecting: "Baik. Rekan kami akan segera membalas, mohon tunggu sebentar.",
    agent: [
        (
            "Halo {name}, saya sudah membaca pesan Anda dan sedang memeriksa {order}.",
            "Oke kak, saya tunggu",
        ),
        (
            "Sudah saya ubah. Konfirmasinya dikirim lewat email dalam satu jam.",
            "Mantap 👍",
        ),
        ("Yang biru, atau yang berlabel \"hadiah\"?", "yang biru kak"),
        (
            "Mohon maaf atas kejadian ini. Hari ini kami kirim penggantinya tanpa biaya.",
            "Wah cepat sekali, makasih!",
        ),
    ],
    thanks: [
        "Makasih!",
        "terima kasih kak 🙏",
        "Oke, terima kasih banyak",
    ],
    farewell: "Terima kasih, {name}. Selamat beraktivitas! ☀️",
    opted_out: "Anda tidak akan menerima pesan seperti ini lagi. Anda tetap bisa menghubungi kami kapan saja.",
    failure: "Maaf, ada gangguan di sistem kami. Silakan coba lagi nanti.",
};
