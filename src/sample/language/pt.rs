//! Portuguese, as spoken in Brazil.

use super::Language;

pub(super) static TABLE: Language = Language {
    tag: "pt_BR",
    country: "55",
    people: ["Ana", "João", "Conceição", "Luís", "Bia", "Antônio"],
    openings: [
        "Olá, {name}! Seu pedido {order} já está embalado e pronto para sair do estoque. 📦 Podemos entregar amanhã?",
        "Olá, {name}, aqui é da {shop}. Sua consulta {order} é depois de amanhã. Você consegue vir?",
        "Prezado(a) {name}, a fatura {order} vence na sexta-feira. Quer pagar agora?\n\nSe já pagou, desconsidere esta mensagem.",
        "Oi, {name}, obrigado por comprar na {shop}! Pode responder a duas perguntas rápidas sobre {order}? ⭐",
    ],
    footer: "{shop} · responda SAIR para não receber mais",
    buttons: ["Sim, pode ser", "Outro dia", "Sair"],
    noted: "Certo: {choice}. Anotamos para {order}.",
    ask_list: "Qual horário fica melhor? Você pode mudar até a noite anterior.",
    list_button: "Escolher horário",
    sections: ["Quarta-feira", "Quinta-feira"],
    rows: [
        ("Manhã", "8h–12h"),
        ("Tarde", "13h–17h"),
        ("Noite", "18h–21h"),
    ],
    ask_button: "Podemos ajudar em mais alguma coisa?",
    choices: ["Não, obrigado", "Mudar o pedido", "Falar com alguém"],
    ask_location: "Compartilhe a localização, por favor, para o entregador achar você.",
    places: [
        ("Padaria da Esquina", "Rua Exemplo, 45, São Paulo", -23, -46),
        ("Ateliê", "Avenida Modelo, 900, Recife", -8, -34),
    ],
    ask_photo: "Pode mandar uma foto da etiqueta? Ela fica na lateral da caixa.",
    send_file: "Aqui está o documento que você pediu. Guarde até receber tudo.",
    send_contact: "Se eu não estiver em casa, liga pra minha vizinha",
    questions: [
        (
            "Quanto é o frete?",
            "O frete é grátis acima de R$ 150. Abaixo disso custa R$ 12,90 em todo o estado.",
        ),
        (
            "posso pagar na entrega?",
            "Pode, em dinheiro, Pix ou cartão. Tenha em mãos o número {order}.",
        ),
        (
            "E se eu me atrasar?",
            "Sem problema. O entregador espera dez minutos e depois liga para você.",
        ),
        (
            "Abre domingo?",
            "Abrimos de segunda a sábado, das 9h às 18h. Este chat responde a qualquer hora.",
        ),
        (
            "não recebi a nota fiscal",
            "Enviamos de novo a nota fiscal de {order}. Veja também a caixa de spam.",
        ),
        (
            "Posso trocar o endereço?",
            "Claro. Mande o endereço novo completo:\n1. rua e número\n2. CEP\n3. andar ou bloco",
        ),
    ],
    pardon: "Desculpe, não entendi. Pode dizer de outro jeito?",
    remarks: [
        "hum",
        "kkkk 👍",
        "péra que tô no ônibus",
        "não foi isso que eu pedi!!!",
    ],
    ask_human: "Quero falar com uma pessoa",
    connecting: "Claro. Um colega vai atender você em um minuto.",
    agent: [
        (
            "Olá, {name}, li suas mensagens e estou vendo {order} agora.",
            "Obrigada, eu espero",
        ),
        (
            "Já alterei. A confirmação chega por e-mail em até uma hora.",
            "Perfeito 🙏",
        ),
        ("É o azul ou o que tem a etiqueta \"presente\"?", "o azul"),
        (
            "Sinto muito por isso. Hoje mesmo enviamos outro, sem custo.",
            "Nossa, que rápido!",
        ),
    ],
    thanks: ["Obrigada!", "valeu, tchau 👋", "Ótimo, muito obrigado"],
    farewell: "Obrigado, {name}. Tenha um bom dia! ☀️",
    opted_out: "Você não vai mais receber mensagens como esta. Pode nos escrever quando quiser.",
    failure: "Desculpe, algo deu errado do nosso lado. Tente de novo mais tarde.",
};
