//! Spanish.

use super::Language;

pub(super) static TABLE: Language = Language {
    tag: "es",
    country: "34",
    people: ["Lucía", "Mateo", "Begoña", "Íñigo", "Sofía", "José"],
    openings: [
        "¡Hola, {name}! Tu pedido {order} está preparado y listo para salir del almacén. 📦 ¿Te lo entregamos mañana?",
        "Hola, {name}, somos {shop}. Tu cita {order} es pasado mañana. ¿Podrás venir?",
        "Estimado/a {name}: la factura {order} vence el viernes. ¿Quieres pagarla ahora?\n\nSi ya la has pagado, no hagas caso de este mensaje.",
        "¡Hola, {name}! Gracias por comprar en {shop}. ¿Nos respondes dos preguntas breves sobre {order}? ⭐",
    ],
    footer: "{shop} · responde STOP para no recibir más",
    buttons: ["Sí, por favor", "Otro día", "Baja"],
    noted: "Anotado: {choice}. Lo hemos guardado para {order}.",
    ask_list: "¿Qué hora te viene mejor? Puedes cambiarla hasta la noche anterior.",
    list_button: "Elegir hora",
    sections: ["Miércoles", "Jueves"],
    rows: [
        ("Mañana", "8:00–12:00"),
        ("Tarde", "13:00–17:00"),
        ("Noche", "18:00–21:00"),
    ],
    ask_button: "¿Podemos ayudarte en algo más?",
    choices: ["No, gracias", "Cambiar el pedido", "Hablar con alguien"],
    ask_location: "Comparte la ubicación, por favor, para que el repartidor te encuentre.",
    places: [
        ("Panadería del Puerto", "Calle Ejemplo 12, Cádiz", 36, -6),
        ("Casa azul", "Avenida de la Muestra 3, Girona", 41, 2),
    ],
    ask_photo: "¿Nos envías una foto de la etiqueta? Está en un lado de la caja.",
    send_file: "Aquí tienes el documento que pediste. Guárdalo hasta que lo hayas recibido todo.",
    send_contact: "Si no estoy en casa, llama a mi vecina",
    questions: [
        (
            "¿Cuánto cuesta el envío?",
            "El envío es gratis a partir de 25 €. Por debajo cuesta 3,90 €, vivas donde vivas.",
        ),
        (
            "¿puedo pagar al recibirlo?",
            "Sí, en efectivo o con tarjeta. Ten a mano el número {order}.",
        ),
        (
            "¿Y si llego tarde?",
            "No pasa nada. El repartidor espera diez minutos y después te llama.",
        ),
        (
            "¿Abrís los domingos?",
            "Abrimos de lunes a sábado, de 9 a 18 h. Este chat responde a cualquier hora.",
        ),
        (
            "no me llegó la factura",
            "Hemos vuelto a enviar la factura de {order}. Mira también en la carpeta de correo no deseado.",
        ),
        (
            "¿Puedo cambiar la dirección?",
            "Claro. Envíanos la dirección nueva completa:\n1. calle y número\n2. código postal\n3. piso y puerta",
        ),
    ],
    pardon: "Perdona, no te he entendido. ¿Puedes decirlo con otras palabras?",
    remarks: [
        "mmm",
        "👌👌",
        "espera que voy en el metro",
        "¡¡eso no es lo que pedí!!",
    ],
    ask_human: "Prefiero hablar con una persona",
    connecting: "Claro. Una compañera te atenderá en un minuto.",
    agent: [
        (
            "Hola, {name}. He leído tus mensajes y estoy mirando {order} ahora mismo.",
            "Gracias, espero",
        ),
        (
            "Ya lo he cambiado. En menos de una hora te llegará la confirmación por correo.",
            "Perfecto 🙏",
        ),
        (
            "¿Es el azul o el que lleva la etiqueta «regalo»?",
            "el azul",
        ),
        (
            "Lo siento mucho. Hoy mismo te enviamos otro, sin coste.",
            "¡Qué rápido, genial!",
        ),
    ],
    thanks: [
        "¡Gracias!",
        "muchas gracias, hasta luego 👋",
        "Vale, perfecto, gracias",
    ],
    farewell: "Gracias, {name}. ¡Que tengas un buen día! ☀️",
    opted_out: "No recibirás más mensajes como este. Puedes escribirnos cuando quieras.",
    failure: "Lo sentimos, algo ha fallado por nuestra parte. Inténtalo de nuevo más tarde.",
};
